import { beforeEach, expect, test } from 'bun:test'
import { claimNotifications, giveUpDisabled, listServicesToNotify } from '../../src/notifications/claim.ts'
import { disableChannel, markFailed, markSent } from '../../src/notifications/mark.ts'
import { insertChannel, insertNotification, passTime } from '../support/alerts.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertService } from '../support/rows.ts'

let service: string

beforeEach(async () => {
  await emptyDatabase()
  service = await insertService()
})

const claim = (busy: string[] = [], limit = 32) => claimNotifications(sql, service, busy, limit)
const failed = {
  status_code: 503,
  error: 'it answered 503',
  retry_in_ms: 10_000,
  is_asked: false,
  give_up_after_hours: 24,
}
const rowOf = async (id: string) => (await sql`select * from notification where id = ${id}`)[0]

test('a channel has one notification under way, the oldest; the next one follows when it has ended', async () => {
  const channel = await insertChannel(service)
  const first = await insertNotification(channel)
  const second = await insertNotification(channel)
  const [claimed, ...more] = await claim()
  expect(more).toEqual([])
  expect(claimed).toMatchObject({
    id: first,
    attempt: 1,
    claimed_at: expect.stringMatching(/^20.*Z$/),
    channel_kind: 'email',
    service_name: 'team',
    addresses: ['ops@example.com'],
  })
  expect(await claim()).toEqual([])
  expect(await markSent(sql, claimed as never, 200)).toBe(true)
  expect((await claim()).map(({ id }) => id)).toEqual([second])
})

test('a notification is claimed once, however many replicas claim at the same time', async () => {
  for (let index = 0; index < 3; index++) await insertNotification(await insertChannel(service))
  const claims = await Promise.all(Array.from({ length: 8 }, () => claim()))
  const ids = claims.flat().map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids).toHaveLength(3)
})

test('a service has four under way', async () => {
  for (let index = 0; index < 6; index++) await insertNotification(await insertChannel(service))
  expect(await claim()).toHaveLength(4)
  expect(await claim()).toEqual([])
  await passTime(61)
  expect(await claim()).toHaveLength(4)
})

test('after the lease it is claimed again under the same id, but not by the replica that still sends it', async () => {
  const channel = await insertChannel(service)
  const id = await insertNotification(channel)
  await claim()
  await passTime(61)
  expect(await listServicesToNotify(sql)).toEqual([service])
  expect(await claim([channel.id])).toEqual([])
  expect(await claim()).toMatchObject([{ id, attempt: 2 }])
})

test('services with something to send are listed, each once', async () => {
  const other = await insertService()
  const [one, two] = [await insertChannel(service), await insertChannel(other)]
  await insertNotification(one)
  await insertNotification(await insertChannel(service))
  await insertNotification(two, { due_at: new Date(Date.now() + 60_000).toISOString() })
  expect(await listServicesToNotify(sql)).toEqual([service])
  await passTime(61)
  expect((await listServicesToNotify(sql)).sort()).toEqual([service, other].sort())
  await claim()
  expect(await listServicesToNotify(sql)).toEqual([other])
})

test('a Slack channel gets one message a second', async () => {
  const channel = await insertChannel(service, { kind: 'slack', addresses: null, sealed: '00000000.AAAA' })
  await insertNotification(channel)
  await insertNotification(channel)
  const [first] = await claim()
  await markSent(sql, first as never, 200)
  expect(await claim()).toEqual([])
  await sql`update channel set last_ok_at = last_ok_at - interval '1 second'`
  expect(await claim()).toHaveLength(1)
})

test('a failed attempt is repeated after its pause, and given up when it is too old', async () => {
  const channel = await insertChannel(service)
  const id = await insertNotification(channel)
  const [first] = await claim()
  expect(await markFailed(sql, first as never, failed)).toBe(false)
  expect(await rowOf(id)).toMatchObject({ attempt: 1, status_code: 503, error: 'it answered 503', lease_until: null })
  expect(await claim()).toEqual([])
  await passTime(10)
  const [second] = await claim()
  await sql`update notification set created_at = now() - interval '25 hours'`
  // The late word of the first attempt does not concern the second one.
  expect(await markFailed(sql, first as never, failed)).toBeUndefined()
  expect(await markFailed(sql, second as never, failed)).toBe(true)
  expect(await rowOf(id)).toMatchObject({ due_at: null, given_up_at: expect.any(String), error: 'it answered 503' })
  const [{ last_error, last_failed_at }] = (await sql`select * from channel`) as never as [Record<string, unknown>]
  expect([last_error, typeof last_failed_at]).toEqual(['it answered 503', 'string'])
})

test('a channel that asked for a pause gets nothing before its end, no other notification either', async () => {
  const channel = await insertChannel(service, { kind: 'slack', addresses: null, sealed: '00000000.AAAA' })
  const other = await insertChannel(service)
  const first = await insertNotification(channel)
  await insertNotification(channel)
  const [claimed] = await claim()
  await markFailed(sql, claimed as never, { ...failed, status_code: 429, retry_in_ms: 30_000, is_asked: true })
  await sql`update channel set last_failed_at = now() - interval '1 minute'`
  const elsewhere = await insertNotification(other)
  expect((await claim()).map(({ id }) => id)).toEqual([elsewhere])
  await sql`update channel set not_before = now()`
  await sql`update notification set due_at = now() where id = ${first}`
  expect((await claim()).map(({ id }) => id)).toEqual([first])
})

test('the late word that an attempt succeeded counts, even if its lease has ended', async () => {
  const id = await insertNotification(await insertChannel(service))
  const [first] = await claim()
  await passTime(61)
  const [second] = await claim()
  expect(await markSent(sql, first as never, 200)).toBe(true)
  expect(await markSent(sql, second as never, 200)).toBe(false)
  expect(await markFailed(sql, second as never, failed)).toBeUndefined()
  expect(await rowOf(id)).toMatchObject({ due_at: null, sent_at: expect.any(String), given_up_at: null })
})

test('a channel that is gone is disabled, its notifications are given up, and the other channels are told of it', async () => {
  const gone = await insertChannel(service, { name: 'gone' })
  const other = await insertChannel(service, { name: 'other' })
  await insertChannel(await insertService())
  const [one, two] = [await insertNotification(gone), await insertNotification(gone)]
  await sql`insert into alert_policy ${sql({ service_id: service, channels: [gone.id] } as never)}`
  const claimed = (await claim())[0] as never
  expect(await disableChannel(sql, claimed, 'it answered 410', 410)).toBe(2)
  expect(await disableChannel(sql, claimed, 'it answered 410', 410)).toBeUndefined()
  expect(await rowOf(one)).toMatchObject({ due_at: null, given_up_at: expect.any(String), status_code: 410 })
  expect(await rowOf(two)).toMatchObject({ given_up_at: expect.any(String), status_code: null })
  expect(await sql`select name, disabled_reason from channel where disabled_at is not null`).toMatchObject([
    { name: 'gone', disabled_reason: 'it answered 410' },
  ])
  expect(await sql`select kind, is_event, error from alert`).toMatchObject([
    { kind: 'channel', is_event: true, error: 'The channel gone was disabled: it answered 410' },
  ])
  expect(await sql`select channel_id from alert_group where due_at is not null`).toMatchObject([
    { channel_id: other.id },
  ])
  expect(await sql`select actor, name, action, after from audit where action = 'channel_updated'`).toMatchObject([
    { actor: 'server', name: 'gone', after: { enabled: false, disabled_reason: 'it answered 410' } },
  ])
})

test('a channel that was changed since the attempt began is not disabled', async () => {
  const channel = await insertChannel(service)
  await insertNotification(channel)
  const [claimed] = await claim()
  await sql`update channel set updated_at = now() + interval '1 microsecond'`
  expect(await disableChannel(sql, claimed as never, 'it answered 404', 404)).toBeUndefined()
  expect(await sql`select from channel where disabled_at is null`).toHaveLength(1)
})

test('the notifications of a disabled channel are given up', async () => {
  const channel = await insertChannel(service)
  const id = await insertNotification(channel)
  await sql`update channel set disabled_at = now(), disabled_reason = 'by hand'`
  expect(await claim()).toEqual([])
  expect(await giveUpDisabled(sql, service)).toEqual(['email'])
  expect(await rowOf(id)).toMatchObject({ due_at: null, error: 'the channel is disabled' })
  expect(await listServicesToNotify(sql)).toEqual([])
})
