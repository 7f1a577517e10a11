import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test'
import { traceparentOf } from '../../../src/formats/trace-context.ts'
import { type Account, createAccount, createTask, send } from '../../support/app.ts'
import { createTestApp } from '../../support/create-test-app.ts'
import { emptyDatabase } from '../../support/database.ts'
import { answer, startRawTarget } from '../../support/raw-target.ts'
import { endedExecutions } from '../../support/rows.ts'
import { startScheduler, stopSchedulers } from '../../support/scheduler.ts'

const template = 'https://traces.example/{trace_id}'
const target = await startRawTarget({
  '/ok': answer('200 OK'),
  '/fails': answer('500 Internal Server Error'),
  '/moved': answer('302 Found\r\nLocation: /ok'),
  '/elsewhere': (socket) => socket.end(answer(`302 Found\r\nLocation: ${other.url}/ok`)),
})
/** Another origin, whose requests are counted with those of the first. */
const other = await startRawTarget({ '/ok': answer('200 OK') })
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  target.requests.length = 0
  other.requests.length = 0
})
afterEach(stopSchedulers)
afterAll(() => {
  target.stop()
  other.stop()
})

const due = { scheduled_at: '2020-01-01T00:00:00Z', frequency: 1, unit: 'hour' }
/** The values of `traceparent` in each request. */
const sent = () =>
  [...target.requests, ...other.requests].map((request) =>
    [...request.matchAll(/^traceparent: (.*)\r$/gim)].map(([, value]) => value),
  )

async function run(path: string, fields: object = {}, count = 1) {
  const task = await createTask(owner, { url: `${target.url}${path}`, ...due, ...fields })
  await startScheduler()
  return (await endedExecutions({ ...task, service_id: owner.id }, count)) as unknown as {
    id: string
    slot_id: string
    attempt: number
  }[]
}
const all = () => true

test('a target gets exactly one traceparent, from which the execution is found', async () => {
  const [execution] = await run('/ok')
  expect(sent()).toEqual([[traceparentOf(execution as never, all)]])
})

test('two attempts at a slot are two traces', async () => {
  const executions = await run('/fails', { retries: 1, retry: { min_backoff_seconds: 1 } }, 2)
  const expected = executions.map((execution) => [traceparentOf(execution, all)])
  expect(sent().toSorted()).toEqual(expected.toSorted())
  expect(new Set(sent().map(([value]) => value?.split('-')[1])).size).toBe(2)
})

test.each(['/moved', '/elsewhere'])('redirects keep it, also to another origin: %s', async (path) => {
  const [execution] = await run(path)
  const value = traceparentOf(execution as never, all)
  expect(sent()).toEqual([[value], [value]])
})

test('that of the task wins, however it is written', async () => {
  await run('/ok', { header: { TraceParent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' } })
  expect(sent()).toEqual([['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00']])
})

test('TRACE_CONTEXT=false sends none', async () => {
  const task = await createTask(owner, { url: `${target.url}/ok`, ...due })
  await startScheduler({ trace: { isSent: false, sampleRatio: 1, url: undefined } })
  await endedExecutions({ ...task, service_id: owner.id })
  expect(sent()).toEqual([[]])
})

test('answers about executions name TRACE_URL, and no others', async () => {
  const { id } = await createTask(owner)
  const app = await createTestApp({ traceUrl: template })
  const headers = { service_id: owner.id, token: owner.token }
  const named = async (path: string) =>
    (await app.fetch(new Request(`http://localhost${path}`, { headers }))).headers.get('duly-trace-url')
  expect(await Promise.all([named(`/tasks/${id}/executions`), named('/executions'), named(`/tasks/${id}`)])).toEqual([
    template,
    template,
    null,
  ])
  const unknown = await app.fetch(
    new Request(`http://localhost/tasks/${id}/executions`, { headers: { authorization: 'Bearer x' } }),
  )
  expect([unknown.status, unknown.headers.get('duly-trace-url')]).toEqual([401, null])
  expect((await send(owner, 'GET', `/tasks/${id}/executions`)).headers.get('duly-trace-url')).toBeNull()
})
