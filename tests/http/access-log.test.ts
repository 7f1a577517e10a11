import { beforeEach, expect, test } from 'bun:test'
import { logAccess } from '../../src/http/access-log.ts'
import { setService } from '../../src/http/request-context.ts'
import { HttpCounts } from '../../src/metrics/http-counts.ts'
import { readableLog } from '../log/lines.ts'
import { type Account, createAccount } from '../support/app.ts'
import { createTestApp } from '../support/create-test-app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
})

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

async function appAt(level: string) {
  const { log, lines } = readableLog(level)
  const app = await createTestApp({ log })
  const ask = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
    app.fetch(new Request(`http://localhost${path}`, { ...init, headers }))
  return { ask, lines }
}

const signedIn = () => ({ service_id: account.id, token: account.token })

test("every response has an X-Request-Id: the request's own if it is well-formed, else a new one", async () => {
  const { ask } = await appAt('info')
  for (const path of ['/health/live', '/tasks', '/nowhere', '/', '/app.js', '/swagger/json', '/metrics']) {
    expect((await ask(path, { 'X-Request-Id': 'one/2~3' })).headers.get('x-request-id')).toBe('one/2~3')
    expect((await ask(path)).headers.get('x-request-id')).toMatch(uuid)
  }
  for (const good of ['x', 'y'.repeat(128)])
    expect((await ask('/tasks', { 'X-Request-Id': good })).headers.get('x-request-id')).toBe(good)
  for (const bad of ['', 'a b', 'y'.repeat(129), 'ä', 'tab\tbed'])
    expect((await ask('/tasks', { 'X-Request-Id': bad })).headers.get('x-request-id')).toMatch(uuid)
})

test('at level debug a request is one line with id, method, route, status, time and service, without its path', async () => {
  const { ask, lines } = await appAt('debug')
  const task = crypto.randomUUID()
  await ask(`/tasks/${task}/executions?count=3`, { ...signedIn(), 'X-Request-Id': 'mine' })
  await ask(`/tasks/${task}`)
  expect(lines).toEqual([
    {
      level: 20,
      time: expect.any(String),
      request_id: 'mine',
      method: 'GET',
      route: '/tasks/{taskId}/executions',
      status: 404,
      ms: expect.any(Number),
      service_id: account.id,
      msg: 'request',
    },
    expect.objectContaining({ route: '/tasks/{taskId}', status: 401, request_id: expect.stringMatching(uuid) }),
  ])
  expect(lines[1]).not.toHaveProperty('service_id')
})

test('the line has the service even when the body is refused', async () => {
  const { ask, lines } = await appAt('debug')
  await ask('/tasks', { ...signedIn(), 'content-type': 'text/plain' }, { method: 'POST', body: 'x' })
  expect(lines).toEqual([expect.objectContaining({ route: '/tasks', status: 415, service_id: account.id })])
})

test('at level info only a 5xx is a line, with the error, which the response does not contain', async () => {
  const { log, lines } = readableLog('info')
  const accessLog = { log, counts: new HttpCounts(), routeOf: () => '/tasks/{taskId}' }
  const request = new Request('http://localhost/tasks/1?x', { headers: { 'X-Request-Id': 'r' } })
  expect((await logAccess(accessLog, request, () => new Response('fine'))).status).toBe(200)
  const answer = await logAccess(accessLog, request, () => {
    setService(request, 's')
    throw new Error('the cause of it')
  })
  expect([answer.status, answer.headers.get('x-request-id')]).toEqual([500, 'r'])
  expect(await answer.text()).not.toContain('cause')
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({ level: 50, request_id: 'r', status: 500, service_id: 's', route: '/tasks/{taskId}' })
  expect(lines[0].err).toMatchObject({
    message: 'the cause of it',
    stack: expect.stringContaining('access-log.test.ts'),
  })
})

test('a missing table is a 503 and one line, with the error and the route', async () => {
  const { ask, lines } = await appAt('info')
  await sql`alter table task rename to task_away`
  const answer = await ask('/tasks?count=1', signedIn())
  await sql`alter table task_away rename to task`
  expect(answer.status).toBe(503)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({
    request_id: answer.headers.get('x-request-id'),
    route: '/tasks',
    service_id: account.id,
    err: { code: '42P01' },
  })
})
