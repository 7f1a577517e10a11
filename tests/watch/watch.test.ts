import { afterEach, beforeEach, expect, test } from 'bun:test'
import { NotificationCounts } from '../../src/metrics/notification-counts.ts'
import type { ClaimedNotification } from '../../src/notifications/claim.ts'
import { findToDo } from '../../src/watch/to-do.ts'
import { Watch } from '../../src/watch/watch.ts'
import { insertChannel, insertNotification, openTestAlerts, passTime } from '../support/alerts.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectWithin } from '../support/promised.ts'
import { insertService, insertTask } from '../support/rows.ts'
import { startScheduler, stopSchedulers } from '../support/scheduler.ts'
import { silentLog } from '../support/silent-log.ts'

const none = { resuming: false, telling: false, delivery: false, failing: false }
let service_id: string
let sent: ClaimedNotification[]
const running: Watch[] = []

beforeEach(async () => {
  await emptyDatabase()
  await sql`update pass_beat set at = now()`
  service_id = await insertService()
  sent = []
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((watch) => watch.stop(Promise.resolve())))
  await stopSchedulers()
})

async function startWatch(): Promise<void> {
  const watch = new Watch({
    sql,
    log: silentLog,
    settings: { shutdownGraceSeconds: 1 },
    scheduler: await startScheduler(),
    counts: new NotificationCounts(),
    send: async (notification) => {
      sent.push(notification)
      return { ok: true, status_code: 200, error: null, retry_after_ms: null }
    },
  })
  running.push(watch)
  watch.start()
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
const far = '2099-01-01T00:00:00Z'
const pause = (paused_until: string) => insertTask({ service_id, status: 'paused', scheduled_at: far, paused_until })
const fail = async (settled: number) => {
  const { id } = await insertTask({ service_id, scheduled_at: far })
  await sql`insert into failing_task (service_id, task_id, settled, alert_due) values (${service_id}, ${id}, ${settled}, true)`
  return id
}
const alerts = (id: string) => sql`select closed_at is null as is_open from alert where task_id = ${id}`

test('what there is to do is what is due, and nothing else', async () => {
  const channel = await insertChannel(service_id)
  await pause(far)
  await insertNotification(channel, { due_at: far })
  await sql`
    insert into alert_group (service_id, channel_id, kind, target, due_at)
    values (${service_id}, ${channel.id}, 'failing', 'later', ${far}), (${service_id}, ${channel.id}, 'failing', 'never', null)`
  expect(await findToDo(sql)).toEqual(none)
  await pause(ago(1))
  expect(await findToDo(sql)).toEqual({ ...none, resuming: true })
  await insertNotification(channel, { due_at: ago(1) })
  expect(await findToDo(sql)).toEqual({ ...none, resuming: true, delivery: true })
  await sql`update alert_group set due_at = now() where target = 'later'`
  expect(await findToDo(sql)).toEqual({ ...none, resuming: true, delivery: true, telling: true })
  await fail(1)
  expect((await findToDo(sql)).failing).toBe(true)
  await sql`update failing_task set alert_due = false`
  expect((await findToDo(sql)).failing).toBe(false)
  await openTestAlerts(service_id)
  expect((await findToDo(sql)).failing).toBe(true)
})

test('loops that had nothing to do begin within a second when another process gives them something', async () => {
  const channel = await insertChannel(service_id)
  await startWatch()
  const resumed = async () => {
    const began = performance.now()
    const { id } = await pause(ago(1))
    const isActive = async () => (await sql`select status from task where id = ${id}`)[0]?.status === 'active'
    await eventually(isActive, 'the end of the pause')
    expectWithin(1_000, began)
  }
  await resumed()
  await resumed()
  let began = performance.now()
  const notification = await insertNotification(channel)
  await eventually(() => sent.some(({ id }) => id === notification), 'the notification')
  expectWithin(1_000, began)
  began = performance.now()
  const task = await fail(1)
  await eventually(async () => (await alerts(task))[0]?.is_open, 'an alert')
  expectWithin(1_000, began)
  await passTime(60)
  await eventually(() => sent.length === 2, 'a notification of the alert')
  await sql`delete from failing_task where task_id = ${task}`
  await eventually(async () => (await alerts(task))[0]?.is_open === false, 'the end of the alert')
})

test('while a table is locked, the loops that do not need it go on', async () => {
  await startWatch()
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: isLocked, resolve: locked } = Promise.withResolvers<void>()
  const holding = sql.begin(async (own) => {
    await own`lock table notification in access exclusive mode`
    locked()
    await released
  })
  try {
    await isLocked
    const { id } = await pause(ago(1))
    const task = await fail(1)
    await eventually(async () => (await alerts(task))[0]?.is_open, 'an alert')
    const isActive = async () => (await sql`select status from task where id = ${id}`)[0]?.status === 'active'
    await eventually(isActive, 'the end of the pause')
  } finally {
    release()
    await holding
  }
})
