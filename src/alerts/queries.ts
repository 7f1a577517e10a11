import { type Static, Type } from '@sinclair/typebox'
import { auditing } from '../audit/entry.ts'
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
import { Id, Time } from '../formats/schema.ts'
import type { Caller } from '../http/caller.ts'
import type { Alert } from './model.ts'
import { joinMute, regroup } from './mutes.ts'

/** Which alerts a list has. */
export interface AlertFilter {
  readonly state: Alert['state'] | undefined
  readonly kind: Alert['kind'] | undefined
  readonly task_id: string | undefined
}

/** SQL: the columns of an alert that the API returns, of rows `alert` and `mute`. */
const columns = (sql: Sql): Fragment => sql`
  alert.id, alert.kind,
  case when alert.closed_at is not null then 'closed' when mute.until is not null then 'muted' else 'open' end as state,
  alert.task_id, alert.task_name, alert.target, alert.since, alert.until, alert.opened_at, alert.closed_at,
  alert.closed_because, alert.failures, alert.tasks, alert.error, alert.execution_id, mute.until as muted_until`

/** SQL: the condition that an alert is in a state. */
const isIn = (sql: Sql, state: Alert['state']): Fragment =>
  ({
    open: sql`and alert.closed_at is null and mute.until is null`,
    muted: sql`and alert.closed_at is null and mute.until is not null`,
    closed: sql`and alert.closed_at is not null`,
  })[state]

/** Schema of the position of an alert in the list: its sort key. */
export const alertPosition = Type.Object({ opened_at: Time, id: Id })

type AlertPosition = Static<typeof alertPosition>

/** Reads a batch of the alerts of a service, newest first, as JSON. */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  { state, kind, task_id }: AlertFilter,
  start: BatchStart<AlertPosition>,
): Promise<CountedBatch<AlertPosition>> {
  const { last } = start
  const time = (name: string) => sql`${rfc3339(sql, sql`batch.${sql(name)}`)} as ${sql(name)}`
  const [row] = await sql<[BatchRow<AlertPosition>]>`
    /* duly:list_alerts */
    with matched as materialized (
      select ${columns(sql)}
      from alert
      ${joinMute(sql, serviceId)}
      where alert.service_id = ${serviceId}
        ${state === undefined ? sql`` : isIn(sql, state)}
        ${kind === undefined ? sql`` : sql`and alert.kind = ${kind}`}
        ${task_id === undefined ? sql`` : sql`and alert.task_id = ${task_id}`}
        ${last === undefined ? sql`` : sql`and (alert.opened_at, alert.id) < (${last.opened_at}::text::timestamptz, ${last.id})`}
      order by alert.opened_at desc, alert.id desc
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sql`octet_length(target) + coalesce(octet_length(task_name), 0) + coalesce(octet_length(error), 0) + 400`, start)}
    ${selectBatch(
      sql,
      sql`
        batch.id, batch.kind, batch.state, batch.task_id, batch.task_name, batch.target, ${time('since')}, ${time('until')},
        ${time('opened_at')}, ${time('closed_at')}, batch.closed_because, batch.failures, batch.tasks, batch.error,
        batch.execution_id, ${time('muted_until')}`,
      ['opened_at', 'id'],
    )}`
  return toBatch(row)
}

/** Returns an alert; undefined when the service has none with this id. */
export async function findAlert(sql: Sql, serviceId: string, id: string): Promise<Alert | undefined> {
  const [row] = await sql<Alert[]>`
    /* duly:find_alert */
    select ${columns(sql)}
    from alert
    ${joinMute(sql, serviceId)}
    where alert.service_id = ${serviceId}
      and alert.id = ${id}`
  return row
}

/**
 * Mutes an open alert until a time, or ends its mute, writes the audit entry, and has the channels told what is due since. If
 * nothing changes, nothing is written.
 * @param until null ends the mute
 * @returns the alert, and whether `until` has passed, so that nothing was changed; undefined when the service has none
 */
export async function muteAlert(
  sql: Sql,
  { serviceId, actor }: Caller,
  id: string,
  until: string | null,
): Promise<(Alert & { readonly is_past: boolean }) | undefined> {
  const shown = (row: Fragment) => sql`jsonb_build_object('muted_until', ${rfc3339(sql, sql`${row}.muted_until`)})`
  const [row] = await sql<(Alert & { is_past: boolean })[]>`
    /* duly:mute_alert */
    with given as materialized (
      select until, coalesce(until <= now(), false) as is_past
      from (select ${until}::timestamptz as until) wanted
    ), stored as materialized (
      select *
      from alert
      where service_id = ${serviceId}
        and id = ${id}
      for update
    ), muted as (
      update alert
      set muted_until = given.until
      from stored
      cross join given
      where alert.service_id = stored.service_id
        and alert.id = stored.id
        and stored.closed_at is null
        and not given.is_past
        and stored.muted_until is distinct from given.until
      returning alert.*
    ), audited as (
      ${auditing(
        sql,
        actor(),
        sql`
          select
            muted.service_id, null::uuid, concat_ws(' ', muted.kind, muted.task_name), 'alert_muted', ${shown(sql`stored`)},
            ${shown(sql`muted`)}, '{}'::text[]
          from muted
          cross join stored`,
      )}
    ), regrouped as (
      ${regroup(sql, sql`select service_id, id as alert_id from muted`)}
    )
    select ${columns(sql)}, given.is_past
    from (
      select * from muted
      union all
      select * from stored where not exists (select from muted)
    ) alert
    cross join given
    ${joinMute(sql, serviceId)}`
  return row
}
