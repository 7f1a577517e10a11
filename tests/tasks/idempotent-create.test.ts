import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const create = (key: string, changes: object = {}, account = owner) =>
  send(account, 'POST', '/tasks', { ...farTask, ...changes }, { 'idempotency-key': key })
const stored = async () => (await sql`select 1 from task`).length

test('a repeat gives the same task back, and creates nothing', async () => {
  const first = await create('a')
  const second = await create('a')
  expect([first.status, second.status]).toEqual([201, 201])
  expect(second.body).toEqual(first.body)
  expect(await stored()).toBe(1)
})

test('twenty at once create one task, and all get it', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => create('a')))
  expect(new Set(answers.map((answer) => `${answer.status} ${answer.body.id}`)).size).toBe(1)
  expect(await stored()).toBe(1)
})

test('another body under the same key is refused', async () => {
  await create('a')
  expect((await create('a', { name: 'Another' })).status).toBe(409)
  expect(await stored()).toBe(1)
})

test('a default that is spelled out is the same body', async () => {
  const first = await create('a')
  expect((await create('a', { header: {}, payload: null, status: 'active', method: 'get' })).body.id).toBe(
    first.body.id,
  )
})

test('headers in another order are the same body', async () => {
  const first = await create('a', { header: { Accept: '*/*', 'X-Team': 'a' } })
  const second = await create('a', { header: { 'X-Team': 'a', Accept: '*/*' } })
  expect([second.status, second.body.id]).toEqual([201, first.body.id])
})

test('keys are of one service, and last 24 hours', async () => {
  const first = await create('a')
  expect((await create('a', {}, await createAccount())).body.id).not.toBe(first.body.id)
  await sql`update idempotency_key set created_at = now() - interval '25 hours' where service_id = ${owner.id}`
  const later = await create('a', { name: 'Another' })
  expect(later.status).toBe(201)
  expect(later.body.id).not.toBe(first.body.id)
})

test('a body that is refused leaves its key free', async () => {
  expect((await create('a', { frequency: 0 })).status).toBe(400)
  expect((await create('a')).status).toBe(201)
})

test.each(['', ' ', 'x'.repeat(256), 'é'])('a key must be 1 to 255 visible ASCII characters: %p', async (key) => {
  const { status, body } = await create(key)
  // An empty header is no header; the rest is refused by name.
  if (key.trim() === '') expect([201, 400]).toContain(status)
  else expect(body.errors).toMatchObject([{ path: '/idempotency-key' }])
})

const bulk = (key: string, names: readonly string[]) =>
  send(owner, 'POST', '/tasks/bulk', { tasks: names.map((name) => ({ ...farTask, name })) }, { 'idempotency-key': key })

test('a bulk create that is repeated gives the same tasks back, in the order given', async () => {
  const first = await bulk('a', ['one', 'two', 'three'])
  const second = await bulk('a', ['one', 'two', 'three'])
  expect([first.status, second.status]).toEqual([201, 201])
  expect(second.body).toEqual(first.body)
  expect(second.body.tasks.map(({ name }: { name: string }) => name)).toEqual(['one', 'two', 'three'])
  expect(await stored()).toBe(3)
})

test('ten equal bulk creates at once create their tasks once', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => bulk('a', ['one', 'two'])))
  expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1)
  expect(await stored()).toBe(2)
})

test('a key stands for one request: another list, another order, and a single create are refused', async () => {
  await bulk('a', ['one', 'two'])
  const others = [await bulk('a', ['two', 'one']), await bulk('a', ['one']), await create('a', { name: 'one' })]
  expect(others.map(({ status }) => status)).toEqual([409, 409, 409])
  await create('b', { name: 'one' })
  expect((await bulk('b', ['one'])).status).toBe(409)
  expect(await stored()).toBe(3)
})

test('a bulk create of which a task was deleted since is not given back in part', async () => {
  const { body } = await bulk('a', ['one', 'two'])
  await send(owner, 'DELETE', `/tasks/${body.tasks[0].id}`)
  expect((await bulk('a', ['one', 'two'])).status).toBe(409)
})
