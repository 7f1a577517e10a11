import { rows } from '../database/rows.ts'
import type { Sql } from '../database/sql.ts'
import { nextStart } from '../schedule/next-start.ts'
import { type CalendarUses, calendarUseIn, readCalendarUses } from './calendar-use.ts'
import { inRange, type PageRange } from './page-range.ts'
import { isCurrentStarted, repeats } from './predicates.ts'
import { offsetIn } from './spread.ts'

/**
 * A task that repeats and whose last execution, or skipped slot, has a time ahead of the database's clock: the clock has
 * been set back since.
 */
export interface TaskAhead {
  readonly service_id: string
  readonly id: string
  readonly current_execution_id: string | null
  /** The skipped execution; null where the time of the last execution itself is ahead. */
  readonly skipped_id: string | null
  readonly cron: string | null
  readonly time_zone: string | null
  readonly spread_offset: number
  readonly calendar_use: string
  /** The database's clock. */
  readonly now: string
}

/**
 * Tasks in a range whose last execution has a time ahead of the database's clock, except those that are running. Reads the
 * whole range, without an index.
 */
export async function listTasksAhead(sql: Sql, range: PageRange): Promise<TaskAhead[]> {
  return sql<TaskAhead[]>`
    /* duly:list_tasks_ahead */
    select
      task.service_id, task.id, task.current_execution_id, null as skipped_id, task.cron, task.time_zone,
      ${offsetIn(sql)} as spread_offset, ${calendarUseIn(sql)} as calendar_use, now() as now
    from (
      -- By itself and compared with one value, so that of most rows this one column is read.
      select *
      from task
      where ${inRange(sql, 'task', range)}
        and task.current_created_at > (select now() + interval '1 minute')
      offset 0
    ) task
    where task.status = 'active'
      and ${repeats(sql)}
      and not exists (select from execution where ${isCurrentStarted(sql)})
    limit 1000`
}

/** Tasks with a skipped execution whose time is ahead of the database's clock. Found by the index on the creation times of executions. */
export async function listSkippedAhead(sql: Sql): Promise<TaskAhead[]> {
  return sql<TaskAhead[]>`
    /* duly:list_skipped_ahead */
    select
      task.service_id, task.id, task.current_execution_id, execution.id as skipped_id, task.cron, task.time_zone,
      ${offsetIn(sql)} as spread_offset, ${calendarUseIn(sql)} as calendar_use, now() as now
    from execution
    join task on task.service_id = execution.service_id and task.id = execution.task_id
    where execution.created_at > now() + interval '1 minute'
      and execution.status = 'skipped'
      and task.status = 'active'
      and ${repeats(sql)}
    limit 1000`
}

/**
 * Counts the next times of tasks from now, where that makes them earlier. Before, they were counted from a time that was
 * ahead of the database's clock.
 * @returns how many tasks were changed
 */
export async function recountAhead(sql: Sql, tasks: readonly TaskAhead[]): Promise<number> {
  const uses = await readCalendarUses(sql, tasks)
  const { count } = await sql`
    /* duly:recount_ahead */
    with listed as (
      select *
      from ${rows(sql, tasks, 'listed', {
        service_id: 'uuid',
        id: 'uuid',
        current_execution_id: 'uuid',
        skipped_id: 'uuid',
        calendar_use: 'text',
        next_at: ['timestamptz', nextOf(uses)],
      })}
    ),
    ahead as materialized (
      select task.service_id, task.id, listed.skipped_id, listed.next_at
      from listed
      join task on task.service_id = listed.service_id and task.id = listed.id
      where ${calendarUseIn(sql)} = listed.calendar_use
        and task.current_execution_id is not distinct from listed.current_execution_id
        and (listed.skipped_id is not null or task.current_created_at > now())
        and task.status = 'active'
      for update of task skip locked
    )
    update task
    set scheduled_at = least(
          task.scheduled_at,
          ahead.next_at,
          now() + case
            when task.unit = 'minute' then make_interval(mins => task.frequency)
            when task.unit = 'hour' then make_interval(hours => task.frequency)
            when task.unit = 'day' then make_interval(days => task.frequency)
            when task.unit = 'week' then make_interval(days => 7 * task.frequency)
            when task.unit = 'month' then make_interval(months => task.frequency)
          end
        ),
        -- A slot may have been skipped because of an execution that is still running: then its key stays.
        current_created_at = case when ahead.skipped_id is not null then task.current_created_at end,
        current_execution_id = case when ahead.skipped_id is not null then task.current_execution_id end
    from ahead
    where task.service_id = ahead.service_id
      and task.id = ahead.id`
  return count
}

/** When the task of a cron schedule starts next; null where this replica does not know the zone or the pattern: the stored time stays. */
const nextOf =
  (uses: CalendarUses) =>
  ({ cron, time_zone, spread_offset, calendar_use, now }: TaskAhead): string | null => {
    if (cron === null || time_zone === null) return null
    try {
      const next = nextStart(cron, time_zone, spread_offset, Date.parse(now), uses.get(calendar_use))
      return next === undefined ? null : new Date(next).toISOString()
    } catch {
      return null
    }
  }
