import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Fragment } from '../../../src/database/sql.ts'
import { readHeader } from '../../../src/scheduler/call/read-header.ts'
import { type Account, createAccount, createTask, send } from '../../support/app.ts'
import { emptyDatabase, sql } from '../../support/database.ts'
import { eventually } from '../../support/eventually.ts'
import { endedExecutions, insertTasks } from '../../support/rows.ts'
import { startScheduler, stopSchedulers } from '../../support/scheduler.ts'

let owner: Account
let server: ReturnType<typeof Bun.serve>
let status = 503
/** What answers wait for. */
let allOpen: Promise<void>
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  allOpen = Promise.resolve()
  server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async ({ headers }) => {
      await allOpen
      const answer = new Headers({ 'X-Request-Id': 'a-1', 'X-Seen': headers.get('x-token') ?? '' })
      answer.append('Set-Cookie', 'a=1; Expires=Sat, 28 Nov 2026 13:00:00 GMT')
      answer.append('Set-Cookie', 'b=2')
      answer.append('X-Twice', 'one')
      answer.append('X-Twice', 'two')
      return new Response('busy', { status, headers: answer })
    },
  })
})
afterEach(async () => {
  await stopSchedulers()
  server.stop(true)
})

async function run() {
  const task = await createTask(owner, {
    url: `http://127.0.0.1:${server.port}/`,
    header: { 'X-Token': 'geheim-geheim' },
    scheduled_at: '2020-01-01T00:00:00Z',
  })
  await startScheduler()
  const [execution] = await endedExecutions({ ...task, service_id: owner.id })
  return (await send(owner, 'GET', `/tasks/${task.id}/executions/${execution.id}`)).body
}

test('a failed execution has the headers of the answer, several values of one name among them and secrets masked', async () => {
  status = 503
  const execution = await run()
  expect(execution.response_header).toMatchObject({
    'x-request-id': ['a-1'],
    'x-seen': ['********'],
    'x-twice': ['one, two'],
    'set-cookie': ['a=1; Expires=Sat, 28 Nov 2026 13:00:00 GMT', 'b=2'],
  })
  const shown = { id: execution.id, response_header: execution.response_header }
  expect((await send(owner, 'GET', `/tasks/${execution.task_id}/executions`)).body.records).toMatchObject([shown])
  expect((await send(owner, 'GET', '/executions?include=response')).body.records).toMatchObject([shown])
  expect((await send(owner, 'GET', '/executions')).body.records[0]).not.toHaveProperty('response_header')
})

test('a success has them too', async () => {
  status = 200
  expect((await run()).response_header).toMatchObject({ 'x-request-id': ['a-1'], 'x-seen': ['********'] })
})

test('of many calls at once, those that succeed while more than a hundred are open are stored without headers', async () => {
  status = 200
  const all = Promise.withResolvers<void>()
  allOpen = all.promise
  await insertTasks(150, { service_id: owner.id, url: `http://127.0.0.1:${server.port}/` })
  await startScheduler({ schedulerConcurrency: 200 })
  const count = async (condition: Fragment) =>
    (await sql<{ count: number }[]>`select count(*)::int as count from execution where ${condition}`)[0]?.count
  await eventually(async () => (await count(sql`status = 'started'`)) === 150, 'all executions to be started')
  all.resolve()
  await eventually(async () => (await count(sql`status = 'success'`)) === 150, 'all executions to succeed')
  // The first fifty at least; some more answers come before those have been taken off the count.
  expect(await count(sql`response_header is null`)).toBeWithin(50, 140)
})

test('headers that do not fit into 16 KiB are left out, and the others stay', () => {
  const headers = new Headers({ a: 'x'.repeat(9_000), b: 'x'.repeat(9_000), c: 'é"'.repeat(10), __proto__: 'no' })
  headers.append('__proto__', 'y')
  const read = readHeader(headers)
  expect(Object.keys(read)).toEqual(['__proto__', 'a', 'c'])
  for (let length = 16_360; length < 16_390; length++)
    expect(Buffer.byteLength(JSON.stringify(readHeader(new Headers({ n: 'x'.repeat(length) }))))).toBeLessThanOrEqual(
      16_384,
    )
  const most = readHeader(new Headers({ n: 'x'.repeat(16_373) }))
  expect(Buffer.byteLength(JSON.stringify(most))).toBe(16_383)
})
