import { beforeAll, expect, test } from 'bun:test'
import { Elysia } from 'elysia'
import { readBody, requireService } from '../../src/http/require-service.ts'
import { scopes } from '../../src/http/scopes.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'

let owner: Account
let task: Awaited<ReturnType<typeof createTask>>
beforeAll(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = await createTask(owner)
})

const tooLarge = new Uint8Array(1_048_577).fill(0xff)
const brokenUtf8 = new Uint8Array([0x7b, 0xff, 0x7d])
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const stale = { 'if-match': '"9"' }
const unknown = `/tasks/${crypto.randomUUID()}`

/** Each request is wrong in this way and in every way that comes after it. */
const steps: readonly (readonly [
  status: number,
  method: string,
  path: () => string,
  signedIn: boolean,
  body: unknown,
  headers: Record<string, string>,
])[] = [
  [404, 'POST', () => '/nowhere?%ff', false, tooLarge, { ...form, ...stale }],
  [404, 'PUT', () => `/tasks/${task.id}/nothing`, false, tooLarge, form],
  [405, 'PATCH', () => '/tasks?%ff', false, tooLarge, { ...form, ...stale }],
  [405, 'PATCH', () => '/tasks/no-uuid?%ff', false, tooLarge, { ...form, ...stale }],
  [401, 'POST', () => '/tasks?%ff', false, tooLarge, form],
  [401, 'PUT', () => '/tasks/no-uuid?%ff', false, tooLarge, { ...form, ...stale }],
  [413, 'POST', () => '/tasks?%ff', true, tooLarge, form],
  [413, 'POST', () => '/tasks/no-uuid?%ff', true, tooLarge, { ...form, ...stale }],
  [415, 'POST', () => '/tasks?%ff', true, brokenUtf8, form],
  [415, 'PUT', () => '/tasks/no-uuid?%ff', true, brokenUtf8, { ...form, ...stale }],
  [400, 'PUT', () => `${unknown}?%ff`, true, brokenUtf8, stale],
  [400, 'POST', () => `${unknown}?%ff`, true, '{', stale],
  [400, 'POST', () => `${unknown}?a=b`, true, { name: 'x' }, stale],
  [400, 'POST', () => '/tasks/no-uuid', true, { name: 'x' }, stale],
  [400, 'POST', () => unknown, true, { nme: 'x' }, stale],
  [400, 'POST', () => unknown, true, { header: { Host: 'x' } }, stale],
  [400, 'POST', () => unknown, true, { id: crypto.randomUUID() }, stale],
  [400, 'POST', () => `/tasks/${task.id}`, true, { created_at: '2001-01-01T00:00:00Z' }, stale],
  [404, 'POST', () => unknown, true, { name: 'x' }, stale],
  [412, 'POST', () => `/tasks/${task.id}`, true, { name: 'x' }, stale],
  [200, 'POST', () => `/tasks/${task.id}`, true, { name: 'x' }, {}],
]

test('a request with several errors is refused for the first of them', async () => {
  for (const [expected, method, path, signedIn, body, headers] of steps) {
    const { status } = await send(signedIn ? owner : undefined, method, path(), body, headers)
    expect([method, path(), status]).toEqual([method, path(), expected])
  }
})

test.each([
  ['/tasks', ['PUT', 'PATCH', 'DELETE', 'OPTIONS'], 'GET, HEAD, POST'],
  ['/tasks/', ['DELETE'], 'GET, HEAD, POST'],
  [`/tasks/${crypto.randomUUID()}`, ['PATCH', 'OPTIONS'], 'DELETE, GET, HEAD, POST, PUT'],
  ['/tasks/no-uuid', ['PATCH'], 'DELETE, GET, HEAD, POST, PUT'],
  ['/tasks/%zz', ['PATCH'], 'DELETE, GET, HEAD, POST, PUT'],
  [`/tasks/${crypto.randomUUID()}/executions`, ['PUT', 'PATCH', 'DELETE', 'OPTIONS'], undefined],
  ['/health/live', ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], 'GET, HEAD'],
  ['/health/ready', ['POST', 'DELETE'], 'GET, HEAD'],
  ['/swagger', ['POST'], 'GET, HEAD'],
  ['/swagger/json', ['POST'], 'GET, HEAD'],
  ['/', ['POST'], 'GET, HEAD'],
])('%s takes no other method: 405 with Allow, whoever asks', async (path, methods, allow) => {
  for (const method of methods)
    for (const account of [undefined, owner]) {
      const { status, headers, body } = await send(account, method, path)
      expect([method, status, Object.keys(body), body.code]).toEqual([
        method,
        405,
        ['message', 'code'],
        'method_not_allowed',
      ])
      if (allow) expect(headers.get('allow')).toBe(allow)
      expect(headers.get('allow')).not.toContain(method)
    }
})

test.each([
  ...['/nowhere', '/task', '/TASKS', '/tasks/a/b', '/tasks/a/executions/b/c', '/health', '/health/dead', '/swagger/x'],
  ...['//tasks', '/tasks%2f', '/%', '/%ff', '/é', '/.env', '/src/app.ts', '/..%2fpackage.json', '/tasks/a/b?count=1'],
])('%s does not exist, whoever asks and however', async (path) => {
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'])
    for (const account of [undefined, owner]) {
      const { status, headers } = await send(account, method, path)
      expect([method, status, headers.get('allow')]).toEqual([method, 404, null])
      expect(headers.get('content-type')).toBe('application/json')
    }
})

test('every error has a sentence and is not cached, and only invalid input has fields', async () => {
  for (const [expected, method, path, signedIn, body, headers] of steps.filter(([status]) => status >= 400)) {
    const answer = await send(signedIn ? owner : undefined, method, path(), body, headers)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.body.message.length).toBeGreaterThan(10)
    if (expected !== 400) expect(Object.keys(answer.body)).toEqual(['message', 'code'])
  }
})

test.each(['GET', 'POST'])('a %s is authenticated once, with a body too', async (method) => {
  let checks = 0
  const authenticate = async () => {
    checks++
    return {
      serviceId: owner.id,
      scopes,
      tokenId: null,
      expiresAt: null,
      actor: () => ({ ...nobody, actor: 'token' as const }),
    }
  }
  const app = new Elysia()
    .use(requireService(authenticate))
    .get('/', ({ serviceId }) => ({ serviceId }))
    .post('/', ({ serviceId }) => ({ serviceId }), { parse: readBody(authenticate, 1_024) })
  const body = method === 'GET' ? undefined : '{}'
  const request = new Request('http://localhost/', { method, headers: { 'content-type': 'application/json' }, body })
  expect(await (await app.handle(request)).json()).toEqual({ serviceId: owner.id })
  expect(checks).toBe(1)
})

const nobody = { principal: null, address: null, user_agent: null, request_id: null }
