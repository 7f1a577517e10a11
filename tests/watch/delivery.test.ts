import { afterEach, beforeEach, expect, test } from 'bun:test'
import { NotificationCounts } from '../../src/metrics/notification-counts.ts'
import type { ClaimedNotification } from '../../src/notifications/claim.ts'
import { Delivery, type DeliveryParts } from '../../src/watch/delivery.ts'
import { tellDueGroups } from '../../src/watch/telling.ts'
import { insertChannel, insertNotification, openTestAlerts, passTime, type TestChannel } from '../support/alerts.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { insertService, insertTask } from '../support/rows.ts'
import { silentLog } from '../support/silent-log.ts'

const ok = { ok: true, status_code: 200, error: null, retry_after_ms: null }
const answer = (status_code: number, retry_after_ms: number | null = null) => ({
  ok: false,
  status_code,
  error: `it answered ${status_code}`,
  retry_after_ms,
})

const lastPass = () => ({ toleranceSeconds: 660 })

let service: string
let counts: NotificationCounts
let sent: ClaimedNotification[]
const running: Delivery[] = []

beforeEach(async () => {
  await emptyDatabase()
  service = await insertService()
  counts = new NotificationCounts()
  sent = []
})
afterEach(() => Promise.all(running.splice(0).map((delivery) => delivery.stop(0))))

function start(send: DeliveryParts['send'] = async () => ok, parts: Partial<DeliveryParts> = {}): Delivery {
  const delivery = new Delivery({
    sql,
    log: silentLog,
    counts,
    send: (notification) => {
      sent.push(notification)
      return send(notification)
    },
    ...parts,
  })
  running.push(delivery)
  delivery.start()
  return delivery
}

const webhook = (): Promise<TestChannel> =>
  insertChannel(service, { kind: 'webhook', addresses: null, sealed: '00000000.AAAA' })
const counted = () =>
  Object.fromEntries(
    counts.all().flatMap(({ kind, result, count }) => (count > 0 ? [[`${kind} ${result}`, count]] : [])),
  )
const states = async () =>
  (
    await sql`
      select case when sent_at is not null then 'sent' when given_up_at is not null then 'given up' else 'waiting' end as state
      from notification
      order by created_at, id`
  ).map(({ state }) => state)
const allAre = (state: string) => eventually(async () => (await states()).every((found) => found === state), state)

test('what waits is sent, in its order, and one that is made is sent at once', async () => {
  const channel = await webhook()
  const ids = [await insertNotification(channel), await insertNotification(channel), await insertNotification(channel)]
  const delivery = start()
  await allAre('sent')
  expect(sent.map(({ id }) => id)).toEqual(ids)
  await openTestAlerts(service)
  await passTime(30)
  const began = performance.now()
  await tellDueGroups({ sql, log: silentLog, lastPass, onTold: () => delivery.wake(), stopped: () => false })
  await eventually(() => sent.length === 4, 'the notification')
  expect(performance.now() - began).toBeLessThan(2_000)
  expect(sent[3]?.body.opened.count).toBe(1)
  await eventually(() => counted()['webhook sent'] === 4, 'a count')
})

test('of an outage those slots are told that the scheduler takes for late', async () => {
  await webhook()
  const late = (seconds: number) =>
    insertTask({ service_id: service, scheduled_at: new Date(Date.now() - seconds * 1000).toISOString() })
  await late(600)
  const tell = async () => {
    await openTestAlerts(service, { kind: 'outage', target: '', is_event: true })
    await passTime(3_600)
    await tellDueGroups({ sql, log: silentLog, lastPass, onTold: () => {}, stopped: () => false })
    const [row] = await sql`select body from notification order by created_at desc limit 1`
    await sql`update notification set due_at = null, sent_at = now()`
    return row?.body.opened.alerts[0].catch_up
  }
  expect(await tell()).toBeNull()
  await late(700)
  expect(await tell()).toMatchObject({ late: 1 })
})

test('a channel that hangs holds up no other', async () => {
  const [hanging, well] = [await webhook(), await webhook()]
  await insertNotification(hanging)
  await insertNotification(hanging)
  for (let index = 0; index < 5; index++) await insertNotification(well)
  start(({ channel_id }) => (channel_id === hanging.id ? new Promise(() => {}) : Promise.resolve(ok)))
  await eventually(() => sent.filter(({ channel_id }) => channel_id === well.id).length === 5, 'the well channel')
  expect(sent.filter(({ channel_id }) => channel_id === hanging.id)).toHaveLength(1)
})

test('services whose channels hang hold up no other service, until 32 are being sent', async () => {
  const hanging = new Set<string>()
  for (let index = 0; index < 3; index++) {
    const other = await insertService()
    hanging.add(other)
    for (let number = 0; number < 6; number++) await insertNotification(await insertChannel(other))
  }
  await insertNotification(await webhook())
  start(({ service_id }) => (hanging.has(service_id) ? new Promise(() => {}) : Promise.resolve(ok)))
  await eventually(() => sent.some(({ service_id }) => service_id === service), 'the other service')
  await Bun.sleep(1_200)
  for (const other of hanging) expect(sent.filter(({ service_id }) => service_id === other)).toHaveLength(4)
})

test('Retry-After of a channel is honoured', async () => {
  await insertNotification(await webhook())
  start(async () => answer(429, 1_700_000))
  await eventually(() => counted()['webhook failed'] === 1, 'a failed attempt')
  const [row] = await sql<{ wait: number }[]>`select date_part('epoch', due_at - now()) as wait from notification`
  expect(row?.wait).toBeGreaterThan(1_690)
  expect(row?.wait).toBeLessThan(1_701)
  expect(counted()).toEqual({ 'webhook failed': 1 })
})

test('an attempt that fails is repeated under its id until it succeeds', async () => {
  const id = await insertNotification(await webhook())
  const delivery = start(async () => (sent.length < 3 ? answer(500) : ok))
  for (const count of [1, 2]) {
    await eventually(() => counted()['webhook failed'] === count, `attempt ${count}`)
    await passTime(3_600)
    delivery.wake()
  }
  await allAre('sent')
  expect(sent.map((notification) => [notification.id, notification.attempt])).toEqual([1, 2, 3].map((n) => [id, n]))
})

test('a channel that answers 404 is disabled; what waits for it is given up, and the others are told', async () => {
  const [gone, other] = [await webhook(), await webhook()]
  await insertNotification(gone)
  await insertNotification(gone)
  const delivery = start(async ({ channel_id }) => (channel_id === gone.id ? answer(404) : ok))
  await allAre('given up')
  expect(sent).toHaveLength(1)
  await passTime(30)
  await tellDueGroups({ sql, log: silentLog, lastPass, onTold: () => delivery.wake(), stopped: () => false })
  await eventually(() => sent.length === 2, 'the word of it')
  expect(sent[1]).toMatchObject({ channel_id: other.id, kind: 'channel', type: 'opened' })
  expect(sent[1]?.body.opened.alerts[0]?.error).toEndWith('was disabled: it answered 404')
  expect(counted()).toMatchObject({ 'webhook failed': 1, 'webhook given_up': 2 })
})

test('of a mail that some addresses refused it is recorded which', async () => {
  await insertNotification(await insertChannel(service))
  start(async () => ({ ...ok, status_code: 250, error: 'a@example.com was refused' }))
  await allAre('sent')
  expect(await sql`select status_code, error from notification`).toMatchObject([
    { status_code: 250, error: 'a@example.com was refused' },
  ])
  expect(counted()).toEqual({ 'email sent': 1 })
})

test('a sender that throws has failed, and holds up nothing', async () => {
  await insertNotification(await webhook())
  start(async () => {
    throw new Error('a bug')
  })
  await eventually(() => counted()['webhook failed'] === 1, 'a failed attempt')
  expect(await sql`select error from notification where due_at > now()`).toMatchObject([
    { error: 'it could not be sent, by a fault of Duly; its log says more' },
  ])
})

test('a stop waits for what is being sent, and claims nothing more', async () => {
  const channel = await webhook()
  await insertNotification(channel)
  await insertNotification(channel)
  const { promise, resolve } = Promise.withResolvers<typeof ok>()
  const delivery = start(() => promise)
  await eventually(() => sent.length === 1, 'the first one')
  const stopped = delivery.stop(20_000)
  resolve(ok)
  await stopped
  expect((await states()).sort()).toEqual(['sent', 'waiting'])
  expect(sent).toHaveLength(1)
})
