import { afterEach, beforeEach, expect, test } from 'bun:test'
import { createAccount } from '../../support/app.ts'
import { emptyDatabase, sql } from '../../support/database.ts'
import { eventually } from '../../support/eventually.ts'
import { expectWithin } from '../../support/promised.ts'
import { startScheduler, stopSchedulers } from '../../support/scheduler.ts'
import { stopTargets, Target } from '../../support/target.ts'

let serviceId: string
let target: Target
beforeEach(async () => {
  await emptyDatabase()
  serviceId = (await createAccount()).id
  target = new Target()
})
afterEach(async () => {
  await stopSchedulers()
  stopTargets()
})

const insertFlow = (flow: object) => sql`insert into flow ${sql({ service_id: serviceId, name: 'slow', ...flow })}`
const insertTasks = (count: number, flow: string | null, more: object = {}) => sql`
  insert into task (service_id, id, name, url, method, scheduled_at, flow, frequency, unit, cron, time_zone)
  select ${serviceId}, gen_random_uuid(), 'task ' || n, ${target.url('/slow?ms=20')}, 'GET', now() - interval '1 second',
    ${flow}, given.frequency, given.unit, given.cron, given.time_zone
  from generate_series(1, ${count}::integer) n, jsonb_populate_record(null::task, ${sql.json(more as never)}) given`
const startThree = () => Promise.all([startScheduler(), startScheduler(), startScheduler()])
const areSent = (count: number) =>
  eventually(
    () => target.sent.length >= count,
    () => `${target.sent.length} of ${count} were sent`,
    20_000,
  )
/** The most requests that the target had at the same time. */
const mostAtOnce = () =>
  Math.max(
    ...target.sent.map(
      ({ at }) => target.sent.filter((other) => other.at <= at && (other.endedAt ?? at + 1) > at).length,
    ),
  )

test('three schedulers never have more calls of a flow at once than its concurrency, however they are scheduled', async () => {
  await insertFlow({ concurrency: 2 })
  await insertTasks(10, 'slow')
  await insertTasks(10, 'slow', { frequency: 1, unit: 'day' })
  await insertTasks(10, 'slow', { cron: '0 0 1 1 *', time_zone: 'UTC' })
  await startThree()
  await areSent(30)
  expect(mostAtOnce()).toBe(2)
}, 30_000)

test('three schedulers start the calls of a flow at its rate', async () => {
  await insertFlow({ rate: 50, period_seconds: 1, burst: 5 })
  await insertTasks(80, 'slow')
  await startThree()
  await areSent(80)
  const times = target.sent.map(({ at }) => at)
  const took = (times.at(-1) ?? 0) - (times[0] ?? 0)
  expect(took).toBeGreaterThan(1_400)
  // In any second no more than the rate and the burst, by when calls were claimed: a busy machine sends some of them later, together.
  const claimed = (await sql`select date_part('epoch', created_at) * 1000 as at from execution`).map((row) =>
    Number(row.at),
  )
  for (const from of claimed)
    expect(claimed.filter((at) => at >= from && at < from + 999).length).toBeLessThanOrEqual(55)
}, 30_000)

test('retries and runs now of a flow count, and tasks without a flow do not wait for it', async () => {
  await insertFlow({ concurrency: 1, paused_at: new Date().toISOString() })
  await insertTasks(5, 'slow')
  await insertTasks(3, null)
  await startScheduler()
  await areSent(3)
  await sql`update task set retries = 1, url = ${target.url('/500')} where flow is not null`
  expect(await sql`select from execution join task on task.id = execution.task_id where flow is not null`).toHaveLength(
    0,
  )
  await sql`update flow set paused_at = null`
  await areSent(3 + 5 + 5)
  expect(mostAtOnce()).toBeLessThanOrEqual(3)
}, 30_000)

test('the calls of a replica that has gone count until its executions are closed', async () => {
  const gone = Bun.randomUUIDv7()
  await sql`insert into replica (id, host, lease_until) values (${gone}, 'gone', now() + interval '10 seconds')`
  await insertFlow({ concurrency: 1, calls: sql.json({ [gone]: 1 }) })
  await insertTasks(1, 'slow')
  await insertTasks(1, null)
  await startScheduler()
  await areSent(1)
  expect(await sql`select from task where flow is not null and scheduled_at < now()`).toHaveLength(1)
  await sql`delete from replica where id = ${gone}`
  await areSent(2)
}, 30_000)

test('a task of the first flow that any service makes starts within a second, although passes looked at no flows before', async () => {
  await startScheduler()
  await insertTasks(1, null)
  await areSent(1)
  await insertFlow({ concurrency: 1 })
  const began = performance.now()
  await insertTasks(2, 'slow')
  await areSent(3)
  expectWithin(1_000, began)
  await sql`update task set flow = null`
  await sql`delete from flow`
  await insertTasks(1, null)
  await areSent(4)
  await insertFlow({ concurrency: 1 })
  await insertTasks(1, 'slow')
  await areSent(5)
}, 30_000)
