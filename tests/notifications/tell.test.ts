import { beforeEach, expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import { deleteQuietGroups } from '../../src/notifications/purge.ts'
import { listDueGroups, tellGroup } from '../../src/notifications/tell.ts'
import { closeTestAlerts, insertChannel, openTestAlerts, passTime, type TestChannel } from '../support/alerts.ts'
import { emptyDatabase, sql, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { insertService, insertTask } from '../support/rows.ts'

let service: string
let channel: TestChannel

beforeEach(async () => {
  await emptyDatabase()
  service = await insertService()
  channel = await insertChannel(service, {
    kind: 'webhook',
    addresses: null,
    sealed: '00000000.AAAA',
    shown: 'https://x',
  })
})

// biome-ignore lint/suspicious/noExplicitAny: a test reads the columns it names
type Row = any

/** Tells what is due, as the loop does, and returns the new notifications. */
async function tell(): Promise<Row[]> {
  const before = await sql`select id from notification`
  for (const group of await listDueGroups(sql, 100)) await tellGroup(sql, group)
  const known = new Set(before.map(({ id }) => id))
  return (await sql<Row[]>`select * from notification order by created_at`).filter(({ id }) => !known.has(id))
}

/** The same, and what was told is sent at once. */
async function tellAndSend(): Promise<Row[]> {
  const made = await tell()
  await sql`update notification set due_at = null, sent_at = now() where due_at is not null`
  return made
}

const counts = ({ type, body }: Row) => [type, body.opened.count, body.closed.count, body.open.count]

const secondsUntilDue = async (): Promise<number | null> =>
  (await sql<{ s: number | null }[]>`select date_part('epoch', due_at - now()) as s from alert_group`)[0]?.s ?? null

test('the first message of a group waits 30 s; one names 20 of 500 alerts and counts the rest; one more says that all are well', async () => {
  await openTestAlerts(service, { count: 500 })
  expect(await tell()).toEqual([])
  await passTime(30)
  const [opened, ...more] = await tellAndSend()
  expect(more).toEqual([])
  expect(counts(opened)).toEqual(['opened', 500, 0, 500])
  expect(opened.body.opened.alerts.map((alert: Row) => alert.task_name)).toEqual(
    Array.from({ length: 20 }, (_, index) => `task ${String(index + 1).padStart(6, '0')}`),
  )
  expect(Object.keys(opened.body.opened.alerts[0]).sort()).toEqual([
    'closed_at',
    'closed_because',
    'error',
    'execution_id',
    'failures',
    'id',
    'kind',
    'opened_at',
    'since',
    'task_id',
    'task_name',
    'tasks',
    'until',
  ])
  expect(opened.body.opened.alerts[0].since).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
  expect(await secondsUntilDue()).toBeNull()
  await closeTestAlerts(service)
  expect(await tell()).toEqual([])
  await passTime(30)
  const [closed] = await tellAndSend()
  expect(counts(closed)).toEqual(['closed', 0, 500, 0])
  expect(await sql`select from alert_channel`).toHaveLength(0)
  expect(await secondsUntilDue()).toBeNull()
})

test('what opened and closed before the first message is not told', async () => {
  await openTestAlerts(service, { count: 3 })
  await passTime(20)
  await closeTestAlerts(service)
  await passTime(30)
  expect(await tell()).toEqual([])
  expect(await sql`select from alert_channel`).toHaveLength(0)
  expect(await secondsUntilDue()).toBeNull()
})

test('while a group changes, one message is made in five minutes; it says what opened, closed and is open', async () => {
  const [first] = await openTestAlerts(service, { count: 2 })
  await passTime(30)
  await tellAndSend()
  await openTestAlerts(service, { count: 3 })
  await closeTestAlerts(service, [first as string])
  await passTime(299)
  expect(await tell()).toEqual([])
  await passTime(1)
  expect((await tellAndSend()).map(counts)).toEqual([['changed', 3, 1, 4]])
})

test('a group that flaps is not told sooner than after five minutes that alerts have opened again', async () => {
  await openTestAlerts(service)
  await passTime(30)
  await tellAndSend()
  await passTime(60)
  await closeTestAlerts(service)
  await openTestAlerts(service)
  await passTime(30)
  expect(await tell()).toEqual([])
  expect(await secondsUntilDue()).toBeCloseTo(210, 0)
  await passTime(210)
  expect((await tellAndSend()).map(counts)).toEqual([['changed', 1, 1, 1]])
})

test('what was open for 30 s between two messages is told by the next one, and not sooner than after five minutes', async () => {
  const [first] = await openTestAlerts(service)
  await passTime(30)
  await tellAndSend()
  await openTestAlerts(service, { count: 2 })
  const [brief] = await openTestAlerts(service)
  await closeTestAlerts(service, [brief as string])
  await passTime(60)
  await closeTestAlerts(service, [first as string])
  await closeTestAlerts(service)
  // The first one is known: that all are well is told soon.
  await passTime(30)
  expect((await tellAndSend()).map(counts)).toEqual([['closed', 0, 3, 0]])
  await openTestAlerts(service)
  await passTime(60)
  await closeTestAlerts(service)
  await passTime(30)
  expect(await tell()).toEqual([])
  await passTime(210)
  expect((await tellAndSend()).map(counts)).toEqual([['closed', 0, 1, 0]])
  expect(await sql`select from alert_channel`).toHaveLength(0)
})

test('what closed while it was muted, or because its task was paused, is not told to a channel that never knew of it', async () => {
  const [muted] = await openTestAlerts(service)
  await sql`update alert set muted_until = now() + interval '1 hour'`
  await passTime(60)
  await closeTestAlerts(service, [muted as string])
  const { id: task } = await insertTask({ service_id: service })
  const [policy] = await openTestAlerts(service, { task_ids: [task] })
  await sql`insert into alert_policy (service_id, muted_until) values (${service}, now() + interval '2 hours')`
  await passTime(60)
  await closeTestAlerts(service, [policy as string])
  await sql`update alert_policy set muted_until = now()`
  await openTestAlerts(service)
  await passTime(20)
  await sql`update alert set opened_at = opened_at - interval '1 minute' where closed_at is null`
  await closeTestAlerts(service, undefined, 'paused')
  await passTime(60)
  expect(await tell()).toEqual([])
  expect(await sql`select from alert_channel`).toHaveLength(0)
})

test('an event is told once, and never as recovered', async () => {
  await openTestAlerts(service, { kind: 'outage', target: '', is_event: true })
  await passTime(30)
  expect((await tellAndSend()).map(counts)).toEqual([['opened', 1, 0, 0]])
  expect(await sql`select from alert_channel`).toHaveLength(0)
})

test('without recovered it is not told that an alert has closed', async () => {
  await openTestAlerts(service, { recovered: false })
  await passTime(30)
  expect(await tellAndSend()).toHaveLength(1)
  await closeTestAlerts(service)
  await passTime(300)
  expect(await tell()).toEqual([])
  expect(await sql`select from alert_channel`).toHaveLength(0)
})

test('a reminder says after remind_hours what is still open, again and again', async () => {
  await openTestAlerts(service, { remind_hours: 2 })
  await passTime(30)
  await tellAndSend()
  for (const _ of [1, 2]) {
    expect(await secondsUntilDue()).toBeCloseTo(7200, 0)
    await passTime(7190)
    expect(await tell()).toEqual([])
    await passTime(10)
    expect((await tellAndSend()).map(counts)).toEqual([['reminder', 0, 0, 1]])
  }
  await closeTestAlerts(service)
  await passTime(30)
  expect((await tellAndSend()).map(counts)).toEqual([['closed', 0, 1, 0]])
  expect(await secondsUntilDue()).toBeNull()
})

test('muted alerts are left out until their mute ends', async () => {
  const [muted] = await openTestAlerts(service, { count: 2 })
  await sql`update alert set muted_until = now() + interval '1 hour' where id = ${muted as string}`
  await passTime(30)
  const [first] = await tellAndSend()
  expect(counts(first)).toEqual(['opened', 1, 0, 1])
  expect(first.body.opened.alerts[0].id).not.toBe(muted)
  expect(await secondsUntilDue()).toBeCloseTo(3570, 0)
  await passTime(3570)
  const [second] = await tellAndSend()
  expect(counts(second)).toEqual(['changed', 1, 0, 2])
  expect(second.body.opened.alerts[0].id).toBe(muted)
})

test('what closes while it is muted is told afterwards if the channel knew of it', async () => {
  await openTestAlerts(service)
  await passTime(30)
  await tellAndSend()
  await sql`update alert set muted_until = now() + interval '10 minutes'`
  await closeTestAlerts(service)
  await passTime(30)
  expect(await tell()).toEqual([])
  await passTime(570)
  expect((await tellAndSend()).map(counts)).toEqual([['closed', 0, 1, 0]])
})

test('the policy of the task, of its label or of the service mutes as well', async () => {
  const labelled = await insertTask({ service_id: service, labels: sql.json({ team: 'billing' }) })
  const own = await insertTask({ service_id: service })
  const other = await insertTask({ service_id: service })
  const mute = (fields: object) =>
    sql`insert into alert_policy ${sql({ service_id: service, muted_until: new Date(Date.now() + 3_600_000).toISOString(), ...fields } as never)}`
  await mute({ label_name: 'team', label_value: 'billing' })
  await mute({ task_id: own.id })
  const ids = [labelled, own, other].map(({ id }) => id)
  const [, , loud] = await openTestAlerts(service, { task_ids: ids })
  await passTime(30)
  const [made] = await tellAndSend()
  expect(made.body.open.alerts.map(({ id }: Row) => id)).toEqual([loud])
  await mute({})
  await openTestAlerts(service, { kind: 'outage', target: '', is_event: true })
  await passTime(30)
  expect(await tell()).toEqual([])
  await passTime(3600)
  expect((await tellAndSend()).map(({ kind, type, body }) => [kind, type, body.opened.count]).sort()).toEqual([
    ['failing', 'changed', 2],
    ['outage', 'opened', 1],
  ])
})

test('the alert of an outage is told with the late slots of that moment; others have no such field', async () => {
  await openTestAlerts(service, { kind: 'outage', target: '', is_event: true })
  await openTestAlerts(service)
  await passTime(30)
  const catchUp = { late: 5, per_second: null, ends_at: null }
  for (const group of await listDueGroups(sql, 10))
    await tellGroup(sql, group, group.kind === 'outage' ? catchUp : undefined)
  const made = await sql<Row[]>`select kind, body from notification order by kind`
  expect(made.map(({ kind, body }) => [kind, body.opened.alerts[0].catch_up])).toEqual([
    ['failing', undefined],
    ['outage', catchUp],
  ])
})

test('a group whose last message is on its way waits for it', async () => {
  await openTestAlerts(service)
  await passTime(30)
  expect(await tell()).toHaveLength(1)
  await openTestAlerts(service)
  await sql`update notification set due_at = now() + interval '40 minutes'`
  await sql`update alert_group set due_at = now(), told_at = now() - interval '1 hour'`
  expect(await tell()).toEqual([])
  expect(await secondsUntilDue()).toBeCloseTo(2410, 0)
  await closeTestAlerts(service)
  await passTime(2410)
  await sql`update notification set due_at = null, sent_at = now()`
  expect((await tell()).map(counts)).toEqual([['closed', 0, 1, 0]])
})

test('a channel that is disabled gets nothing; what is open then is told after it is enabled', async () => {
  await openTestAlerts(service, { count: 2 })
  await sql`update channel set disabled_at = now(), disabled_reason = 'x'`
  await passTime(30)
  expect(await tell()).toEqual([])
  expect(await secondsUntilDue()).toBeNull()
  await sql`update channel set disabled_at = null, disabled_reason = null`
  await sql`update alert_group set due_at = now()`
  expect((await tell()).map(counts)).toEqual([['opened', 2, 0, 2]])
})

test('an e-mail channel gets 20 messages an hour; further groups wait, and lose nothing', async () => {
  await sql`delete from channel`
  channel = await insertChannel(service)
  for (let host = 0; host < 22; host++) await openTestAlerts(service, { target: `host-${host}:443` })
  await passTime(30)
  expect(await tellAndSend()).toHaveLength(20)
  await passTime(3590)
  expect(await tell()).toEqual([])
  await passTime(10)
  expect(await tellAndSend()).toHaveLength(2)
})

test('what opens while a group is told is told by the next message', async () => {
  await openTestAlerts(service)
  await passTime(30)
  const other = connect(testDatabaseUrl, { max: 1, statementTimeoutSeconds: 20, name: 'somebody else' })
  const third = connect(testDatabaseUrl, { max: 1, statementTimeoutSeconds: 20, name: 'a third' })
  try {
    const [due] = await listDueGroups(sql, 1)
    // The telling has its snapshot and waits for the channel; meanwhile an alert opens and is committed.
    await other.unsafe('begin')
    await other`select from channel where id = ${channel.id} for update`
    const telling = tellGroup(third, due as NonNullable<typeof due>)
    const blocked = () =>
      sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%tell_group%'`
    await eventually(async () => (await blocked()).length > 0, 'a telling that waits')
    await openTestAlerts(service, {}, other)
    await other.unsafe('commit')
    expect(await telling).toBeUndefined()
    await sql`update alert_group set due_at = now()`
    expect((await tell()).map(counts)).toEqual([['opened', 2, 0, 2]])
  } finally {
    await Promise.all([other.end({ timeout: 0 }), third.end({ timeout: 0 })])
  }
})

test('a group that has been quiet for a day is deleted, and made again by its next alert', async () => {
  await openTestAlerts(service)
  await passTime(30)
  await tellAndSend()
  await passTime(90_000)
  expect(await deleteQuietGroups(sql, 100)).toBe(0)
  await closeTestAlerts(service)
  await passTime(30)
  await tellAndSend()
  expect(await deleteQuietGroups(sql, 100)).toBe(0)
  await passTime(90_000)
  expect(await deleteQuietGroups(sql, 100)).toBe(1)
  await openTestAlerts(service)
  await passTime(30)
  expect((await tellAndSend()).map(counts)).toEqual([['opened', 1, 0, 1]])
})
