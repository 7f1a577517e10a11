import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'

let owner: Account
let task: Awaited<ReturnType<typeof createTask>>
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = await createTask(owner, {
    ...{ header: { Accept: 'a' }, payload: 'p', status: 'paused', method: 'POST', retries: 3, timeout_seconds: 7 },
  })
})

const { scheduled_at: _, ...needed } = farTask
const replace = (body: unknown, headers: Record<string, string> = {}, account: Account | undefined = owner) =>
  send(account, 'PUT', `/tasks/${task.id}`, body, headers)
const stored = async () => (await send(owner, 'GET', `/tasks/${task.id}`)).body

test("omitted fields take create's defaults", async () => {
  const { status, body, headers } = await replace({ ...needed, name: 'Another' })
  expect([status, headers.get('etag')]).toEqual([200, '"2"'])
  expect(body).toEqual({
    ...task,
    ...needed,
    ...{ name: 'Another', header: {}, payload: null, status: 'active', retries: 0, timeout_seconds: null },
    updated_at: body.updated_at,
  })
  expect(await stored()).toEqual(body)
})

test('accepts a task as it was read, with one change', async () => {
  const { status, body } = await replace({ ...task, name: 'Renamed', method: 'pUt' })
  expect([status, body]).toEqual([200, { ...task, name: 'Renamed', method: 'PUT', updated_at: body.updated_at }])
})

test('makes it a task that runs once, with a time alone', async () => {
  const { body } = await replace({ ...needed, frequency: null, unit: null, scheduled_at: '2098-01-01T00:00:00Z' })
  expect(body).toMatchObject({ frequency: null, unit: null, scheduled_at: '2098-01-01T00:00:00Z' })
})

test.each([
  [{ name: undefined }, '/name'],
  [{ url: undefined }, '/url'],
  [{ method: undefined }, '/method'],
  [{ frequency: undefined }, '/frequency'],
  [{ unit: undefined }, '/unit'],
  [{ frequency: undefined, unit: undefined }, '/frequency'],
  [{ frequency: 121, unit: 'month' }, '/frequency'],
  [{ header: { 'Proxy-X': 'a' } }, '/header/Proxy-X'],
  [{ id: crypto.randomUUID() }, '/id'],
  [{ service_id: crypto.randomUUID() }, '/service_id'],
  [{ created_at: '2001-01-01T00:00:00Z' }, '/created_at'],
  [{ updated_at: '2001-01-01T00:00:00Z' }, '/updated_at'],
  [{ version: 1 }, '/version'],
])('needs what create needs and refuses %j, and changes nothing', async (fields, path) => {
  const { status, body } = await replace({ ...needed, ...fields })
  expect([status, body.errors?.map((error: { path: string }) => error.path)]).toEqual([400, [path]])
  expect(await stored()).toEqual(task)
})

test('names what is wrong with id, header and schedule at once', async () => {
  const { body } = await replace({ ...needed, id: crypto.randomUUID(), header: { Host: 'x' }, unit: null })
  expect(body.errors.map((error: { path: string }) => error.path)).toEqual(['/id', '/header/Host', '/unit'])
})

test('If-Match: right, stale and any', async () => {
  expect((await replace(needed, { 'if-match': '"2"' })).status).toBe(412)
  expect(await stored()).toEqual(task)
  expect((await replace(needed, { 'if-match': '"1"' })).status).toBe(200)
  expect((await replace(needed, { 'if-match': '*' })).status).toBe(200)
})

test('makes nothing where there is no such task of this service', async () => {
  const unknown = await send(owner, 'PUT', `/tasks/${crypto.randomUUID()}`, needed)
  const foreign = await replace(needed, {}, await createAccount())
  expect([unknown.status, foreign.status, foreign.body]).toEqual([404, 404, unknown.body])
  expect((await send(owner, 'GET', '/tasks')).body).toEqual([task])
})

test('is a 401 without credentials', async () => {
  expect((await send(undefined, 'PUT', `/tasks/${task.id}`, needed)).status).toBe(401)
  expect(await stored()).toEqual(task)
})
