import type { Sql } from '../database/sql.ts'

/**
 * Deletes up to `limit` groups of alerts that have been quiet for a day: nothing is open, and nothing is to be told. A group is
 * made again by its next alert.
 * @returns how many
 */
export async function deleteQuietGroups(sql: Sql, limit: number): Promise<number> {
  const rows = await sql`
    /* duly:delete_quiet_groups */
    with quiet as materialized (
      select ctid as version
      from alert_group
      where due_at is null
        and coalesce(told_at, '-infinity') < now() - interval '1 day'
        and not exists (
          select
          from alert_channel
          where alert_channel.service_id = alert_group.service_id
            and alert_channel.channel_id = alert_group.channel_id
            and alert_channel.kind = alert_group.kind
            and alert_channel.target = alert_group.target
        )
      limit ${limit}
      for update skip locked
    )
    delete from alert_group
    where ctid = any(array(select version from quiet))
    returning 1`
  return rows.length
}

/**
 * Deletes notifications, up to `limit` of them, that were sent or given up and are older than the retention of executions.
 * @returns how many
 */
export async function purgeExpiredNotifications(sql: Sql, retentionDays: number, limit: number): Promise<number> {
  const rows = await sql`
    /* duly:purge_expired_notifications */
    delete from notification
    where ctid = any(array(
      select ctid
      from notification
      where created_at < now() - make_interval(days => ${retentionDays}::integer)
        and due_at is null
      limit ${limit}
      for update skip locked
    ))
    returning 1`
  return rows.length
}
