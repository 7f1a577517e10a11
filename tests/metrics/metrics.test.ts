import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test'
import { databaseFigures } from '../../src/metrics/database-figures.ts'
import { Metrics } from '../../src/metrics/metrics.ts'
import { NotificationCounts } from '../../src/metrics/notification-counts.ts'
import { zoneRelease } from '../../src/schedule/zone-source.ts'
import { closeTestAlerts, openTestAlerts } from '../support/alerts.ts'
import { send } from '../support/app.ts'
import { createTestApp } from '../support/create-test-app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { endedExecutions, insertTask } from '../support/rows.ts'
import { startScheduler, stopSchedulers } from '../support/scheduler.ts'
import { Target } from '../support/target.ts'
import { samplesOf, scrape } from './scrape.ts'

let target: Target
beforeAll(() => {
  target = new Target()
})
afterAll(() => target.stop())
beforeEach(emptyDatabase)
afterEach(stopSchedulers)

const appOf = (metrics: Metrics) => createTestApp({ metrics })

/** An app whose metrics are those of a running scheduler. */
async function withScheduler() {
  const scheduler = await startScheduler()
  return appOf(new Metrics({ scheduler: () => scheduler.figures(), database: databaseFigures(sql) }))
}

const soon = (ms: number) => new Date(Date.now() + ms).toISOString()

test("needs no credentials, and is in Prometheus' text format", async () => {
  const { status, headers, body } = await send(undefined, 'GET', '/metrics')
  expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
    'no-store',
  ])
  expect(samplesOf(body).get('process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
})

test('has the release of the time zone rules in use', async () => {
  const samples = await scrape(await appOf(new Metrics({})))
  const { version, origin } = zoneRelease()
  expect(samples.get(`duly_time_zone_release_info{version="${version}",origin="${origin}"}`)).toBe(1)
})

test('counts executions by status, and their skew and duration', async () => {
  const app = await withScheduler()
  const onTime = await insertTask({ url: target.url('/200'), scheduled_at: soon(300) })
  const failing = await insertTask({ url: target.url('/500'), scheduled_at: soon(300) })
  // Slots were missed before this one: how late it is says nothing of the scheduler.
  const dayLate = await insertTask({ url: target.url('/200'), scheduled_at: soon(-86_400_000) })
  for (const task of [onTime, failing, dayLate]) await endedExecutions(task)
  const samples = await scrape(app)
  expect([samples.get('duly_executions_total{status="success"}'), samples.get('duly_claimed_total')]).toEqual([2, 3])
  expect(samples.get('duly_executions_total{status="failed"}')).toBe(1)
  expect(samples.get('duly_call_duration_seconds_count')).toBe(3)
  expect(samples.get('duly_start_skew_seconds_count')).toBe(2)
  expect(samples.get('duly_start_skew_seconds_bucket{le="1"}')).toBe(2)
  expect(samples.get('duly_claim_duration_seconds_count')).toBeGreaterThan(0)
  expect([samples.get('duly_seats'), samples.get('duly_calls_in_flight')]).toEqual([64, 0])
  expect(samples.get('duly_pass_age_seconds')).toBeLessThan(7)
})

test('shows calls in flight, and counts a slot skipped meanwhile', async () => {
  const app = await withScheduler()
  const task = await insertTask({ url: target.url('/slow?ms=3000') })
  await eventually(() => target.sent.some(({ path }) => path === '/slow'), 'the call')
  expect((await scrape(app)).get('duly_calls_in_flight')).toBe(1)
  await sql`update task set scheduled_at = now() where id = ${task.id}`
  await eventually(async () => {
    const samples = await scrape(app)
    return samples.get('duly_executions_total{status="skipped"}') === 1
  }, 'the skipped slot')
})

test('the due lag is that of the earliest due slot or queued execution of all services; paused tasks and future slots do not count', async () => {
  const lag = async () => (await databaseFigures(sql)())?.due_lag ?? Number.NaN
  await insertTask({ scheduled_at: soon(60_000) })
  await insertTask({ scheduled_at: soon(-900_000), status: 'paused' })
  expect(await lag()).toBe(0)
  await insertTask({ scheduled_at: soon(-30_000) })
  await insertTask({ scheduled_at: soon(-90_000) })
  const slots = await lag()
  expect(slots).toBeGreaterThan(89)
  expect(slots).toBeLessThan(100)
})

test('shows how many alerts are open by kind, with zeros for tasks', async () => {
  const { service_id } = await insertTask()
  await openTestAlerts(service_id)
  await closeTestAlerts(service_id)
  await openTestAlerts(service_id, { count: 2 })
  await openTestAlerts(service_id, { kind: 'outage', is_event: true })
  const samples = await scrape(await appOf(new Metrics({ database: databaseFigures(sql) })))
  const open = (kind: string) => samples.get(`duly_alerts_open{kind="${kind}"}`)
  expect(['failing', 'late', 'long', 'outage'].map(open)).toEqual([2, 0, 0, undefined])
})

test('shows the age of the oldest transaction, and the dead rows of each table with those of its partitions', async () => {
  await insertTask()
  const { promise: hold, resolve: release } = Promise.withResolvers<void>()
  const { promise: held, resolve: begun } = Promise.withResolvers<void>()
  const transaction = sql.begin(async (connection) => {
    await connection`select 1`
    begun()
    await hold
  })
  await held
  await Bun.sleep(50)
  const figures = await databaseFigures(sql)()
  release()
  await transaction
  expect(figures?.oldest_transaction).toBeGreaterThan(0.04)
  expect(Object.keys(figures?.dead_tuples ?? {})).toEqual(expect.arrayContaining(['task', 'execution', 'service']))
  expect(Object.keys(figures?.dead_tuples ?? {}).filter((name) => /\d/.test(name))).toEqual([])
})

test('contains no id, name or URL of a task or service', async () => {
  const app = await withScheduler()
  const task = await insertTask({ url: target.url('/200?secret-query'), name: 'secret-name' })
  await endedExecutions(task)
  const ask = (path: string, method = 'GET') => app.fetch(new Request(`http://localhost${path}`, { method }))
  await ask(`/tasks/${task.id}?hidden-query`)
  await ask('/hidden-path')
  await ask('/tasks', 'PROPFIND')
  const text = await (await ask('/metrics')).text()
  for (const part of ['hidden', 'PROPFIND']) expect(text).not.toContain(part)
  for (const part of [task.id, task.service_id, String(target.port)]) expect(text).not.toContain(part)
  const samples = samplesOf(text)
  expect(samples.get('duly_http_requests_total{method="GET",route="/tasks/{taskId}",status="401"}')).toBe(1)
  expect(samples.get('duly_http_requests_total{method="GET",route="none",status="404"}')).toBe(1)
  expect(samples.get('duly_http_requests_total{method="other",route="/tasks",status="405"}')).toBe(1)
  expect(samples.get('duly_http_request_duration_seconds_count{route="none"}')).toBe(1)
})

test('without a scheduler its metrics are missing', async () => {
  const names = [...(await scrape(await appOf(new Metrics({ database: databaseFigures(sql) })))).keys()]
  expect(names.filter((name) => /duly_(seats|calls|claim|executions|start|pass)/.test(name))).toEqual([])
  expect(names).toContain('duly_due_lag_seconds')
})

test('counts notifications by kind of channel and result, with zeros', async () => {
  const notifications = new NotificationCounts()
  notifications.add('slack', 'sent')
  notifications.add('slack', 'given_up', 3)
  const samples = await scrape(await appOf(new Metrics({ notifications })))
  const count = (kind: string, result: string) =>
    samples.get(`duly_notifications_total{kind="${kind}",result="${result}"}`)
  expect([count('slack', 'sent'), count('slack', 'given_up'), count('slack', 'failed')]).toEqual([1, 3, 0])
  expect(count('email', 'sent')).toBe(0)
})
