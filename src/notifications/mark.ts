import { openAlerts } from '../alerts/open.ts'
import { server } from '../audit/actor.ts'
import { auditing } from '../audit/entry.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { ClaimedNotification } from './claim.ts'

/** What is recorded of an attempt that failed. */
export interface FailedAttempt {
  readonly status_code: number | null
  readonly error: string
  /** When to try again. */
  readonly retry_in_ms: number
  /** Whether the channel asked for that pause: then no other notification is sent to it before. */
  readonly is_asked: boolean
  /** How long after it was made the notification is given up, in hours. */
  readonly give_up_after_hours: number
}

type Subject = Pick<ClaimedNotification, 'service_id' | 'id' | 'channel_id' | 'channel_updated_at' | 'attempt'>

/** SQL: the channel of a notification, locked before the notification, in the order in which a change or a delete locks them. */
const lockedChannel = (sql: Sql, { service_id, channel_id }: Subject): Fragment => sql`
  select id
  from channel
  where service_id = ${service_id}
    and id = ${channel_id}
  for no key update`

/**
 * Records that a notification was sent, also when its lease has ended meanwhile.
 * @param error which of several addresses refused it
 * @returns false if it was recorded already
 */
export async function markSent(
  sql: Sql,
  subject: Subject,
  statusCode: number | null,
  error: string | null = null,
): Promise<boolean> {
  const rows = await sql`
    /* duly:mark_notification_sent */
    with receiver as materialized (
      ${lockedChannel(sql, subject)}
    ), sent as (
      update notification
      set sent_at = now(),
          due_at = null,
          lease_until = null,
          status_code = ${statusCode},
          error = ${error}
      from receiver
      where notification.service_id = ${subject.service_id}
        and notification.id = ${subject.id}
        and notification.channel_id = receiver.id
        and due_at is not null
      returning channel_id
    ), noted as (
      update channel
      set last_ok_at = now()
      from sent
      where channel.service_id = ${subject.service_id}
        and channel.id = sent.channel_id
    )
    select channel_id
    from sent`
  return rows.length > 0
}

/**
 * Records that an attempt failed, and when the next one is, or that there is none.
 * @returns whether the notification was given up; undefined if it is another replica's, or ended
 */
export async function markFailed(sql: Sql, subject: Subject, failed: FailedAttempt): Promise<boolean | undefined> {
  const [row] = await sql<{ given_up: boolean }[]>`
    /* duly:mark_notification_failed */
    with receiver as materialized (
      ${lockedChannel(sql, subject)}
    ), attempted as materialized (
      select
        notification.service_id, notification.id, channel_id,
        created_at <= now() - make_interval(hours => ${failed.give_up_after_hours}) as is_over, now() as at,
        now() + ${failed.retry_in_ms}::integer * interval '1 millisecond' as retry_at
      from receiver
      join notification on notification.service_id = ${subject.service_id} and notification.channel_id = receiver.id
      where notification.id = ${subject.id}
        and attempt = ${subject.attempt}
        and due_at is not null
      for update of notification
    ), failed as (
      update notification
      set due_at = case when not is_over then attempted.retry_at end,
          given_up_at = case when is_over then attempted.at end,
          lease_until = null,
          status_code = ${failed.status_code},
          error = ${failed.error}
      from attempted
      where notification.service_id = ${subject.service_id}
        and notification.id = attempted.id
    ), noted as (
      update channel
      set last_failed_at = now(),
          last_error = ${failed.error},
          not_before = case
            when ${failed.is_asked} then attempted.retry_at
            else not_before
          end
      from attempted
      where channel.service_id = ${subject.service_id}
        and channel.id = attempted.channel_id
    )
    select is_over as given_up
    from attempted`
  return row?.given_up
}

/**
 * Disables a channel whose address is gone: gives up its notifications, and opens an alert that the other channels of the
 * service are told of. A channel that was changed since the notification was claimed is left as it is.
 * @param reason why, as `channel.disabled_reason` says it
 * @returns how many notifications were given up; undefined if the channel was left as it is
 */
export async function disableChannel(
  sql: Sql,
  subject: Subject,
  reason: string,
  statusCode: number | null,
): Promise<number | undefined> {
  const [row] = await sql<{ is_disabled: boolean; given_up: number }[]>`
    /* duly:disable_channel */
    with gone as (
      update channel
      set disabled_at = now(),
          disabled_reason = ${reason},
          last_failed_at = now(),
          last_error = ${reason}
      where service_id = ${subject.service_id}
        and id = ${subject.channel_id}
        and updated_at = ${subject.channel_updated_at}::text::timestamptz
        and disabled_at is null
      returning *
    ), given_up as (
      update notification
      set due_at = null,
          lease_until = null,
          given_up_at = now(),
          status_code = case when notification.id = ${subject.id} then ${statusCode} else notification.status_code end,
          error = ${reason}
      from gone
      where notification.service_id = ${subject.service_id}
        and notification.channel_id = gone.id
        and notification.due_at is not null
      returning notification.id
    ), audited as (
      ${auditing(
        sql,
        server,
        sql`
          select
            service_id, null::uuid, name, 'channel_updated', jsonb_build_object('enabled', true),
            jsonb_build_object('enabled', false, 'disabled_reason', disabled_reason), '{}'::text[]
          from gone`,
      )}
    ), ${openAlerts(
      sql,
      sql`
        select
          gone.service_id, 'channel'::text as kind, null::uuid as task_id, null::text as task_name, ''::text as target,
          now() as since, null::timestamptz as until, true as is_event, null::integer as failures, null::integer as tasks,
          'The channel ' || gone.name || ' was disabled: ' || ${reason}::text as error, null::uuid as execution_id,
          null::timestamptz as execution_created_at, others.channels, true as recovered, null::smallint as remind_hours
        from gone
        cross join lateral (
          -- All others, whatever the policies say: the channel that they name may be this one.
          select coalesce(array_agg(channel.id), '{}') as channels
          from channel
          where channel.service_id = gone.service_id
            and channel.id <> gone.id
        ) others`,
    )}
    select exists (select from gone) as is_disabled, (select count(*)::integer from given_up) as given_up`
  return row?.is_disabled ? row.given_up : undefined
}
