import { rows } from '../database/rows.ts'
import type { Sql } from '../database/sql.ts'
import type { Claimed } from './claimed.ts'

/** How far behind the longest duration of a policy the first attempt is looked for. */
const marginSeconds = 3_600

/**
 * Returns claimed executions with `since_first_ms`, where the task's retry policy ends some time after the first attempt and
 * this is a later one. For others nothing is looked up. The search reads the executions of the task that are no older than
 * twice that time; if the first attempt is older, the time since the oldest one found is returned. It never throws: the
 * executions are claimed, and are called without that time if it cannot be read.
 */
export async function withFirstAttempts(sql: Sql, claimed: readonly Claimed[]): Promise<Claimed[]> {
  const sought = claimed.filter(
    ({ attempt, extras }) => attempt > 1 && extras?.retry?.max_duration_seconds !== undefined,
  )
  if (sought.length === 0) return [...claimed]
  const found = await findFirstAttempts(sql, sought).catch(() => [])
  const sinceFirst = new Map(found.map((row) => [row.execution_id, row.since_first_ms]))
  return claimed.map((execution) => {
    const since_first_ms = sinceFirst.get(execution.execution_id)
    return since_first_ms === undefined ? execution : { ...execution, since_first_ms }
  })
}

/** Returns how long ago the first attempt at the slot of each execution began, in ms. */
async function findFirstAttempts(sql: Sql, sought: readonly Claimed[]) {
  return sql<{ execution_id: string; since_first_ms: number }[]>`
    /* duly:find_first_attempts */
    select
      sought.execution_id,
      (date_part('epoch', now() - first.created_at) * 1000)::float8 as since_first_ms
    from ${rows(sql, sought, 'sought', {
      service_id: 'uuid',
      task_id: 'uuid',
      slot_id: 'uuid',
      execution_id: 'uuid',
      seconds: ['integer', ({ extras }) => 2 * (extras?.retry?.max_duration_seconds ?? 0) + marginSeconds],
    })}
    cross join lateral (
      select execution.created_at
      from execution
      where execution.service_id = sought.service_id
        and execution.task_id = sought.task_id
        and execution.created_at >= now() - make_interval(secs => sought.seconds)
        and execution.slot_id = sought.slot_id
      order by execution.created_at
      limit 1
    ) first`
}
