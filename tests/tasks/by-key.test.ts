import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const body = { ...farTask, labels: { team: 'billing' } }
const at = (key: string) => `/tasks/by-key/${encodeURIComponent(key)}`
const put = (key: string, fields: object = {}, headers = {}, account = owner) =>
  send(account, 'PUT', at(key), { ...body, ...fields }, headers)
const get = (key: string) => send(owner, 'GET', at(key))
const keys = async () => (await sql<{ key: string }[]>`select key from task_key order by key`).map(({ key }) => key)

test('PUT creates a task with a key, then replaces it, and changes nothing when it is sent again', async () => {
  const created = await put('billing/invoices')
  expect([created.status, created.headers.get('location')]).toEqual([201, `/tasks/${created.body.id}`])
  expect(created.body).toMatchObject({ key: 'billing/invoices', labels: { team: 'billing' } })
  const again = await put('billing/invoices')
  expect([again.status, again.headers.get('etag'), again.body]).toEqual([200, '"1"', created.body])
  const replaced = await put('billing/invoices', { name: 'Another' })
  expect([replaced.status, replaced.headers.get('etag'), replaced.body.id]).toEqual([200, '"2"', created.body.id])
  expect(
    (await sql`select action from audit where task_id is not null order by at`).map(({ action }) => action),
  ).toEqual(['task_created', 'task_updated'])
})

test.each([
  ['percent-encoded', '/tasks/by-key/a%2Fb%2Fc'],
  ['plain', '/tasks/by-key/a/b/c'],
  ['half of each', '/tasks/by-key/a/b%2Fc'],
])('slashes in a key may be %s', async (_, address) => {
  expect((await send(owner, 'PUT', address, body)).status).toBe(201)
  expect((await send(owner, 'GET', address)).body.key).toBe('a/b/c')
  expect((await send(owner, 'POST', address, { name: 'Another' })).body.name).toBe('Another')
  expect((await send(owner, 'GET', '/tasks/by-key/a/b/c')).body.name).toBe('Another')
  expect((await send(owner, 'DELETE', address)).status).toBe(204)
  expect((await send(owner, 'GET', address)).status).toBe(404)
})

test('keys that are words of other addresses are keys', async () => {
  for (const key of ['upcoming', 'executions', 'x/executions', 'bulk', 'by-key', '...', '.x'])
    expect([key, (await put(key)).status, (await get(key)).body.key]).toEqual([key, 201, key])
})

test.each(['A', 'a b', 'a//b', 'a/', 'ä', 'a/../b', 'x'.repeat(201)])('%p is no key', async (key) => {
  expect((await put(key)).status).toBe(400)
  const answer = await send(owner, 'POST', '/tasks', { ...body, key })
  expect([answer.status, answer.body.errors[0].path]).toEqual([400, '/key'])
})

test('a task that is created with the key of another is a 409 that names the key', async () => {
  await put('a/b')
  for (const request of [
    () => send(owner, 'POST', '/tasks', { ...body, key: 'a/b' }),
    () => send(owner, 'POST', '/tasks/bulk', { tasks: [body, { ...body, key: 'a/b' }] }),
    async () => send(owner, 'POST', at((await put('c')).body.key), { key: 'a/b' }),
  ]) {
    const answer = await request()
    expect([answer.status, answer.body.code]).toEqual([409, 'key_taken'])
    expect(answer.body.message).toContain('a/b')
  }
  expect(await keys()).toEqual(['a/b', 'c'])
  const twice = await send(owner, 'POST', '/tasks/bulk', {
    tasks: [
      { ...body, key: 'd' },
      { ...body, key: 'd' },
    ],
  })
  expect([twice.status, twice.body.errors[0].path]).toEqual([400, '/tasks/1/key'])
})

test('twenty racing PUTs make one task', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => put('a', { name: `n${index}` })))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201])
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
})

test('PUTs and DELETEs that race leave one task or none, and no other status', async () => {
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => (index % 3 === 2 ? send(owner, 'DELETE', at('a')) : put('a'))),
    )
    for (const { status } of answers) expect([200, 201, 204, 404]).toContain(status)
    const stored = await sql`select id from task where deleted_at is null`
    expect(await sql`select task_id as id from task_key`).toEqual(stored)
  }
})

test('a request without If-Match is never answered with 412, however often the key moves meanwhile', async () => {
  await put('a')
  await put('b')
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        send(owner, 'POST', at(index % 2 ? 'a' : 'b'), { key: ['a', 'b', 'c'][index % 3] }),
      ),
    )
    for (const { status } of answers) expect([200, 404, 409]).toContain(status)
  }
})

test('the 404 of a key speaks of a key', async () => {
  for (const [method, fields] of [['GET'], ['POST', {}], ['DELETE']] as const) {
    const answer = await send(owner, method, at('none'), fields)
    expect([answer.status, answer.body.message]).toEqual([404, 'There is no task with this key.'])
  }
})

test('changes of keys and labels that race leave the rows by which tasks are found as the tasks say', async () => {
  const { id } = (await put('a')).body
  const changes = [
    ...[
      { key: null },
      { key: 'a' },
      { key: 'b' },
      { labels: {} },
      { labels: { a: '1' } },
      { labels: { a: '2', b: '1' } },
    ],
    ...[
      { key: 'c', labels: { c: '1' } },
      { key: null, labels: {} },
    ],
  ]
  for (let round = 0; round < 8; round++) {
    const answers = await Promise.all(
      changes.map((_, index) => send(owner, 'POST', `/tasks/${id}`, changes[(index * 3 + round) % changes.length])),
    )
    expect(answers.map(({ status }) => status)).toEqual(changes.map(() => 200))
    const [task] = await sql<{ key: string | null; labels: object }[]>`
      select key, coalesce(labels, '{}') as labels from task`
    expect(await keys()).toEqual(task?.key ? [task.key] : [])
    const rows = await sql<{ name: string; value: string }[]>`select name, value from task_label`
    expect(Object.fromEntries(rows.map(({ name, value }) => [name, value]))).toEqual(task?.labels as never)
  }
})

test('a key is free once its task is deleted or has another, and belongs to one service', async () => {
  const { id } = (await put('a')).body
  await send(owner, 'POST', `/tasks/${id}`, { key: 'b' })
  expect([(await get('a')).status, (await get('b')).body.id]).toEqual([404, id])
  expect((await put('a')).status).toBe(201)
  expect((await send(owner, 'DELETE', `/tasks/${id}`)).status).toBe(204)
  expect((await put('b')).status).toBe(201)
  const other = await createAccount()
  expect((await send(other, 'GET', at('b'))).status).toBe(404)
  expect((await put('b', {}, {}, other)).status).toBe(201)
})

test('If-Match is for a task that exists; the key in the body is that of the address', async () => {
  expect((await put('a', {}, { 'if-match': '*' })).status).toBe(412)
  await put('a')
  expect((await put('a', { name: 'Another' }, { 'if-match': '"2"' })).status).toBe(412)
  expect((await put('a', { name: 'Another' }, { 'if-match': '"1"' })).status).toBe(200)
  expect((await send(owner, 'DELETE', at('a'), undefined, { 'if-match': '"1"' })).status).toBe(412)
  expect((await put('a', { key: 'b' })).body.errors[0].path).toBe('/key')
  expect((await put('new', { id: (await get('a')).body.id })).body.errors[0].path).toBe('/id')
  const read = (await get('a')).body
  expect((await send(owner, 'PUT', at('a'), read)).headers.get('etag')).toBe('"2"')
})

test('a create with a key under an Idempotency-Key gives the same task back', async () => {
  const create = () => send(owner, 'POST', '/tasks', { ...body, key: 'a' }, { 'idempotency-key': 'once' })
  const [first, second] = [await create(), await create()]
  expect([second.status, second.body]).toEqual([201, first.body])
  expect((await send(owner, 'POST', '/tasks', { ...body, key: 'a' }, { 'idempotency-key': 'other' })).status).toBe(409)
})

test('labels in another order are the same create', async () => {
  const create = (labels: object) => send(owner, 'POST', '/tasks', { ...body, labels }, { 'idempotency-key': 'once' })
  expect((await create({ a: '1', b: '2' })).body.id).toBe((await create({ b: '2', a: '1' })).body.id)
})

test.each([
  [{ 'a b': 'x' }, '/labels/a b'],
  [{ 'a/b': 'x'.repeat(201) }, '/labels/a~1b'],
  [{ a: 'nul\0' }, '/labels/a'],
  [{ a: 1 }, '/labels/a'],
  [Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`n${index}`, ''])), '/labels'],
])('%p are no labels', async (labels, path) => {
  const answer = await send(owner, 'POST', '/tasks', { ...body, labels })
  expect([answer.status, answer.body.errors[0].path]).toEqual([400, path])
})
