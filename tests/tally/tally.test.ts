import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test'
import { renewLease } from '../../src/scheduler/lease/lease.ts'
import { mergePending } from '../../src/tally/merge.ts'
import { claimQueued } from '../../src/transitions/claim-queued.ts'
import { claimSlots } from '../../src/transitions/claim-slots.ts'
import type { Claimed } from '../../src/transitions/claimed.ts'
import { closeInPlace, closeWithFollowUp } from '../../src/transitions/close.ts'
import { closeByKey } from '../../src/transitions/close-by-key.ts'
import { listLeftOpen, listReplicas, recoverLeftOpen } from '../../src/transitions/close-lost.ts'
import type { Outcome, OutcomeRow } from '../../src/transitions/outcome.ts'
import { skipSlots } from '../../src/transitions/skip.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { insertTask, type TestTask } from '../support/rows.ts'
import { schedulerSql, startScheduler, stopSchedulers } from '../support/scheduler.ts'
import { Target } from '../support/target.ts'

let account: Account
const target = new Target()
const replica = { id: Bun.randomUUIDv7(), host: 'here' }
const options = { replicaId: replica.id, toleranceSeconds: 660, oldestOpenAt: '-infinity' }

beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
  await renewLease(schedulerSql, replica, null)
})
afterEach(stopSchedulers)
afterAll(() => target.stop())

const dueTask = (more: object = {}) => insertTask({ service_id: account.id, ...more })
const dueAgain = ({ id }: TestTask) =>
  sql`update task set scheduled_at = now() - interval '1 second', queued_for = case when queued_for is not null then now() end where id = ${id}`

async function claim(): Promise<Claimed[]> {
  return (await claimSlots(schedulerSql, [{ service_id: account.id, seats: 100, after: undefined }], options)).taken
}

const outcomes = {
  success: { status: 'success', status_code: 200, response: 'ok', error: null },
  failed: { status: 'failed', status_code: 500, response: 'no', error: 'HTTP 500' },
} as const

const ended = (claimed: Claimed, status: Outcome['status'], more: Partial<OutcomeRow> = {}): OutcomeRow => ({
  ...claimed,
  ...outcomes[status],
  response_truncated: false,
  duration_ms: 12,
  waited_ms: null,
  lookup_ms: null,
  answer_ms: 1,
  sent_twice: false,
  retry_in_ms: null,
  redeliver: false,
  ...more,
})

const write = (records: readonly OutcomeRow[], statement = closeInPlace) =>
  statement(schedulerSql, replica.id, records[0]?.partition ?? '', records)

/** Claims what is due and records it; all of it ends so. */
async function run(status: Outcome['status'], statement = closeInPlace, more: Partial<OutcomeRow> = {}): Promise<void> {
  expect(
    await write(
      (await claim()).map((slot) => ended(slot, status, more)),
      statement,
    ),
  ).toBeDefined()
}

async function overview() {
  await mergePending(sql)
  const { body } = await send(account, 'GET', '/overview')
  const sum = (key: string) =>
    body.days.reduce((total: number, day: { [key: string]: number }) => total + (day[key] ?? 0), 0)
  return { ...body, sums: { success: sum('success'), failed: sum('failed'), skipped: sum('skipped') } }
}

test.each([
  ['alone', closeInPlace],
  ['with what follows', closeWithFollowUp],
] as const)('a batch recorded %s counts once, in this hour, even if it is written repeatedly', async (_, statement) => {
  await dueTask()
  await dueTask()
  const failing = await dueTask({ name: 'failing' })
  const records = (await claim()).map((slot) => ended(slot, slot.task_id === failing.id ? 'failed' : 'success'))
  expect(await write(records, statement)).toBeDefined()
  expect(await write(records, statement)).toBeUndefined()
  expect((await closeByKey(schedulerSql, replica.id, records)).open.size).toBe(0)
  const { sums, hours, failing: listed, skew_ms, duration_ms } = await overview()
  expect(sums).toEqual({ success: 2, failed: 1, skipped: 0 })
  expect(hours.at(-1)).toMatchObject({ success: 2, failed: 1 })
  expect(listed).toMatchObject([{ task_id: failing.id, name: 'failing', consecutive: 1, error: 'HTTP 500' }])
  expect(duration_ms.p50).toBeWithin(10, 16)
  // They were due a second before they were claimed.
  expect(skew_ms.p50).toBeWithin(630, 2500)
})

test('if one is closed already, nothing of the batch is written in place, and by key only the others count', async () => {
  await dueTask()
  await dueTask()
  const [first, second] = (await claim()).map((slot) => ended(slot, 'success'))
  await write([first as OutcomeRow])
  expect(await write([first as OutcomeRow, second as OutcomeRow])).toBeUndefined()
  expect((await overview()).sums).toMatchObject({ success: 1 })
  await closeByKey(schedulerSql, replica.id, [first as OutcomeRow, second as OutcomeRow])
  const { sums, duration_ms, skew_ms } = await overview()
  expect(sums).toEqual({ success: 2, failed: 0, skipped: 0 })
  expect(duration_ms.p99).toBeWithin(10, 16)
  expect(skew_ms.p99).toBeWithin(630, 2500)
  const [cells] = await sql`select sum(cell)::int as n from tally cross join unnest(duration_ms || skew_ms) as cell`
  expect(cells?.n).toBe(4)
})

test('a task is failing from its first failure until it succeeds, however that is recorded', async () => {
  const task = await dueTask()
  await run('failed')
  const since = (await overview()).failing[0].since
  await dueAgain(task)
  await run('failed', closeWithFollowUp, { error: 'connection refused' })
  await dueAgain(task)
  await closeByKey(
    schedulerSql,
    replica.id,
    (await claim()).map((slot) => ended(slot, 'failed')),
  )
  expect((await overview()).failing).toMatchObject([{ since, consecutive: 3, error: 'HTTP 500' }])
  for (const heal of [
    () => run('success'),
    () => run('success', closeWithFollowUp),
    async () =>
      closeByKey(
        schedulerSql,
        replica.id,
        (await claim()).map((slot) => ended(slot, 'success')),
      ),
  ]) {
    await dueAgain(task)
    await run('failed')
    expect((await overview()).failing).toHaveLength(1)
    await dueAgain(task)
    await heal()
    expect((await overview()).failing).toEqual([])
  }
})

test.each([1, 99, 100, 101, 300])(
  'one of %i failing tasks that succeeds fails no more, and the others do',
  async (failing) => {
    const task = await dueTask()
    await sql`
    insert into failing_task (service_id, task_id)
    select ${account.id}, case when n = 1 then ${task.id}::uuid else gen_random_uuid() end
    from generate_series(1, ${failing}::int) as n`
    await run('success')
    const left = await sql`select task_id from failing_task`
    expect([left.length, left.some((row) => row.task_id === task.id)]).toEqual([failing - 1, false])
  },
)

test('runs after missed slots, runs now and retries do not count for the skew', async () => {
  await dueTask({ scheduled_at: new Date(Date.now() - 5 * 3_600_000).toISOString() })
  await run('success')
  const { sums, skew_ms } = await overview()
  expect([sums.success, skew_ms.p50]).toEqual([1, null])
  const asked = await createTask(account)
  await send(account, 'POST', `/tasks/${asked.id}/executions`)
  const waiting = await claimQueued(schedulerSql, [{ service_id: account.id, seats: 10, after: undefined }], options)
  await closeByKey(
    schedulerSql,
    replica.id,
    waiting.map((one) => ended(one, 'success')),
  )
  const after = await overview()
  expect([after.sums.success, after.skew_ms.p50]).toEqual([2, null])
})

test('skipped slots are counted each, and do not change which tasks are failing', async () => {
  const task = await dueTask({ frequency: 1, unit: 'minute' })
  await run('failed')
  await dueAgain(task)
  await claim()
  for (const minutes of [3, 1]) {
    await sql`update task set scheduled_at = now() - make_interval(mins => ${minutes}, secs => -1) where id = ${task.id}`
    const { running } = await claimSlots(
      schedulerSql,
      [{ service_id: account.id, seats: 9, after: undefined }],
      options,
    )
    await skipSlots(schedulerSql, running, 660)
  }
  const { sums, failing } = await overview()
  expect(sums).toEqual({ success: 0, failed: 1, skipped: 4 })
  expect(failing).toMatchObject([{ consecutive: 1 }])
})

test('open executions of a lost replica count as failed, once', async () => {
  const task = await dueTask()
  await claim()
  await sql`update replica set lease_until = now() - interval '1 second'`
  const [lost] = await listReplicas(sql)
  const leftOpen = await listLeftOpen(sql, lost as never)
  for (let times = 0; times < 2; times++) await recoverLeftOpen(sql, lost as never, leftOpen)
  const { sums, failing, duration_ms } = await overview()
  expect(sums).toEqual({ success: 0, failed: 1, skipped: 0 })
  expect(failing).toMatchObject([{ task_id: task.id, consecutive: 1, error: expect.stringContaining('lost') }])
  expect(duration_ms.p50).toBeNull()
})

test('an overtaken or cancelled retry counts as failed, but does not make the task failing', async () => {
  const overtaken = await dueTask({ retries: 1 })
  const paused = await dueTask({ retries: 1 })
  const disabled = await dueTask({ retries: 1 })
  await run('failed', closeWithFollowUp, { retry_in_ms: 60_000 })
  await sql`delete from failing_task`
  await send(account, 'POST', `/tasks/${paused.id}`, { status: 'paused' })
  await send(account, 'POST', '/tasks/status', { ids: [disabled.id], status: 'disabled' })
  expect((await overview()).sums.failed).toBe(5)
  await dueAgain(overtaken)
  await claimQueued(schedulerSql, [{ service_id: account.id, seats: 10, after: undefined }], options)
  const { sums, failing } = await overview()
  expect([sums.failed, failing]).toEqual([6, []])
})

test('the tallies of everything a scheduler does agree with the history', async () => {
  await startScheduler()
  const tasks = await Promise.all([
    ...Array.from({ length: 20 }, () => dueTask({ url: target.url('/200') })),
    ...Array.from({ length: 5 }, () => dueTask({ url: target.url('/500') })),
    ...Array.from({ length: 3 }, () => dueTask({ url: target.url('/500'), retries: 1 })),
    dueTask({ url: target.url('/200'), frequency: null, unit: null }),
    dueTask({ url: target.url('/500'), frequency: null, unit: null }),
  ])
  expect(tasks).toHaveLength(30)
  await eventually(async () => {
    const { sums } = await overview()
    return sums.success + sums.failed === 33
  }, '33 ended')
  // An overview is read in several statements, of which one may have been earlier than the last end.
  const { sums, failing } = await overview()
  const [history] = await sql`
    select
      count(*) filter (where status = 'success')::int as success,
      count(*) filter (where status = 'failed')::int as failed,
      count(*) filter (where status = 'skipped')::int as skipped
    from execution`
  expect(sums).toEqual(history)
  expect(failing.map((one: { consecutive: number }) => one.consecutive).sort()).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2])
})
