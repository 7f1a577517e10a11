import { expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { startReplica } from '../support/replica.ts'
import { awaitStatus, executionsOf, type TestTask } from '../support/rows.ts'
import { awaitSent, endLeases, holdOpen, killHard, makeDue, useScene } from '../support/scene.ts'

const scene = useScene()

const later = new Date(Date.now() + 3_600_000).toISOString()
const lockTask = (task: TestTask) => holdOpen((other) => other`select from task where id = ${task.id} for update`)
const lockExecutions = (task: TestTask) =>
  holdOpen((other) => other`select from execution where task_id = ${task.id} for update`)

test('a due task is locked by another session: others run on time, and it runs once unlocked', async () => {
  const [locked, free] = [
    await scene.insertTask({ scheduled_at: later }),
    await scene.insertTask({ scheduled_at: later }),
  ]
  await makeDue(locked)
  const unlock = await lockTask(locked)
  await startReplica(scene.account)
  for (let times = 1; times <= 3; times++) {
    await makeDue(free)
    await awaitSent(scene, free, 1_500, times)
    await eventually(
      async () => ((await executionsOf(free)).every(({ status }) => status === 'success') ? [free] : []),
      'its outcome',
    )
  }
  expect(scene.target.sent.some((sent) => sent.task === locked.id)).toBe(false)
  await unlock()
  await awaitSent(scene, locked, 2_000)
  await expectInvariants(scene.target)
})

test('a running execution is locked by another session: other outcomes are written on time, and its own once unlocked', async () => {
  scene.target.hold()
  await startReplica(scene.account)
  const [locked, ...others] = [
    await scene.insertTask(),
    await scene.insertTask(),
    await scene.insertTask({ retries: 1 }),
  ]
  await eventually(() => scene.target.sent.length === 3, 'three calls')
  const unlock = await lockExecutions(locked as TestTask)
  scene.target.release()
  for (const other of others) await awaitStatus(other, 'success', 2_000)
  for (let times = 0; times < 3; times++) {
    const fresh = await scene.insertTask()
    await awaitStatus(fresh, 'success', 1_500)
  }
  expect(await executionsOf(locked as TestTask)).toMatchObject([{ status: 'started' }])
  await unlock()
  await awaitStatus(locked as TestTask, 'success', 3_000)
  await expectInvariants(scene.target)
  expect(scene.target.sent).toHaveLength(6)
})

test('the task of a running execution with a follow-up is locked: other outcomes are written on time, and its own once unlocked', async () => {
  scene.target.answer = () => new Response('', { status: 500, headers: { 'retry-after': '600' } })
  scene.target.hold()
  await startReplica(scene.account)
  const [locked, other] = [await scene.insertTask({ retries: 1 }), await scene.insertTask({ retries: 1 })]
  await eventually(() => scene.target.sent.length === 2, 'two calls')
  const unlock = await lockTask(locked)
  scene.target.release()
  await awaitStatus(other, 'queued', 2_000)
  const fresh = await scene.insertTask({ retries: 1 })
  await awaitStatus(fresh, 'queued', 1_500)
  await unlock()
  await awaitStatus(locked, 'queued', 3_000)
  await expectInvariants(scene.target)
})

test('a queued execution is locked by another session: slots and other retries run on time, and it runs once unlocked', async () => {
  scene.target.answer = ({ attempt }) => new Response('', { status: attempt === 1 ? 500 : 200 })
  const [locked, other] = [await scene.insertTask({ retries: 1 }), await scene.insertTask({ retries: 1 })]
  const first = await startReplica(scene.account)
  await awaitStatus(locked, 'queued')
  await killHard(first)
  const waiting = await sql`select id from execution where task_id = ${locked.id} and status = 'queued'`
  expect(waiting).toHaveLength(1)
  const unlock = await lockExecutions(locked)
  scene.target.answer = () => new Response('')
  await startReplica(scene.account)
  const fresh = await scene.insertTask()
  await awaitStatus(fresh, 'success', 3_000)
  await awaitStatus(other, 'success', 5_000)
  await awaitStatus(await scene.insertTask(), 'success', 1_500)
  expect(await executionsOf(locked)).toMatchObject([{ status: 'failed' }, { status: 'queued' }])
  await unlock()
  await awaitStatus(locked, 'success', 3_000)
  await endLeases()
  await expectInvariants(scene.target, { retries: 1 })
})

test('a replica is lost while one of its tasks is locked: the others are taken over on time, and it once unlocked', async () => {
  scene.target.hold()
  const doomed = await startReplica(scene.account)
  const [locked, other] = [await scene.insertTask(), await scene.insertTask()]
  await eventually(() => scene.target.sent.length === 2, 'two calls')
  await killHard(doomed)
  scene.target.release()
  await endLeases()
  const unlock = await lockTask(locked)
  await startReplica(scene.account)
  await awaitStatus(other, 'success', 8_000)
  expect(await executionsOf(locked)).toMatchObject([{ status: 'started' }])
  await unlock()
  await awaitStatus(locked, 'success', 10_000)
  await expectInvariants(scene.target)
})

test('a skipped execution is locked by another session: others run on time, and missed slots are counted once unlocked', async () => {
  scene.target.answer = async ({ path }) => {
    if (path === '/slow') await Bun.sleep(6_000)
    return new Response('')
  }
  await startReplica(scene.account)
  const slow = await scene.insertTask({ url: scene.target.url('/slow'), frequency: 1, unit: 'minute' })
  await awaitSent(scene, slow, 2_000)
  await makeDue(slow)
  await awaitStatus(slow, 'skipped', 2_000)
  const unlock = await lockExecutions(slow)
  await makeDue(slow)
  for (let times = 0; times < 3; times++) await awaitStatus(await scene.insertTask(), 'success', 1_500)
  await unlock()
  await eventually(
    () => sql`select id from execution where task_id = ${slow.id} and status = 'skipped' and missed_slots = 2`,
    'the second slot is counted',
    4_000,
  )
  await expectInvariants(scene.target)
})
