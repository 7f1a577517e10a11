import { isTimeout } from '../database/fault.ts'
import type { Sql } from '../database/sql.ts'
import { shards } from './tally.ts'

/** Rows of one service that are added up in one statement at most. */
const batch = 2_000

/**
 * Adds what is pending to `tally` and `failing_task`. It may be repeated, also by several at once: each row counts once.
 * What somebody else has locked is left for the next time, and holds up no other service.
 */
export async function mergePending(sql: Sql): Promise<void> {
  for (const { service_id } of await listPending(sql))
    try {
      await mergeCounts(sql, service_id)
      await mergeEnds(sql, service_id)
    } catch (error) {
      if (!isTimeout(error)) throw error
      // A lock that a look could not see, such as one on the whole table: no use in waiting for it again for the next one.
      return
    }
}

async function listPending(sql: Sql): Promise<{ service_id: string }[]> {
  const pending = await sql<{ service_id: string; is_gone: boolean }[]>`
    select service_id, not exists (select from service where id = service_id) as is_gone
    from (
      select service_id from tally_pending
      union
      select service_id from failing_pending
    ) pending
    order by random()`
  const gone = pending.filter(({ is_gone }) => is_gone).map(({ service_id }) => service_id)
  if (gone.length > 0)
    await sql`
      with counts as (
        delete from tally_pending
        where service_id = any(${gone}::uuid[])
      )
      delete from failing_pending
      where service_id = any(${gone}::uuid[])`
  return pending.filter(({ is_gone }) => !is_gone)
}

/** The service's row, unless somebody else has it locked: a new row of `tally` or `failing_task` needs it. */
const free = (sql: Sql, serviceId: string) => sql`
  free as materialized (
    select id
    from service
    where id = ${serviceId}
    for key share skip locked
  )`

async function mergeCounts(sql: Sql, serviceId: string): Promise<void> {
  await sql`
    with ${free(sql, serviceId)}, chosen as materialized (
      select id
      from tally_pending
      where service_id = ${serviceId}
        and exists (select from free)
      order by id
      limit ${batch}
      for update skip locked
    ), taken as (
      delete from tally_pending
      where service_id = ${serviceId}
        and id in (select id from chosen)
      returning *
    ), cells as (
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
    on conflict (service_id, at, shard) do update
    set success = tally.success + excluded.success,
        failed = tally.failed + excluded.failed,
        skipped = tally.skipped + excluded.skipped,
        duration_ms = array(select old + new from unnest(tally.duration_ms, excluded.duration_ms) as cell (old, new)),
        skew_ms = array(select old + new from unnest(tally.skew_ms, excluded.skew_ms) as cell (old, new))`
}

/** What a task's last end says goes, and of what runs later in the meantime the history. */
async function mergeEnds(sql: Sql, serviceId: string): Promise<void> {
  await sql`
    with ${free(sql, serviceId)}, mark as materialized (
      select *
      from failing_pending
      where service_id = ${serviceId}
        and exists (select from free)
      order by id
      limit ${batch}
      for update skip locked
    ), mine as materialized (
      select failing_task.task_id
      from failing_task
      where failing_task.service_id = ${serviceId}
        and failing_task.task_id in (select task_id from mark)
      for update skip locked
    ), last as (
      select
        mark.task_id,
        max(mark.id) as id,
        max(mark.id) filter (where mark.status = 'success') as success_id
      from mark
      where mark.task_id in (select task_id from mine)
        or not exists (
          select from failing_task
          where failing_task.service_id = ${serviceId}
            and failing_task.task_id = mark.task_id
        )
      group by mark.task_id
    ), ready as materialized (
      select
        last.task_id, last.success_id is not null as has_succeeded, mark.status, mark.error, mark.at, mark.ran_at,
        failures.count, failures.since
      from last
      join mark on mark.id = last.id
      cross join lateral (
        select count(*)::integer as count, min(failure.at) as since
        from mark failure
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
      using mark
      where failing_pending.service_id = ${serviceId}
        and failing_pending.id = mark.id
        and mark.task_id in (select task_id from ready)
    )
    insert into failing_task (service_id, task_id, since, last_failed_at, consecutive, error)
    select ${serviceId}, task_id, since, at, count, error
    from ready
    where status = 'failed'
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
    set consecutive = excluded.consecutive
          + case
              when (select has_succeeded from ready where ready.task_id = excluded.task_id) then 0
              else failing_task.consecutive
            end,
        since = case
          when (select has_succeeded from ready where ready.task_id = excluded.task_id) then excluded.since
          else least(failing_task.since, excluded.since)
        end,
        error = case when excluded.last_failed_at >= failing_task.last_failed_at then excluded.error else failing_task.error end,
        last_failed_at = greatest(failing_task.last_failed_at, excluded.last_failed_at)`
}
