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

/**
 * SQL: until when the policy of a row `alert` of a service mutes it, which may be over, for `left join lateral (…) policy on true`: at most one
 * row, with the column muted_until.
 */
export const policyMute = (sql: Sql, serviceId: string): Fragment => sql`
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
    and alert.task_id is null`

/** SQL: until when a row `alert` is muted, by itself or by its policy, which is the row `policy`; null if it is not, or no more. */
export const mutedUntil = (sql: Sql): Fragment =>
  sql`nullif(greatest(alert.muted_until, policy.muted_until, now()), now())`

/**
 * SQL: the join of a row `mute` to a row `alert`: until when it is muted, by itself or by its policy, or null. A closed one is not.
 * Whatever shows an alert says by this whether it is muted.
 */
export const joinMute = (sql: Sql, serviceId: string): Fragment => sql`
  left join lateral (${policyMute(sql, serviceId)}) policy on alert.closed_at is null
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
