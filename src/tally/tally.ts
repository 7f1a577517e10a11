import type { Fragment, Sql } from '../database/sql.ts'
import { bucketOf, emptyHistogram } from './histogram.ts'

/** An execution that a statement ends. */
export interface Ended {
  readonly service_id: string
  readonly task_id: string
  readonly status: 'success' | 'failed'
  readonly error: string | null
  readonly duration_ms: number | null
  /** By how much the first attempt at a slot started late; only where no slot was missed before it. */
  readonly skew_ms?: number | null
}

/**
 * The row that a statement writes its counts to: two for each replica, so that its two queues do not wait for each other,
 * and one for what is merged. A statement locks these rows last, in the order of their key.
 *
 * Only the two statements that record a batch in place write here at once, since this costs them least; when they have to
 * wait for somebody's lock they are given up, and the batch is recorded by key. All others count through src/tally/pending.ts,
 * so that nothing that ends an execution waits for bookkeeping.
 */
export const shards = {
  inPlace: (replicaId: string) => replicaShard(replicaId),
  other: (replicaId: string) => replicaShard(replicaId) + 1,
  /** Of what others write to `tally_pending`. Versions before that wrote to 16 and 17 themselves. */
  merged: 18,
} as const

const replicaShard = (replicaId: string) => (Number.parseInt(replicaId.slice(-1), 16) & 7) * 2

/** Adds `rows` (service_id, success, failed, skipped, duration_ms, skew_ms; one for each service) to this quarter hour. */
const add = (sql: Sql, shard: number, rows: Fragment) => sql`
  insert into tally (service_id, at, shard, success, failed, skipped, duration_ms, skew_ms)
  select
    service_id, date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00+00'), ${shard}, success, failed, skipped,
    duration_ms, skew_ms
  from (${rows}) ended
  order by service_id
  on conflict (service_id, at, shard) do update
  set success = tally.success + excluded.success,
      failed = tally.failed + excluded.failed,
      skipped = tally.skipped + excluded.skipped,
      duration_ms = array(select old + new from unnest(tally.duration_ms, excluded.duration_ms) as cell (old, new)),
      skew_ms = array(select old + new from unnest(tally.skew_ms, excluded.skew_ms) as cell (old, new))`

/** Notes failures, as the body of a CTE: `rows` have service_id, task_id and error, one for each task. */
const noteFailures = (sql: Sql, rows: Fragment) => sql`
  insert into failing_task (service_id, task_id, error)
  ${rows}
  order by service_id, task_id
  on conflict (service_id, task_id) do update
  set consecutive = failing_task.consecutive + 1,
      last_failed_at = excluded.last_failed_at,
      error = excluded.error`

/** Up to so many failing tasks of the services in a batch are read at once. */
const fewFailing = 100

/** The constraint that a statement with `tallyAll` runs into when it has not closed all that it was to close. */
export const notAllClosed = 'tally_counts_not_negative'

/**
 * Counts executions that a statement closes, all or none, as CTEs to stand right behind its CTE `closed`, which has
 * service_id, task_id and status. What is to be counted is summed up here, since every row that PostgreSQL has to look at
 * again costs as much as all of this. When not all of them are in `closed` the statement fails with `notAllClosed`, and
 * nothing is written.
 */
export function tallyAll(sql: Sql, shard: number, ended: readonly Ended[]): Fragment {
  const sums = sumUp(ended)
  const failed = ended.filter((one) => one.status === 'failed')
  return sql`
    tallied as (
      ${add(
        sql,
        shard,
        sql`
          select
            service_id, case when (select count(*) from closed) = ${ended.length} then success else -1 end as success,
            failed, 0 as skipped, duration_ms::integer[], skew_ms::integer[]
          from unnest(
            ${sums.map((sum) => sum.service_id)}::uuid[],
            ${sums.map((sum) => sum.success)}::integer[],
            ${sums.map((sum) => sum.failed)}::integer[],
            ${sums.map((sum) => `{${sum.duration_ms}}`)}::text[],
            ${sums.map((sum) => `{${sum.skew_ms}}`)}::text[]
          ) as sum (service_id, success, failed, duration_ms, skew_ms)`,
      )}
    )
    ${
      failed.length === 0
        ? sql``
        : sql`, failing as (
            ${noteFailures(
              sql,
              sql`
                select *
                from unnest(
                  ${failed.map((one) => one.service_id)}::uuid[],
                  ${failed.map((one) => one.task_id)}::uuid[],
                  ${failed.map((one) => one.error) as string[]}::text[]
                ) as failure (service_id, task_id, error)`,
            )}
          )`
    }
    ${
      failed.length === ended.length
        ? sql``
        : sql`, few as materialized (
            select task_id
            from failing_task
            where service_id = any(${sums.map((sum) => sum.service_id)}::uuid[])
            limit ${fewFailing + 1}
          ), recovered as (
            delete from failing_task
            using closed
            where exists (select from few)
              -- A look into a small hash for each success, where few fail, costs less than one into an index.
              and (closed.task_id in (select task_id from few) or (select count(*) from few) > ${fewFailing})
              and closed.status = 'success'
              and failing_task.service_id = closed.service_id
              and failing_task.task_id = closed.task_id
          )`
    }`
}

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
