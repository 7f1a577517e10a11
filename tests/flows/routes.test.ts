import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
})

const put = (name: string, body: object) => send(account, 'PUT', `/flows/${name}`, body)
const limits = async () =>
  Object.fromEntries(
    (await sql`select name, limited_by from task where deleted_at is null`).map((row) => [row.name, row.limited_by]),
  )

test('a flow is set, shown, listed, paused and deleted, and the audit tells of it', async () => {
  const created = await put('partner', { rate: 100, concurrency: 5 })
  expect([created.status, created.body]).toEqual([
    201,
    expect.objectContaining({
      ...{ name: 'partner', target: null, concurrency: 5, rate: 100, period_seconds: 1, burst: 10 },
      ...{ paused: false, paused_at: null, calls: 0, tasks: 0, waiting: 0, waiting_since: null },
    }),
  ])
  expect((await send(account, 'GET', '/flows/partner')).body).toEqual(created.body)
  expect((await send(account, 'GET', '/flows')).body).toEqual({ records: [created.body], next_cursor: null })
  const paused = await put('partner', { rate: 1, period_seconds: 60, paused: true })
  expect([paused.status, paused.body]).toEqual([
    200,
    expect.objectContaining({ concurrency: null, rate: 1, period_seconds: 60, burst: 1, paused: true }),
  ])
  const again = await put('partner', { paused: true })
  expect(again.body.paused_at).toBe(paused.body.paused_at)
  expect((await send(account, 'DELETE', '/flows/partner')).status).toBe(204)
  expect((await send(account, 'GET', '/flows/partner')).body.code).toBe('flow_not_found')
  const { body: audit } = await send(account, 'GET', '/audit')
  expect(audit.records.map(({ action }: { action: string }) => action)).toEqual([
    ...['flow_deleted', 'flow_set', 'flow_set', 'flow_set', 'service_created'],
  ])
  expect(audit.records[2]).toMatchObject({
    before: { concurrency: 5, paused: false },
    after: { concurrency: null, paused: true },
  })
})

test('a period or a burst without a rate is refused', async () => {
  const answer = await put('a', { burst: 5, period_seconds: 60 })
  expect([answer.status, answer.body.errors.map(({ path }: { path: string }) => path)]).toEqual([
    400,
    ['/period_seconds', '/burst'],
  ])
})

test('tasks are in the flow that they name, else in the one of their target', async () => {
  await put('named', {})
  const url = 'http://API.example:8443/a'
  await createTask(account, { name: 'before', url })
  await createTask(account, { name: 'other port', url: 'http://api.example/a' })
  await createTask(account, { name: 'named', url, flow: 'named' })
  await put('target', { target: 'API.example:8443', concurrency: 1 })
  const { id } = await createTask(account, { name: 'after', url })
  expect(await limits()).toEqual({ before: 'target', 'other port': null, named: 'named', after: 'target' })
  expect((await send(account, 'GET', '/flows/target')).body).toMatchObject({ target: 'api.example:8443', tasks: 2 })
  expect((await send(account, 'GET', `/tasks/${id}`)).body.flow).toBeNull()
  await send(account, 'POST', `/tasks/${id}`, { url: 'http://api.example/' })
  expect((await limits()).after).toBeNull()
  await send(account, 'POST', `/tasks/${id}`, { flow: 'named' })
  expect((await limits()).after).toBe('named')
  await put('target', { target: 'api.example' })
  expect(await limits()).toEqual({ before: null, 'other port': 'target', named: 'named', after: 'named' })
  await send(account, 'DELETE', `/tasks/${id}`)
  expect((await send(account, 'DELETE', '/flows/target')).status).toBe(204)
  expect(await limits()).toEqual({ before: null, 'other port': null, named: 'named' })
})

test('tasks are listed by the flow that limits them, and the flow of a task is found', async () => {
  const url = 'http://api.example/a'
  await put('target', { target: 'api.example' })
  await put('named', {})
  const ids = []
  for (const [name, flow] of [['by target'], ['by name', 'named'], ['both', 'named']] as const)
    ids.push((await createTask(account, { name, flow: flow ?? null, url: name === 'by name' ? farTask.url : url })).id)
  const free = await createTask(account, { name: 'free' })
  const names = async (query: string) =>
    (await send(account, 'GET', `/tasks?${query}`)).body.map(({ name }: { name: string }) => name)
  expect(await names('flow=target')).toEqual(['by target'])
  expect(await names('flow=named&sort=name')).toEqual(['both', 'by name'])
  expect(await names('flow=none')).toEqual([])
  expect((await send(account, 'GET', '/tasks?flow=not%20one')).status).toBe(400)
  const flowOf = async (id: string) =>
    (await send(account, 'GET', `/flows?task_id=${id}`)).body.records.map(({ name }: { name: string }) => name)
  expect(await Promise.all([...ids, free.id, crypto.randomUUID()].map(flowOf))).toEqual([
    ...[['target'], ['named'], ['named'], [], []],
  ])
})

test('a target has one flow, and a flow that tasks name is not deleted', async () => {
  await put('a', { target: 'api.example' })
  expect(await put('b', { target: 'api.example' })).toMatchObject({ status: 409, body: { code: 'flow_target_taken' } })
  expect(await send(account, 'POST', '/tasks', { ...farTask, flow: 'none' })).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/flow', message: expect.stringContaining('PUT /flows/NAME') }] },
  })
  const { id } = await createTask(account, { flow: 'a' })
  const refused = await send(account, 'DELETE', '/flows/a')
  expect(refused).toMatchObject({ status: 409, body: { code: 'flow_in_use', message: expect.stringContaining(id) } })
  await send(account, 'DELETE', `/tasks/${id}`)
  expect((await send(account, 'DELETE', '/flows/a')).status).toBe(204)
})

test('a task cannot be limited by a flow that does not exist', async () => {
  await createTask(account)
  const update = sql`update task set limited_by = 'none'`
  expect((await update.catch((error) => error)).constraint_name).toBe('task_limited_by_fkey')
})
