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
import type { WholeNotification } from './model.ts'

/** Which notifications a list has. */
export interface NotificationFilter {
  readonly channel_id: string | undefined
  readonly state: WholeNotification['state'] | undefined
}

/** SQL: the state of a notification. */
const state = (sql: Sql) => sql`
  case when sent_at is not null then 'sent' when given_up_at is not null then 'given_up' else 'waiting' end`

/** SQL: the name of the channel of a notification. */
const channelName = (sql: Sql) => sql`(
  select channel.name
  from channel
  where channel.service_id = notification.service_id
    and channel.id = notification.channel_id
)`

/** SQL: the condition that a notification is in a state. */
const isIn = (sql: Sql, wanted: WholeNotification['state']) =>
  ({
    waiting: sql`and due_at is not null`,
    sent: sql`and sent_at is not null`,
    given_up: sql`and given_up_at is not null`,
  })[wanted]

/** Schema of the position of a notification in the list: its sort key. */
export const notificationPosition = Type.Object({ created_at: Time, id: Id })

type NotificationPosition = Static<typeof notificationPosition>

/** Reads a batch of the notifications of a service, newest first, as JSON, without what they say. */
export async function listBatch(
  sql: Sql,
  serviceId: string,
  filter: NotificationFilter,
  start: BatchStart<NotificationPosition>,
): Promise<CountedBatch<NotificationPosition>> {
  const { last } = start
  const time = (name: string) => rfc3339(sql, sql`batch.${sql(name)}`)
  const [row] = await sql<[BatchRow<NotificationPosition>]>`
    /* duly:list_notifications */
    with matched as materialized (
      select
        id, channel_id, ${channelName(sql)} as channel_name, type, kind, target, ${state(sql)} as state, created_at, due_at,
        attempt, sent_at, given_up_at, status_code, error
      from notification
      where service_id = ${serviceId}
        ${filter.channel_id === undefined ? sql`` : sql`and channel_id = ${filter.channel_id}`}
        ${filter.state === undefined ? sql`` : isIn(sql, filter.state)}
        ${last === undefined ? sql`` : sql`and (created_at, id) < (${last.created_at}::text::timestamptz, ${last.id})`}
      order by created_at desc, id desc
      ${batchLimit(sql, start)}
    ), ${boundedBatch(sql, sql`octet_length(target) + coalesce(octet_length(error), 0) + 300`, start)}
    ${selectBatch(
      sql,
      sql`
        batch.id, batch.channel_id, batch.channel_name, batch.type, batch.kind, batch.target, batch.state,
        ${time('created_at')} as created_at, ${time('due_at')} as due_at, batch.attempt, ${time('sent_at')} as sent_at, ${time('given_up_at')} as given_up_at,
        batch.status_code, batch.error`,
      ['created_at', 'id'],
    )}`
  return toBatch(row)
}

/** Returns a notification with what it says; undefined when the service has none with this id. */
export async function findNotification(
  sql: Sql,
  serviceId: string,
  id: string,
): Promise<WholeNotification | undefined> {
  const [row] = await sql<WholeNotification[]>`
    /* duly:find_notification */
    select
      id, channel_id, ${channelName(sql)} as channel_name, type, kind, target, ${state(sql)} as state, created_at, due_at,
      attempt, sent_at, given_up_at, status_code, error, body
    from notification
    where service_id = ${serviceId}
      and id = ${id}`
  return row
}
