import type { Sql } from '../database/sql.ts'

/**
 * Deletes a batch of what deleted tasks left: first executions, and the task itself once it has none.
 * @returns how many rows went; 0 when nothing is left
 */
export async function purgeDeleted(sql: Sql, batch: number): Promise<number> {
  const [row] = await sql<{ gone: number }[]>`
    /* duly:purge_deleted */
    with retired as materialized (
      select service_id, id
      from task
      where deleted_at is not null
      order by deleted_at
      limit 20
      for update skip locked
    ), history as materialized (
      select execution.service_id, execution.task_id, execution.created_at, execution.id
      from retired
      join execution on execution.service_id = retired.service_id and execution.task_id = retired.id
      limit ${batch}
    ), cleared as (
      delete from execution
      using history
      where execution.service_id = history.service_id
        and execution.task_id = history.task_id
        and execution.created_at = history.created_at
        and execution.id = history.id
      returning 1
    ), healed as (
      delete from failing_task
      using retired
      where failing_task.service_id = retired.service_id
        and failing_task.task_id = retired.id
    ), gone as (
      delete from task
      using retired
      where task.service_id = retired.service_id
        and task.id = retired.id
        and not exists (select from history where history.service_id = retired.service_id and history.task_id = retired.id)
        and not exists (select from execution where execution.service_id = retired.service_id and execution.task_id = retired.id)
      returning 1
    )
    select (select count(*) from cleared)::int + (select count(*) from gone)::int as gone`
  return row?.gone ?? 0
}

/** Days for which a service's tallies are kept: the seven that the overview shows, and the one that is under way. */
const tallyDays = 8

/** Forgets the tallies of quarter hours that no overview shows any more. */
export async function deleteExpiredTallies(sql: Sql): Promise<void> {
  await sql`
    /* duly:delete_expired_tallies */
    delete from tally
    where at < now() - make_interval(days => ${tallyDays})`
}

/** Forgets the keys of creates that are older than the 24 hours for which they count. */
export async function deleteExpiredKeys(sql: Sql): Promise<void> {
  await sql`
    /* duly:delete_expired_keys */
    delete from idempotency_key
    where created_at <= now() - interval '24 hours'`
}
