import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

test('run now names the address of its execution, which returns it', async () => {
  const task = await createTask(owner)
  const queued = await send(owner, 'POST', `/tasks/${task.id}/executions`)
  expect(queued.headers.get('location')).toBe(`/tasks/${task.id}/executions/${queued.body.id}`)
  const found = await send(owner, 'GET', queued.headers.get('location') ?? '')
  const [asked] = await sql`select actor, principal from audit where action = 'task_run'`
  expect([found.status, found.body]).toEqual([
    200,
    {
      ...queued.body,
      ...{ asked_by: { ...asked }, request_changed: null, request_known: true },
    },
  ])
  expect(found.headers.get('cache-control')).toBe('no-store')
})

test('a run now that is repeated under its key names the same address', async () => {
  const task = await createTask(owner)
  const run = () => send(owner, 'POST', `/tasks/${task.id}/executions`, undefined, { 'idempotency-key': 'once' })
  const [first, second] = [await run(), await run()]
  expect(second.headers.get('location')).toBe(first.headers.get('location'))
})

test('an execution is found whatever the day it was created on', async () => {
  const task = await createTask(owner)
  const rows = await sql<{ id: string }[]>`
    insert into execution (service_id, task_id, id, slot_id, scheduled_for, status, error, created_at)
    select ${owner.id}, ${task.id}, gen_random_uuid(), gen_random_uuid(), now(), 'failed', 'connection refused', at
    from unnest(array[now(), now() - interval '1 day', now() - interval '400 days', now() + interval '3 days']) at
    returning id`
  for (const { id } of rows) {
    const { status, body } = await send(owner, 'GET', `/tasks/${task.id}/executions/${id}`)
    expect([status, body.id, body.error]).toEqual([200, id, 'connection refused'])
  }
})

test('is a 404 that says what does not exist', async () => {
  const [task, other] = [await createTask(owner), await createTask(owner)]
  const { body: execution } = await send(owner, 'POST', `/tasks/${task.id}/executions`)
  const find = async (account: Account | undefined, taskId: string, id: string) => {
    const { status, body } = await send(account, 'GET', `/tasks/${taskId}/executions/${id}`)
    return [status, body.message]
  }
  const noTask = [404, 'There is no task with this id.']
  const noExecution = [404, expect.stringContaining('no execution with this id')]
  expect(await find(owner, task.id, crypto.randomUUID())).toEqual(noExecution)
  expect(await find(owner, other.id, execution.id)).toEqual(noExecution)
  expect(await find(owner, crypto.randomUUID(), execution.id)).toEqual(noTask)
  expect(await find(await createAccount(), task.id, execution.id)).toEqual(noTask)
  expect((await find(undefined, task.id, execution.id))[0]).toBe(401)
  expect((await find(owner, task.id, 'latest'))[0]).toBe(400)
  await send(owner, 'DELETE', `/tasks/${task.id}`)
  expect(await find(owner, task.id, execution.id)).toEqual(noTask)
})
