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
import type { Caller } from '../http/caller.ts'
import type { Channel } from './model.ts'
import type { SealedChannel } from './opened-channel.ts'

/** How many channels a service may have. */
export const maxChannels = 100

/** SQL for the columns of a channel that the API returns, of a row of `channel`. */
export const shownColumns = (sql: Sql): Fragment => sql`
  id, name, kind, shown, disabled_at is null as enabled, disabled_reason, disabled_at, last_ok_at, last_failed_at, last_error,
  created_at, updated_at`

/** SQL for a channel as an audit entry stores it, of a row of `channel`. */
export const auditedChannel = (sql: Sql): Fragment => sql`
  jsonb_build_object('name', name, 'kind', kind, 'shown', shown, 'enabled', disabled_at is null)`

/** Why a channel is disabled that nobody's URL disabled. */
export const disabledByRequest = 'somebody disabled it'

/** A channel to be created. */
export type NewChannel = Omit<SealedChannel, 'service_id'> & { readonly shown: string; readonly enabled: boolean }

/**
 * Creates a channel and its audit entry.
 * @param secrets the names of the secret fields that are set
 * @returns `taken` when the service has a channel of this name, `full` when it has as many as it may have
 */
export async function insertChannel(
  sql: Sql,
  { serviceId, actor }: Caller,
  channel: NewChannel,
  secrets: readonly string[],
): Promise<Channel | 'taken' | 'full'> {
  const [row] = await sql<[Channel | { id: null; is_full: boolean }]>`
    /* duly:insert_channel */
    with others as materialized (
      select count(*) >= ${maxChannels}::integer as is_full, coalesce(bool_or(name = ${channel.name}), false) as is_taken
      from channel
      where service_id = ${serviceId}
    ), created as (
      insert into channel (service_id, id, name, kind, shown, sealed, addresses, disabled_at, disabled_reason)
      select
        ${serviceId}, ${channel.id}, ${channel.name}, ${channel.kind}, ${channel.shown}, ${channel.sealed}::text,
        ${channel.addresses as string[] | null}::text[], case when not enabled then now() end,
        case when not enabled then ${disabledByRequest} end
      from others
      cross join (select ${channel.enabled}::boolean as enabled) given
      where not is_full
      on conflict on constraint channel_name_unique do nothing
      returning *
    ), audited as (
      ${auditing(
        sql,
        actor(),
        sql`
          select
            service_id, null::uuid, name, 'channel_created', null::jsonb, ${auditedChannel(sql)},
            ${secrets as string[]}::text[]
          from created`,
      )}
    )
    select ${shownColumns(sql)}, is_full and not is_taken as is_full
    from others
    left join created on true`
  const { is_full, ...created } = row as Channel & { is_full: boolean }
  if (created.id !== null) return created
  return is_full ? 'full' : 'taken'
}

/** Schema of the position of a channel in the list. */
export const channelPosition = Type.Object({ name: Type.String() })

type ChannelPosition = Static<typeof channelPosition>

/** Reads a batch of the channels of a service, by name, as JSON. */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  start: BatchStart<ChannelPosition>,
): Promise<CountedBatch<ChannelPosition>> {
  const { last } = start
  const time = (column: Fragment) => rfc3339(sql, column)
  const [row] = await sql<[BatchRow<ChannelPosition>]>`
    /* duly:list_channels */
    with matched as materialized (
      select ${shownColumns(sql)}
      from channel
      where service_id = ${serviceId}
        ${last === undefined ? sql`` : sql`and name > ${last.name}`}
      order by name
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sql`octet_length(shown) + coalesce(octet_length(last_error), 0) + 800`, start)}
    ${selectBatch(
      sql,
      sql`
        batch.id, batch.name, batch.kind, batch.shown, batch.enabled, batch.disabled_reason,
        ${time(sql`batch.disabled_at`)} as disabled_at, ${time(sql`batch.last_ok_at`)} as last_ok_at,
        ${time(sql`batch.last_failed_at`)} as last_failed_at, batch.last_error, ${time(sql`batch.created_at`)} as created_at,
        ${time(sql`batch.updated_at`)} as updated_at`,
      ['name'],
    )}`
  return toBatch(row)
}

/** Returns a channel; undefined when the service has none with this id. */
export async function findChannel(sql: Sql, serviceId: string, id: string): Promise<Channel | undefined> {
  const [row] = await sql<Channel[]>`
    /* duly:find_channel */
    select ${shownColumns(sql)}
    from channel
    where service_id = ${serviceId}
      and id = ${id}`
  return row
}

/** Returns a channel as it is stored; undefined when the service has none with this id. */
export async function readSealed(sql: Sql, serviceId: string, id: string): Promise<SealedChannel | undefined> {
  const [row] = await sql<SealedChannel[]>`
    /* duly:read_sealed_channel */
    select service_id, id, name, kind, sealed, addresses
    from channel
    where service_id = ${serviceId}
      and id = ${id}`
  return row
}
