import { beforeEach, expect, test } from 'bun:test'
import { sql, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { DatabaseProxy } from '../support/proxy.ts'
import { startReplica } from '../support/replica.ts'
import { awaitStatus, executionsOf, type TestTask } from '../support/rows.ts'
import { endLeases, killHard, useScene } from '../support/scene.ts'
import { isClaim, isClaimOfWaiting, isRecord, isRenewal } from '../support/statements.ts'

const scene = useScene()
let proxy: DatabaseProxy
beforeEach(async () => {
  proxy = await DatabaseProxy.start(testDatabaseUrl)
})

const startDoomed = () => startReplica(scene.account, { databaseUrl: proxy.url })

/** Ends the dead one's lease and lets another replica take over, until the task has one success. */
async function takeOver(task: TestTask) {
  await endLeases()
  const other = await startReplica(scene.account)
  await awaitStatus(task, 'success')
  await expectInvariants(scene.target)
  other.kill('SIGTERM')
  expect(await other.exited).toBe(0)
  return executionsOf(task)
}
const lost = { status: 'failed', error: expect.stringContaining('lost') }

test('killed before the claim reaches the database: nothing was claimed, and another replica sends the slot once', async () => {
  const held = proxy.hold(isClaim, 'statement')
  const doomed = await startDoomed()
  const task = await scene.insertTask()
  await held.reached
  await killHard(doomed)
  held.cut()
  const rows = await takeOver(task)
  expect(rows).toMatchObject([{ status: 'success', attempt: 1, redelivery: 0 }])
  expect(scene.target.sent).toHaveLength(1)
})

test('killed with a claim in flight that arrives later: what it claimed is recovered and sent once', async () => {
  const held = proxy.hold(isClaim, 'statement')
  const doomed = await startDoomed()
  const task = await scene.insertTask()
  await held.reached
  await killHard(doomed)
  held.release()
  await awaitStatus(task, 'started')
  const rows = await takeOver(task)
  expect(rows).toMatchObject([lost, { status: 'success', redelivery: 1, slot_id: rows[0].slot_id }])
  expect(scene.target.sent).toHaveLength(1)
})

test('killed after the claim was committed and before its answer came: another replica sends the slot once', async () => {
  const held = proxy.hold(isClaim, 'answer')
  const doomed = await startDoomed()
  const task = await scene.insertTask()
  await held.reached
  await awaitStatus(task, 'started')
  await killHard(doomed)
  const rows = await takeOver(task)
  expect(rows).toMatchObject([lost, { status: 'success', redelivery: 1, slot_id: rows[0].slot_id }])
  expect(scene.target.sent).toHaveLength(1)
})

test('killed during the call: the slot is sent again with the same Idempotency-Key', async () => {
  const task = await scene.insertTask()
  scene.target.hold()
  const doomed = await startDoomed()
  await scene.target.arrived(1)
  await killHard(doomed)
  scene.target.release()
  const rows = await takeOver(task)
  expect(rows).toMatchObject([lost, { status: 'success', redelivery: 1 }])
  expect(scene.target.sent.map((sent) => sent.key)).toEqual([rows[0].slot_id, rows[0].slot_id])
})

test('killed before the outcome is recorded: the slot is sent again with the same Idempotency-Key', async () => {
  const task = await scene.insertTask()
  const held = proxy.hold(isRecord, 'statement')
  const doomed = await startDoomed()
  await held.reached
  await killHard(doomed)
  held.cut()
  const rows = await takeOver(task)
  expect(rows).toMatchObject([lost, { status: 'success', redelivery: 1 }])
  expect(scene.target.sent.map((sent) => sent.key)).toEqual([rows[0].slot_id, rows[0].slot_id])
})

test('killed after the outcome was recorded: nothing is sent again', async () => {
  const task = await scene.insertTask()
  const held = proxy.hold(isRecord, 'answer')
  const doomed = await startDoomed()
  await held.reached
  await killHard(doomed)
  const rows = await takeOver(task)
  expect(rows).toMatchObject([{ status: 'success', redelivery: 0 }])
  expect(scene.target.sent).toHaveLength(1)
})

test('a retry that was claimed by a replica that renewed its lease and died before the answer is recovered', async () => {
  scene.target.answer = ({ attempt }) => new Response('', { status: attempt === 1 ? 500 : 200 })
  const task = await scene.insertTask({ retries: 1 })
  const first = await startReplica(scene.account)
  const [retry] = await eventually(
    () => sql<{ id: string }[]>`select id from execution where task_id = ${task.id} and status = 'queued'`,
    'a queued retry',
  )
  await killHard(first)
  // A retry that has waited for an hour, as Retry-After may ask for.
  await sql`update execution set created_at = created_at - interval '1 hour' where task_id = ${task.id}`
  await sql`update failed_execution set created_at = created_at - interval '1 hour' where task_id = ${task.id}`
  await sql`
    update task
    set queued_for = 'infinity',
        queued_created_at = queued_created_at - interval '1 hour',
        current_created_at = current_created_at - interval '1 hour'`
  await endLeases()
  const held = proxy.hold(isClaimOfWaiting, 'answer')
  const doomed = await startDoomed()
  await sql`update task set queued_for = now()`
  await held.reached
  await awaitStatus(task, 'started')
  const renewed = proxy.hold(isRenewal, 'answer')
  await renewed.reached
  await killHard(doomed)
  const rows = await takeOver(task)
  expect(rows.find((row) => row.id === retry?.id)).toMatchObject(lost)
  expect(scene.target.sent.map((sent) => sent.attempt)).toEqual([1, 2])
})

test('a slot that kills every replica is sent four times, and then fails', async () => {
  const task = await scene.insertTask({ scheduled_at: new Date(Date.now() - 1000).toISOString() })
  scene.target.hold()
  for (let sends = 1; sends <= 4; sends++) {
    const doomed = await startDoomed()
    await scene.target.arrived(sends)
    await killHard(doomed)
    await endLeases()
  }
  await startReplica(scene.account)
  const rows = await eventually(async () => {
    const rows = await executionsOf(task)
    return rows.length === 4 && rows.every((row) => row.status === 'failed') && rows
  }, 'four executions that failed')
  expect(rows.map((row) => row.redelivery)).toEqual([0, 1, 2, 3])
  expect(scene.target.bySlot().get(rows[0].slot_id)).toHaveLength(4)
  await expectInvariants(scene.target, { overlap: true })
})
