import { beforeEach, expect, test } from 'bun:test'
import { gunzipSync } from 'bun'
import { readingOf } from '../../src/dashboard/client/known-answers.ts'
import { sectionsOf, sectionsType } from '../../src/formats/sections.ts'
import { type Account, app, createAccount, createTask } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertTasks } from '../support/rows.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const ask = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
  app.fetch(
    new Request(`http://localhost${path}`, {
      method,
      headers: { service_id: owner.id, token: owner.token, ...headers },
    }),
  )

/** Reads an address as the dashboard does, which keeps what it has read. */
async function read(path: string) {
  const reading = readingOf({ serviceId: owner.id, token: owner.token }, path)
  const answer = await ask(path, reading.headers)
  const text = await answer.text()
  return { status: answer.status, type: answer.headers.get('content-type'), text, body: reading.read(answer, text) }
}

const insertMany = (count: number, payload = '{"some":"payload"}') =>
  insertTasks(count, { service_id: owner.id, url: 'http://127.0.0.1:9/', method: 'POST', payload })
const header = (text: string, size = 256) =>
  `${size} ${sectionsOf(text, size)
    .map(({ tag }) => tag)
    .join('')}`

test('whatever happens to a list, a client that names what it has reads the same as one that has nothing', async () => {
  await insertMany(60)
  const paths = ['/tasks?count=100', '/tasks?limit=100', '/tasks?count=100&sort=name', '/overview', '/audit?count=100']
  for (const path of paths) expect([path, (await read(path)).status]).toEqual([path, 200])
  for (const change of [
    () =>
      sql`update task set scheduled_at = scheduled_at + interval '1 hour' where id = (select id from task order by id limit 1)`,
    () => createTask(owner, { name: '"{[new]}", ü 😀 \\ ' }),
    () => sql`delete from task where id in (select id from task order by id limit 7 offset 20)`,
    () => sql`update task set name = md5(id::text) where id in (select id from task order by id limit 5)`,
    () => sql`delete from task`,
  ]) {
    await change()
    for (const path of paths) {
      const [{ body, status }, whole] = [await read(path), await (await ask(path)).json()]
      // What the overview says of the coming day depends on when it is read.
      if (path !== '/overview') expect(body).toEqual(whole)
      expect([path, status === 200 || status === 304]).toEqual([path, true])
    }
  }
})

test('of a list in which a task has changed only what is around it is sent, with the same ETag and Link', async () => {
  await insertMany(100)
  const path = '/tasks?limit=90'
  const first = await read(path)
  await sql`update task set scheduled_at = scheduled_at + interval '1 hour' where id = (select id from task order by id desc limit 1 offset 50)`
  const whole = await ask(path)
  const { headers } = await ask(path, { 'known-sections': header(first.text) })
  for (const name of ['etag', 'link', 'cache-control', 'vary'])
    expect([name, headers.get(name)]).toEqual([name, whole.headers.get(name)])
  expect(headers.get('vary')).toBe('accept-encoding, known-sections')
  const { type, text, body } = await read(path)
  expect([headers.get('content-type'), type]).toEqual([sectionsType, sectionsType])
  expect(text.length).toBeLessThan(first.text.length / 10)
  expect(body).toEqual(await whole.json())
})

test('what is known of one query serves another one, such as a later page or another time', async () => {
  await insertMany(100)
  await read('/tasks?count=90')
  const { type, text, body } = await read('/tasks?count=90&pageNumber=0&status=active')
  expect(type).toBe(sectionsType)
  expect(text.length).toBeLessThan(5_000)
  expect(body).toEqual(await (await ask('/tasks?count=90')).json())
})

test('a large payload of a task is not sent again when its next time has changed', async () => {
  const payload = Array.from({ length: 1_000 }, () => crypto.randomUUID()).join()
  const { id } = await createTask(owner, { method: 'POST', payload })
  await read(`/tasks/${id}`)
  await sql`update task set scheduled_at = scheduled_at + interval '1 hour'`
  const { type, text, body } = await read(`/tasks/${id}`)
  expect(type).toBe(sectionsType)
  expect(text.length).toBeLessThan(payload.length / 10)
  expect(body).toMatchObject({ id, payload, scheduled_at: '2099-01-01T01:00:00Z' })
})

test('an unchanged answer is 304, HEAD has no sections, and what is new is compressed if it is much', async () => {
  await insertMany(100)
  const path = '/tasks?count=100'
  const first = await ask(path)
  const [text, etag] = [await first.text(), first.headers.get('etag') ?? '']
  const known = { 'known-sections': header(text) }
  expect((await ask(path, { ...known, 'if-none-match': etag })).status).toBe(304)
  expect((await ask(path, known, 'HEAD')).headers.get('content-type')).toBe('application/json')
  await sql`update task set name = md5(id::text) where id in (select id from task order by id limit 40)`
  const zipped = await ask(path, { ...known, 'accept-encoding': 'gzip' })
  expect([zipped.headers.get('content-type'), zipped.headers.get('content-encoding')]).toEqual([sectionsType, 'gzip'])
  expect(new TextDecoder().decode(gunzipSync(await zipped.bytes()))).toBe(await (await ask(path, known)).text())
})

test('a header that names nothing, or in another form, changes nothing; nor does a body of more than 1 MiB', async () => {
  await insertMany(30)
  const path = '/tasks?count=100'
  const text = await (await ask(path)).text()
  const [, tags = ''] = header(text).split(' ')
  for (const value of [
    '',
    '256',
    `257 ${tags}`,
    `128 ${tags}`,
    `131072 ${tags}`,
    `256 ${tags}x`,
    `256  ${tags}`,
    '256 AAAAAAAA',
  ]) {
    const answer = await ask(path, { 'known-sections': value })
    expect([value, answer.headers.get('content-type')]).toEqual([value, 'application/json'])
    expect(await answer.text()).toBe(text)
  }
  await insertMany(12, 'x'.repeat(100_000))
  const large = await ask('/tasks?limit=100', { 'known-sections': `256 ${tags}` })
  expect(large.headers.get('content-type')).toBe('application/json')
})

test('an answer that cannot be put together is asked for anew', async () => {
  await insertMany(60)
  const path = '/tasks?count=100'
  const { body } = await read(path)
  const reading = readingOf({ serviceId: owner.id, token: owner.token }, path)
  const broken = '[[1,2],"…"]'
  const answer = new Response(broken, { headers: { 'content-type': sectionsType, etag: 'W/"other"' } })
  expect(reading.read(answer, broken)).toBeUndefined()
  expect(readingOf({ serviceId: owner.id, token: owner.token }, path).headers).toEqual({})
  expect((await read(path)).body).toEqual(body)
})

test('what is new is put together also if a proxy has added a charset to the type', () => {
  const text = JSON.stringify(Array.from({ length: 200 }, (_, id) => ({ id, name: `task ${id}` })))
  const answer = (type: string, etag: string) => new Response(null, { headers: { 'content-type': type, etag } })
  const credentials = { serviceId: 'a service', token: 'a token' }
  readingOf(credentials, '/some').read(answer('application/json', '"1"'), text)
  const { headers, read } = readingOf(credentials, '/some')
  const count = ((headers['known-sections'] ?? '').length - '256 '.length) / 8
  expect(count).toBeGreaterThan(1)
  const news = JSON.stringify([[0, count]])
  expect(read(answer(`${sectionsType}; charset=utf-8`, '"2"'), news)).toEqual(JSON.parse(text))
})
