import type { Sql } from '../database/sql.ts'
import { cronNext } from '../schedule/cron-next.ts'
import { inRange, type PageRange } from './orphans.ts'

/** A task that repeats and whose last run, or passed over slot, lies ahead of the database's clock: it was set back since. */
export interface TaskAhead {
  readonly service_id: string
  readonly id: string
  readonly current_execution_id: string | null
  /** The execution that notes the slot that was passed over; null where the last run itself lies ahead. */
  readonly skipped_id: string | null
  readonly cron: string | null
  readonly time_zone: string | null
  /** The database's clock. */
  readonly now: string
}

/** Such tasks in a range, those that still run left out. Reads the range once, by no index. */
export async function listTasksAhead(sql: Sql, range: PageRange): Promise<TaskAhead[]> {
  return sql<TaskAhead[]>`
    select task.service_id, task.id, task.current_execution_id, null as skipped_id, task.cron, task.time_zone, now() as now
    from task
    where ${inRange(sql, 'task', range)}
      and task.current_created_at > now() + interval '1 minute'
      and task.status = 'active'
      and (task.frequency is not null or task.cron is not null)
      and not exists (
        select from execution
        where execution.service_id = task.service_id
          and execution.task_id = task.id
          and execution.created_at = task.current_created_at
          and execution.id = task.current_execution_id
          and execution.status = 'started'
      )
    limit 1000`
}

/** Tasks a slot of which was passed over at a time that lies ahead; found by the index on the times of executions. */
export async function listSkippedAhead(sql: Sql): Promise<TaskAhead[]> {
  return sql<TaskAhead[]>`
    select task.service_id, task.id, task.current_execution_id, execution.id as skipped_id, task.cron, task.time_zone, now() as now
    from execution
    join task on task.service_id = execution.service_id and task.id = execution.task_id
    where execution.created_at > now() + interval '1 minute'
      and execution.status = 'skipped'
      and task.status = 'active'
      and (task.frequency is not null or task.cron is not null)
    limit 1000`
}

/**
 * Counts the next times of such tasks anew, where that makes them earlier: they were counted from a time that has not come.
 * @returns how many tasks that were
 */
export async function countAnew(sql: Sql, tasks: readonly TaskAhead[]): Promise<number> {
  const next = tasks.map(({ cron, time_zone, now }) => nextCronTime(cron, time_zone, now))
  const { count } = await sql`
    with listed as (
      select *
      from unnest(
        ${tasks.map((task) => task.service_id)}::uuid[],
        ${tasks.map((task) => task.id)}::uuid[],
        ${tasks.map((task) => task.current_execution_id) as string[]}::uuid[],
        ${tasks.map((task) => task.skipped_id) as string[]}::uuid[],
        ${next as string[]}::timestamptz[]
      ) as listed (service_id, id, current_execution_id, skipped_id, next_at)
    ), ahead as materialized (
      select task.service_id, task.id, listed.skipped_id, listed.next_at
      from listed
      join task on task.service_id = listed.service_id and task.id = listed.id
      where task.current_execution_id is not distinct from listed.current_execution_id
        and (listed.skipped_id is not null or task.current_created_at > now())
        and task.status = 'active'
      for update of task skip locked
    )
    update task
    set scheduled_at = least(
          task.scheduled_at,
          ahead.next_at,
          now() + case task.unit
            when 'minute' then make_interval(mins => task.frequency)
            when 'hour' then make_interval(hours => task.frequency)
            when 'day' then make_interval(days => task.frequency)
            when 'week' then make_interval(days => 7 * task.frequency)
            when 'month' then make_interval(months => task.frequency)
          end
        ),
        -- What was passed over may have been so because of a run that goes on.
        current_created_at = case when ahead.skipped_id is not null then task.current_created_at end,
        current_execution_id = case when ahead.skipped_id is not null then task.current_execution_id end
    from ahead
    where task.service_id = ahead.service_id
      and task.id = ahead.id`
  return count
}

/** Null where this replica does not know the zone or the pattern: the stored time stays. */
function nextCronTime(cron: string | null, timeZone: string | null, now: string): string | null {
  if (cron === null || timeZone === null) return null
  try {
    const next = cronNext(cron, timeZone, Date.parse(now))
    return next === undefined ? null : new Date(next).toISOString()
  } catch {
    return null
  }
}
