import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
let task: Awaited<ReturnType<typeof createTask>>
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = await createTask(owner)
})

test('is gone at once for every reader, and stopped', async () => {
  const kept = await createTask(owner)
  const { status, body, headers } = await send(owner, 'DELETE', `/tasks/${task.id}`)
  expect([status, body, headers.get('cache-control')]).toEqual([204, '', 'no-store'])
  const again = await Promise.all([
    send(owner, 'GET', `/tasks/${task.id}`),
    send(owner, 'GET', `/tasks/${task.id}/executions`),
    send(owner, 'POST', `/tasks/${task.id}`, { status: 'active' }),
    send(owner, 'PUT', `/tasks/${task.id}`, { name: 'a', url: 'http://h/', method: 'GET', frequency: 1, unit: 'day' }),
    send(owner, 'DELETE', `/tasks/${task.id}`),
  ])
  expect(again.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404])
  expect((await send(owner, 'GET', '/tasks')).body).toEqual([kept])
  expect((await send(owner, 'GET', '/tasks?count=10')).headers.get('x-total-count')).toBe('1')
  const [row] = await sql`select status from task where id = ${task.id}`
  expect(row?.status).toBe('disabled')
})

test('does not wait for a long history to be deleted', async () => {
  await sql`
    insert into execution (service_id, task_id, id, slot_id, scheduled_for, status)
    select ${owner.id}, ${task.id}, gen_random_uuid(), gen_random_uuid(), now(), 'success'
    from generate_series(1, 50000)`
  expect((await send(owner, 'DELETE', `/tasks/${task.id}`)).status).toBe(204)
  const [left] = await sql`select count(*)::int as executions from execution where task_id = ${task.id}`
  expect(left?.executions).toBe(50_000)
})

test('one that was changed since is not deleted under If-Match', async () => {
  const { id } = await createTask(owner)
  await send(owner, 'POST', `/tasks/${id}`, { name: 'New' })
  const remove = (version: string) => send(owner, 'DELETE', `/tasks/${id}`, undefined, { 'if-match': version })
  expect((await remove('"1"')).status).toBe(412)
  expect((await send(owner, 'GET', `/tasks/${id}`)).status).toBe(200)
  expect((await remove('"2"')).status).toBe(204)
  expect((await remove('"2"')).status).toBe(404)
})

test('of two at once one deletes it', async () => {
  const both = await Promise.all([1, 2].map(() => send(owner, 'DELETE', `/tasks/${task.id}`)))
  expect(both.map(({ status }) => status).sort()).toEqual([204, 404])
})

test("does not delete another service's task, and answers as for an unknown one", async () => {
  const foreign = await send(await createAccount(), 'DELETE', `/tasks/${task.id}`)
  const unknown = await send(owner, 'DELETE', `/tasks/${crypto.randomUUID()}`)
  expect([foreign.status, foreign.body]).toEqual([404, unknown.body])
  expect((await send(owner, 'GET', `/tasks/${task.id}`)).status).toBe(200)
})

test('is a 401 without credentials', async () => {
  expect((await send(undefined, 'DELETE', `/tasks/${task.id}`)).status).toBe(401)
  expect((await send(owner, 'GET', `/tasks/${task.id}`)).status).toBe(200)
})
