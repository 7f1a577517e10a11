import { beforeEach, expect, test } from 'bun:test'
import { gunzipSync } from 'bun'
import { acceptsGzip } from '../../src/http/compressed.ts'
import { type Account, app, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertTasks } from '../support/rows.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  app.fetch(
    new Request(`http://localhost${path}`, {
      method,
      headers: { service_id: owner.id, token: owner.token, ...headers },
    }),
  )
const insertMany = (count: number, payload?: string) =>
  insertTasks(count, {
    service_id: owner.id,
    url: 'http://127.0.0.1:9/',
    scheduled_at: '2099-01-01T00:00:00Z',
    payload,
  })

test('gzip is taken by its weight, and not where the uncompressed form is preferred', () => {
  for (const accepted of [
    'gzip',
    'br, GZIP',
    'gzip;q=0.1',
    'deflate, gzip;q=1.0, *;q=0.5',
    'identity;q=0.5, gzip;q=0.5',
  ])
    expect([accepted, acceptsGzip(accepted)]).toEqual([accepted, true])
  for (const accepted of ['', 'br', 'gzip;q=0', 'gzip; q=0.000', 'identity, gzip;q=0.5', 'xgzip', '*'])
    expect([accepted, acceptsGzip(accepted)]).toEqual([accepted, false])
})

test('lists of any form and size are the same with gzip, which is several times smaller', async () => {
  await insertMany(300, 'x'.repeat(1_000))
  for (const path of ['/tasks', '/tasks?limit=300', '/tasks?count=5', '/tasks?limit=5', '/tasks?sort=name']) {
    const [plain, zipped] = [await ask(path), await ask(path, { 'accept-encoding': 'gzip' })]
    expect([path, plain.headers.get('content-encoding')]).toEqual([path, null])
    expect([path, zipped.headers.get('content-encoding')]).toEqual([path, 'gzip'])
    for (const { headers } of [plain, zipped]) expect(headers.get('vary')?.toLowerCase()).toContain('accept-encoding')
    const [text, bytes] = [await plain.text(), await zipped.bytes()]
    expect(new TextDecoder().decode(gunzipSync(bytes))).toBe(text)
    expect(bytes.byteLength * 4).toBeLessThan(text.length)
  }
})

test('a small response is not compressed, a large task is', async () => {
  const small = await createTask(owner)
  const large = await createTask(owner, { method: 'POST', payload: 'x'.repeat(100_000) })
  const headers = { 'accept-encoding': 'gzip' }
  expect((await ask(`/tasks/${small.id}`, headers)).headers.get('content-encoding')).toBeNull()
  const zipped = await ask(`/tasks/${large.id}`, headers)
  expect(zipped.headers.get('content-encoding')).toBe('gzip')
  expect(JSON.parse(new TextDecoder().decode(gunzipSync(await zipped.bytes())))).toEqual(large)
  expect((await ask('/overview', headers)).headers.get('content-encoding')).toBe('gzip')
})

test('a reader that stops reading a compressed list stops its reading of the database', async () => {
  await insertMany(2_000, 'x'.repeat(1_000))
  const response = await ask('/tasks', { 'accept-encoding': 'gzip' })
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  await reader.cancel()
  await Bun.sleep(50)
  const [row] =
    await sql`select count(*)::int as count from pg_stat_activity where datname = current_database() and state = 'active' and query like '%duly:list_tasks%' and pid <> pg_backend_pid()`
  expect(row?.count).toBe(0)
})

test('a list that is unchanged is 304, and is sent again after any change', async () => {
  const task = await createTask(owner)
  for (const path of [
    '/tasks',
    '/tasks?limit=5',
    '/tasks?count=5',
    '/audit',
    `/tasks/${task.id}/executions`,
    '/overview',
  ]) {
    const first = await ask(path)
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toStartWith('W/"')
    expect(first.headers.get('cache-control')).toBe('no-store')
    for (const value of [etag, `"other", ${etag}`, etag.slice(2), '*']) {
      const same = await send(owner, 'GET', path, undefined, { 'if-none-match': value })
      expect([path, same.status, same.body, same.headers.get('etag')]).toEqual([path, 304, '', etag])
    }
    expect((await ask(path, { 'if-none-match': '"other"' })).status).toBe(200)
  }
  const etag = (await ask('/tasks')).headers.get('etag') ?? ''
  await sql`update task set scheduled_at = scheduled_at + interval '1 hour'`
  expect((await ask('/tasks', { 'if-none-match': etag })).status).toBe(200)
})

test('the ETag of a page also stands for its next_cursor, and a stream has none', async () => {
  await createTask(owner)
  const etag = (await ask('/tasks?limit=1')).headers.get('etag') ?? ''
  await createTask(owner, { name: 'second' })
  expect((await ask('/tasks?limit=1', { 'if-none-match': etag })).status).toBe(200)
  await insertMany(2_000, 'x'.repeat(1_000))
  expect((await ask('/tasks')).headers.get('etag')).toBeNull()
})

test('HEAD of a single resource has its headers, and is 304 like GET', async () => {
  const task = await createTask(owner, { method: 'POST', payload: 'x'.repeat(100_000) })
  const head = await ask(`/tasks/${task.id}`, {}, 'HEAD')
  expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, '"1"', ''])
  expect((await ask(`/tasks/${task.id}`, { 'if-none-match': '"1"' }, 'HEAD')).status).toBe(304)
})
