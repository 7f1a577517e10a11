import type { Fragment, Sql } from '../database/sql.ts'
import { changeSeconds, firstWaitSeconds } from './timing.ts'

/**
 * SQL: opens alerts, as CTEs `opened` (the new rows of `alert`), `addressed` (which channels are told) and `grouped` (when).
 * All that is to be told stands in the database with the alert itself. A task that has an open alert of the kind gets none.
 * @param found query with service_id, kind, task_id, task_name, target, since, until, is_event, failures, tasks, error,
 *   execution_id, execution_created_at, and of the policy channels, recovered and remind_hours. It has at most one row of a
 *   kind and a task
 */
export const openAlerts = (sql: Sql, found: Fragment): Fragment => sql`
  found as materialized (${found}),
  opened as (
    insert into alert (
      service_id, kind, task_id, task_name, target, since, until, closed_at, closed_because, is_event, failures, tasks, error,
      execution_id, execution_created_at
    )
    select
      service_id, kind, task_id, task_name, target, since, until, case when is_event then now() end,
      case when is_event then 'event' end, is_event, failures, tasks, left(error, ${errorLength}::integer), execution_id,
      execution_created_at
    from found
    order by service_id, kind, task_id
    on conflict (service_id, kind, task_id) where closed_at is null do nothing
    returning *
  ),
  addressed as (
    insert into alert_channel (service_id, channel_id, kind, target, alert_id, recovered, remind_hours)
    select opened.service_id, channel.id, opened.kind, opened.target, opened.id, found.recovered, found.remind_hours
    from opened
    join found
      on found.service_id = opened.service_id and found.kind = opened.kind and found.task_id is not distinct from opened.task_id
    join channel
      on channel.service_id = opened.service_id
      and channel.disabled_at is null
      and (found.channels is null or channel.id = any(found.channels))
    -- Locked before the groups, in the order in which a delete of the channel locks them.
    for key share of channel
    returning service_id, channel_id, kind, target
  ),
  grouped as (
    insert into alert_group (service_id, channel_id, kind, target, due_at)
    select distinct service_id, channel_id, kind, target, now() + make_interval(secs => ${firstWaitSeconds})
    from addressed
    order by service_id, channel_id, kind, target
    on conflict (service_id, channel_id, kind, target) do update
    set due_at = least(
      alert_group.due_at,
      greatest(excluded.due_at, alert_group.told_at + make_interval(secs => ${changeSeconds}))
    )
  )`

/** The longest error that an alert keeps, in characters. */
const errorLength = 2_000
