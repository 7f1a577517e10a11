import { mutedUntil, sharedMute } from '../alerts/mutes.ts'
import { changeSeconds, firstWaitSeconds } from '../alerts/timing.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { CatchUp } from '../overview/model.ts'
import { namedAlerts } from './named-alerts.ts'

/** The key of an alert group: the alerts of one kind and target, as one channel is told of them. */
export interface AlertGroup {
  readonly service_id: string
  readonly channel_id: string
  readonly kind: string
  readonly target: string
}

/** Returns the groups that are due, up to `limit`, the longest due first. */
export const listDueGroups = (sql: Sql, limit: number): Promise<AlertGroup[]> => sql<AlertGroup[]>`
  /* duly:list_due_groups */
  select service_id, channel_id, kind, target
  from alert_group
  where due_at <= now()
  order by due_at
  limit ${limit}`

/** The most notifications to an e-mail channel within an hour. Groups that are due wait until the hour has room. */
const mailsPerHour = 20
/** How long after the next attempt at the last notification of a group the group is looked at again, in seconds. */
const afterAttemptSeconds = 10

/**
 * Turns what a channel has not been told of a group into one notification, sets what it knows since, and when the group is due
 * next: at the end of a mute, for a reminder, or not before the next change. Nothing is written for alerts that
 * closed within 30 s. It is one statement, so that nothing is told twice or lost, however often it is run.
 * @param catchUp the late slots of the service, which alerts of an outage tell; null for none, undefined for unknown
 * @returns whether there is a new notification; undefined when the group is not due, or another session works on it
 */
export async function tellGroup(sql: Sql, group: AlertGroup, catchUp?: CatchUp | null): Promise<boolean | undefined> {
  const more =
    catchUp === undefined ? sql`` : sql`|| jsonb_build_object('catch_up', ${JSON.stringify(catchUp)}::text::jsonb)`
  const alerts = (which: Fragment, order: Fragment) => namedAlerts(sql, which, order, more)
  const [row] = await sql<{ told: boolean }[]>`
    /* duly:tell_group */
    with receiver as materialized (
      -- Locked before the group, in the order in which a delete of the channel locks them.
      select service_id, id, kind, disabled_at is not null as is_disabled
      from channel
      where service_id = ${group.service_id}
        and id = ${group.channel_id}
      for key share
    ), seen as materialized (
      select alert_group.ctid as version
      from alert_group
      where ${isGroup(sql, sql`alert_group`, group)}
    ), locked as materialized (
      select alert_group.*, alert_group.ctid as version, receiver.kind as channel_kind, receiver.is_disabled
      from receiver
      join alert_group on alert_group.service_id = receiver.service_id and alert_group.channel_id = receiver.id
      where ${isGroup(sql, sql`alert_group`, group)}
        and due_at <= now()
      for update of alert_group skip locked
    ), due as materialized (
      -- Not if an alert opened or closed after this statement began: it would not be seen, and due_at would be overwritten.
      select locked.*, held.until as held_until
      from locked
      join seen on seen.version = locked.version
      cross join lateral (select ${heldUntil(sql, group)} as until) held
    ), entry as materialized (
      ${entries(sql, group)}
    ), word as materialized (
      select
        entry.*,
        case
          when entry.closed_at is not null and is_event and told_at is not null then 'none'
          when entry.closed_at is not null and not is_event and told_at is null and not is_worth_telling then 'none'
          when entry.closed_at is not null and not is_event and not recovered then 'none'
          when is_disabled then case when entry.closed_at is null then 'later' else 'none' end
          when muted_until is not null then 'later'
          when told_at is null and (entry.closed_at is null or is_event) then 'opened'
          when entry.closed_at is not null then 'closed'
          else 'open'
        end as says
      from entry
    ), counted as (
      select
        count(*) filter (where says = 'opened') as opened,
        count(*) filter (where says = 'closed') as closed,
        count(*) filter (where says in ('open', 'opened') and closed_at is null) as open,
        coalesce(bool_or(told_at is not null and says <> 'none'), false) as is_known,
        min(muted_until) filter (where told_at is null or closed_at is not null) as mute_ends,
        min(remind_hours) filter (where says in ('open', 'opened') and closed_at is null) as remind_hours,
        min(greatest(muted_until, now() + make_interval(hours => remind_hours::integer)))
          filter (where muted_until is not null and remind_hours is not null) as reminds_after_mute
      from word
      where says <> 'none'
    ), typed as (
      select
        due.*,
        counted.*,
        due.told_at + make_interval(hours => remind_hours::integer) as reminds_at,
        due.told_at + make_interval(secs => ${changeSeconds}) as quiet_until,
        case
          when opened > 0 and not is_known then 'opened'
          when opened = 0 and closed > 0 and open = 0 then 'closed'
          when opened + closed > 0 then 'changed'
          when due.told_at + make_interval(hours => remind_hours::integer) <= now() then 'reminder'
        end as type
      from due
      cross join counted
      where held_until is null
    ), decided as materialized (
      -- Of what nobody knew of it is not urgent that it is over.
      select *, type is not null and (type = 'closed' and is_known or coalesce(quiet_until <= now(), true)) as is_told
      from typed
    ), made as (
      insert into notification (service_id, channel_id, kind, target, type, body)
      select
        service_id, channel_id, kind, target, type,
        jsonb_build_object(
          'opened', jsonb_build_object('count', opened, 'alerts', ${alerts(sql`says = 'opened'`, sql`since`)}),
          'closed', jsonb_build_object('count', closed, 'alerts', ${alerts(sql`says = 'closed'`, sql`closed_at`)}),
          'open', jsonb_build_object(
            'count', open,
            'alerts', ${alerts(sql`says in ('open', 'opened') and closed_at is null`, sql`since`)}
          )
        )
      from decided
      where is_told
      returning 1
    ), remembered as (
      update alert_channel
      set told_at = now()
      where alert_channel.ctid = any(array(
        select version
        from word
        where (select is_told from decided)
          and says = 'opened'
          and closed_at is null
      ))
    ), forgotten as (
      delete from alert_channel
      where alert_channel.ctid = any(array(
        select version
        from word
        where says = 'none'
          or (select is_told from decided) and says in ('opened', 'closed') and closed_at is not null
      ))
    ), regrouped as (
      update alert_group
      set told_at = case when decided.is_told then now() else alert_group.told_at end,
          due_at = case
            when due.held_until is not null then due.held_until
            when decided.type is not null and not decided.is_told then decided.quiet_until
            else least(
              decided.mute_ends,
              decided.reminds_after_mute,
              case
                when decided.is_told then now() + make_interval(hours => decided.remind_hours::integer)
                else decided.reminds_at
              end
            )
          end
      from due
      left join decided on true
      where alert_group.ctid = due.version
    )
    select exists (select from made) as told
    from due`
  return row?.told
}

/** SQL: whether a row belongs to the group. */
const isGroup = (sql: Sql, row: Fragment, { service_id, channel_id, kind, target }: AlertGroup): Fragment => sql`
  ${row}.service_id = ${service_id}
  and ${row}.channel_id = ${channel_id}
  and ${row}.kind = ${kind}
  and ${row}.target = ${target}`

/**
 * SQL: until when a group that is `locked` is not told: its last notification is still on its way, or the hour of an e-mail
 * channel is full. Null: it is told now.
 */
const heldUntil = (sql: Sql, group: AlertGroup): Fragment => sql`
  greatest(
    (
      select
        greatest(now(), notification.due_at, notification.lease_until)
        + make_interval(secs => ${afterAttemptSeconds})
      from notification
      where ${isGroup(sql, sql`notification`, group)}
        and notification.due_at is not null
    ),
    (
      select created_at + interval '1 hour'
      from notification
      where locked.channel_kind = 'email'
        and notification.service_id = ${group.service_id}
        and notification.channel_id = ${group.channel_id}
        and created_at > now() - interval '1 hour'
      order by created_at desc
      offset ${mailsPerHour - 1}
      limit 1
    )
  )`

/**
 * SQL: the alerts of the group that is `due`, and until when each is muted: by itself, by the policy of its task, or by a
 * silence. Policies and silences are looked up only if one of the service mutes something.
 */
const entries = (sql: Sql, group: AlertGroup): Fragment => sql`
  select
    alert_channel.ctid as version, alert_channel.alert_id, alert_channel.told_at, alert_channel.recovered,
    alert_channel.remind_hours, alert.since, alert.closed_at, alert.is_event, due.is_disabled,
    ${mutedUntil(sql)} as muted_until,
    -- It was open for as long as a first message waits, while nothing muted it, and it is over by itself.
    alert.closed_at >= alert.opened_at + make_interval(secs => ${firstWaitSeconds})
      and alert.closed_because not in ('paused', 'disabled', 'deleted')
      and coalesce(greatest(alert.muted_until, shared.muted_until) < alert.closed_at, true) as is_worth_telling
  from due
  join alert_channel on ${isGroup(sql, sql`alert_channel`, group)}
  join alert on alert.service_id = ${group.service_id} and alert.id = alert_channel.alert_id
  left join lateral (
    ${sharedMute(sql, group.service_id)}
  ) shared on true
  where due.held_until is null`
