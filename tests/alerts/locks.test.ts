import { beforeEach, expect, test } from 'bun:test'
import { putPolicy } from '../../src/alerts/policies.ts'
import { server } from '../../src/audit/actor.ts'
import { deleteChannel } from '../../src/channels/delete.ts'
import { connect } from '../../src/database/connect.ts'
import type { Sql } from '../../src/database/sql.ts'
import type { Caller } from '../../src/http/caller.ts'
import { markFailed, markSent } from '../../src/notifications/mark.ts'
import { insertChannel, insertNotification, openTestAlerts, type TestChannel } from '../support/alerts.ts'
import { emptyDatabase, sql, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { insertService } from '../support/rows.ts'

let service: string
let channel: TestChannel

beforeEach(async () => {
  await emptyDatabase()
  service = await insertService()
  channel = await insertChannel(service)
})

const caller = (): Caller => ({ serviceId: service, actor: () => server }) as never

/** Runs a statement while the first part of another session's transaction stands, and then the second part of that. */
async function whileHeld<T>(first: (other: Sql) => Promise<unknown>, work: () => Promise<T>, last?: typeof first) {
  const other = connect(testDatabaseUrl, { max: 1, statementTimeoutSeconds: 20, name: 'somebody else' })
  try {
    await other.unsafe('begin')
    await first(other)
    const result = work().then(
      (value) => ({ value }),
      (error: Error) => ({ error: error.message }),
    )
    const blocked = () =>
      sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await eventually(async () => (await blocked()).length > 0, 'a statement that waits')
    await last?.(other)
    await other.unsafe('commit')
    return await result
  } finally {
    await other.end({ timeout: 0 })
  }
}

const lockChannel = (other: Sql) => other`select from channel where id = ${channel.id} for update`
/** Deletes the channel. It fails if what waits for the channel has locked a row that goes with it. */
async function dropChannel(other: Sql) {
  await other`select from alert_group where channel_id = ${channel.id} for update nowait`
  await other`select from notification where channel_id = ${channel.id} for update nowait`
  await other`delete from channel where id = ${channel.id}`
}

test('a channel is deleted while an alert opens: neither waits for a row of the other, and the alert is listed', async () => {
  await openTestAlerts(service)
  const opened = await whileHeld(lockChannel, () => openTestAlerts(service), dropChannel)
  expect(opened).toEqual({ value: [expect.any(String)] })
  expect(await sql`select from alert`).toHaveLength(2)
  expect(await sql`select from alert_channel`).toHaveLength(0)
})

test('a channel is deleted while it is recorded how it took a notification: neither waits for a row of the other', async () => {
  const failed = {
    status_code: 503,
    error: 'it answered 503',
    retry_in_ms: 10_000,
    give_up_after_hours: 24,
    is_asked: false,
  }
  for (const mark of [
    (claimed: never) => markSent(sql, claimed, 200),
    (claimed: never) => markFailed(sql, claimed, failed),
  ]) {
    channel = await insertChannel(service)
    const id = await insertNotification(channel, { attempt: 1 })
    const claimed = { service_id: service, id, channel_id: channel.id, channel_updated_at: '', attempt: 1 }
    const marked = await whileHeld(lockChannel, () => mark(claimed as never), dropChannel)
    expect(Object.values(marked)[0]).toBeFalsy()
    expect(marked).not.toHaveProperty('error')
  }
})

test('a channel is not deleted that an alert policy names which is set at the same moment', async () => {
  const fields = {
    ...{ failures: 1, window_failures: null, window_seconds: null, late_seconds: null, long_seconds: null },
    ...{ remind_hours: null, recovered: true, channels: [channel.id], muted_until: null },
  }
  const result = await whileHeld(
    (other) => putPolicy(other, caller(), 'default', fields),
    () => deleteChannel(sql, caller(), channel.id),
  )
  expect(result).toEqual({ error: expect.stringContaining('An alert policy names this channel: the default one') })
  expect(await sql`select from channel`).toHaveLength(1)
})
