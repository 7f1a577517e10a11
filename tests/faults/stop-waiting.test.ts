import { expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { expectWithin, promised } from '../support/promised.ts'
import { startReplica } from '../support/replica.ts'
import { awaitStatus, endedExecutions, executionsOf, type TestTask } from '../support/rows.ts'
import { endLeases, killHard, makeDue, useScene } from '../support/scene.ts'
import { ask, type Service } from '../support/service.ts'

const scene = useScene()

const sendsOf = (task: TestTask) => scene.target.sent.filter((sent) => sent.task === task.id)
const sends = (task: TestTask, count: number) =>
  eventually(
    () => sendsOf(task).length >= count,
    () => `${sendsOf(task).length} of ${count} sends`,
  )

/** A task whose call hangs for longer than any test, with the execution that runs. */
async function hanging(): Promise<TestTask & { readonly execution: string }> {
  const task = await scene.insertTask({ timeout_seconds: 3600, retries: 3 })
  await sends(task, 1)
  const [{ id }] = await executionsOf(task)
  return { ...task, execution: id }
}

const stop = (service: Service, { id, execution }: TestTask & { execution: string }) =>
  ask(service, 'POST', `/tasks/${id}/executions/${execution}/stop`)

test('a request at a replica that does not hold the call: the one that does closes the connection within two seconds', async () => {
  scene.target.hold()
  await startReplica(scene.account)
  const task = await hanging()
  const other = await startReplica(scene.account)
  const asked = performance.now()
  expect((await stop(other, task)).status).toBe(202)
  const [ended] = await endedExecutions(task)
  expectWithin(2_000, asked)
  expect(ended).toMatchObject({ status: 'failed', error: expect.stringMatching(/^stopped by a person while waiting/) })
  await eventually(() => sendsOf(task)[0]?.endedAt !== undefined, 'its connection is closed', promised(2_000))
  scene.target.release()
  await makeDue(task)
  await awaitStatus(task, 'success')
  expect(await executionsOf(task)).toMatchObject([
    { status: 'failed' },
    { status: 'success', attempt: 1, redelivery: 0 },
  ])
  await expectInvariants(scene.target)
})

test('a replica is killed before it hears of the request: its call is not sent again, and the next slot starts', async () => {
  scene.target.hold()
  const doomed = await startReplica(scene.account)
  const [task, untouched] = [await hanging(), await hanging()]
  doomed.kill('SIGSTOP')
  const other = await startReplica(scene.account)
  expect((await stop(other, task)).status).toBe(202)
  await killHard(doomed)
  await endLeases()
  await sends(untouched, 2)
  const [ended, ...others] = await endedExecutions(task)
  expect(ended).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/^lost: .*; not sent again, because a person had stopped waiting for it$/),
  })
  expect(others).toEqual([])
  expect(await sql`select from task where id = ${task.id} and queued_id is not null`).toHaveLength(0)
  scene.target.release()
  await makeDue(task)
  await awaitStatus(task, 'success')
  expect(sendsOf(task)).toHaveLength(2)
  await expectInvariants(scene.target)
})

test('a request during a shutdown is heard as long as calls may end, and does not have its slot sent again', async () => {
  scene.target.hold()
  const leaving = await startReplica(scene.account, { env: { SHUTDOWN_GRACE_SECONDS: '60' } })
  const task = await hanging()
  const other = await startReplica(scene.account)
  leaving.kill('SIGTERM')
  expect((await stop(other, task)).status).toBe(202)
  await leaving.exited
  expect(await endedExecutions(task)).toMatchObject([{ status: 'failed', error: expect.stringMatching(/^stopped by/) }])
  expect(sendsOf(task)).toHaveLength(1)
  await expectInvariants(scene.target)
})
