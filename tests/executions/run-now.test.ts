import { afterEach, beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
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

async function create(changes: Record<string, unknown> = {}) {
  const { body } = await send(owner, 'POST', '/tasks', { ...farTask, url: target.url('/200'), ...changes })
  return body
}

test.each(['active', 'paused', 'disabled'])(
  'runs a task that is %s, and does not change its schedule',
  async (status) => {
    const task = await create({ status })
    const answer = await send(owner, 'POST', `/tasks/${task.id}/executions`)
    expect(answer.status).toBe(202)
    expect(answer.body).toMatchObject({ task_id: task.id, status: 'queued', started_at: null, attempt: 1 })
    await startScheduler()
    const [execution] = await endedExecutions(task)
    expect(execution).toMatchObject({ id: answer.body.id, status: 'success' })
    expect(await taskRow(task)).toMatchObject({
      status,
      scheduled_at: farTask.scheduled_at,
      queued_id: null,
      queued_running: false,
    })
    expect(target.sent).toHaveLength(1)
  },
)

test('a body is refused, since it would be ignored; an empty object is accepted', async () => {
  const { id } = await create()
  const run = (body: unknown) => send(owner, 'POST', `/tasks/${id}/executions`, body)
  for (const body of [{ payload: 'other' }, '[]', 'text', '{} {}']) {
    const { status, body: refusal } = await run(body)
    expect([status, refusal.message]).toEqual([400, expect.stringContaining('takes no body')])
  }
  expect((await run('x'.repeat(1_048_577))).status).toBe(413)
  expect((await run(' { } ')).status).toBe(202)
})

test('refuses a second run while one is queued', async () => {
  const task = await create()
  await send(owner, 'POST', `/tasks/${task.id}/executions`)
  expect((await send(owner, 'POST', `/tasks/${task.id}/executions`)).status).toBe(409)
  expect(await executionsOf(task)).toHaveLength(1)
})

test('refuses a run while the task runs, by schedule or run now, and accepts one afterwards', async () => {
  await startScheduler()
  const task = await create({ url: target.url('/slow?ms=2000'), scheduled_at: '2020-01-01T00:00:00Z' })
  await eventually(() => target.sent.length === 1, 'the call to start')
  expect((await send(owner, 'POST', `/tasks/${task.id}/executions`)).status).toBe(409)
  await endedExecutions(task)
  expect((await send(owner, 'POST', `/tasks/${task.id}/executions`)).status).toBe(202)
  await eventually(() => target.sent.length === 2, 'the second call to start')
  expect((await send(owner, 'POST', `/tasks/${task.id}/executions`)).status).toBe(409)
  await endedExecutions(task, 2)
  expect((await send(owner, 'POST', `/tasks/${task.id}/executions`)).status).toBe(202)
})

test('a failed run now of a paused task is not retried', async () => {
  await startScheduler()
  const task = await create({ url: target.url('/500'), status: 'paused', retries: 3 })
  await send(owner, 'POST', `/tasks/${task.id}/executions`)
  await endedExecutions(task)
  expect(await executionsOf(task)).toHaveLength(1)
})

test("is a 404 for another service's task, and a 401 without credentials", async () => {
  const task = await create()
  const stranger = await createAccount()
  expect((await send(stranger, 'POST', `/tasks/${task.id}/executions`)).status).toBe(404)
  expect((await send(undefined, 'POST', `/tasks/${task.id}/executions`)).status).toBe(401)
  expect((await send(owner, 'POST', `/tasks/${Bun.randomUUIDv7()}/executions`)).status).toBe(404)
  expect(await executionsOf(task)).toHaveLength(0)
})
