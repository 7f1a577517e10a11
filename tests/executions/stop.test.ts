import { afterEach, beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { expectInvariants } from '../support/invariants.ts'
import { endedExecutions, executionsOf, taskRow } from '../support/rows.ts'
import { startScheduler, stopSchedulers } from '../support/scheduler.ts'
import { Target } from '../support/target.ts'

let owner: Account
let target: Target
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  target = new Target()
})
afterEach(async () => {
  await stopSchedulers()
  target.stop()
})

interface Running {
  readonly service_id: string
  readonly id: string
  readonly execution: string
}

/** A task whose first execution is held by the target. */
async function running(fields: object = {}): Promise<Running> {
  target.hold()
  await startScheduler()
  const due = { url: target.url(), scheduled_at: '2020-01-01T00:00:00Z', retries: 3, timeout_seconds: 3600 }
  const { id } = await createTask(owner, { ...due, ...fields })
  await target.arrived(1)
  const [{ id: execution }] = await executionsOf({ service_id: owner.id, id })
  return { service_id: owner.id, id, execution }
}

const stop = (task: { id: string }, execution: string, account = owner) =>
  send(account, 'POST', `/tasks/${task.id}/executions/${execution}/stop`)

test('stops waiting: the connection is closed, the execution has failed and says why, and no retry follows', async () => {
  const task = await running()
  const { status, body } = await stop(task, task.execution)
  expect(status).toBe(202)
  expect(body).toMatchObject({ id: task.execution, status: 'started', stop_requested_at: expect.any(String) })
  const [ended, ...others] = await endedExecutions(task)
  expect(others).toEqual([])
  expect(ended).toMatchObject({
    ...{ status: 'failed', status_code: null, stop_requested_at: body.stop_requested_at },
    error: 'stopped by a person while waiting for the answer; the target may still be working on it',
  })
  expect(ended.duration_ms).toBeGreaterThan(0)
  expect(target.sent).toMatchObject([{ endedAt: expect.any(Number) }])
  await expectInvariants(target)
})

test('the next slots of the task start as scheduled, and it can be run by hand', async () => {
  const task = await running()
  await stop(task, task.execution)
  await endedExecutions(task)
  expect(await taskRow(task)).toMatchObject({ status: 'active', queued_id: null, once_running: false })
  target.release()
  await sql`update task set scheduled_at = now() where id = ${task.id}`
  expect(await endedExecutions(task, 2)).toMatchObject([{ status: 'failed' }, { status: 'success', attempt: 1 }])
  expect((await send(owner, 'POST', `/tasks/${task.id}/executions`)).status).toBe(202)
  await endedExecutions(task, 3)
})

test('a run by hand is stopped as well, and a task that runs once has then ended', async () => {
  const task = await running({ frequency: undefined, unit: undefined })
  await stop(task, task.execution)
  await endedExecutions(task)
  expect(await taskRow(task)).toMatchObject({ status: 'disabled', scheduled_at: null, once_running: false })
  const { body } = await send(owner, 'POST', `/tasks/${task.id}/executions`)
  await target.arrived(2)
  await stop(task, body.id)
  expect(await endedExecutions(task, 2)).toMatchObject([
    {},
    { id: body.id, error: expect.stringContaining('stopped by') },
  ])
  expect(await taskRow(task)).toMatchObject({ queued_running: false, queued_id: null })
  await expectInvariants(target)
})

test('asking again changes nothing, and is answered with the same execution while it runs', async () => {
  const { id } = await createTask(owner)
  const { body: run } = await send(owner, 'POST', `/tasks/${id}/executions`)
  await sql`update execution set status = 'started', started_at = now(), replica_id = ${run.id} where id = ${run.id}`
  const [first, second] = [await stop({ id }, run.id), await stop({ id }, run.id)]
  expect([first.status, second.status]).toEqual([202, 202])
  expect(second.body).toEqual(first.body)
  const both = await Promise.all([stop({ id }, run.id), stop({ id }, run.id)])
  expect(both.map(({ body }) => body)).toEqual([first.body, first.body])
  expect((await send(owner, 'GET', `/tasks/${id}/executions/${run.id}`)).body).toEqual(first.body)
  const { body: found } = await send(owner, 'GET', '/executions')
  expect(found.records).toMatchObject([{ stop_requested_at: first.body.stop_requested_at }])
})

test('several who ask at once are all answered, and it is one stop', async () => {
  const { id } = await createTask(owner)
  const { body: run } = await send(owner, 'POST', `/tasks/${id}/executions`)
  await sql`update execution set status = 'started', started_at = now(), replica_id = ${run.id} where id = ${run.id}`
  const all = await Promise.all(Array.from({ length: 8 }, () => stop({ id }, run.id)))
  expect(new Set(all.map(({ status, body }) => `${status} ${body.stop_requested_at}`)).size).toBe(1)
  expect(all[0]?.status).toBe(202)
  expect(await sql`select from audit where action = 'execution_stopped'`).toHaveLength(1)
})

test('an execution that has not started cannot be stopped, and the answer says what to do', async () => {
  const { id } = await createTask(owner)
  const { body: run } = await send(owner, 'POST', `/tasks/${id}/executions`)
  const { status, body } = await stop({ id }, run.id)
  expect([status, body.code]).toEqual([409, 'execution_queued'])
  expect(body.message).toContain('Stop it once it runs; if it is a retry, pausing its task cancels it.')
  expect(await executionsOf({ service_id: owner.id, id })).toMatchObject([{ stop_requested_at: null }])
})

test.each(['success', 'failed', 'skipped'])('nor one that has ended: %s', async (ending) => {
  const { id } = await createTask(owner)
  const { body: run } = await send(owner, 'POST', `/tasks/${id}/executions`)
  await sql`update execution set status = ${ending} where id = ${run.id}`
  const { status, body } = await stop({ id }, run.id)
  expect([status, body.code]).toEqual([409, 'execution_ended'])
})

test('a task or an execution that does not exist, or belongs to another service, is not found', async () => {
  const task = await running()
  const { id: otherTask } = await createTask(owner)
  const codes = async (...answers: ReturnType<typeof stop>[]) =>
    (await Promise.all(answers)).map(({ status, body }) => `${status} ${body.code}`)
  expect(
    await codes(
      stop({ id: Bun.randomUUIDv7() }, task.execution),
      stop(task, Bun.randomUUIDv7()),
      stop({ id: otherTask }, task.execution),
      stop(task, task.execution, await createAccount()),
    ),
  ).toEqual(['404 task_not_found', '404 execution_not_found', '404 execution_not_found', '404 task_not_found'])
  expect(await executionsOf(task)).toMatchObject([{ status: 'started', stop_requested_at: null }])
})

test('a body is refused, since it would be ignored', async () => {
  const { id } = await createTask(owner)
  const { status, body } = await send(owner, 'POST', `/tasks/${id}/executions/${id}/stop`, { reason: 'slow' })
  expect([status, body.message]).toEqual([400, expect.stringContaining('takes no body')])
})
