import type { Fragment, Sql } from '../database/sql.ts'
import { sameTime } from './partition-bound.ts'

// Conditions on the state of a task or an execution, each of them once. A row of `task`, or one with the same columns, is given
// by its name in the statement.

/** Rows of `task` in a statement that calls them so. */
export const taskRow = (sql: Sql) => sql`task`

/**
 * Whether a row of `task` waits in a line: with the tasks that no flow limits, or with those of one flow. Each line has indexes
 * of its own for due slots, due patterns and queued executions, and a statement uses them only with this condition.
 * @param flow the name of the flow: SQL that is not null; undefined for the tasks that no flow limits
 */
export const isInLine = (sql: Sql, flow?: Fragment) =>
  flow === undefined ? sql`task.limited_by is null` : sql`task.limited_by = ${flow}`

/** Whether the slot of a row of `task` is due at a time; now, unless another time is given. */
export const isSlotDue = (sql: Sql, at: Fragment = sql`now()`) => sql`
  task.status = 'active'
    and not task.once_running
    and task.scheduled_at <= ${at}`

/** Whether the queued execution of a row of `task` is due at a time; now, unless another time is given. */
export const isQueuedDue = (sql: Sql, at: Fragment = sql`now()`) => sql`
  task.queued_for <= ${at}
    and not task.queued_running`

/** Whether a row of `task` repeats. A task that runs once has neither an interval nor a pattern. */
export const repeats = (sql: Sql, row: Fragment = taskRow(sql)) =>
  sql`(${row}.frequency is not null or ${row}.cron is not null)`

/**
 * Whether a row of `execution` is the one that a row of `task` started last.
 * @param createdAt condition on the creation time; the default is for connections that prune no partitions
 */
export const isCurrent = (
  sql: Sql,
  row: Fragment = taskRow(sql),
  createdAt: Fragment = sql`execution.created_at = ${row}.current_created_at`,
) => sql`
  execution.service_id = ${row}.service_id
    and execution.task_id = ${row}.id
    and ${createdAt}
    and execution.id = ${row}.current_execution_id`

/** Whether a row of `execution` is the one that a row of `task` started last, and has not ended. See `isCurrent`. */
export const isCurrentStarted = (sql: Sql, row?: Fragment, createdAt?: Fragment) => sql`
  ${isCurrent(sql, row, createdAt)}
    and execution.status = 'started'`

/**
 * Like `isCurrentStarted`, but within a bound on `execution.created_at`, by which partitions are pruned (see
 * partition-bound.ts).
 */
export const isCurrentStartedWithin = (sql: Sql, row: Fragment, bound: Fragment) =>
  isCurrentStarted(
    sql,
    row,
    sql`
      ${bound}
      -- Not "=": partitions must not be pruned by the value of a row.
      and ${sameTime(sql, sql`${row}.current_created_at`)}`,
  )

/** Whether an execution of a row of `task` is running: SQL for connections that prune no partitions. */
export const isRunning = (sql: Sql, row: Fragment = taskRow(sql)) => sql`
  (${row}.queued_running or exists (select from execution where ${isCurrentStarted(sql, row)}))`

/**
 * Bound on the creation time of executions that may be running: no replica has an older one open. An hour is added,
 * because the clock of the database may have been set back by less than that.
 * @param oldestOpenAt RFC 3339
 */
export const mayBeOpen = (sql: Sql, oldestOpenAt: string) => sql`
  -- Prunes partitions: no replica has an older execution open, and no clock has been set back by more than an hour.
  execution.created_at >= ${oldestOpenAt}::timestamptz
    and execution.created_at <= now() + interval '1 hour'`

/**
 * Whether the execution that a row of `task` started last is still running, for the statements of the scheduler. Each look
 * is a subquery of one row (`limit 1`), which PostgreSQL cannot turn into a join: as a join it would read all executions
 * of the day. The second look finds an execution that was started while the clock of the database was ahead by more than an
 * hour; it lies in a partition that the first one prunes.
 */
export const currentIsStarted = (sql: Sql, row: Fragment, oldestOpenAt: string) => sql`
  (
    (select true from execution where ${isCurrentStartedWithin(sql, row, mayBeOpen(sql, oldestOpenAt))} limit 1) is not null
    or case
      -- Started while the database's clock was ahead by more than that.
      when ${row}.current_created_at > now() + interval '1 hour' then (
        select true
        from execution
        where ${isCurrentStartedWithin(sql, row, sql`execution.created_at > now() + interval '1 hour'`)}
        limit 1
      ) is not null
      else false
    end
  )`

/** How often a slot is sent again at most because its replica was lost or stopped. */
export const maxRedeliveries = 3

/**
 * Whether an attempt follows a row of `closed`, whose task is a row of `task`: nobody has stopped waiting for it, the task is
 * active, nothing else of it is queued or running, and the retry is due before the next slot, or redeliveries remain.
 */
export const mayRetry = (sql: Sql) => sql`
  closed.stop_requested_at is null
    and task.status = 'active'
    and task.queued_id is null
    and task.current_execution_id = closed.id
    and case
      -- Redeliveries remain, or the retry is due before the next slot.
      when closed.redeliver then closed.redelivery < ${maxRedeliveries}
      else closed.retry_in is not null and (task.once_running or now() + closed.retry_in < task.scheduled_at)
    end`

/** Whether a row of `task` waits for an execution that is not queued. */
export const isQueuedInVain = (sql: Sql) => sql`
  task.queued_id is not null
    and not exists (
      select from execution
      where execution.service_id = task.service_id
        and execution.task_id = task.id
        and execution.created_at = task.queued_created_at
        and execution.id = task.queued_id
        and execution.status = 'queued'
    )`

/** Whether a row of `task` is marked as running while its current execution is not open, and nothing queued would release it. */
export const isRunningInVain = (sql: Sql) => sql`
  (task.queued_running or task.once_running and task.queued_id is null)
    and not exists (select from execution where ${isCurrentStarted(sql)})`
