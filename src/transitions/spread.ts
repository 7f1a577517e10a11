import type { Fragment, Sql } from '../database/sql.ts'

// A task with a spread starts some seconds after each of its slots, the same number each time. `task.scheduled_at` is when it
// starts, by which it is claimed; `scheduled_for` of an execution, and `scheduled_at` in the API, are the slot.

/** SQL for the next slot of a row of `task`, or of one with the same columns: the time that its schedule gives. */
export const slotOf = (sql: Sql, row: Fragment): Fragment => sql`
  case
    when ${row}.spread_offset > 0 then ${row}.scheduled_at - make_interval(secs => ${row}.spread_offset)
    else ${row}.scheduled_at
  end`

/** SQL for how many seconds after its slots a row of `task` starts. */
export const offsetIn = (sql: Sql, row: Fragment = sql`task`): Fragment => sql`coalesce(${row}.spread_offset, 0)`

/** SQL for when a task starts whose slot is at a time. @param offset SQL for how many seconds after it */
export const startAt = (sql: Sql, slot: Fragment, offset: Fragment): Fragment =>
  sql`${slot} + make_interval(secs => ${offset})`

/** What an update sets to give a task another spread: its slots stay. @param spread SQL for its new `spread_seconds` */
export const spreadOver = (sql: Sql, spread: Fragment): Fragment => sql`
  spread_seconds = ${spread},
  spread_offset = ${storedOffset(sql, sql`task.id`, spread)},
  scheduled_at = ${startAt(sql, slotOf(sql, sql`task`), offsetOf(sql, sql`task.id`, spread))}`

/** SQL for how many seconds after its slots a task starts. @param spread SQL for its `spread_seconds` */
export const offsetOf = (sql: Sql, id: Fragment, spread: Fragment): Fragment => sql`spread_offset_of(${id}, ${spread})`

/** SQL for the `spread_offset` of a task. @param spread SQL for its `spread_seconds` */
export const storedOffset = (sql: Sql, id: Fragment, spread: Fragment): Fragment =>
  sql`nullif(${offsetOf(sql, id, spread)}, 0)`
