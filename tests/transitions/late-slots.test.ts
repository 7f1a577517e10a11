import { beforeEach, expect, test } from 'bun:test'
import { RepeatedErrors } from '../../src/background/repeated-errors.ts'
import { formatTime } from '../../src/formats/time.ts'
import { DueCrons } from '../../src/scheduler/claim/due-crons.ts'
import { renewLease } from '../../src/scheduler/lease/lease.ts'
import { claimSlots } from '../../src/transitions/claim-slots.ts'
import { skipLateSlots } from '../../src/transitions/skip-late.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { executionsOf, insertService, insertTask, type TestTask, taskRow } from '../support/rows.ts'
import { schedulerSql } from '../support/scheduler.ts'
import { silentLog } from '../support/silent-log.ts'

const replica = { id: Bun.randomUUIDv7(), host: 'here' }
const dueCrons = new DueCrons(new RepeatedErrors(silentLog))
const minute = 60_000
let service: string

beforeEach(async () => {
  await emptyDatabase()
  service = await insertService()
  await renewLease(schedulerSql, replica, null)
})

const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
/** The last whole minute that is at least some minutes past, in ms. */
const minutesAgo = (count: number) => Math.floor((Date.now() - count * minute) / minute) * minute
/** RFC 3339 as answers have it. */
const atMinute = (ms: number) => formatTime(ms)

async function claim(missedAfterSeconds = 60) {
  const crons = await dueCrons.find(schedulerSql, [{ service_id: service }])
  const allotment = { service_id: service, seats: 100, after: undefined }
  const options = { replicaId: replica.id, toleranceSeconds: 660, missedAfterSeconds, oldestOpenAt: '-infinity' }
  return claimSlots(schedulerSql, [allotment], options, crons)
}

/** Claims, skips what is too late, and returns the task and its executions. */
async function claimAndSkip(task: TestTask) {
  const { taken, late } = await claim()
  await skipLateSlots(schedulerSql, late)
  return { taken, late, stored: await taskRow(task), executions: await executionsOf(task) }
}

const nextOf = (stored: { scheduled_at: string }) => Date.parse(stored.scheduled_at)
const finish = () => sql`update execution set status = 'success' where status = 'started'`

test('a slot within its limit is started, with the next time as ever', async () => {
  const task = await insertTask({ service_id: service, scheduled_at: ago(4_000), late_limit_seconds: 60 })
  const { taken, late } = await claimAndSkip(task)
  expect(taken.map(({ task_id }) => task_id)).toEqual([task.id])
  expect(late).toEqual([])
})

test('a slot that is too late is skipped, with those behind it, up to the first that is not', async () => {
  const slot = Date.now() - 5.5 * minute
  const task = await insertTask({
    service_id: service,
    scheduled_at: atMinute(slot),
    frequency: 1,
    unit: 'minute',
    late_limit_seconds: 120,
  })
  const { taken, stored, executions } = await claimAndSkip(task)
  expect(taken).toEqual([])
  // Older than two minutes are those of 5.5, 4.5, 3.5 and 2.5 minutes ago.
  expect(executions).toMatchObject([
    {
      status: 'skipped',
      missed_slots: 4,
      error: 'too late: it could not start within late_limit_seconds, 120 s',
      replica_id: null,
    },
  ])
  expect(nextOf(stored)).toBe(slot + 4 * minute)
  expect(stored.status).toBe('active')
  // The first slot that is not too late starts, and the task goes on from now.
  const second = await claim()
  expect(second.taken).toMatchObject([{ task_id: task.id }])
  expect(nextOf(await taskRow(task))).toBe(slot + 6 * minute)
})

test('a task that does not make up for missed slots skips those that are more than a minute old', async () => {
  const slot = Date.now() - 3.5 * 60 * minute
  const task = await insertTask({ service_id: service, scheduled_at: atMinute(slot), missed: 'none' })
  const { taken, stored, executions } = await claimAndSkip(task)
  expect(taken).toEqual([])
  expect(executions).toMatchObject([
    { status: 'skipped', missed_slots: 4, error: 'missed, and the task does not make up for missed slots' },
  ])
  expect(nextOf(stored)).toBe(slot + 4 * 60 * minute)
  const onTime = await insertTask({ service_id: service, scheduled_at: ago(30_000), missed: 'none' })
  expect((await claim()).taken).toMatchObject([{ task_id: onTime.id }])
})

test('with passes by the pattern alone, a slot is missed when a pass would have taken it', async () => {
  await insertTask({ service_id: service, scheduled_at: ago(5 * minute), missed: 'none' })
  expect((await claim(660)).taken).toHaveLength(1)
})

test('months and patterns are skipped up to the first slot that is not too late', async () => {
  const monthly = await insertTask({
    service_id: service,
    frequency: 1,
    unit: 'month',
    scheduled_at: '2020-01-31T00:00:00Z',
    anchor_day: 31,
    late_limit_seconds: 1,
  })
  const slot = minutesAgo(7)
  const cron = await insertTask({
    service_id: service,
    frequency: null,
    unit: null,
    cron: '* * * * *',
    time_zone: 'UTC',
    scheduled_at: atMinute(slot),
    late_limit_seconds: 180,
  })
  const { stored, executions } = await claimAndSkip(monthly)
  const next = new Date(stored.scheduled_at)
  expect(next.getTime()).toBeGreaterThan(Date.now())
  expect(new Date(next.getTime() + 86_400_000).getUTCDate()).toBe(1)
  expect(executions).toHaveLength(1)
  expect(nextOf(await taskRow(cron))).toBe(minutesAgo(3) + minute)
  expect(await executionsOf(cron)).toMatchObject([
    { status: 'skipped', missed_slots: (minutesAgo(3) - slot) / minute + 1 },
  ])
})

test('a run-once task that is too late is disabled, and never runs', async () => {
  const once = { service_id: service, frequency: null, unit: null, scheduled_at: ago(10 * minute) }
  const task = await insertTask({ ...once, late_limit_seconds: 300 })
  const { stored, executions } = await claimAndSkip(task)
  expect(stored).toMatchObject({ status: 'disabled', scheduled_at: null, once_running: false })
  expect(executions).toMatchObject([{ status: 'skipped', missed_slots: 1 }])
})

test('skipped slots are counted', async () => {
  const task = await insertTask({ service_id: service, scheduled_at: ago(10 * 60 * minute), missed: 'none' })
  const { executions } = await claimAndSkip(task)
  const [row] = await sql<{ skipped: number }[]>`select sum(skipped)::int as skipped from tally_pending`
  expect(row?.skipped).toBe(executions[0].missed_slots)
})

test('a task that was changed since the claim is not skipped', async () => {
  const task = await insertTask({ service_id: service, scheduled_at: ago(10 * minute), late_limit_seconds: 60 })
  const { late } = await claim()
  await sql`update task set scheduled_at = now() - interval '5 minutes' where id = ${task.id}`
  expect(await skipLateSlots(schedulerSql, late)).toBe(0)
  expect(await executionsOf(task)).toEqual([])
})

test('a task that runs all missed slots starts them one by one, oldest first, and none of them is skipped meanwhile', async () => {
  const slot = Date.now() - 2.5 * 60 * minute
  const task = await insertTask({ service_id: service, scheduled_at: atMinute(slot), missed: 'all' })
  for (const index of [0, 1, 2]) {
    expect((await claim()).taken).toMatchObject([
      { skew_ms: index === 2 ? expect.any(Number) : null, scheduled_for: atMinute(slot + index * 60 * minute) },
    ])
    const whileRunning = await claim()
    expect([...whileRunning.taken, ...whileRunning.running, ...whileRunning.late]).toEqual([])
    await finish()
  }
  expect((await claim()).taken).toEqual([])
  expect(nextOf(await taskRow(task))).toBe(slot + 3 * 60 * minute)
  expect((await executionsOf(task)).map(({ missed_slots }) => missed_slots)).toEqual([0, 0, 0])
})

test('at most the last hundred missed slots run; the first execution counts the others', async () => {
  const slot = Date.now() - 250.5 * minute
  const every = { service_id: service, missed: 'all', frequency: 1, unit: 'minute' }
  const task = await insertTask({ ...every, scheduled_at: atMinute(slot) })
  await claim()
  expect(await executionsOf(task)).toMatchObject([{ missed_slots: 150 }])
  expect(nextOf(await taskRow(task))).toBe(slot + 151 * minute)
})

test('a pattern runs all missed slots too, at most the last hundred', async () => {
  const slot = minutesAgo(250)
  const pattern = { frequency: null, unit: null, cron: '* * * * *', time_zone: 'UTC', missed: 'all' }
  const task = await insertTask({ service_id: service, ...pattern, scheduled_at: atMinute(slot) })
  await claim()
  const [first] = await executionsOf(task)
  const behind = (minutesAgo(0) - nextOf(await taskRow(task))) / minute + 1
  expect(behind).toBe(100)
  expect(first.missed_slots).toBe((minutesAgo(0) - slot) / minute - 100)
  await finish()
  await claim()
  expect(await executionsOf(task)).toMatchObject([{}, { missed_slots: 0, scheduled_for: atMinute(minutesAgo(99)) }])
})

test('months are run one by one too', async () => {
  const [slot] = await sql<{ at: string }[]>`select date_trunc('month', now()) - interval '3 months' as at`
  const task = await insertTask({
    service_id: service,
    missed: 'all',
    unit: 'month',
    scheduled_at: slot?.at,
    anchor_day: 1,
  })
  for (let count = 0; count < 4; count++) {
    expect((await claim()).taken).toHaveLength(1)
    await finish()
  }
  expect((await claim()).taken).toEqual([])
  expect((await executionsOf(task)).map(({ scheduled_for }) => new Date(scheduled_for).getUTCDate())).toEqual([
    1, 1, 1, 1,
  ])
  expect(nextOf(await taskRow(task))).toBeGreaterThan(Date.now())
})
