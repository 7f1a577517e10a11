import { auditing } from '../audit/entry.ts'
import { inTransaction } from '../database/in-transaction.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { type Deletion, deletionColumns, usersNamed } from '../http/in-use.ts'
import { type Flow, maxFlows } from './model.ts'
import { columns } from './queries.ts'

/** A flow to be stored. */
export interface NewFlow extends Pick<Flow, 'name' | 'target' | 'concurrency' | 'rate' | 'period_seconds' | 'burst'> {
  readonly paused: boolean
}

/** SQL for what the audit shows of a flow. */
const shown = (sql: Sql, flow: Fragment): Fragment => sql`
  jsonb_build_object(
    'target', ${flow}.target, 'concurrency', ${flow}.concurrency, 'rate', ${flow}.rate,
    'period_seconds', ${flow}.period_seconds, 'burst', ${flow}.burst, 'paused', ${flow}.paused_at is not null
  )`

/**
 * Runs a statement that moves tasks into or out of flows, once no task of the service is being written, so that it sees them
 * all. The trigger `task_find_flow` holds the same lock for each task that is written.
 */
const withTasksStill = <T>(sql: Sql, serviceId: string, write: (sql: Sql) => Promise<T>): Promise<T> =>
  inTransaction(sql, 'read write', async (own) => {
    await own`/* duly:lock_flows */ select pg_advisory_xact_lock(hashtextextended('duly flow ' || ${serviceId}::uuid, 0))`
    return write(own)
  })

/**
 * Sets a flow, and creates it if there is none. Tasks with its target that name no flow are in it from then on.
 * @returns undefined when the service has as many as it may have, and none of this name
 * @throws the driver's error 23505 (flow_target_unique_in_service) when another flow has the target
 */
export async function putFlow(
  sql: Sql,
  caller: Caller,
  { name, target, concurrency, rate, period_seconds, burst, paused }: NewFlow,
): Promise<{ flow: Flow; isNew: boolean } | undefined> {
  const { serviceId } = caller
  const [row] = await withTasksStill(
    sql,
    serviceId,
    async (own) =>
      await own<(Flow & { is_new: boolean })[]>`
      /* duly:put_flow */
      with before as materialized (
        select *
        from flow
        where service_id = ${serviceId}
          and name = ${name}
        for update
      ), written as (
        insert into flow (service_id, name, target, concurrency, rate, period_seconds, burst, paused_at)
        select
          ${serviceId}, ${name}, ${target}::text, ${concurrency}::integer, ${rate}::integer, ${period_seconds}::integer,
          ${burst}::integer, case when ${paused} then now() end
        where exists (select from before)
          or (select count(*) from flow where service_id = ${serviceId}) < ${maxFlows}::integer
        on conflict on constraint flow_pkey do update
        set target = excluded.target,
            concurrency = excluded.concurrency,
            rate = excluded.rate,
            period_seconds = excluded.period_seconds,
            burst = excluded.burst,
            paused_at = case when excluded.paused_at is not null then coalesce(flow.paused_at, excluded.paused_at) end,
            updated_at = excluded.updated_at
        returning *
      ), moved as (
        update task
        set limited_by = case when task.target = written.target then written.name end
        from written
        where task.service_id = ${serviceId}
          and task.deleted_at is null
          and task.flow is null
          and written.target is distinct from (select target from before)
          and (
            task.target = written.target
            or task.limited_by = written.name
          )
      ), audited as (
        ${auditing(
          own,
          caller.actor(),
          own`
            select
              service_id, null::uuid, name, 'flow_set', (select ${shown(own, own`before`)} from before),
              ${shown(own, own`written`)}, '{}'::text[]
            from written`,
        )}
      )
      select ${columns(own)}, not exists (select from before) as is_new
      from written as flow`,
  )
  if (!row) return undefined
  const { is_new, ...flow } = row
  return { flow, isNew: is_new }
}

/**
 * Deletes a flow that no task names. Tasks that are in it by their target are limited by nothing from then on.
 * @returns whether it was deleted, how many tasks name it, and some of these; undefined when there is no such flow
 */
export async function deleteFlow(sql: Sql, caller: Caller, name: string): Promise<Deletion | undefined> {
  const { serviceId } = caller
  const [row] = await withTasksStill(
    sql,
    serviceId,
    async (own) =>
      await own<Deletion[]>`
      /* duly:delete_flow */
      with target as materialized (
        select *
        from flow
        where service_id = ${serviceId}
          and name = ${name}
        for update
      ), used as materialized (
        select id, task.name
        from task
        where service_id = ${serviceId}
          and flow = ${name}
      ), users as (
        select id, name
        from used
        order by name, id
        limit ${usersNamed}
      ), freed as (
        update task
        set limited_by = null
        where service_id = ${serviceId}
          and limited_by = ${name}
          and not exists (select from used)
      ), deleted as (
        delete from flow
        using target
        where flow.service_id = target.service_id
          and flow.name = target.name
          and not exists (select from used)
        returning 1
      ), audited as (
        ${auditing(
          own,
          caller.actor(),
          own`
            select service_id, null::uuid, name, 'flow_deleted', ${shown(own, own`target`)}, null::jsonb, '{}'::text[]
            from target
            where exists (select from deleted)`,
        )}
      )
      select
        ${deletionColumns(own)}
      from target`,
  )
  return row
}
