import type { Fragment, Sql } from '../database/sql.ts'
import { offsetIn, slotOf, startAt } from './spread.ts'

/**
 * SQL for the columns `new_start`, `new_slot` and `old_slot` of a row of `task` that is moved.
 * @param start SQL for when the task starts next; null for a task without a pattern
 * @param seconds SQL for by how much a task without a pattern is moved
 */
export const moveColumns = (sql: Sql, start: Fragment, seconds: Fragment): Fragment => {
  const moved = sql`coalesce(${start}, ${startAt(sql, sql`task.scheduled_at`, seconds)})`
  return sql`
    ${moved} as new_start,
    ${moved} - make_interval(secs => ${offsetIn(sql)}) as new_slot,
    ${slotOf(sql, sql`task`)} as old_slot`
}

/**
 * What an update sets to move the next slot of a task, and its spread with it. A first slot that was given moves too, so that it stays
 * the first one.
 * @param move SQL for a row with the columns of `moveColumns`
 */
export const movedTo = (sql: Sql, move: Fragment): Fragment => sql`
  scheduled_at = ${move}.new_start,
  given_at = case when task.given_at = ${move}.old_slot then ${move}.new_slot else task.given_at end`
