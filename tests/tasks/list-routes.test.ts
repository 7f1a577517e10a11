import { beforeEach, expect, test } from 'bun:test'
import { listResponse } from '../../src/http/json-stream.ts'
import { type Account, app, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const list = (query = '') => send(owner, 'GET', `/tasks${query}`)
const names = (tasks: { name: string }[]) => tasks.map(({ name }) => name)

/** Many tasks; their ids, newest first. */
async function createMany(count: number): Promise<string[]> {
  const tasks = Array.from({ length: count }, (_, index) => ({
    ...{
      service_id: owner.id,
      id: Bun.randomUUIDv7(),
      name: `task ${index}`,
      url: 'http://127.0.0.1:9/',
      method: 'GET',
    },
    ...{ scheduled_at: '2099-01-01T00:00:00Z', frequency: 1, unit: 'hour' },
  }))
  await sql`insert into task ${sql(tasks)}`
  return tasks.map(({ id }) => id).reverse()
}

test('is an empty array for a service without tasks', async () => {
  expect((await list()).body).toEqual([])
})

test('lists whole tasks, newest first, and no one else’s', async () => {
  const first = await createTask(owner, { name: 'first' })
  const second = await createTask(owner, { name: 'second' })
  await createTask(await createAccount(), { name: 'foreign' })
  const deleted = await createTask(owner, { name: 'deleted' })
  await send(owner, 'DELETE', `/tasks/${deleted.id}`)
  const { body, headers } = await list()
  expect(body).toEqual([second, first])
  expect(headers.get('content-type')).toStartWith('application/json')
  expect(headers.get('cache-control')).toBe('no-store')
})

test.each([499, 500, 501, 2000])('streams %i tasks as one array, each once and in order', async (count) => {
  const newestFirst = await createMany(count)
  const { body } = await list()
  expect(body.map(({ id }: { id: string }) => id)).toEqual(newestFirst)
  expect(Object.keys(body[0])).toEqual(Object.keys((await send(owner, 'GET', `/tasks/${body[0].id}`)).body))
})

test('holds no connection and no transaction while its reader waits', async () => {
  await createMany(2000)
  const response = await app.fetch(
    new Request('http://localhost/tasks', { headers: { service_id: owner.id, token: owner.token } }),
  )
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  // The batch that is fetched ahead may be on its way at this instant; then nothing is, for as long as nobody reads.
  await eventually(async () => {
    const [open] = await sql<{ count: number }[]>`
      select count(*)::int as count
      from pg_stat_activity
      where datname = current_database()
        and application_name = current_setting('application_name')
        and state <> 'idle'
        and pid <> pg_backend_pid()`
    return open?.count === 0
  }, 'no statement and no transaction to be open')
  await reader.cancel()
})

test('a failure within the stream breaks off the answer, so that it is not mistaken for a complete one', async () => {
  const next = async (last?: number) => {
    if (last !== undefined) throw new Error('made by this test; the runtime prints it')
    return { json: '1,2', last: 2, more: true }
  }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => listResponse({ request, serviceId: 'a', next }),
  })
  const text = await fetch(server.url)
    .then((response) => response.text())
    .catch(() => 'broken off')
  expect(text).toBe('broken off')
  await server.stop(true)
})

test('HEAD answers as GET does, without the body', async () => {
  await createMany(600)
  const { status, headers, body } = await send(owner, 'HEAD', '/tasks')
  expect([status, body, headers.get('content-type')]).toEqual([200, '', 'application/json'])
})

test('goes through the tasks page by page, and counts them', async () => {
  const all = await createMany(25)
  for (const [page, size] of [10, 10, 5, 0].entries()) {
    const { body, headers } = await list(`?pageNumber=${page}&count=10`)
    expect(body.map(({ id }: { id: string }) => id)).toEqual(all.slice(page * 10, page * 10 + size))
    expect(headers.get('x-total-count')).toBe('25')
  }
  expect((await list('?pageNumber=9999999&count=1000')).body).toEqual([])
})

test('pages with one of the two parameters: page 0, or 100 on a page', async () => {
  await createMany(130)
  expect((await list('?count=7')).body).toHaveLength(7)
  expect((await list('?pageNumber=0')).body).toHaveLength(100)
  expect((await list('?pageNumber=1')).body).toHaveLength(30)
  expect((await list('?count=1000')).body).toHaveLength(130)
})

test('counts with paging only', async () => {
  expect((await list()).headers.get('x-total-count')).toBeNull()
})

test('status and search narrow it, paged or not; search is literal and in any case', async () => {
  await createTask(owner, { name: '100% Done_', url: 'http://h/report' })
  await createTask(owner, { name: 'ÄRGER \\', url: 'http://h/REPORT?a=b', status: 'paused' })
  await createTask(owner, { name: '1000 done', url: 'http://h/', status: 'disabled' })
  const found = async (query: string) => {
    const [whole, page] = await Promise.all([list(`?${query}`), list(`?${query}&count=10`)])
    expect(page.body).toEqual(whole.body)
    expect(page.headers.get('x-total-count')).toBe(String(whole.body.length))
    return names(whole.body)
  }
  expect(await found('status=paused')).toEqual(['ÄRGER \\'])
  expect(await found('status=disabled')).toEqual(['1000 done'])
  expect(await found('search=0%25')).toEqual(['100% Done_'])
  expect(await found('search=_')).toEqual(['100% Done_'])
  expect(await found('search=%5C')).toEqual(['ÄRGER \\'])
  expect(await found('search=rePort')).toEqual(['ÄRGER \\', '100% Done_'])
  expect(await found('search=%C3%A4rger')).toEqual(['ÄRGER \\'])
  expect(await found('search=a+b')).toEqual([])
  expect(await found('search=0+done')).toEqual(['1000 done'])
  expect(await found('search=DONE&status=active')).toEqual(['100% Done_'])
  expect(await found(`search=${encodeURIComponent('😀'.repeat(200))}`)).toEqual([])
  expect(await found('search=')).toHaveLength(3)
})

const wrongQueries: Readonly<Record<string, readonly string[]>> = {
  '/count': [
    '0',
    '1001',
    '-1',
    '%2B1',
    '+1',
    '1e3',
    '0x10',
    '00',
    '010',
    '',
    '1.0',
    '1,5',
    'ten',
    '%20',
    '99999999999999',
  ].map((value) => `count=${value}`),
  '/pageNumber': ['-1', '0x10', '1e3', '', '1.5', '99999999', 'x', '%00', 'NaN'].map((value) => `pageNumber=${value}`),
  '/status': ['', 'Active', 'active,paused', 'running', '%00'].map((value) => `status=${value}`),
  '/search': ['%00', 'a%00b', 'x'.repeat(201)].map((value) => `search=${value}`),
}
for (const [path, queries] of Object.entries(wrongQueries))
  test(`refuses a wrong ${path.slice(1)}, and names it`, async () => {
    for (const query of queries) {
      const { status, body } = await list(`?${query}`)
      expect({ query, status, path: body.errors?.[0].path }).toEqual({ query, status: 400, path })
    }
  })

test.each(['pagenumber', 'page', 'offset', 'Count', 'count[]', '__proto__', 'constructor', 'statuses'])(
  'refuses an unknown parameter by name: %s',
  async (name) => {
    const { status, body } = await list(`?count=1&${name}=1`)
    expect([status, body.errors[0].path]).toEqual([400, `/${name}`])
  },
)

test('refuses a parameter given twice, even with the same value', async () => {
  for (const [query, path] of [
    ['count=1&count=2', '/count'],
    ['count=1&count=1', '/count'],
    ['search=a&status=active&search=a', '/search'],
    ['count=1&c%6Funt=1', '/count'],
  ]) {
    const { status, body } = await list(`?${query}`)
    expect([query, status, body.errors[0].path]).toEqual([query, 400, path])
  }
})

test.each(['search=%', 'search=%zz', 'search=%f', 'search=%ff', 'search=%ED%A0%80', '%=1', 'count=1&%ff=1', '=1', '='])(
  'refuses a query that is no percent-encoded UTF-8, or has no name: %s',
  async (query) => {
    expect((await list(`?${query}`)).status).toBe(400)
  },
)

test('reads a well-formed query as usual', async () => {
  await createMany(3)
  for (const query of ['?', '?&', '?count=2&', '?&count=2', '?c%6Funt=%32'])
    expect((await list(query)).body).toHaveLength(query.includes('2') ? 2 : 3)
})

test('is a 401 without credentials', async () => {
  for (const query of ['', '?count=1', '?count=x', '?search=%ff'])
    expect((await send(undefined, 'GET', `/tasks${query}`)).status).toBe(401)
})
