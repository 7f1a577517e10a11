import { servicesWith } from '../database/services-with.ts'
import type { Sql } from '../database/sql.ts'
import type { NotificationBody, WholeNotification } from './model.ts'

/** How long a replica that has claimed a notification may take to send it and to record that, in seconds. */
const leaseSeconds = 60
/** The most notifications of one service that are sent at the same time. */
export const atOncePerService = 4
/** The least time between two messages to one channel of Slack, in seconds: it refuses more. */
const slackPauseSeconds = 1

/** A notification that this replica is to send, and its channel. */
export interface ClaimedNotification {
  readonly service_id: string
  readonly service_name: string
  readonly id: string
  readonly channel_id: string
  readonly channel_name: string
  readonly channel_kind: 'webhook' | 'slack' | 'email'
  /** When the channel was last changed; what is found out about it holds for what it was then. */
  readonly channel_updated_at: string
  readonly sealed: string | null
  readonly addresses: string[] | null
  readonly kind: string
  readonly target: string
  readonly type: WholeNotification['type']
  readonly body: NotificationBody
  readonly created_at: string
  /** By the database's clock. */
  readonly claimed_at: string
  /** 1 for the first attempt. */
  readonly attempt: number
}

/**
 * Returns the services with notifications to send, in any order. It reads one index entry for each service that has one
 * waiting, and the waiting ones of a service until one is due.
 */
export async function listServicesToNotify(sql: Sql): Promise<string[]> {
  const services = await sql<{ service_id: string }[]>`
    /* duly:list_services_to_notify */
    select service_id
    from (${servicesWith(sql, 'notification', sql`due_at is not null`)}) waiting
    where exists (
      select
      from notification
      where notification.service_id = waiting.service_id
        and due_at <= now()
        and (lease_until is null or lease_until <= now())
    )`
  return services.map(({ service_id }) => service_id)
}

/**
 * Claims notifications of a service that are due, at most one of a channel: the oldest of each channel that has none under
 * way and has not asked for a pause. They must be sent within the lease; afterwards another replica sends them again.
 * @param busy channels for which this replica still has one under way, whose lease may have ended
 * @param limit the most to claim
 */
export const claimNotifications = (
  sql: Sql,
  serviceId: string,
  busy: readonly string[],
  limit: number,
): Promise<ClaimedNotification[]> => sql<ClaimedNotification[]>`
  /* duly:claim_notifications */
  with under_way as materialized (
    select channel_id
    from notification
    where service_id = ${serviceId}
      and due_at is not null
      and lease_until > now()
  ), free as materialized (
    select id
    from channel
    where service_id = ${serviceId}
      and disabled_at is null
      and (not_before is null or not_before <= now())
      and id <> all(${busy as string[]}::uuid[])
      and id not in (select channel_id from under_way)
      and (
        kind <> 'slack'
        or coalesce(greatest(last_ok_at, last_failed_at) <= now() - make_interval(secs => ${slackPauseSeconds}), true)
      )
  ), due as materialized (
    -- By itself, so that the index of those that wait is used, and none of all that was ever sent.
    select id, channel_id, created_at
    from notification
    where service_id = ${serviceId}
      and due_at is not null
      and due_at <= now()
  ), oldest as (
    select distinct on (due.channel_id) due.id, due.created_at
    from free
    join due on due.channel_id = free.id
    order by due.channel_id, due.created_at, due.id
  ), chosen as materialized (
    select id
    from oldest
    order by created_at
    limit least(${limit}::integer, greatest(0, ${atOncePerService}::integer - (select count(*) from under_way)))
  ), locked as materialized (
    -- Another replica may have claimed it, or sent it, since this statement began: the conditions are then false.
    select id
    from notification
    where service_id = ${serviceId}
      and id = any(array(select id from chosen))
      and due_at <= now()
      and (lease_until is null or lease_until <= now())
    for update skip locked
  ), claimed as (
    update notification
    set lease_until = now() + make_interval(secs => ${leaseSeconds}),
        attempt = attempt + 1
    where service_id = ${serviceId}
      and id = any(array(select id from locked))
    returning *
  )
  select
    claimed.service_id, service.name as service_name, claimed.id, claimed.channel_id, channel.name as channel_name,
    channel.kind as channel_kind, channel.updated_at as channel_updated_at, channel.sealed, channel.addresses, claimed.kind,
    claimed.target, claimed.type, claimed.body, claimed.created_at, now() as claimed_at, claimed.attempt
  from claimed
  join channel on channel.service_id = claimed.service_id and channel.id = claimed.channel_id
  join service on service.id = claimed.service_id`

/**
 * Gives up the notifications of a service whose channels are disabled.
 * @returns the kinds of their channels, one for each notification
 */
export async function giveUpDisabled(sql: Sql, serviceId: string): Promise<ClaimedNotification['channel_kind'][]> {
  const rows = await sql<{ kind: ClaimedNotification['channel_kind'] }[]>`
    /* duly:give_up_notifications */
    update notification
    set due_at = null,
        lease_until = null,
        given_up_at = now(),
        error = coalesce(notification.error, 'the channel is disabled')
    from channel
    where channel.service_id = ${serviceId}
      and channel.disabled_at is not null
      and notification.service_id = ${serviceId}
      and notification.channel_id = channel.id
      and notification.due_at is not null
      and (notification.lease_until is null or notification.lease_until <= now())
    returning channel.kind`
  return rows.map(({ kind }) => kind)
}
