import type { Fragment, Sql } from '../database/sql.ts'
import { changeSeconds, lastClosedWaitSeconds } from './timing.ts'

/**
 * SQL: closes alerts, as CTEs `closed_alert` (their rows) and `regrouped` (when the channels are told that know of them). What
 * has closed meanwhile stays as it is. The last alert of a group that closes is told sooner than one of several.
 * @param ended query with service_id, id and because (see alert.closed_because)
 */
export const closeAlerts = (sql: Sql, ended: Fragment): Fragment => sql`
  closed_alert as (
    update alert
    set closed_at = now(),
        closed_because = ended.because
    from (${ended}) ended
    where alert.service_id = ended.service_id
      and alert.id = ended.id
      and alert.closed_at is null
    returning alert.*
  ),
  concerned as materialized (
    select distinct alert_channel.service_id, alert_channel.channel_id, alert_channel.kind, alert_channel.target
    from closed_alert
    join alert_channel on alert_channel.service_id = closed_alert.service_id and alert_channel.alert_id = closed_alert.id
  ),
  regrouped as (
    insert into alert_group (service_id, channel_id, kind, target, due_at)
    select
      service_id, channel_id, kind, target,
      now() + make_interval(secs => case when remaining.some then ${changeSeconds}::integer else ${lastClosedWaitSeconds}::integer end)
    from concerned
    cross join lateral (
      select exists (
        select
        from alert_channel other
        join alert on alert.service_id = other.service_id and alert.id = other.alert_id
        where other.service_id = concerned.service_id
          and other.channel_id = concerned.channel_id
          and other.kind = concerned.kind
          and other.target = concerned.target
          and alert.closed_at is null
          and alert.id not in (select id from closed_alert)
      ) as some
    ) remaining
    order by service_id, channel_id, kind, target
    on conflict (service_id, channel_id, kind, target) do update
    set due_at = least(alert_group.due_at, excluded.due_at)
  )`
