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
import type { Sql } from '../database/sql.ts'
import { Id, Time } from '../formats/schema.ts'
import type { AlertPolicy } from './policy-model.ts'
import { fieldColumns, type PolicyScope, policyOfSubject, shownColumns, subjectOf } from './policy-scope.ts'

/** Returns a policy, null when there is none for this; undefined when there is no such task. */
export async function findPolicy(
  sql: Sql,
  serviceId: string,
  scope: PolicyScope,
): Promise<AlertPolicy | null | undefined> {
  const [row] = await sql<(AlertPolicy & { exists: boolean })[]>`
    /* duly:find_alert_policy */
    with subject as (
      ${subjectOf(sql, serviceId, scope)}
    )
    select policy.id is not null as exists, ${shownColumns(sql)}
    from subject
    left join (${policyOfSubject(sql, serviceId)}) policy on true`
  if (!row) return undefined
  const { exists, ...policy } = row
  return exists ? policy : null
}

/** Schema of the position of a policy in the list. */
export const policyPosition = Type.Object({ created_at: Time, id: Id })

type PolicyPosition = Static<typeof policyPosition>

/** Reads a batch of the policies of a service, oldest first, as JSON. Those of deleted tasks are left out. */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  start: BatchStart<PolicyPosition>,
): Promise<CountedBatch<PolicyPosition>> {
  const { last } = start
  const time = (name: string) => sql`${rfc3339(sql, sql`batch.${sql(name)}`)} as ${sql(name)}`
  const [row] = await sql<[BatchRow<PolicyPosition>]>`
    /* duly:list_alert_policies */
    with matched as materialized (
      select policy.id, ${shownColumns(sql)}
      from alert_policy policy
      where service_id = ${serviceId}
        and (
          task_id is null
          or exists (
            select from task where task.service_id = policy.service_id and task.id = policy.task_id and deleted_at is null
          )
        )
        ${last === undefined ? sql`` : sql`and (created_at, id) > (${last.created_at}::text::timestamptz, ${last.id})`}
      order by created_at, id
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sql`coalesce(octet_length(task_name), octet_length(label), 0) + coalesce(cardinality(channels), 0) * 40 + 400`, start)}
    ${selectBatch(
      sql,
      sql`
        batch.task_id, batch.task_name, batch.label, ${fieldColumns(sql, sql`batch`)}, ${time('muted_until')},
        ${time('created_at')}, ${time('updated_at')}`,
      ['created_at', 'id'],
    )}`
  return toBatch(row)
}
