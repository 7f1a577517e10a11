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
import type { Label } from '../task-fields/one-label.ts'
import { isSilenced, regroup } from './mutes.ts'
import type { AlertSilence } from './silence-model.ts'

/** How many silences a service may have at a time. As many that have ended are kept beside them, for a day. */
export const maxSilences = 200

/** A silence to be created. */
export interface NewSilence {
  readonly host: string | undefined
  readonly label: Label | undefined
  /** RFC 3339 in UTC. */
  readonly until: string
  readonly reason: string
}

/** SQL: the columns of a silence that the API returns, of a row of `alert_silence`. */
const columns = (sql: Sql): Fragment => sql`
  id, host, label_name || '=' || label_value as label, until, reason, actor, principal, created_at`

/** SQL: a silence as an audit entry stores it, and what it is of in words, of a row of `alert_silence`. */
const audited = (sql: Sql): Fragment => sql`
  jsonb_build_object(
    'host', host, 'label', label_name || '=' || label_value, 'until', ${rfc3339(sql, sql`until`)}, 'reason', reason
  )`
const words = (sql: Sql): Fragment => sql`
  concat_ws(' and ', 'host ' || host, 'label ' || label_name || '=' || label_value)`

/**
 * SQL: has the channels told of the alerts that silences are of, as the body of a CTE: of those that are open, and of those that have
 * closed and of which they are still to be told.
 * @param changed name of a CTE with rows of `alert_silence`
 */
const toldAgain = (sql: Sql, serviceId: string, changed: Fragment): Fragment =>
  regroup(
    sql,
    sql`
      select alert.service_id, alert.id as alert_id
      from ${changed} silence
      join alert_channel on alert_channel.service_id = ${serviceId}
      join alert on alert.service_id = ${serviceId} and alert.id = alert_channel.alert_id
      where ${isSilenced(sql, serviceId)}`,
  )

/**
 * Creates a silence, and its audit entry. The alerts are not changed: whatever shows or tells one looks at the silences.
 * @returns `past` when its end is over, `full` when the service has as many as it may have
 */
export async function insertSilence(
  sql: Sql,
  { serviceId, actor }: Caller,
  { host, label, until, reason }: NewSilence,
): Promise<AlertSilence | 'past' | 'full'> {
  const who = actor()
  const [row] = await sql<[(AlertSilence | { id: null }) & { is_past: boolean }]>`
    /* duly:insert_alert_silence */
    with given as materialized (
      select until, until <= now() as is_past
      from (select ${until}::timestamptz as until) wanted
    ), dropped as (
      -- The purge leaves those of the last day: with ends of a second each they would be any number, and every alert is compared with all.
      delete from alert_silence
      where service_id = ${serviceId}
        and id = any(array(
          select ended.id
          from alert_silence ended
          where ended.service_id = ${serviceId}
            and ended.until <= now()
          order by ended.until desc, ended.id
          offset ${maxSilences}::integer
        ))
    ), created as (
      insert into alert_silence (service_id, id, host, label_name, label_value, until, reason, actor, principal)
      select
        ${serviceId}, ${Bun.randomUUIDv7()}, lower(${host ?? null}::text), ${label?.name ?? null}::text, ${label?.value ?? null}::text, until, ${reason}::text,
        ${who.actor}::text, ${who.principal}::text
      from given
      where not is_past
        and (
          select count(*)
          from alert_silence
          where service_id = ${serviceId}
            and until > now()
        ) < ${maxSilences}::integer
      returning *
    ), audited as (
      ${auditing(
        sql,
        who,
        sql`
          select service_id, null::uuid, ${words(sql)}, 'alert_silence_created', null::jsonb, ${audited(sql)}, '{}'::text[]
          from created`,
      )}
    )
    select created.*, is_past
    from given
    left join (select ${columns(sql)} from created) created on true`
  const { is_past, ...silence } = row
  if (silence.id !== null) return silence
  return is_past ? 'past' : 'full'
}

/** Schema of the position of a silence in the list: its sort key. */
export const silencePosition = Type.Object({ until: Time, id: Id })

type SilencePosition = Static<typeof silencePosition>

/** Reads a batch of the silences of a service that are not over, the next to end first, as JSON. */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  start: BatchStart<SilencePosition>,
): Promise<CountedBatch<SilencePosition>> {
  const { last } = start
  const [row] = await sql<[BatchRow<SilencePosition>]>`
    /* duly:list_alert_silences */
    with matched as materialized (
      select ${columns(sql)}
      from alert_silence
      where service_id = ${serviceId}
        and until > now()
        ${last === undefined ? sql`` : sql`and (until, id) > (${last.until}::text::timestamptz, ${last.id})`}
      order by until, id
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sql`octet_length(reason) + coalesce(octet_length(host), 0) + coalesce(octet_length(label), 0) + 400`, start)}
    ${selectBatch(
      sql,
      sql`
        batch.id, batch.host, batch.label, ${rfc3339(sql, sql`batch.until`)} as until, batch.reason, batch.actor, batch.principal,
        ${rfc3339(sql, sql`batch.created_at`)} as created_at`,
      ['until', 'id'],
    )}`
  return toBatch(row)
}

/** Returns a silence that is not over; undefined when the service has none with this id. */
export async function findSilence(sql: Sql, serviceId: string, id: string): Promise<AlertSilence | undefined> {
  const [row] = await sql<AlertSilence[]>`
    /* duly:find_alert_silence */
    select ${columns(sql)}
    from alert_silence
    where service_id = ${serviceId}
      and id = ${id}
      and until > now()`
  return row
}

/**
 * Ends a silence, writes the audit entry, and has the channels told of what it no longer mutes.
 * @returns false when the service has none with this id, or it is over
 */
export async function deleteSilence(sql: Sql, { serviceId, actor }: Caller, id: string): Promise<boolean> {
  const rows = await sql`
    /* duly:delete_alert_silence */
    with deleted as (
      delete from alert_silence
      where service_id = ${serviceId}
        and id = ${id}
        and until > now()
      returning *
    ), audited as (
      ${auditing(
        sql,
        actor(),
        sql`
          select service_id, null::uuid, ${words(sql)}, 'alert_silence_deleted', ${audited(sql)}, null::jsonb, '{}'::text[]
          from deleted`,
      )}
    ), regrouped as (
      ${toldAgain(sql, serviceId, sql`deleted`)}
    )
    select
    from deleted`
  return rows.length > 0
}
