import type { Fragment, Sql } from '../database/sql.ts'
import { policyOf, policyOfService } from './policy-of.ts'
import { firstWaitSeconds } from './timing.ts'

/**
 * SQL: whether a policy of a service mutes alerts now, or did within the last hour. If none does, no policy has to be looked up
 * for a mute.
 */
const someMuted = (sql: Sql, serviceId: string): Fragment => sql`
  exists (
    select
    from alert_policy
    where alert_policy.service_id = ${serviceId}
      and alert_policy.muted_until > now() - interval '1 hour'
  )`

/** SQL: whether a service has a silence now, or had one within the last hour: if not, none has to be looked up. */
const someSilenced = (sql: Sql, serviceId: string): Fragment => sql`
  exists (
    select
    from alert_silence
    where alert_silence.service_id = ${serviceId}
      and alert_silence.until > now() - interval '1 hour'
  )`

/** SQL: whether a row `silence` is of a row `alert`: by its target, and by the labels that its task has now. */
export const isSilenced = (sql: Sql, serviceId: string): Fragment => sql`
  (silence.host is null or alert.target = silence.host or starts_with(alert.target, silence.host || ':'))
  and (
    silence.label_name is null
    or exists (
      select
      from task_label
      where task_label.service_id = ${serviceId}
        and task_label.task_id = alert.task_id
        and task_label.name = silence.label_name
        and task_label.value = silence.label_value
    )
  )`

/**
 * SQL: until when what is not of it alone mutes a row `alert` of a service, its policy or a silence, which may be over, for
 * `left join lateral (…) shared on true`: one row with the column muted_until.
 */
export const sharedMute = (sql: Sql, serviceId: string): Fragment => sql`
  select max(muted_until) as muted_until
  from (
    select applicable.muted_until
    from task
    cross join lateral (${policyOf(sql, sql`task`)}) applicable
    where (select ${someMuted(sql, serviceId)})
      and task.service_id = ${serviceId}
      and task.id = alert.task_id
    union all
    select applicable.muted_until
    from (${policyOfService(sql, sql`${serviceId}::uuid`)}) applicable
    where (select ${someMuted(sql, serviceId)})
      and alert.task_id is null
    union all
    select silence.until
    from alert_silence silence
    where (select ${someSilenced(sql, serviceId)})
      and silence.service_id = ${serviceId}
      and ${isSilenced(sql, serviceId)}
  ) holding`

/** SQL: until when a row `alert` is muted, by itself or by what else mutes it, which is the row `shared`; null if it is not, or no more. */
export const mutedUntil = (sql: Sql): Fragment =>
  sql`nullif(greatest(alert.muted_until, shared.muted_until, now()), now())`

/**
 * SQL: the join of a row `mute` to a row `alert`: until when it is muted, by itself, by its policy or by a silence, or null. A closed one is not.
 * Whatever shows an alert says by this whether it is muted.
 */
export const joinMute = (sql: Sql, serviceId: string): Fragment => sql`
  left join lateral (${sharedMute(sql, serviceId)}) shared on alert.closed_at is null
  cross join lateral (
    select case when alert.closed_at is null then ${mutedUntil(sql)} end as until
  ) mute`

/**
 * SQL: has the groups of alerts looked at again after a mute was set or ended, as the body of a CTE.
 * @param concerned query of the alerts, with service_id and alert_id
 */
export const regroup = (sql: Sql, concerned: Fragment): Fragment => sql`
  insert into alert_group (service_id, channel_id, kind, target, due_at)
  select distinct
    alert_channel.service_id, alert_channel.channel_id, alert_channel.kind, alert_channel.target,
    now() + make_interval(secs => ${firstWaitSeconds})
  from (${concerned}) concerned
  join alert_channel
    on alert_channel.service_id = concerned.service_id and alert_channel.alert_id = concerned.alert_id
  order by service_id, channel_id, kind, target
  on conflict (service_id, channel_id, kind, target) do update
  set due_at = least(alert_group.due_at, excluded.due_at)`
