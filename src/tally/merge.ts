import { isTimeout } from '../database/fault.ts'
import type { Sql } from '../database/sql.ts'
import { addOnConflict, shards } from './tally.ts'

/** The maximum number of pending rows of a service that one statement merges. */
const batch = 2_000

/**
 * Moves pending rows into `tally` and `failing_task`. Several replicas may do so at once: each row is counted once. Locked
 * rows are skipped until the next call, so that they do not hold up other services.
 * @throws the driver's error, except for lock and statement timeouts
 */
export async function mergePending(sql: Sql): Promise<void> {
  for (const { service_id } of await listPending(sql))
    try {
      await mergeCounts(sql, service_id)
      await mergeEnds(sql, service_id)
    } catch (error) {
      if (!isTimeout(error)) throw error
      // A lock that `skip locked` does not cover, such as one on the whole table, would time out for each other service
      // too.
      return
    }
}

/** Returns the services with pending rows in random order, and deletes the rows of services that no longer exist. */
async function listPending(sql: Sql): Promise<{ service_id: string }[]> {
  const pending = await sql<{ service_id: string; is_gone: boolean }[]>`/* duly:list_pending */
    select service_id, not exists (select from service where id = service_id) as is_gone
    from (
      select service_id from tally_pending
      union
      select service_id from failing_pending
    ) pending
    order by random()`
  const gone = pending.filter(({ is_gone }) => is_gone).map(({ service_id }) => service_id)
  if (gone.length > 0)
    await sql`/* duly:delete_pending */
      with counts as (
        delete from tally_pending
        where service_id = any(${gone}::uuid[])
      )
      delete from failing_pending
      where service_id = any(${gone}::uuid[])`
  return pending.filter(({ is_gone }) => !is_gone)
}

/** SQL: a CTE `unlocked` with the service's row, empty if it is locked. The foreign keys of new rows lock it as well. */
const unlocked = (sql: Sql, serviceId: string) => sql`
  unlocked as materialized (
    select id
    from service
    where id = ${serviceId}
    for key share skip locked
  )`

/** Moves the counts of a service from `tally_pending` to `tally`. */
async function mergeCounts(sql: Sql, serviceId: string): Promise<void> {
  await sql`/* duly:merge_counts */
    with ${unlocked(sql, serviceId)}, chosen as materialized (
      select id
      from tally_pending
      where service_id = ${serviceId}
        and exists (select from unlocked)
      order by id
      limit ${batch}
      for update skip locked
    ), taken as (
      delete from tally_pending
      where service_id = ${serviceId}
        and id in (select id from chosen)
      returning *
    ), cells as (
      -- The sums of each bucket of the histograms.
      select at, bucket, sum(duration)::integer as duration, sum(skew)::integer as skew
      from taken
      cross join lateral unnest(duration_ms, skew_ms) with ordinality as cell (duration, skew, bucket)
      group by at, bucket
    ), histograms as (
      select
        at,
        array_agg(coalesce(duration, 0) order by bucket) as duration_ms,
        array_agg(coalesce(skew, 0) order by bucket) as skew_ms
      from cells
      group by at
    ), sums as (
      select at, sum(success)::integer as success, sum(failed)::integer as failed, sum(skipped)::integer as skipped
      from taken
      group by at
    )
    insert into tally (service_id, at, shard, success, failed, skipped, duration_ms, skew_ms)
    select ${serviceId}, at, ${shards.merged}, success, failed, skipped, duration_ms, skew_ms
    from sums
    join histograms using (at)
    order by at
    ${addOnConflict(sql)}`
}

/**
 * Moves the ends of a service's executions from `failing_pending` to `failing_task`. The last end of a task decides whether
 * it is failing, unless the history has a later success.
 */
async function mergeEnds(sql: Sql, serviceId: string): Promise<void> {
  const hasSucceeded = sql`(select has_succeeded from ready where ready.task_id = excluded.task_id)`
  await sql`/* duly:merge_ends */
    with ${unlocked(sql, serviceId)}, pending as materialized (
      select *
      from failing_pending
      where service_id = ${serviceId}
        and exists (select from unlocked)
      order by id
      limit ${batch}
      for update skip locked
    ), failing as materialized (
      -- The rows of failing tasks that are not locked by others.
      select failing_task.task_id
      from failing_task
      where failing_task.service_id = ${serviceId}
        and failing_task.task_id in (select task_id from pending)
      for update skip locked
    ), last as (
      -- The last end and the last success of each task whose row is locked here, or which has no row.
      select
        pending.task_id,
        max(pending.id) as id,
        max(pending.id) filter (where pending.status = 'success') as success_id
      from pending
      where pending.task_id in (select task_id from failing)
        or not exists (
          select from failing_task
          where failing_task.service_id = ${serviceId}
            and failing_task.task_id = pending.task_id
        )
      group by pending.task_id
    ), ready as materialized (
      -- The last end of each task, with the number of failures after its last success and the time of the first of them.
      select
        last.task_id, last.success_id is not null as has_succeeded, pending.status, pending.error, pending.at,
        pending.ran_at, failures.count, failures.settled, failures.since
      from last
      join pending on pending.id = last.id
      cross join lateral (
        select
          count(*) filter (where failure.is_attempt)::integer as count,
          count(*) filter (where failure.settled)::integer as settled,
          min(failure.at) as since
        from pending failure
        where failure.task_id = last.task_id
          and failure.status = 'failed'
          and failure.id > coalesce(last.success_id, 0)
      ) failures
    ), recovered as (
      delete from failing_task
      using ready
      where failing_task.service_id = ${serviceId}
        and failing_task.task_id = ready.task_id
        and ready.status = 'success'
        and failing_task.last_failed_at <= ready.at
    ), done as (
      delete from failing_pending
      using pending
      where failing_pending.service_id = ${serviceId}
        and failing_pending.id = pending.id
        and pending.task_id in (select task_id from ready)
    )
    insert into failing_task (service_id, task_id, since, last_failed_at, consecutive, error, settled, alert_due)
    select ${serviceId}, task_id, since, at, count, error, settled, settled > 0
    from ready
    where status = 'failed'
      -- A cancelled attempt alone does not make a task failing.
      and (count > 0 or task_id in (select task_id from failing))
      and exists (select from task where task.service_id = ${serviceId} and task.id = ready.task_id)
      and not exists (
        select from execution
        where execution.service_id = ${serviceId}
          and execution.task_id = ready.task_id
          and execution.created_at > ready.ran_at
          and execution.status = 'success'
      )
    order by task_id
    on conflict (service_id, task_id) do update
    set consecutive = excluded.consecutive + case when ${hasSucceeded} then 0 else failing_task.consecutive end,
        settled = excluded.settled + case when ${hasSucceeded} then 0 else failing_task.settled end,
        alert_from = case when ${hasSucceeded} then 1 else failing_task.alert_from end,
        alert_due = case
          when ${hasSucceeded} then excluded.settled > 0
          else excluded.settled + failing_task.settled >= failing_task.alert_from
        end,
        since = case
          when ${hasSucceeded} then excluded.since
          else least(failing_task.since, excluded.since)
        end,
        error = case when excluded.last_failed_at >= failing_task.last_failed_at then excluded.error else failing_task.error end,
        last_failed_at = greatest(failing_task.last_failed_at, excluded.last_failed_at)`
}
