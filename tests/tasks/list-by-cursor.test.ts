import { beforeEach, expect, test } from 'bun:test'
import { type Account, app, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertTasks } from '../support/rows.ts'
import { walk } from '../support/walk.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const url = 'http://127.0.0.1:9/'
const insertMany = (count: number, more: { payload?: string } = {}) =>
  insertTasks(count, { service_id: owner.id, url, scheduled_at: '2099-01-01T00:00:00Z', ...more })
const names = (pages: { name: string }[][]) => pages.map((page) => page.map(({ name }) => name))
const ids = (pages: { id: string }[][]) => pages.flat().map(({ id }) => id)

test('a page has limit tasks and leads to the next one; the last one leads nowhere', async () => {
  for (const name of ['one', 'two', 'three', 'four']) await createTask(owner, { name })
  expect(names(await walk(owner, '/tasks?limit=3'))).toEqual([['four', 'three', 'two'], ['one']])
  expect(names(await walk(owner, '/tasks?limit=2'))).toEqual([
    ['four', 'three'],
    ['two', 'one'],
  ])
  expect(names(await walk(owner, '/tasks?limit=4'))).toHaveLength(1)
  expect((await send(await createAccount(), 'GET', '/tasks?limit=5')).body).toEqual({ records: [], next_cursor: null })
})

test('a cursor without limit asks for 100', async () => {
  await insertMany(103)
  const { body } = await send(owner, 'GET', '/tasks?limit=1')
  const next = await send(owner, 'GET', `/tasks?cursor=${body.next_cursor}`)
  expect(next.body.records).toHaveLength(100)
  expect(next.body.next_cursor).toBeString()
})

test.each([
  '',
  'sort=name',
  'sort=-name',
  'sort=scheduled_at',
  'sort=-scheduled_at',
  'sort=created_at',
  'sort=-created_at',
])('the pages with %s are the whole list in its order, also where many tasks have the same value', async (query) => {
  await insertMany(25)
  await sql`update task set name = 'n' || (ascii(right(id::text, 1)) % 3)`
  await sql`update task set scheduled_at = null, status = 'disabled', frequency = null, unit = null where name = 'n1'`
  await sql`update task set scheduled_at = '2098-01-01T00:00:00.123456Z' where name = 'n2'`
  const { body } = await send(owner, 'GET', `/tasks?${query}`)
  expect(ids(await walk(owner, `/tasks?limit=4&${query}`))).toEqual(body.map(({ id }: { id: string }) => id))
})

test('filters hold on every page, and their cursor is refused with others', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    await createTask(owner, { name: `x${name}`, status: name < 'd' ? 'paused' : 'active' })
  expect(names(await walk(owner, '/tasks?limit=1&status=paused&search=x&sort=name'))).toEqual([['xa'], ['xb'], ['xc']])
  const { body } = await send(owner, 'GET', '/tasks?limit=1&status=paused')
  for (const query of ['', '&status=active', '&status=paused&sort=name', '&status=paused&search=x']) {
    const refused = await send(owner, 'GET', `/tasks?cursor=${body.next_cursor}${query}`)
    expect([refused.status, refused.body.errors[0].path]).toEqual([400, '/cursor'])
    expect(refused.body.message).toContain('other parameters')
  }
  const elsewhere = await send(await createAccount(), 'GET', `/tasks?status=paused&cursor=${body.next_cursor}`)
  expect(elsewhere.status).toBe(400)
  expect((await send(owner, 'GET', `/tasks?status=paused&include=recent&cursor=${body.next_cursor}`)).status).toBe(200)
})

test('page numbers beside cursors, garbled cursors and limits out of range are refused', async () => {
  for (const [query, path] of [
    ['limit=1&pageNumber=0', '/pageNumber'],
    ['count=1&limit=1', '/count'],
    ['limit=0', '/limit'],
    ['limit=1001', '/limit'],
    ['cursor=', '/cursor'],
    ['cursor=abc', '/cursor'],
    ['cursor=%00', '/cursor'],
    [`cursor=${'a'.repeat(5_000)}`, '/cursor'],
  ]) {
    const { status, body } = await send(owner, 'GET', `/tasks?${query}`)
    expect([query, status, body.errors[0].path]).toEqual([query, 400, path])
  }
})

test('tasks that are created and deleted during a walk neither repeat nor hide the others', async () => {
  for (const query of ['', '&sort=name', '&sort=-created_at']) {
    await sql`delete from task`
    await insertMany(60)
    await sql`update task set name = id::text`
    const before = (await send(owner, 'GET', '/tasks')).body.map(({ id }: { id: string }) => id) as string[]
    const deleted = new Set<string>()
    let round = 0
    const seen = ids(
      await walk(owner, `/tasks?limit=7${query}`, async () => {
        const victim = before[(round++ * 13) % 60] as string
        deleted.add(victim)
        await send(owner, 'DELETE', `/tasks/${victim}`)
        await createTask(owner, { name: `a${round}` })
        await createTask(owner, { name: `z${round}` })
      }),
    )
    expect(seen.length).toBe(new Set(seen).size)
    expect(before.filter((id) => !deleted.has(id) && !seen.includes(id))).toEqual([])
  }
})

test('a page of large tasks ends early, and the walk has them all', async () => {
  await insertMany(40, { payload: 'x'.repeat(262_144) })
  const pages = await walk(owner, '/tasks?limit=1000')
  expect(pages.length).toBeGreaterThan(2)
  for (const page of pages.slice(0, -1)) expect(page.length).toBeWithin(12, 20)
  expect(new Set(ids(pages)).size).toBe(40)
})

test('HEAD reads no task, and refuses what GET refuses', async () => {
  await insertMany(3)
  const { body } = await send(owner, 'GET', '/tasks?limit=1')
  const head = (query: string) => send(owner, 'HEAD', `/tasks?${query}`)
  const taken = await head(`cursor=${body.next_cursor}`)
  expect([taken.status, taken.body, taken.headers.get('link')]).toEqual([200, '', null])
  expect((await head('cursor=abc')).status).toBe(400)
})

test('the Link leads to the next page at the address that was asked, with all its parameters', async () => {
  for (const name of ['a & b', 'a & c']) await createTask(owner, { name })
  const { headers } = await send(owner, 'GET', '/tasks?limit=1&search=a%20%26&sort=-name')
  const link = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? ''
  expect(link).toStartWith('/tasks?limit=1&search=a+%26&sort=-name&cursor=')
  const response = await app.fetch(
    new Request(`http://localhost${link}`, { headers: { service_id: owner.id, token: owner.token } }),
  )
  expect(await response.json()).toMatchObject({ records: [{ name: 'a & b' }], next_cursor: null })
})
