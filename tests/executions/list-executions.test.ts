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

/** Executions of the task, three of one instant; every fourth failed without an answer. */
const createMany = (count: number, taskId = task.id) => sql`
  insert into execution (
    service_id, task_id, id, slot_id, scheduled_for, status, status_code, response, error, duration_ms, created_at,
    started_at, replica_id
  )
  select ${owner.id}, ${taskId}, gen_random_uuid(), gen_random_uuid(), now(),
    case when n % 4 = 0 then 'failed' else 'success' end, case when n % 4 > 0 then 200 end,
    case when n % 4 > 0 then 'ok' end, case when n % 4 = 0 then 'connection refused' end, n,
    now() + (n / 3) * interval '1 microsecond', now(), gen_random_uuid()
  from generate_series(1, ${count}::int) n`
const newestFirst = async () =>
  (await sql`select id from execution where task_id = ${task.id} order by created_at desc, id desc`).map(({ id }) => id)
const list = (query = '') => send(owner, 'GET', `/tasks/${task.id}/executions${query}`)
const ids = (records: { id: string }[]) => records.map(({ id }) => id)

test('is an empty page for a task that has not run', async () => {
  const { status, body } = await list()
  expect([status, body]).toEqual([200, { total_count: 0, page_number: 0, count: 10, records: [] }])
})

test('has ten complete executions per page, newest first', async () => {
  await createMany(23)
  await createMany(5, (await createTask(owner)).id)
  const { body, headers } = await list()
  expect(body).toMatchObject({ total_count: 23, page_number: 0, count: 10 })
  expect(ids(body.records)).toEqual((await newestFirst()).slice(0, 10))
  expect(headers.get('cache-control')).toBe('no-store')
  expect(body.records[0]).toMatchObject({ task_id: task.id, status: 'success', status_code: 200, response: 'ok' })
  expect(body.records[0].created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/)
  const failed = body.records.find(({ status }: { status: string }) => status === 'failed')
  expect(failed).toMatchObject({ status_code: null, response: null, error: 'connection refused', attempt: 1 })
})

test('returns further pages', async () => {
  await createMany(205)
  const all = await newestFirst()
  expect(ids((await list('?pageNumber=1')).body.records)).toEqual(all.slice(10, 20))
  const { body } = await list('?pageNumber=2&count=100')
  expect(body).toMatchObject({ total_count: 205, page_number: 2, count: 100 })
  expect(ids(body.records)).toEqual(all.slice(200))
  expect((await list('?pageNumber=9999999&count=100')).body).toMatchObject({ total_count: 205, records: [] })
  expect((await list('?count=1')).body.records).toHaveLength(1)
})

test('status filters the records and their count', async () => {
  await createMany(20)
  expect((await list('?status=failed')).body.total_count).toBe(5)
  const { body } = await list('?status=success&count=100')
  expect([body.total_count, body.records.length]).toEqual([15, 15])
  for (const status of ['queued', 'started', 'skipped'])
    expect((await list(`?status=${status}`)).body).toMatchObject({ total_count: 0, records: [] })
})

test.each([
  ['/count', ['0', '101', '1000', '-1', '1e1', '0x10', '00', '', '1.0', '%2B5']],
  ['/pageNumber', ['-1', '1.5', '', '99999999', 'x', '0x1']],
  ['/status', ['', 'Failed', 'completed', 'active', 'success,failed']],
])('refuses a wrong %s, and names it', async (path, values) => {
  for (const value of values) {
    const { status, body } = await list(`?${path.slice(1)}=${value}`)
    expect({ value, status, path: body.errors?.[0].path }).toEqual({ value, status: 400, path })
  }
})

test('refuses parameters that are unknown, given twice or badly encoded', async () => {
  for (const query of ['page=1', 'page_number=1', 'search=x', 'count=1&count=1', 'status=%ff', 'count=%'])
    expect([query, (await list(`?${query}`)).status]).toEqual([query, 400])
})

test('a task of another service is the same 404 as an unknown one', async () => {
  await createMany(3)
  const foreign = await send(await createAccount(), 'GET', `/tasks/${task.id}/executions`)
  const unknown = await send(owner, 'GET', `/tasks/${crypto.randomUUID()}/executions`)
  expect([foreign.status, unknown.status, foreign.body]).toEqual([404, 404, unknown.body])
})

test('is a 401 without credentials', async () => {
  expect((await send(undefined, 'GET', `/tasks/${task.id}/executions`)).status).toBe(401)
  expect((await send(undefined, 'GET', '/tasks/x/executions?count=x')).status).toBe(401)
})
