import type { Fragment, Sql } from '../database/sql.ts'
import { bounds, bucketCount } from './histogram.ts'
import { quarterHour } from './quarter-hour.ts'

/** SQL: an empty histogram. */
const noValues = (sql: Sql) => sql`array_fill(0, array[${bucketCount}::integer])`

/**
 * SQL: counts the executions that a statement has closed. These CTEs follow its CTE `closed`, which has service_id, task_id,
 * status, error, duration_ms, created_at, started_at, scheduled_for, missed_slots, attempt, redelivery and stop_requested_at. They
 * only insert rows, which `mergePending` adds up later, and so wait for no lock.
 * @param settled whether the slot of a row of `closed` has settled
 */
export function countClosed(sql: Sql, settled: Fragment): Fragment {
  const bucket = (ms: Fragment) => sql`width_bucket(${ms}, ${bounds as number[]}::float8[])`
  const histogram = (buckets: Fragment) => sql`
    array(
      select cardinality(array_positions(${buckets}, bucket))
      from generate_series(0, ${bucketCount - 1}::integer) as bucket
    )`
  return sql`
    -- One row for each service, to be added to tally later.
    tallied as (
      insert into tally_pending (service_id, at, success, failed, duration_ms, skew_ms)
      select
        service_id, ${quarterHour(sql)}, success, failed, ${histogram(sql`durations`)}, ${histogram(sql`skews`)}
      from (
        select
          service_id,
          count(*) filter (where status = 'success')::integer as success,
          count(*) filter (where status = 'failed')::integer as failed,
          array_agg(${bucket(sql`duration_ms::float8`)}) as durations,
          array_agg(
            case
              -- A run now has no slot: scheduled_for equals created_at.
              when attempt = 1 and redelivery = 0 and missed_slots = 0 and scheduled_for < created_at
                then ${bucket(sql`date_part('epoch', started_at - scheduled_for) * 1000`)}
            end
          ) as skews
        from closed
        group by service_id
      ) gathered
    ),
    -- Ends that may change whether a task is failing, to be merged into failing_task later. An execution that a person
    -- has stopped, and that failed, changes nothing: nobody wants an alert of it.
    failing as (
      ${noteEnds(
        sql,
        sql`
          select service_id, task_id, status, error, created_at as ran_at, ${settled} as settled
          from closed
          where status = 'success'
            or stop_requested_at is null`,
      )}
    )`
}

/**
 * SQL: records ends that may change whether a task is failing, as the body of a CTE: each failure, and a success if the task
 * is failing or has an end that is not merged yet.
 * @param ends rows with service_id, task_id, status, error, ran_at and settled
 */
export const noteEnds = (sql: Sql, ends: Fragment): Fragment => sql`
  insert into failing_pending (service_id, task_id, status, error, ran_at, settled)
  select service_id, task_id, status, error, ran_at, settled
  from (${ends}) ended
  where status = 'failed'
    or ${isKnown(sql)}`

/**
 * SQL: records that slots of failing tasks have settled because their next attempt was cancelled, as the body of a CTE. That
 * attempt was not made and does not count as a failure; the slot has failed.
 * @param cancelled rows with service_id, task_id, error and created_at
 */
export const noteCancelled = (sql: Sql, cancelled: Fragment): Fragment => sql`
  insert into failing_pending (service_id, task_id, status, error, ran_at, settled, is_attempt)
  select service_id, task_id, 'failed', error, created_at, true, false
  from (${cancelled}) ended
  where ${isKnown(sql)}`

/** SQL: whether the task of a row of `ended` is failing, or has an end that is not merged yet. */
const isKnown = (sql: Sql): Fragment => sql`(
    (
      select true
      from failing_task
      where failing_task.service_id = ended.service_id
        and failing_task.task_id = ended.task_id
      limit 1
    )
    or (
      select true
      from failing_pending
      where failing_pending.service_id = ended.service_id
        and failing_pending.task_id = ended.task_id
      limit 1
    )
  )`

/**
 * SQL: counts skipped slots, or retries that were cancelled (as failed), as the body of a CTE. It does not change whether a
 * task is failing, and waits for no lock.
 * @param rows rows with service_id and count; a service may have several
 */
export function countUnsent(sql: Sql, kind: 'failed' | 'skipped', rows: Fragment): Fragment {
  const [failed, skipped] = kind === 'failed' ? [sql`sum(count)`, sql`0`] : [sql`0`, sql`sum(count)`]
  return sql`
    insert into tally_pending (service_id, at, failed, skipped, duration_ms, skew_ms)
    select
      service_id, ${quarterHour(sql)}, ${failed}::integer, ${skipped}::integer, ${noValues(sql)}, ${noValues(sql)}
    from (${rows}) unsent
    group by service_id`
}
