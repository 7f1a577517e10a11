import { bucketCount } from '../../src/tally/histogram.ts'
import { openTestAlerts } from './alerts.ts'
import { type Account, createAccount } from './app.ts'
import { sql } from './database.ts'

/** How many tasks are failing; a hundred newer ones are well. */
const failing = 340

/**
 * Makes a service with 440 tasks, each of which has run 20 times. Of those, the older 340 are failing with 20 errors at 17 hosts, and
 * have an open alert each. It has been running for a week, and has a flow for each host.
 * @returns its account, and the ids of its tasks, the newest first
 */
export async function filledService(): Promise<{ readonly owner: Account; readonly ids: readonly string[] }> {
  const owner = await createAccount()
  const ids = Array.from({ length: failing + 100 }, (_, place) =>
    Bun.randomUUIDv7('hex', Date.UTC(2026, 0, 1) + place * 3_600_000),
  )
  await sql`
    insert into task (
      service_id, id, name, url, method, header, frequency, unit, scheduled_at, created_at, current_execution_id
    )
    select
      ${owner.id}, id, concat((array['Billing', 'Stock', 'Mail', 'Reports'])[1 + place % 4], ' of customer ', place),
      concat('https://host-', place % 17, '.example.com/v1/jobs/', place), 'POST', '{"Accept": "application/json"}', 5, 'minute',
      now() + place * interval '7.123457 s', now() - interval '90 days' + place * interval '3601.234567 s', gen_random_uuid()
    from unnest(${ids}::uuid[]) with ordinality as task (id, place)`
  await sql`
    insert into execution (
      service_id, task_id, id, slot_id, replica_id, status, status_code, error, response, duration_ms, created_at, scheduled_for,
      started_at
    )
    select
      ${owner.id}, task.id, gen_random_uuid(), gen_random_uuid(), ${owner.id}, case when fails then 'failed' else 'success' end,
      case when fails then 500 + place % 20 else 200 end, case when fails then concat('the target answered ', 500 + place % 20) end,
      '{"ok":true}', 30 + (random() * 900)::integer, at, slot, at
    from unnest(${ids}::uuid[]) with ordinality as task (id, place)
    cross join generate_series(1, 20) as run
    cross join lateral (
      select place <= ${failing} as fails, date_trunc('second', now()) - run * interval '5 min' - place * interval '0.6 s' as slot
    ) times
    cross join lateral (select slot + random() * interval '40 ms' as at) start`
  await recordFailures(owner.id)
  await sql`
    insert into failing_task (service_id, task_id, since, last_failed_at, settled, consecutive, error)
    select service_id, task_id, min(created_at), max(created_at), 20, 20, max(error)
    from execution
    where service_id = ${owner.id}
      and status = 'failed'
    group by service_id, task_id`
  await sql`
    insert into tally (service_id, at, shard, success, failed, duration_ms, skew_ms)
    select ${owner.id}, date_bin('15 min', now(), 'epoch') - n * interval '15 min', 0, 300 + n % 7, 1000 - n % 11, times, times
    from generate_series(0, 671) n, lateral (select array_fill(n % 5, array[${bucketCount}::integer]) as times) times`
  await sql`
    insert into flow (service_id, name, target, concurrency)
    select ${owner.id}, concat('flow-', n), concat('host-', n, '.example.com:443'), 5
    from generate_series(1, 17) n`
  await openTestAlerts(owner.id, { task_ids: ids.slice(0, failing), target: 'host-1.example.com:443' })
  return { owner, ids: ids.toReversed() }
}

/** Writes what a run of each of these tasks leaves: an execution, its next time, and what is counted. */
export async function runTasks(
  serviceId: string,
  ids: readonly string[],
  status: 'success' | 'failed' = 'success',
): Promise<void> {
  await sql`
    with moved as (
      update task
      set scheduled_at = scheduled_at + interval '5 min'
      where service_id = ${serviceId}
        and id = any(${ids as string[]}::uuid[])
    ), counted as (
      update tally
      set success = success + 1
      where service_id = ${serviceId}
        and at = date_bin('15 min', now(), 'epoch')
    ), failing as (
      update failing_task
      set consecutive = consecutive + 1, settled = settled + 1, last_failed_at = now()
      where service_id = ${serviceId}
        and task_id = any(${ids as string[]}::uuid[])
    )
    insert into execution (
      service_id, task_id, id, slot_id, replica_id, status, status_code, error, response, duration_ms, scheduled_for, started_at
    )
    select
      ${serviceId}, id, gen_random_uuid(), gen_random_uuid(), ${serviceId}, ${status}, 200, ${status === 'failed' ? 'refused' : null},
      '{"ok":true}', 123, now(), now()
    from unnest(${ids as string[]}::uuid[]) as task (id)`
  if (status === 'failed') await recordFailures(serviceId)
}

/** Records the failed executions that are not recorded yet, for searches. */
async function recordFailures(serviceId: string): Promise<void> {
  await sql`
    with failure as materialized (
      select *, hashtextextended(concat(status_code, ' ', error), 0) as reason
      from execution
      where service_id = ${serviceId}
        and status = 'failed'
        and not exists (select from failed_execution as recorded where recorded.id = execution.id)
    ), reasons as (
      insert into failure_reason (service_id, reason, status_code, error)
      select distinct service_id, reason, status_code, error
      from failure
      on conflict do nothing
    )
    insert into failed_execution (service_id, created_at, failed_at, id, task_id, reason, settled)
    select service_id, created_at, created_at, id, task_id, reason, true
    from failure`
}
