import { auditing, changedFields } from '../audit/entry.ts'
import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import type { Channel } from './model.ts'
import type { SealedChannel } from './opened-channel.ts'
import { auditedChannel, disabledByRequest, shownColumns } from './queries.ts'

/** New values of a channel; undefined keeps what is stored. */
export interface ChannelChange {
  readonly name: string | undefined
  readonly shown: string | undefined
  readonly sealed: string | undefined
  readonly addresses: readonly string[] | undefined
  readonly enabled: boolean | undefined
  /** The names of the secret fields that are set. */
  readonly secrets: readonly string[]
}

/**
 * Changes a channel, and writes the audit entry. A change to what is stored already changes nothing. A channel that is enabled
 * has no reason any more why it was disabled, and is told what is open and was not told meanwhile, or was to be told by a notification that was given up. What waits for its next
 * attempt is sent at once.
 * @param stored the channel that the change was made from
 * @returns undefined when its sealed text is another one by now, or when it is gone
 * @throws the driver's error for channel_name_unique when another channel has the name
 */
export async function updateChannel(
  sql: Sql,
  { serviceId, actor }: Caller,
  stored: SealedChannel,
  change: ChannelChange,
): Promise<Channel | undefined> {
  const { name, shown, sealed, addresses, enabled } = change
  const [row] = await sql<Channel[]>`
    /* duly:update_channel */
    with given as materialized (
      select ${enabled ?? null}::boolean as enabled, now() as at
    ), stored as materialized (
      select *
      from channel
      where service_id = ${serviceId}
        and id = ${stored.id}
        and sealed is not distinct from ${stored.sealed}::text
      for update
    ), changed as (
      update channel
      set name = coalesce(${name ?? null}, channel.name),
          shown = coalesce(${shown ?? null}, channel.shown),
          sealed = coalesce(${sealed ?? null}, channel.sealed),
          addresses = coalesce(${(addresses ?? null) as string[] | null}::text[], channel.addresses),
          disabled_at = case
            when given.enabled then null
            when not given.enabled then coalesce(channel.disabled_at, given.at)
            else channel.disabled_at
          end,
          disabled_reason = case
            when given.enabled then null
            when not given.enabled then coalesce(channel.disabled_reason, ${disabledByRequest})
            else channel.disabled_reason
          end,
          -- Another server may be behind the new URL, and did not ask for a pause.
          not_before = null,
          updated_at = now()
      from stored
      cross join given
      where channel.service_id = stored.service_id
        and channel.id = stored.id
        and (
          stored.name <> ${name ?? null}
          or stored.sealed <> ${sealed ?? null}
          or stored.addresses <> ${(addresses ?? null) as string[] | null}::text[]
          or (stored.disabled_at is null) <> given.enabled
        )
      returning channel.*
    ), sent_again as (
      -- What waits for its next attempt is sent to the channel as it is now.
      update notification
      set due_at = now()
      from changed
      where notification.service_id = changed.service_id
        and notification.channel_id = changed.id
        and notification.due_at > now()
    ), untold as (
      -- What it was to be told by notifications that were given up. They and what they told of have the same time.
      update alert_channel
      set told_at = null
      from changed
      join notification
        on notification.service_id = changed.service_id
        and notification.channel_id = changed.id
        and notification.given_up_at is not null
      where changed.disabled_at is null
        and alert_channel.service_id = changed.service_id
        and alert_channel.channel_id = changed.id
        and alert_channel.kind = notification.kind
        and alert_channel.target = notification.target
        and alert_channel.told_at = notification.created_at
      returning alert_channel.kind, alert_channel.target, notification.created_at
    ), told as (
      -- What it was not told while it was disabled.
      update alert_group
      set due_at = now(),
          -- A message that did not arrive holds up no other.
          told_at = case
            when alert_group.told_at in (select created_at from untold) then null
            else alert_group.told_at
          end
      from changed
      where changed.disabled_at is null
        and alert_group.service_id = changed.service_id
        and alert_group.channel_id = changed.id
        and (
          (alert_group.kind, alert_group.target) in (select kind, target from untold)
          or alert_group.due_at is null
          and exists (
            select
            from alert_channel
            where alert_channel.service_id = alert_group.service_id
              and alert_channel.channel_id = alert_group.channel_id
              and alert_channel.kind = alert_group.kind
              and alert_channel.target = alert_group.target
              and alert_channel.told_at is null
          )
        )
    ), audited as (
      ${auditing(
        sql,
        actor(),
        sql`
          select
            entry.service_id, null::uuid, entry.name, 'channel_updated',
            coalesce(${changedFields(sql, sql`entry.before`, sql`entry.after`)}, '{}'),
            coalesce(${changedFields(sql, sql`entry.after`, sql`entry.before`)}, '{}'), ${change.secrets as string[]}::text[]
          from (
            select
              changed.service_id, changed.name, (select ${auditedChannel(sql)} from stored) as before,
              ${auditedChannel(sql)} as after
            from changed
          ) entry`,
      )}
    )
    select ${shownColumns(sql)}
    from (
      select *
      from changed
      union all
      select *
      from stored
      where not exists (select from changed)
    ) channel`
  return row
}
