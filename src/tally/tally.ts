import { rows } from '../database/rows.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { bucketOf, emptyHistogram } from './histogram.ts'
import { quarterHour } from './quarter-hour.ts'

/** An execution that a statement closes. */
interface Ended {
  readonly service_id: string
  readonly task_id: string
  readonly status: 'success' | 'failed'
  readonly error: string | null
  readonly duration_ms: number | null
  /**
   * By how much the first attempt at a slot started late. Absent if slots were missed before it, and for other attempts.
   */
  readonly skew_ms?: number | null
}

/**
 * The column `shard` of `tally`, by which concurrent statements count in different rows: two rows for each replica, so that
 * its two record queues do not wait for each other, and one for merged counts. A statement locks these rows last, in the
 * order of their primary key, so that no deadlock occurs.
 *
 * Only the two statements that close a batch in place write to `tally` directly, because that is cheapest for them. If they
 * hit a lock timeout, the batch is closed by key instead. All other statements count through src/tally/pending.ts, so that
 * closing an execution never waits for counts.
 */
export const shards = {
  /** For the statement that closes a batch in place. */
  inPlace: (replicaId: string) => replicaShard(replicaId),
  /** For the statement that closes a batch in place with its follow-ups. */
  other: (replicaId: string) => replicaShard(replicaId) + 1,
  /** For counts merged from `tally_pending`. Shards 16 and 17 hold counts of versions without `tally_pending`. */
  merged: 18,
} as const

const replicaShard = (replicaId: string) => (Number.parseInt(replicaId.slice(-1), 16) & 7) * 2

/** SQL: the end of an `insert into tally` that adds to an existing row. */
export const addOnConflict = (sql: Sql) => sql`
  on conflict (service_id, at, shard) do update
  set success = tally.success + excluded.success,
      failed = tally.failed + excluded.failed,
      skipped = tally.skipped + excluded.skipped,
      duration_ms = array(select old + new from unnest(tally.duration_ms, excluded.duration_ms) as cell (old, new)),
      skew_ms = array(select old + new from unnest(tally.skew_ms, excluded.skew_ms) as cell (old, new))`

/**
 * SQL: adds counts to the current quarter of an hour, as the body of a CTE.
 * @param counts rows, one for each service, with service_id, success, failed, skipped, duration_ms and skew_ms
 */
const addCounts = (sql: Sql, shard: number, counts: Fragment) => sql`
  insert into tally (service_id, at, shard, success, failed, skipped, duration_ms, skew_ms)
  select service_id, ${quarterHour(sql)}, ${shard}, success, failed, skipped, duration_ms, skew_ms
  from (${counts}) ended
  order by service_id
  ${addOnConflict(sql)}`

/**
 * SQL: records failures, as the body of a CTE. A task whose slots have failed as often as its alert policy says is marked as
 * due; a failure below that, or after the alert, changes no column of an index.
 * @param failures rows, one for each task, with service_id, task_id, error and settled
 */
const noteFailures = (sql: Sql, failures: Fragment) => sql`
  insert into failing_task (service_id, task_id, error, settled, alert_due)
  select service_id, task_id, error, settled::integer, settled
  from (${failures}) failure
  order by service_id, task_id
  on conflict (service_id, task_id) do update
  set consecutive = failing_task.consecutive + 1,
      settled = failing_task.settled + excluded.settled,
      alert_due = failing_task.settled + excluded.settled >= failing_task.alert_from,
      last_failed_at = excluded.last_failed_at,
      error = excluded.error`

/** Up to this many failing tasks of the services in a batch are read at once; with more, each success is looked up. */
const fewFailing = 100

/** The constraint that a statement with `tallyAll` violates if it has not closed all given executions. */
export const notAllClosed = 'tally_counts_not_negative'

/**
 * SQL: counts the executions that a statement closes, all of them or none. These CTEs follow the statement's CTE `closed`,
 * which has service_id, task_id and status, and if some have failed its CTE `failure` with service_id, task_id, id and error. If an execution in `ended` is missing in `closed`, the statement fails with
 * `notAllClosed` and writes nothing. The sums are computed in TypeScript, because reading each row once more in PostgreSQL
 * would cost as much as the rest of these CTEs.
 * @param settled whether the slot of a row of `failure` has settled
 */
export function tallyAll(sql: Sql, shard: number, ended: readonly Ended[], settled: Fragment): Fragment {
  const sums = sumUp(ended)
  const failed = ended.filter((one) => one.status === 'failed').length
  return sql`
    tallied as (
      ${addCounts(
        sql,
        shard,
        sql`
          select
            -- Not all were closed: -1 violates tally_counts_not_negative.
            service_id, case when (select count(*) from closed) = ${ended.length} then success else -1 end as success,
            failed, 0 as skipped, duration_ms::integer[], skew_ms::integer[]
          from ${rows(sql, sums, 'sum', {
            service_id: 'uuid',
            success: 'integer',
            failed: 'integer',
            duration_ms: ['text', (sum) => `{${sum.duration_ms}}`],
            skew_ms: ['text', (sum) => `{${sum.skew_ms}}`],
          })}`,
      )}
    )
    ${
      failed === 0
        ? sql``
        : sql`,
          -- Failing tasks, with the number of failures since the last success.
          failing as (
            ${noteFailures(sql, sql`select service_id, task_id, error, ${settled} as settled from failure`)}
          )`
    }
    ${
      failed === ended.length
        ? sql``
        : sql`,
          -- Failing tasks of the services in the batch; the limit is one more than counts as few.
          few as materialized (
            select task_id
            from failing_task
            where service_id = any(${sums.map((sum) => sum.service_id)}::uuid[])
            limit ${fewFailing + 1}
          ),
          -- Tasks that have succeeded are no longer failing.
          recovered as (
            delete from failing_task
            using closed
            where exists (select from few)
              -- Where few tasks fail, a lookup in a small hash table for each success is cheaper than one in the index.
              and (closed.task_id in (select task_id from few) or (select count(*) from few) > ${fewFailing})
              and closed.status = 'success'
              and failing_task.service_id = closed.service_id
              and failing_task.task_id = closed.task_id
          )`
    }`
}

/** Returns the counts of each service. */
function sumUp(ended: readonly Ended[]) {
  const sums = [...Map.groupBy(ended, (one) => one.service_id)].map(([service_id, own]) => {
    const sum = { service_id, success: 0, failed: 0, duration_ms: emptyHistogram(), skew_ms: emptyHistogram() }
    for (const { status, duration_ms, skew_ms } of own) {
      sum[status]++
      if (duration_ms !== null) (sum.duration_ms[bucketOf(duration_ms)] as number)++
      if (typeof skew_ms === 'number') (sum.skew_ms[bucketOf(skew_ms)] as number)++
    }
    return sum
  })
  return sums
}
