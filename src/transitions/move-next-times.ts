import type { Fragment, Sql } from '../database/sql.ts'
import { calendarUseIn } from './calendar-use.ts'
import { disabledIf } from './disable.ts'
import { offsetIn, slotOf, startAt } from './spread.ts'

/** A next slot that cron tasks have in common, and the time it is moved to. */
export interface Move {
  readonly cron: string
  readonly time_zone: string
  readonly scheduled_at: string
  readonly calendar_use: string
  readonly moved_to: string
}

/**
 * Moves the next times of cron tasks, as CTEs `move` and `moved` (one row for each task that was changed).
 * @param condition may be false for all of them
 */
export const moveNextTimes = (sql: Sql, moves: readonly Move[], condition: Fragment): Fragment => sql`
  move as materialized (
    select *
    from jsonb_to_recordset(${sql.json(moves as never)}) as move (
      cron text, time_zone text, scheduled_at timestamptz, calendar_use text, moved_to timestamptz
    )
    where ${condition}
  ),
  moved as (
    update task
    set scheduled_at = case when move.moved_to > task.ends_at then null else ${startAt(sql, sql`move.moved_to`, offsetIn(sql))} end,
        -- A task that ends before the time it would be moved to has had its last slot.
        ${disabledIf(sql, sql`move.moved_to > task.ends_at`)}
    from move
    where task.cron = move.cron
      and task.time_zone = move.time_zone
      and ${slotOf(sql, sql`task`)} = move.scheduled_at
      and ${calendarUseIn(sql)} = move.calendar_use
      and task.deleted_at is null
      and not (task.once_running and move.moved_to > task.ends_at)
    returning 1
  )`
