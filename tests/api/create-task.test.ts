import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

test('creates the task of the seed, payload on a GET included', async () => {
  const body = {
    name: 'Task Name',
    url: 'https://example.com',
    header: { Accept: 'application/json' },
    payload: '{}',
    scheduled_at: '2025-08-14T12:00:00Z',
    status: 'active',
    frequency: 1,
    unit: 'hour',
    method: 'GET',
  }
  const { status, body: task, headers } = await send(owner, 'POST', '/tasks', body)
  expect(status).toBe(201)
  expect(task).toMatchObject({ ...body, service_id: owner.id })
  expect(headers.get('cache-control')).toBe('no-store')
})

test('without scheduled_at the first run is one interval from now', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', { ...farTask, scheduled_at: null, frequency: 2 })
  expect(Date.parse(task.scheduled_at) - Date.parse(task.created_at)).toBe(2 * 3_600_000)
})

test('names every field that cannot be taken, and stores nothing', async () => {
  const { status, body } = await send(owner, 'POST', '/tasks', { nme: 'x', frequency: '5', unit: 'hour' })
  expect(status).toBe(400)
  expect(body.errors.map((error: { path: string }) => error.path).sort()).toEqual([
    '/frequency',
    '/method',
    '/name',
    '/nme',
    '/url',
  ])
  expect(await sql`select 1 from task`).toHaveLength(0)
})

test('tells a signed-out caller nothing about the body', async () => {
  const { status } = await send(undefined, 'POST', '/tasks', '{"broken')
  expect(status).toBe(401)
})
