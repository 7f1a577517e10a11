import type { Sql } from '../database/connect.ts'
import { nextTime } from '../schedule/next-time.ts'
import { inRange, type PageRange } from './orphans.ts'

/** A task that repeats and whose last run lies ahead of the database's clock: the clock was set back since. */
export interface TaskAhead {
  readonly service_id: string
  readonly id: string
  readonly last_id: string
  readonly cron: string | null
  readonly time_zone: string | null
  /** The database's clock. */
  readonly now: string
}

/** Such tasks in a range, those that still run left out. Reads the range once, by no index. */
export async function listTasksAhead(sql: Sql, range: PageRange): Promise<TaskAhead[]> {
  return sql<TaskAhead[]>`
    select task.service_id, task.id, task.last_id, task.cron, task.time_zone, now() as now
    from task
    where ${inRange(sql, 'task', range)}
      and task.last_created_at > now() + interval '1 minute'
      and task.status = 'active'
      and (task.frequency is not null or task.cron is not null)
      and not exists (
        select from execution
        where execution.service_id = task.service_id
          and execution.task_id = task.id
          and execution.created_at = task.last_created_at
          and execution.id = task.last_id
          and execution.status = 'started'
      )
    limit 1000`
}

/**
 * Counts the next times of such tasks anew, where that makes them earlier: they were counted from a time that has not come.
 * @returns how many tasks that were
 */
export async function countAnew(sql: Sql, tasks: readonly TaskAhead[]): Promise<number> {
  const next = tasks.map(({ cron, time_zone, now }) => cronNext(cron, time_zone, now))
  const { count } = await sql`
    with listed as (
      select *
      from unnest(
        ${tasks.map((task) => task.service_id)}::uuid[],
        ${tasks.map((task) => task.id)}::uuid[],
        ${tasks.map((task) => task.last_id)}::uuid[],
        ${next as string[]}::timestamptz[]
      ) as listed (service_id, id, last_id, next_at)
    ), ahead as materialized (
      select task.service_id, task.id, listed.next_at
      from listed
      join task on task.service_id = listed.service_id and task.id = listed.id
      where task.last_id = listed.last_id
        and task.last_created_at > now()
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
        last_created_at = null,
        last_id = null
    from ahead
    where task.service_id = ahead.service_id
      and task.id = ahead.id`
  return count
}

/** Null where this replica does not know the zone or the pattern: the stored time stays. */
function cronNext(cron: string | null, timeZone: string | null, now: string): string | null {
  if (cron === null || timeZone === null) return null
  try {
    const next = nextTime(cron, timeZone, Date.parse(now))
    return next === undefined ? null : new Date(next).toISOString()
  } catch {
    return null
  }
}
