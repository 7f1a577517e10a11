import { afterEach, beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { endedExecutions, executionsOf } from '../support/rows.ts'
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

const create = async () => (await send(owner, 'POST', '/tasks', { ...farTask, url: target.url('/200') })).body
const run = (id: string, key: string) =>
  send(owner, 'POST', `/tasks/${id}/executions`, undefined, { 'idempotency-key': key })

test('a run now that is repeated with its key, while queued or after it has run, returns the same execution', async () => {
  const task = await create()
  const first = await run(task.id, 'a')
  const waiting = await run(task.id, 'a')
  expect([first.status, waiting.status, waiting.body]).toEqual([202, 202, first.body])
  await startScheduler()
  await endedExecutions(task)
  const after = await run(task.id, 'a')
  expect(after).toMatchObject({ status: 202, body: { id: first.body.id, status: 'success', status_code: 200 } })
  expect(await executionsOf(task)).toHaveLength(1)
  expect(target.sent).toHaveLength(1)
})

test('ten concurrent requests with one key queue one execution, and all return it', async () => {
  const task = await create()
  const answers = await Promise.all(Array.from({ length: 10 }, () => run(task.id, 'a')))
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
  expect(answers[0]?.status).toBe(202)
  expect(await executionsOf(task)).toHaveLength(1)
})

test('a request with another key is a 409 while the task is queued, and does not use its key', async () => {
  const task = await create()
  await run(task.id, 'a')
  expect((await run(task.id, 'b')).status).toBe(409)
  await startScheduler()
  await endedExecutions(task)
  expect((await run(task.id, 'b')).status).toBe(202)
})

test('a key belongs to one request: another task and a create are refused', async () => {
  const [task, other] = [await create(), await create()]
  await run(task.id, 'a')
  expect((await run(other.id, 'a')).status).toBe(409)
  expect((await send(owner, 'POST', '/tasks', farTask, { 'idempotency-key': 'a' })).status).toBe(409)
  expect(await executionsOf(other)).toHaveLength(0)
})

test('a key can be used again after 24 hours', async () => {
  const task = await create()
  const { body } = await run(task.id, 'a')
  await startScheduler()
  await endedExecutions(task)
  await sql`update idempotency_key set created_at = now() - interval '25 hours'`
  const later = await run(task.id, 'a')
  expect(later.status).toBe(202)
  expect(later.body.id).not.toBe(body.id)
})

test('while another execution is queued, a key of more than 24 hours ago does not stand for the old one', async () => {
  const task = await create()
  await run(task.id, 'a')
  await startScheduler()
  await endedExecutions(task)
  await stopSchedulers()
  await sql`update idempotency_key set created_at = now() - interval '25 hours'`
  expect((await run(task.id, 'b')).status).toBe(202)
  expect(await run(task.id, 'a')).toMatchObject({ status: 409, body: { code: 'task_busy' } })
})
