import { rows } from '../database/rows.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { countUnsent, noteCancelled } from '../tally/pending.ts'
import type { OutcomeRow } from './outcome.ts'

/** The constraint that a statement violates if it records a failure again: the execution has been closed before. */
export const failureIsRecorded = 'failed_execution_pkey'

/**
 * SQL: the failed ones of a list of outcomes as a CTE `failure` (service_id, task_id, created_at, id, status_code, error),
 * with a comma behind it; nothing if none has failed.
 */
export function givenFailures(sql: Sql, list: readonly OutcomeRow[]): Fragment {
  const failed = list.filter((outcome) => outcome.status === 'failed')
  if (failed.length === 0) return sql``
  return sql`
    failure as materialized (
      select *
      from ${rows(sql, failed, 'failure', {
        service_id: 'uuid',
        task_id: 'uuid',
        created_at: 'timestamptz',
        id: ['uuid', ({ execution_id }) => execution_id],
        status_code: 'integer',
        error: 'text',
      })}
    ),`
}

/**
 * SQL: records executions that a statement closes as failed in `failed_execution`, as two CTEs. They lock nothing: they only
 * insert rows, and reasons in the order of their key.
 * @param failures query with service_id, task_id, created_at, id, status_code, error, and `settled`: whether no attempt at
 *   the slot follows
 */
export const recordFailures = (sql: Sql, failures: Fragment): Fragment => sql`
  recorded_failure as (
    insert into failed_execution (service_id, created_at, id, task_id, reason, settled)
    select service_id, created_at, id, task_id, ${reasonOf(sql)}, settled
    from (${failures}) failure
  ),
  recorded_reason as (
    insert into failure_reason (service_id, reason, status_code, error)
    select distinct on (service_id, reason) service_id, reason, status_code, error
    from (select service_id, status_code, error, ${reasonOf(sql)} as reason from (${failures}) failure) failure
    order by service_id, reason
    on conflict (service_id, reason) do nothing
  )`

/**
 * SQL: records queued executions that a statement closes as failed without sending them, so that their slots have settled:
 * counts them, notes the slots of tasks that are failing, and records the failures, as CTEs that lock nothing.
 * @param failures query with service_id, task_id, created_at, id, status_code and error
 */
export const recordUnsent = (sql: Sql, failures: Fragment): Fragment => sql`
  tallied as (
    ${countUnsent(sql, 'failed', sql`select service_id, 1 as count from (${failures}) failure`)}
  ),
  failing as (
    ${noteCancelled(sql, failures)}
  ),
  ${recordFailures(sql, sql`select failure.*, true as settled from (${failures}) failure`)}`

/** SQL: the same as `recordFailures` for the failed ones in the CTE `closed`, whose follow-up is in the CTE `ended` (see follow-up.ts). */
export const recordClosedFailures = (sql: Sql): Fragment =>
  recordFailures(
    sql,
    sql`
      select
        service_id, task_id, created_at, id, status_code, error,
        ${hasSettled(sql)} as settled
      from closed
      where status = 'failed'`,
  )

/** SQL: whether the slot of an execution has settled, by its id and the CTE `ended` (see follow-up.ts). */
export const hasSettled = (sql: Sql): Fragment => sql`id not in (select id from ended where has_next)`

/** SQL: when the failure of a row of `failed_execution` was recorded, as its indexes by task and by reason have it. */
export const failedAt = (sql: Sql, row: Fragment): Fragment => sql`coalesce(${row}.failed_at, ${row}.created_at)`

/** SQL: the same as its index of all failures of a service has it. */
export const failedAtOfAll = (sql: Sql, row: Fragment): Fragment => sql`greatest(${row}.failed_at, ${row}.created_at)`

/** SQL: the key of a reason. */
const reasonOf = (sql: Sql): Fragment => sql`hashtextextended(concat(status_code, ' ', error), 0)`
