import { beforeAll, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'

let owner: Account
let task: Awaited<ReturnType<typeof createTask>>
beforeAll(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = await createTask(owner)
})

test('answers with the task as it was created, its ETag, and nothing to store', async () => {
  const { status, body, headers } = await send(owner, 'GET', `/tasks/${task.id}`)
  expect([status, body, headers.get('etag'), headers.get('cache-control')]).toEqual([200, task, '"1"', 'no-store'])
})

test('HEAD answers as GET does, without the body', async () => {
  const { status, body, headers } = await send(owner, 'HEAD', `/tasks/${task.id}`)
  expect([status, body, headers.get('etag')]).toEqual([200, '', '"1"'])
  expect(Number(headers.get('content-length'))).toBe(Buffer.byteLength(JSON.stringify(task)))
})

test('takes the id in any case, and a slash behind it', async () => {
  expect((await send(owner, 'GET', `/tasks/${task.id.toUpperCase()}`)).body).toEqual(task)
  expect((await send(owner, 'GET', `/tasks/${task.id}/`)).body).toEqual(task)
})

test('a task of another service is the same 404 as an unknown one', async () => {
  const unknown = await send(owner, 'GET', `/tasks/${crypto.randomUUID()}`)
  const foreign = await send(await createAccount(), 'GET', `/tasks/${task.id}`)
  expect([unknown.status, foreign.status, foreign.body]).toEqual([404, 404, unknown.body])
  expect(Object.keys(Object.fromEntries(foreign.headers))).toEqual(Object.keys(Object.fromEntries(unknown.headers)))
})

const id = '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10'
const malformed = [
  ...[
    `urn:uuid:${id}`,
    `{${id}}`,
    `%7B${id}%7D`,
    id.replaceAll('-', ''),
    id.slice(1),
    `${id}0`,
    `${id}%00`,
    `${id}%20`,
  ],
  ...[`%20${id}`, `g${id.slice(1)}`, '0', '-1', 'null', 'undefined', '*', '%252e', '..%2f', '%', '%zz', '%ff', '%00'],
  ...['é', '%F0%9F%98%80', `${id},${id}`, `"${id}"`, "'", "'%20or%20'1'='1", 'x'.repeat(2000), id.replace('-', '–')],
]
const addresses: readonly (readonly [method: string, suffix: string, body?: object])[] = [
  ['GET', ''],
  ['DELETE', ''],
  ['POST', '', {}],
  ['PUT', '', { name: 'a', url: 'http://h/', method: 'GET', frequency: 1, unit: 'hour' }],
  ['GET', '/executions'],
]
test.each(addresses)('%s /tasks/{taskId}%s refuses a malformed id, and names it', async (method, suffix, body) => {
  for (const wrong of malformed) {
    const answer = await send(owner, method, `/tasks/${wrong}${suffix}`, body)
    expect({ wrong, status: answer.status, path: answer.body.errors?.[0].path }).toEqual({
      wrong,
      status: 400,
      path: '/taskId',
    })
  }
})

test.each(addresses)(
  '%s /tasks/{taskId}%s refuses a query parameter it does not know',
  async (method, suffix, body) => {
    const { status, body: answer } = await send(owner, method, `/tasks/${task.id}${suffix}?forse=1`, body)
    expect([status, answer.errors?.[0].path]).toEqual([400, '/forse'])
  },
)

test('is a 401 without credentials', async () => {
  expect((await send(undefined, 'GET', `/tasks/${task.id}`)).status).toBe(401)
  expect((await send(undefined, 'GET', '/tasks/x')).status).toBe(401)
})
