import type { Sql } from '../database/sql.ts'

/**
 * Deletes closed alerts, up to `limit` of them, that opened before the retention of executions began. One of which a channel is
 * still to be told stays until it has been.
 * @returns how many
 */
export async function purgeExpiredAlerts(sql: Sql, retentionDays: number, limit: number): Promise<number> {
  const rows = await sql`
    /* duly:purge_expired_alerts */
    delete from alert
    where ctid = any(array(
      select ctid
      from alert
      where opened_at < now() - make_interval(days => ${retentionDays}::integer)
        and closed_at is not null
        and not exists (
          select
          from alert_channel
          where alert_channel.service_id = alert.service_id
            and alert_channel.alert_id = alert.id
        )
      limit ${limit}
      for update skip locked
    ))
    returning 1`
  return rows.length
}

/** Deletes silences that ended more than a day ago: until then what closed under them is still told rightly. */
export async function purgeEndedSilences(sql: Sql): Promise<void> {
  await sql`
    /* duly:purge_ended_silences */
    delete from alert_silence
    where until < now() - interval '1 day'`
}

/** Deletes outages that ended before the retention of executions began. */
export async function purgeExpiredOutages(sql: Sql, retentionDays: number): Promise<void> {
  await sql`
    /* duly:purge_expired_outages */
    delete from outage
    where ended_at < now() - make_interval(days => ${retentionDays}::integer)`
}
