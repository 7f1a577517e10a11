import { expect, test } from 'bun:test'
import { createTask, send } from '../support/app.ts'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { promised } from '../support/promised.ts'
import { startReplica } from '../support/replica.ts'
import { executionsOf, type TestTask, taskRow } from '../support/rows.ts'
import { killHard, useScene } from '../support/scene.ts'

const scene = useScene()

const failing = (retryAfter?: string) => () =>
  new Response('busy', { status: 503, headers: retryAfter ? { 'retry-after': retryAfter } : {} })
const one = async (task: TestTask, status: string, withinMs?: number) => {
  const [row] = await eventually(
    () => sql<{ id: string; created_at: string }[]>`
      select id, created_at from execution where task_id = ${task.id} and status = ${status}`,
    `an execution with ${status}`,
    withinMs,
  )
  return row as { id: string; created_at: string }
}
/** How long a queued attempt waits, in ms. */
const waits = async (task: TestTask) => {
  const { created_at } = await one(task, 'queued')
  return Date.parse((await taskRow(task)).queued_for) - Date.parse(created_at)
}
const dueNow = (task: TestTask) => sql`update task set queued_for = now() where id = ${task.id}`

test('each attempt is an execution of the same slot, after a wait that grows up to double', async () => {
  scene.target.answer = failing()
  await startReplica(scene.account)
  const task = await scene.insertTask({ retries: 2 })
  await eventually(
    async () => (await executionsOf(task)).filter((row) => row.status === 'failed').length === 3,
    'three attempts that failed',
  )
  const rows = await executionsOf(task)
  expect(rows.map((row) => row.attempt)).toEqual([1, 2, 3])
  expect(new Set(rows.map((row) => row.slot_id)).size).toBe(1)
  for (const [index, most] of [2_000, 4_000].entries()) {
    const { created_at, started_at } = rows[index + 1]
    expect(Date.parse(started_at) - Date.parse(created_at)).toBeLessThan(promised(most + 1_000))
  }
  expect(scene.target.sent.map((sent) => sent.attempt)).toEqual([1, 2, 3])
  await expectInvariants(scene.target, { retries: 2 })
})

test('Retry-After is honoured, in seconds and as a date by the clock of the target', async () => {
  await startReplica(scene.account)
  scene.target.answer = failing('120')
  const inSeconds = await scene.insertTask({ retries: 1 })
  expect(await waits(inSeconds)).toBeGreaterThan(115_000)
  // A target whose clock is an hour ahead.
  scene.target.answer = () => {
    const ahead = (ms: number) => new Date(Date.now() + 3_600_000 + ms).toUTCString()
    return new Response('', { status: 503, headers: { date: ahead(0), 'retry-after': ahead(120_000) } })
  }
  const asDate = await scene.insertTask({ retries: 1 })
  const waited = await waits(asDate)
  expect(waited).toBeGreaterThan(110_000)
  expect(waited).toBeLessThan(130_000)
  await expectInvariants(scene.target, { retries: 1 })
})

test('a retry that would come after the next slot is not queued', async () => {
  scene.target.answer = failing('120')
  await startReplica(scene.account)
  const task = await scene.insertTask({ retries: 5, unit: 'minute' })
  await one(task, 'failed')
  await scene.laterTaskEnds()
  expect(await executionsOf(task)).toMatchObject([{ status: 'failed', attempt: 1 }])
  await expectInvariants(scene.target, { retries: 5 })
})

test('a slot that an edit moves before a queued retry cancels it, and has its own retries', async () => {
  scene.target.answer = failing('600')
  await startReplica(scene.account)
  const task = await scene.insertTask({ retries: 1 })
  await one(task, 'queued')
  expect(
    (await send(scene.account, 'POST', `/tasks/${task.id}`, { scheduled_at: new Date().toISOString() })).status,
  ).toBe(200)
  await eventually(async () => (await executionsOf(task)).length === 4, 'a retry of the new slot')
  expect(await executionsOf(task)).toMatchObject([
    { status: 'failed', attempt: 1 },
    { status: 'failed', attempt: 2, error: 'not sent: the next slot comes before this retry' },
    { status: 'failed', attempt: 1 },
    { status: 'queued', attempt: 2 },
  ])
  await expectInvariants(scene.target, { retries: 1 })
})

test('a retry overtaken by the next slot is not sent, and the slot is', async () => {
  scene.target.answer = failing('600')
  const replica = await startReplica(scene.account)
  const task = await scene.insertTask({ retries: 1 })
  await one(task, 'queued')
  await killHard(replica)
  scene.target.answer = () => new Response('')
  await sql`update task set scheduled_at = now(), queued_for = now()`
  await startReplica(scene.account)
  await one(task, 'success')
  expect(await executionsOf(task)).toMatchObject([
    { status: 'failed', attempt: 1 },
    { status: 'failed', attempt: 2, error: 'not sent: the next slot came before this retry' },
    { status: 'success', attempt: 1 },
  ])
  expect(scene.target.sent).toHaveLength(2)
  await expectInvariants(scene.target, { retries: 1 })
})

test('a queued retry survives the end of every replica, killed or stopped', async () => {
  scene.target.answer = failing('600')
  const first = await startReplica(scene.account)
  const task = await scene.insertTask({ retries: 2 })
  await one(task, 'queued')
  await killHard(first)
  const second = await startReplica(scene.account)
  second.kill('SIGTERM')
  expect(await second.exited).toBe(0)
  expect(await one(task, 'queued')).toBeDefined()
  scene.target.answer = () => new Response('')
  await dueNow(task)
  await startReplica(scene.account)
  await one(task, 'success')
  expect(scene.target.sent.map((sent) => sent.attempt)).toEqual([1, 2])
  await expectInvariants(scene.target, { retries: 2 })
})

const stops: readonly (readonly [string, (id: string) => Promise<{ status: number }>])[] = [
  ['pausing it', (id) => send(scene.account, 'POST', `/tasks/${id}`, { status: 'paused' })],
  ['disabling it', (id) => send(scene.account, 'POST', `/tasks/${id}`, { status: 'disabled' })],
  ['pausing many', (id) => send(scene.account, 'POST', '/tasks/status', { ids: [id], status: 'paused' })],
]
for (const [how, stop] of stops)
  test(`${how} cancels a task's queued retry, and a queued run now is still sent`, async () => {
    scene.target.answer = failing('600')
    const replica = await startReplica(scene.account)
    const task = await scene.insertTask({ retries: 1 })
    const { id } = await one(task, 'queued')
    const other = await scene.insertTask({ scheduled_at: '2099-01-01T00:00:00Z' })
    await killHard(replica)
    expect((await send(scene.account, 'POST', `/tasks/${other.id}/executions`)).status).toBe(202)
    for (const stopped of [task, other]) expect((await stop(stopped.id)).status).toBe(200)
    expect((await executionsOf(task)).find((row) => row.id === id)).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/^not sent: the task was (paused|disabled) before this retry$/),
    })
    expect(await taskRow(task)).toMatchObject({ queued_for: null, queued_id: null, queued_created_at: null })
    scene.target.answer = () => new Response('')
    await startReplica(scene.account)
    await one(other, 'success')
    expect(scene.target.sent.filter((sent) => sent.task === task.id)).toHaveLength(1)
    await expectInvariants(scene.target, { retries: 1 })
  })

test('a task that runs once keeps its retries, and is disabled after the last one', async () => {
  scene.target.answer = failing()
  await startReplica(scene.account)
  const task = await scene.insertTask({ frequency: null, unit: null, retries: 1 })
  await one(task, 'queued')
  expect(await taskRow(task)).toMatchObject({ status: 'active', once_running: true })
  await dueNow(task)
  await eventually(async () => (await taskRow(task)).status === 'disabled', 'it is disabled')
  expect(await taskRow(task)).toMatchObject({ scheduled_at: null, once_running: false, queued_id: null })
  expect((await executionsOf(task)).map((row) => row.attempt)).toEqual([1, 2])
  await expectInvariants(scene.target, { retries: 1 })
})

test('a task that runs once, paused while its retry is queued and made active again, runs again', async () => {
  scene.target.answer = failing('600')
  await startReplica(scene.account)
  const task = await createTask(scene.account, {
    url: scene.target.url(),
    frequency: null,
    unit: null,
    retries: 1,
    scheduled_at: new Date().toISOString(),
  })
  const key = { service_id: scene.account.id, id: task.id }
  await one(key, 'queued')
  expect((await send(scene.account, 'POST', `/tasks/${task.id}`, { status: 'paused' })).status).toBe(200)
  await expectInvariants(scene.target, { retries: 1 })
  scene.target.answer = () => new Response('')
  expect((await send(scene.account, 'POST', `/tasks/${task.id}`, { status: 'active' })).status).toBe(200)
  await one(key, 'success')
  await eventually(async () => (await taskRow(key)).status === 'disabled', 'it is disabled')
  await expectInvariants(scene.target, { retries: 1 })
})

test('under a policy a retry waits no less than the backoff', async () => {
  scene.target.answer = failing()
  await startReplica(scene.account)
  const task = await scene.insertTask({ retries: 1, retry: JSON.stringify({ min_backoff_seconds: 60 }) })
  const waited = await waits(task)
  expect(waited).toBeGreaterThanOrEqual(60_000)
  expect(waited).toBeLessThanOrEqual(72_000)
})

test('a failure that the policy does not name is not retried, and its slot has ended', async () => {
  scene.target.answer = failing()
  await startReplica(scene.account)
  const task = await scene.insertTask({ retries: 3, retry: JSON.stringify({ on: [429, 'no_answer'] }) })
  await one(task, 'failed')
  const named = await scene.insertTask({ retries: 3, retry: JSON.stringify({ on: ['5xx'] }) })
  await one(named, 'queued')
  expect(await executionsOf(task)).toHaveLength(1)
  expect(await taskRow(task)).toMatchObject({ queued_for: null, queued_running: false })
})

test('no retry begins after the duration of the policy, counted from the first attempt', async () => {
  scene.target.answer = failing()
  await startReplica(scene.account)
  const policy = { min_backoff_seconds: 1, max_doublings: 0, max_duration_seconds: 100 }
  const task = await scene.insertTask({ retries: 10, retry: JSON.stringify(policy) })
  await one(task, 'failed')
  // As if the first attempt had been longer ago.
  await sql`
    update execution set created_at = created_at - interval '99 seconds'
    where task_id = ${task.id} and status = 'failed'`
  const rows = await eventually(async () => {
    const all = await executionsOf(task)
    return all.filter(({ status }) => status === 'failed').length === 2 && all
  }, 'the second attempt')
  expect(rows.map(({ status }) => status)).toEqual(['failed', 'failed'])
  expect(await taskRow(task)).toMatchObject({ queued_for: null })
})
