import { beforeEach, expect, test } from 'bun:test'
import { renewLease } from '../../../src/scheduler/lease/lease.ts'
import { OrphanSweep } from '../../../src/scheduler/lease/orphan-sweep.ts'
import { listPageRanges } from '../../../src/transitions/page-range.ts'
import { SettledSlots } from '../../../src/transitions/settled.ts'
import { emptyDatabase, sql } from '../../support/database.ts'
import { executionsOf, insertTask, type TestTask, taskRow } from '../../support/rows.ts'
import { silentLog } from '../../support/silent-log.ts'

const self = Bun.randomUUIDv7()
const other = Bun.randomUUIDv7()
const nobody = Bun.randomUUIDv7()
const inHand = new Set<string>()
let doubtful = false
const sweep = (confirmedAfterMs = 0, maintenance = sql, roundMs = Number.POSITIVE_INFINITY) =>
  new OrphanSweep({
    maintenance,
    log: silentLog,
    self,
    isHeld: (id) => inHand.has(id),
    hasClaimsInDoubt: () => doubtful,
    settledSlots: new SettledSlots(),
    confirmedAfterMs,
    // Without another number a round reads every range, however slow the machine is.
    roundMs,
  })

beforeEach(async () => {
  await emptyDatabase()
  inHand.clear()
  doubtful = false
  for (const id of [self, other]) await renewLease(sql, { id, host: 'here' }, null)
})

/** A task with an execution that it counts as its last; both as they are after a claim, and with these changes. */
async function claimed(execution: object = {}, task: object = {}): Promise<TestTask & { execution: string }> {
  const id = Bun.randomUUIDv7()
  const made = await insertTask({
    current_created_at: '2026-01-02T03:04:05Z',
    current_execution_id: id,
    scheduled_at: '2099-01-01T00:00:00Z',
    ...task,
  })
  const row = {
    service_id: made.service_id,
    task_id: made.id,
    id,
    slot_id: id,
    replica_id: nobody,
    created_at: '2026-01-02T03:04:05Z',
    started_at: '2026-01-02T03:04:05Z',
    scheduled_for: '2026-01-02T03:04:05Z',
    status: 'started',
    ...execution,
  }
  await sql`insert into execution ${sql(row as unknown as Record<string, string>)}`
  return { ...made, execution: id }
}

const once = { frequency: null, unit: null, once_running: true }
const sentAgain = [
  { status: 'failed', error: expect.stringContaining('lost') },
  { status: 'queued', redelivery: 1 },
]

test.each([
  ['a replica that does not exist', { replica_id: nobody }],
  ['this one, which does not have it in hand', { replica_id: self }],
])('started in the name of %s: closed, and its slot is sent again under the same key', async (_, execution) => {
  const task = await claimed(execution)
  await sweep().runOnce()
  const rows = await executionsOf(task)
  expect(rows).toMatchObject(sentAgain)
  expect(rows[1].slot_id).toBe(rows[0].slot_id)
})

test('an execution started today, or in the future, is found as well', async () => {
  const today = await claimed(
    { created_at: new Date().toISOString() },
    { current_created_at: new Date().toISOString() },
  )
  const ahead = new Date(Date.now() + 7_200_000).toISOString()
  const later = await claimed({ created_at: ahead }, { current_created_at: ahead })
  await sweep().runOnce()
  for (const task of [today, later])
    expect((await executionsOf(task)).map(({ status }) => status).toSorted()).toEqual(['failed', 'queued'])
})

test('a task that runs once keeps its only slot, which is sent again', async () => {
  const task = await claimed({}, once)
  await sweep().runOnce()
  expect(await executionsOf(task)).toMatchObject(sentAgain)
  expect(await taskRow(task)).toMatchObject({ once_running: true, status: 'active', queued_id: expect.any(String) })
})

test('executions with an owner are not touched: running here, of another replica, or queued', async () => {
  const mine = await claimed({ replica_id: self })
  inHand.add(mine.execution)
  const others = await claimed({ replica_id: other }, once)
  const lost = await claimed({ replica_id: self })
  const waiting = Bun.randomUUIDv7()
  const retry = await claimed(
    { status: 'failed' },
    { ...once, queued_id: waiting, queued_for: '2099-01-01T00:00:00Z', queued_created_at: '2026-01-02T03:04:06Z' },
  )
  await sql`
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status, attempt)
    values (${retry.service_id}, ${retry.id}, ${waiting}, ${waiting}, '2026-01-02T03:04:06Z', now(), 'queued', 2)`
  doubtful = true
  await sweep().runOnce()
  for (const task of [mine, others, lost]) expect(await executionsOf(task)).toMatchObject([{ status: 'started' }])
  expect(await executionsOf(retry)).toMatchObject([{ status: 'failed' }, { status: 'queued' }])
  expect(await taskRow(retry)).toMatchObject({ once_running: true, queued_id: waiting, status: 'active' })
})

test('an orphan found only just now is not touched yet', async () => {
  const task = await claimed()
  const slow = sweep(60_000)
  for (let times = 0; times < 2; times++) await slow.runOnce()
  expect(await executionsOf(task)).toMatchObject([{ status: 'started' }])
})

test('a queued execution that its task does not point at is closed as not sent', async () => {
  const task = await claimed({ status: 'queued', replica_id: null })
  await sweep().runOnce()
  expect(await executionsOf(task)).toMatchObject([{ status: 'failed', error: expect.stringContaining('not sent') }])
})

test('a task whose only slot was claimed by an execution that does not exist is due again', async () => {
  const task = await insertTask({
    ...once,
    current_execution_id: Bun.randomUUIDv7(),
    current_created_at: '2026-01-02T03:04:05Z',
  })
  await sweep().runOnce()
  expect(await taskRow(task)).toMatchObject({ once_running: false, status: 'active', scheduled_at: expect.any(String) })
})

test('a task whose only slot is claimed, and whose execution has ended, counts as run', async () => {
  const task = await claimed({ status: 'success' }, once)
  await sweep().runOnce()
  expect(await taskRow(task)).toMatchObject({ once_running: false, status: 'disabled', scheduled_at: null })
})

test('a task that counts as running or queued without an execution is freed', async () => {
  const running = await claimed({ status: 'success' }, { queued_running: true })
  const waiting = await insertTask({
    queued_id: Bun.randomUUIDv7(),
    queued_for: '2099-01-01T00:00:00Z',
    queued_created_at: '2026-01-02T03:04:05Z',
  })
  await sweep().runOnce()
  expect(await taskRow(running)).toMatchObject({ queued_running: false, status: 'active' })
  expect(await taskRow(waiting)).toMatchObject({ queued_id: null, queued_for: null, status: 'active' })
})

test('the clock was set back: next times are counted anew, once, and those of tasks that have not run since stay', async () => {
  const at = (ms: number) => new Date(Date.now() + ms).toISOString()
  const hour = 3_600_000
  const inAnHour = at(hour)
  const ran = { status: 'success', created_at: inAnHour }
  const ahead = { current_created_at: inAnHour, scheduled_at: at(hour + 60_000) }
  const minutely = await claimed(ran, { ...ahead, unit: 'minute' })
  const cron = await claimed(ran, { ...ahead, frequency: null, unit: null, cron: '* * * * *', time_zone: 'UTC' })
  const running = await claimed({ replica_id: other, created_at: inAnHour }, { ...ahead, unit: 'minute' })
  const passedOver = await claimed({ replica_id: other }, { scheduled_at: at(hour + 60_000), unit: 'minute' })
  await sql`
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status)
    values (${passedOver.service_id}, ${passedOver.id}, ${nobody}, ${nobody}, ${inAnHour}, now(), 'skipped')`
  const later = await claimed({ status: 'success' }, { scheduled_at: at(hour), unit: 'minute' })
  const sweeping = sweep()
  await sweeping.runOnce()
  const inMs = async (task: TestTask) => Date.parse((await taskRow(task)).scheduled_at) - Date.now()
  expect(await inMs(minutely)).toBeWithin(50_000, 60_001)
  expect(await inMs(cron)).toBeWithin(-1_000, 60_001)
  expect(await inMs(passedOver)).toBeWithin(50_000, 60_001)
  expect(await taskRow(passedOver)).toMatchObject({ current_execution_id: passedOver.execution })
  for (const task of [running, later]) expect(await inMs(task)).toBeGreaterThan(hour - 60_000)
  // What is set after that stays.
  await sql`update task set scheduled_at = ${at(2 * hour)} where id in (${minutely.id}, ${passedOver.id})`
  await sweeping.runOnce()
  for (const task of [minutely, passedOver]) expect(await inMs(task)).toBeGreaterThan(hour)
})

test('a range that cannot be read delays no other', async () => {
  const task = await claimed()
  // The first range that is read in each round is one of tasks.
  let refused = 0
  const picky = new Proxy(sql, {
    apply: (target, self, args) => {
      if (args[0] !== 'task') return Reflect.apply(target, self, args)
      refused++
      throw new Error('refused')
    },
  })
  const reading = sweep(0, picky)
  for (let times = 0; times < 3; times++) await reading.runOnce()
  expect(refused).toBeGreaterThan(0)
  expect(await executionsOf(task)).toMatchObject(sentAgain)
})

test('after a reading of tasks and older executions the next rounds read the executions of today only', async () => {
  const resting = sweep(0, sql, 60_000)
  await resting.runOnce()
  const [task, today] = [await insertTask(once), await claimed({ created_at: new Date().toISOString() })]
  // 500 times as long as that reading took is more than three rounds take.
  for (const _ of [1, 2, 3]) await resting.runOnce()
  expect(await taskRow(task)).toMatchObject({ once_running: true })
  expect((await executionsOf(today)).map(({ status }) => status).toSorted()).toEqual(['failed', 'queued'])
})

test('the partitions and the table of tasks are read in ranges of pages, and empty ones are skipped', async () => {
  await claimed()
  const ranges = await listPageRanges(sql)
  expect(ranges.map(({ table }) => table)).toContain('task')
  expect(ranges.every(({ first, end }) => end > first)).toBe(true)
})
