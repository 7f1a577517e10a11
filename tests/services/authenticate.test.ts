import { afterAll, beforeAll, expect, test } from 'bun:test'
import { DatabaseClock } from '../../src/database/clock.ts'
import type { Sql } from '../../src/database/sql.ts'
import { parseRules, type Rule } from '../../src/outbound/rules.ts'
import { listen } from '../../src/serve/listen.ts'
import { createAuthenticator } from '../../src/services/authenticate.ts'
import { createToken } from '../../src/services/credentials.ts'
import { type Account, conforms, createAccount, farTask } from '../support/app.ts'
import { createTestApp } from '../support/create-test-app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { silentLog } from '../support/silent-log.ts'

const { rules: trustedProxies } = parseRules('10.0.0.0/8') as { rules: Rule[] }
const app = await createTestApp({ trustedProxies })
const [server] = listen(['127.0.0.1'], 0, app.fetch)
afterAll(() => server?.stop(true))
let owner: Account
beforeAll(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

type HeaderSet = Readonly<Record<string, string>>
const right = (): HeaderSet => ({ service_id: owner.id, token: owner.token })
const wrong = (): HeaderSet => ({ service_id: owner.id, token: createToken() })
const unknown = (): HeaderSet => ({ service_id: crypto.randomUUID(), token: createToken() })

async function ask(peer: string, headers: HeaderSet, method = 'GET', path = '/tasks', body?: unknown) {
  const type = body === undefined ? undefined : { 'content-type': 'application/json' }
  const request = new Request(`http://localhost${path}`, {
    method,
    headers: { ...headers, ...type },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const response = await app.fetch(request, peer)
  const answer = { status: response.status, headers: response.headers, body: await response.json() }
  conforms({ method, path, ...answer })
  return answer
}

async function failThirtyTimes(peer: string, headers: () => HeaderSet = wrong): Promise<void> {
  for (let n = 0; n < 30; n++) expect((await ask(peer, headers())).status).toBe(401)
}

test('after thirty failures of any kind every further one is a 429 with Retry-After', async () => {
  const kinds = [wrong, unknown, () => ({}), () => ({ service_id: 'x', token: 'y' })]
  let n = 0
  await failThirtyTimes('192.0.2.1', () => kinds[n++ % kinds.length]?.() ?? {})
  for (const kind of kinds) {
    const { status, headers, body } = await ask('192.0.2.1', kind())
    expect([status, body.code, Object.keys(body)]).toEqual([429, 'rate_limited', ['message', 'code']])
    expect(Number(headers.get('retry-after'))).toBeWithin(1, 61)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('www-authenticate')).toBeNull()
    expect(body.message).toMatch(/^Too many requests with wrong credentials .* Check the service id and the token/)
  }
  expect((await ask('192.0.2.2', wrong())).status).toBe(401)
})

test('valid credentials are accepted from an address over the limit, cached or not', async () => {
  await failThirtyTimes('192.0.2.11')
  const fresh = await createAccount()
  for (let n = 0; n < 3; n++) {
    expect((await ask('192.0.2.11', { service_id: fresh.id, token: fresh.token })).status).toBe(200)
    expect((await ask('192.0.2.11', wrong())).status).toBe(429)
  }
})

test('valid credentials do not change how many failures an address has left', async () => {
  for (let n = 0; n < 60; n++) expect((await ask('192.0.2.21', right())).status).toBe(200)
  for (let n = 0; n < 30; n++) {
    expect((await ask('192.0.2.21', wrong())).status).toBe(401)
    expect((await ask('192.0.2.21', right())).status).toBe(200)
  }
  expect((await ask('192.0.2.21', wrong())).status).toBe(429)
})

test('a request with a body counts once, and the 429 comes before any error of the body', async () => {
  for (let n = 0; n < 30; n++) expect((await ask('192.0.2.31', wrong(), 'POST', '/tasks', farTask)).status).toBe(401)
  expect((await ask('192.0.2.31', wrong(), 'POST', '/tasks?%ff', { nme: 'x' })).status).toBe(429)
  expect((await ask('192.0.2.31', wrong(), 'POST', '/nowhere', {})).status).toBe(404)
  expect((await ask('192.0.2.31', wrong(), 'PATCH', '/tasks', {})).status).toBe(405)
  expect((await ask('192.0.2.31', {}, 'GET', '/health/live')).status).toBe(200)
})

test('behind a trusted proxy each client counts by itself; X-Forwarded-For of others is ignored', async () => {
  const from = (client: string) => ({ 'x-forwarded-for': `${crypto.randomUUID()}, ${client}, 10.0.0.2` })
  await failThirtyTimes('10.0.0.1', () => ({ ...wrong(), ...from('198.51.100.7') }))
  expect((await ask('10.0.0.1', { ...wrong(), ...from('198.51.100.7') })).status).toBe(429)
  expect((await ask('10.0.0.1', { ...wrong(), ...from('198.51.100.8') })).status).toBe(401)
  await failThirtyTimes('192.0.2.41', () => ({ ...wrong(), ...from(`198.51.100.${Math.trunc(Math.random() * 256)}`) }))
  expect((await ask('192.0.2.41', { ...wrong(), ...from('198.51.100.9') })).status).toBe(429)
})

test('over a real connection the address is that of the socket', async () => {
  const statuses = async (headers: HeaderSet) =>
    (await fetch(`http://127.0.0.1:${server?.port}/tasks`, { headers })).status
  for (let n = 0; n < 30; n++) expect(await statuses(wrong())).toBe(401)
  expect(await statuses({ ...wrong(), 'x-forwarded-for': '198.51.100.10' })).toBe(429)
  expect(await statuses(right())).toBe(200)
  expect((await ask('127.0.0.1', wrong())).status).toBe(429)
  expect((await ask('192.0.2.51', wrong())).status).toBe(401)
})

test('an unknown id and a wrong token cost the same statement, and valid credentials none for one second', async () => {
  let statements = 0
  const counting = ((...parts: Parameters<Sql>) => {
    statements++
    return sql(...parts)
  }) as unknown as Sql
  const authenticate = createAuthenticator({
    sql: counting,
    log: silentLog,
    trustedProxies: [],
    clock: new DatabaseClock(),
  })
  const cost = async (headers: HeaderSet) => {
    statements = 0
    const asked = authenticate(new Request('http://localhost/', { headers }))
    const id = await asked.then(
      ({ serviceId }) => serviceId,
      ({ status }) => status,
    )
    return [id, statements]
  }
  expect(await cost(unknown())).toEqual([401, 1])
  expect(await cost(wrong())).toEqual([401, 1])
  expect(await cost(right())).toEqual([owner.id, 1])
  expect(await cost(right())).toEqual([owner.id, 0])
  expect(await cost(wrong())).toEqual([401, 1])
})

test('a new token has a recognisable prefix and 256 bits', () => {
  const tokens = Array.from({ length: 100 }, createToken)
  expect(new Set(tokens).size).toBe(100)
  for (const token of tokens) {
    expect(token).toMatch(/^duly_[A-Za-z0-9_-]{43}$/)
    expect(Buffer.from(token.slice(5), 'base64url')).toHaveLength(32)
  }
})
