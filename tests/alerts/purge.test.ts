import { beforeEach, expect, test } from 'bun:test'
import { purgeExpiredAlerts, purgeExpiredOutages } from '../../src/alerts/purge.ts'
import { purgeExpiredNotifications } from '../../src/notifications/purge.ts'
import { closeTestAlerts, insertChannel, insertNotification, openTestAlerts } from '../support/alerts.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertService } from '../support/rows.ts'

beforeEach(emptyDatabase)

test('closed alerts, notifications that are done and outages go with the retention of executions; what is open or still to be told stays', async () => {
  const service = await insertService()
  const channel = await insertChannel(service)
  const [closed = ''] = await openTestAlerts(service)
  await closeTestAlerts(service)
  await sql`delete from alert_channel`
  const [untold = ''] = await openTestAlerts(service)
  await closeTestAlerts(service)
  const [open = ''] = await openTestAlerts(service)
  const ago = sql`now() - interval '31 days'`
  await sql`update alert set opened_at = ${ago}`
  await openTestAlerts(service)
  await closeTestAlerts(service, [])
  const [waiting, sent] = [await insertNotification(channel), await insertNotification(channel)]
  await sql`update notification set created_at = ${ago}`
  await sql`update notification set due_at = null, sent_at = now() where id = ${sent}`
  await sql`truncate outage`
  await sql`insert into outage values (${ago}, ${ago} + interval '1 hour'), (now(), now() + interval '1 hour')`
  expect(await purgeExpiredAlerts(sql, 30, 100)).toBe(1)
  expect(await purgeExpiredNotifications(sql, 30, 100)).toBe(1)
  await purgeExpiredOutages(sql, 30)
  const ids = (await sql`select id from alert`).map(({ id }) => id)
  expect(ids).toContain(open)
  expect(ids).toContain(untold)
  expect(ids).not.toContain(closed)
  expect(ids).toHaveLength(3)
  expect([...(await sql`select id from notification`)]).toEqual([{ id: waiting }])
  expect(await sql`select from outage`).toHaveLength(1)
  await sql`truncate outage`
})
