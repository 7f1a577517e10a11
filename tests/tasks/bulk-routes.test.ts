import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { executionsOf, taskRow } from '../support/rows.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const stored = async () => (await sql`select 1 from task`).length
const many = (count: number) => Array.from({ length: count }, (_, n) => ({ ...farTask, name: `Task ${n}` }))

test('creates a thousand tasks in the order given', async () => {
  const { status, body } = await send(owner, 'POST', '/tasks/bulk', { tasks: many(1000) })
  expect(status).toBe(201)
  expect(body.tasks.map((task: { name: string }) => task.name)).toEqual(many(1000).map((task) => task.name))
  expect(await stored()).toBe(1000)
})

test('one invalid task refuses all, and is named by its index', async () => {
  const tasks = many(20)
  tasks[17] = { ...farTask, url: 'ftp://x', header: { Host: 'x' } } as never
  tasks[18] = { ...farTask, frequency: 99_999 as number, unit: 'month' }
  const { status, body } = await send(owner, 'POST', '/tasks/bulk', { tasks })
  expect(status).toBe(400)
  expect(body.errors.map((error: { path: string }) => error.path)).toContain('/tasks/17/url')
  tasks[17] = { ...farTask, header: { Host: 'x' } } as never
  const { body: second } = await send(owner, 'POST', '/tasks/bulk', { tasks })
  expect(second.errors.map((error: { path: string }) => error.path)).toEqual([
    '/tasks/17/header/Host',
    '/tasks/18/frequency',
  ])
  expect(await stored()).toBe(0)
})

test.each([[{ tasks: [] }], [{ tasks: many(1001) }], [{}], [[]], [{ tasks: {} }], [{ tasks: many(1), more: 1 }]])(
  'refuses what is not 1 to 1,000 tasks %#',
  async (body) => {
    expect((await send(owner, 'POST', '/tasks/bulk', body)).status).toBe(400)
    expect(await stored()).toBe(0)
  },
)

test('takes 16 MiB and no more', async () => {
  const tasks = (count: number) => many(count).map((task) => ({ ...task, payload: 'x'.repeat(200_000) }))
  expect((await send(owner, 'POST', '/tasks/bulk', { tasks: tasks(80) })).status).toBe(201)
  expect((await send(owner, 'POST', '/tasks/bulk', { tasks: tasks(90) })).status).toBe(413)
  expect(await stored()).toBe(80)
})

test('pauses and resumes many at once, and only those of the service', async () => {
  const { body } = await send(owner, 'POST', '/tasks/bulk', { tasks: many(3) })
  const stranger = await createAccount()
  const { body: other } = await send(stranger, 'POST', '/tasks', farTask)
  const ids = [...body.tasks.map((task: { id: string }) => task.id), other.id, Bun.randomUUIDv7()]
  expect((await send(owner, 'POST', '/tasks/status', { ids, status: 'paused' })).body).toEqual({
    updated: 3,
    more: false,
  })
  const rows = await sql<
    { service_id: string; status: string; version: number }[]
  >`select service_id, status, version from task`
  for (const row of rows)
    expect(row).toMatchObject(
      row.service_id === owner.id ? { status: 'paused', version: 2 } : { status: 'active', version: 1 },
    )
  expect((await send(owner, 'POST', '/tasks/status', { ids, status: 'active' })).body).toEqual({
    updated: 3,
    more: false,
  })
})

test('with leave_out, what cannot have the status is left out and named, and what was changed is told with what it had', async () => {
  const { body } = await send(owner, 'POST', '/tasks/bulk', { tasks: many(4) })
  const [active, paused, until, over] = body.tasks.map((task: { id: string }) => task.id)
  await send(owner, 'POST', '/tasks/status', { ids: [paused], status: 'paused' })
  const end = '2099-01-01T00:00:00Z'
  await send(owner, 'POST', '/tasks/status', { ids: [until], status: 'paused', until: end })
  await sql`
    update task set scheduled_at = null, status = 'disabled', frequency = null, unit = null, name = 'over' where id = ${over}`
  const { body: other } = await send(await createAccount(), 'POST', '/tasks', farTask)
  const ids = [active.toUpperCase(), paused, until, over, other.id]
  const set = (change: object) => send(owner, 'POST', '/tasks/status', { ids, ...change })
  expect((await set({ status: 'paused' })).status).toBe(400)
  const noSuchTask = { id: other.id, name: null, reason: 'not_found', message: 'There is no such task.' }
  const { body: answer } = await set({ status: 'paused', leave_out: true })
  expect(answer).toEqual({
    updated: 3,
    more: false,
    changed: [
      { id: active, status: 'active', paused_until: null },
      { id: until, status: 'paused', paused_until: end },
    ],
    left_out: [
      {
        ...{ id: over, name: 'over', reason: 'no_run_to_come' },
        message: 'It has run or has ended: give it a time first.',
      },
      noSuchTask,
    ],
  })
  expect(await sql`select id from task where service_id = ${owner.id} and status = 'paused'`).toHaveLength(3)
  expect((await set({ status: 'disabled', leave_out: true })).body).toMatchObject({
    updated: 4,
    left_out: [noSuchTask],
  })
  expect((await set({ ids: undefined, all: true, status: 'paused', leave_out: true })).status).toBe(400)
})

test('pausing cancels a queued retry, and not a queued run now', async () => {
  const { body: retried } = await send(owner, 'POST', '/tasks', farTask)
  const { body: run } = await send(owner, 'POST', '/tasks', farTask)
  for (const task of [retried, run]) await send(owner, 'POST', `/tasks/${task.id}/executions`)
  await sql`update execution set attempt = 2 where task_id = ${retried.id}`
  await send(owner, 'POST', '/tasks/status', { ids: [retried.id, run.id], status: 'paused' })
  const key = { service_id: owner.id }
  expect(await executionsOf({ ...key, id: retried.id })).toMatchObject([
    { status: 'failed', error: expect.stringContaining('paused') },
  ])
  expect(await taskRow({ ...key, id: retried.id })).toMatchObject({ queued_id: null, queued_for: null })
  expect(await executionsOf({ ...key, id: run.id })).toMatchObject([{ status: 'queued' }])
})

test.each([
  [{ ids: ['x'], status: 'paused' }],
  [{ ids: [], status: 'paused' }],
  [{ ids: [Bun.randomUUIDv7()], status: 'off' }],
  [{}],
])('refuses a status change that is none %#', async (body) => {
  expect((await send(owner, 'POST', '/tasks/status', body)).status).toBe(400)
})

test('both are closed to the signed out', async () => {
  expect((await send(undefined, 'POST', '/tasks/bulk', { tasks: many(1) })).status).toBe(401)
  expect((await send(undefined, 'POST', '/tasks/status', {})).status).toBe(401)
})
