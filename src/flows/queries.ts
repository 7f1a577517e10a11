import { type Static, Type } from '@sinclair/typebox'
import {
  type BatchRow,
  type BatchStart,
  batchLimit,
  boundedBatch,
  type CountedBatch,
  selectBatch,
  toBatch,
} from '../database/bounded-batch.ts'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { isInLine, isSlotDue } from '../transitions/predicates.ts'
import { countedAtMost, type Flow } from './model.ts'

/** SQL for the columns that the API returns, of a row named `flow`. */
export const columns = (sql: Sql): Fragment => sql`
  flow.name, flow.target, flow.concurrency, flow.rate, flow.period_seconds, flow.burst, flow.paused_at is not null as paused,
  flow.paused_at,
  (select coalesce(sum(value::integer), 0)::integer from jsonb_each_text(flow.calls)) as calls,
  (
    select count(*)::integer
    from (
      select from task
      where task.service_id = flow.service_id
        and ${isInLine(sql, sql`flow.name`)}
      limit ${countedAtMost}::integer
    ) limited
  ) as tasks,
  (
    select count(*)::integer
    from (
      select from task
      where task.service_id = flow.service_id
        and ${isInLine(sql, sql`flow.name`)}
        and ${isSlotDue(sql)}
      limit ${countedAtMost}::integer
    ) due
  ) as waiting,
  (
    select task.scheduled_at
    from task
    where task.service_id = flow.service_id
      and ${isInLine(sql, sql`flow.name`)}
      and ${isSlotDue(sql)}
    order by task.scheduled_at, task.id
    limit 1
  ) as waiting_since,
  flow.created_at, flow.updated_at`

/** Schema of the position of a flow in the list. */
export const flowPosition = Type.Object({ name: Type.String() })

type FlowPosition = Static<typeof flowPosition>

/**
 * Reads a batch of the flows of a service, by name, as JSON.
 * @param taskId only the flow that limits this task
 */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  taskId: string | undefined,
  start: BatchStart<FlowPosition>,
): Promise<CountedBatch<FlowPosition>> {
  const { last } = start
  const time = (name: string) => sql`${rfc3339(sql, sql`batch.${sql(name)}`)} as ${sql(name)}`
  const [row] = await sql<[BatchRow<FlowPosition>]>`
    /* duly:list_flows */
    with matched as materialized (
      select ${columns(sql)}
      from flow
      where service_id = ${serviceId}
        ${taskId === undefined ? sql`` : sql`and name = (select limited_by from task where service_id = ${serviceId} and id = ${taskId})`}
        ${last === undefined ? sql`` : sql`and name > ${last.name}`}
      order by name
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sql`1000`, start)}
    ${selectBatch(
      sql,
      sql`
        batch.name, batch.target, batch.concurrency, batch.rate, batch.period_seconds, batch.burst, batch.paused,
        ${time('paused_at')}, batch.calls, batch.tasks, batch.waiting, ${time('waiting_since')}, ${time('created_at')},
        ${time('updated_at')}`,
      ['name'],
    )}`
  return toBatch(row)
}

/** Returns a flow; undefined when the service has none of this name. */
export async function findFlow(sql: Sql, serviceId: string, name: string): Promise<Flow | undefined> {
  const [row] = await sql<Flow[]>`
    /* duly:find_flow */
    select ${columns(sql)}
    from flow
    where service_id = ${serviceId}
      and name = ${name}`
  return row
}
