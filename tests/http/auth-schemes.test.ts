import { beforeAll, expect, test } from 'bun:test'
import { server } from '../../src/audit/actor.ts'
import { createToken, createTokenOf, hashToken } from '../../src/services/credentials.ts'
import { deleteService, insertService, rotateToken } from '../../src/services/queries.ts'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { promised } from '../support/promised.ts'

let owner: Account
let stranger: Account
let taskId: string
beforeAll(async () => {
  await emptyDatabase()
  owner = await createAccount()
  stranger = await createAccount()
  taskId = (await createTask(owner)).id
})

const ask = (headers: Record<string, string>) => send(undefined, 'GET', '/tasks', undefined, headers)
const basic = (id: string, token: string) => `Basic ${Buffer.from(`${id}:${token}`).toString('base64')}`
const own = () => ({ service_id: owner.id, token: owner.token })

const right: readonly (readonly [what: string, headers: () => Record<string, string>])[] = [
  ['the two headers', own],
  ['the id in capitals', () => ({ ...own(), service_id: owner.id.toUpperCase() })],
  ['header names in capitals', () => ({ SERVICE_ID: owner.id, Token: owner.token })],
  ['Basic', () => ({ authorization: basic(owner.id, owner.token) })],
  ['Basic in lower case', () => ({ authorization: basic(owner.id, owner.token).replace('Basic', 'basic') })],
  ['Basic with two spaces', () => ({ authorization: basic(owner.id, owner.token).replace(' ', '  ') })],
  ['both, the same', () => ({ ...own(), authorization: basic(owner.id.toUpperCase(), owner.token) })],
  ['Bearer', () => ({ authorization: `Bearer ${owner.token}` })],
  ['Bearer in lower case, with two spaces', () => ({ authorization: `bearer  ${owner.token}` })],
  ['the two headers and Bearer, the same', () => ({ ...own(), authorization: `Bearer ${owner.token}` })],
  ["the two headers beside a proxy's own scheme", () => ({ ...own(), authorization: 'Bearer eyJhbGciOi' })],
]
test.each(right)('accepts %s', async (_, headers) => {
  const { status, body } = await ask(headers())
  expect([status, body.length]).toEqual([200, 1])
})

test('accepts a token of any characters, by Basic, by Bearer and by header, there in UTF-8 or Latin-1', async () => {
  const id = Bun.randomUUIDv7()
  const token = 'pässwörter: 12'
  await insertService(sql, { id, name: 'given', token_hash: hashToken(token) }, server)
  const utf8 = Buffer.from(token).toString('latin1')
  const ways: Record<string, string>[] = [
    { authorization: basic(id, token) },
    { service_id: id, token: utf8 },
    { service_id: id, token },
    { authorization: `Bearer ${utf8}` },
    { authorization: `Bearer ${token}` },
    { service_id: id, token: utf8, authorization: basic(id, token) },
  ]
  for (const headers of ways) expect((await ask(headers)).status).toBe(200)
})

test('Bearer with a token that two services were given is refused, and their ids tell them apart', async () => {
  const token = `shared-${crypto.randomUUID()}`
  const ids = [Bun.randomUUIDv7(), Bun.randomUUIDv7()]
  const statuses = async () => [
    (await ask({ authorization: `Bearer ${token}` })).status,
    ...(await Promise.all(ids.map(async (id) => (await ask({ authorization: basic(id, token) })).status))),
  ]
  await insertService(sql, { id: ids[0] as string, name: 'one', token_hash: hashToken(token) }, server)
  expect(await statuses()).toEqual([200, 200, 401])
  await insertService(sql, { id: ids[1] as string, name: 'other', token_hash: hashToken(token) }, server)
  await Bun.sleep(1_100)
  expect(await statuses()).toEqual([401, 200, 200])
})

const wrong: readonly (readonly [what: string, headers: () => Record<string, string>])[] = [
  ['none', () => ({})],
  ['the id alone', () => ({ service_id: owner.id })],
  ['the token alone', () => ({ token: owner.token })],
  ['an empty token', () => ({ ...own(), token: '' })],
  ['an empty id', () => ({ ...own(), service_id: '' })],
  ['a wrong token', () => ({ ...own(), token: createToken() })],
  ['a token cut short', () => ({ ...own(), token: owner.token.slice(0, -1) })],
  ['a token with more behind it', () => ({ ...own(), token: `${owner.token}x` })],
  ['a token in capitals', () => ({ ...own(), token: owner.token.toUpperCase() })],
  ['the hash for a token', () => ({ ...own(), token: hashToken(owner.token).toString('hex') })],
  ["a stranger's token", () => ({ ...own(), token: stranger.token })],
  ["a stranger's id", () => ({ ...own(), service_id: stranger.id })],
  ['an unknown id', () => ({ ...own(), service_id: crypto.randomUUID() })],
  ['a malformed id', () => ({ ...own(), service_id: 'x' })],
  ['an id without dashes', () => ({ ...own(), service_id: owner.id.replaceAll('-', '') })],
  ['an id in braces', () => ({ ...own(), service_id: `{${owner.id}}` })],
  ['a URN', () => ({ ...own(), service_id: `urn:uuid:${owner.id}` })],
  ['an id twice', () => ({ ...own(), service_id: `${owner.id}, ${owner.id}` })],
  ['SQL', () => ({ ...own(), service_id: "' or '1'='1" })],
  ['a long token', () => ({ ...own(), token: 'x'.repeat(10_000) })],
  ['letters beyond ASCII', () => ({ ...own(), token: 'ÿþ' })],
  ['Basic with a wrong token', () => ({ authorization: basic(owner.id, createToken()) })],
  ['Basic with an unknown id', () => ({ authorization: basic(crypto.randomUUID(), owner.token) })],
  ['Basic without a colon', () => ({ authorization: `Basic ${Buffer.from(owner.id).toString('base64')}` })],
  ['Basic that is no base64', () => ({ authorization: 'Basic !!!' })],
  ['Basic with nothing', () => ({ authorization: 'Basic' })],
  ['Basic with broken UTF-8', () => ({ authorization: `Basic ${Buffer.from([0xff, 0x3a, 0xff]).toString('base64')}` })],
  ['Basic with NUL', () => ({ authorization: basic('\0', '\0') })],
  ['Basic without the word', () => ({ authorization: basic(owner.id, owner.token).slice(6) })],
  ['Bearer with a wrong token', () => ({ authorization: `Bearer ${createToken()}` })],
  [
    'Bearer with a token of its form that does not exist',
    () => ({ authorization: `Bearer ${createTokenOf(owner.id)}` }),
  ],
  ['Bearer with nothing', () => ({ authorization: 'Bearer' })],
  ['Bearer with a token of another issuer', () => ({ authorization: 'Bearer eyJhbGciOi' })],
  ['Bearer with the id and the token', () => ({ authorization: `Bearer ${owner.id}:${owner.token}` })],
  ['Bearer twice', () => ({ authorization: `Bearer ${owner.token}, Bearer ${owner.token}` })],
  ['headers right, Bearer a stranger', () => ({ ...own(), authorization: `Bearer ${stranger.token}` })],
  ['headers right, Bearer wrong', () => ({ ...own(), authorization: `Bearer ${createToken()}` })],
  ["a stranger's id beside Bearer", () => ({ service_id: stranger.id, authorization: `Bearer ${owner.token}` })],
  ['headers right, Basic wrong', () => ({ ...own(), authorization: basic(owner.id, createToken()) })],
  ['headers right, Basic a stranger', () => ({ ...own(), authorization: basic(stranger.id, stranger.token) })],
  ['headers right, Basic malformed', () => ({ ...own(), authorization: 'Basic !!!' })],
  ['headers wrong, Basic right', () => ({ ...own(), token: 'x', authorization: basic(owner.id, owner.token) })],
  ['half the headers, Basic right', () => ({ token: owner.token, authorization: basic(owner.id, owner.token) })],
]
test.each(wrong)('refuses %s with the same 401', async (_, headers) => {
  const { status, headers: answered, body } = await ask(headers())
  expect([status, body]).toEqual([
    401,
    {
      message:
        'Unknown service id or wrong token. Send the headers service_id and token, or HTTP Basic, or Authorization: Bearer TOKEN.',
      code: 'unauthorized',
    },
  ])
  // A browser opens its own password box for Basic, Digest, NTLM and Negotiate.
  expect(answered.get('www-authenticate')).toBe('Duly realm="duly"')
  expect(answered.get('cache-control')).toBe('no-store')
})

test('every route refuses missing credentials before it checks anything else of the request', async () => {
  for (const [method, path, body] of [
    ['GET', '/tasks'],
    ['GET', '/tasks?count=x&count=%ff'],
    ['POST', '/tasks', farTask],
    ['POST', '/tasks', '{"broken'],
    ['GET', `/tasks/${taskId}`],
    ['GET', '/tasks/no-uuid'],
    ['POST', `/tasks/${taskId}`, { name: 'x' }],
    ['POST', '/tasks/no-uuid', '['],
    ['PUT', `/tasks/${taskId}`, farTask],
    ['DELETE', `/tasks/${taskId}`],
    ['DELETE', '/tasks/no-uuid'],
    ['GET', `/tasks/${taskId}/executions`],
  ] as const) {
    const { status } = await send(undefined, method, path, body)
    expect([method, path, status]).toEqual([method, path, 401])
  }
})

test('health checks and the description of the API need no credentials', async () => {
  for (const path of ['/health/live', '/health/ready', '/swagger', '/swagger/json'])
    expect([path, (await send(undefined, 'GET', path)).status]).toEqual([path, 200])
})

test('a rotated token becomes invalid within about a second, or when its grace period ends', async () => {
  const account = await createAccount()
  const token = createToken()
  const statuses = async () => [
    (await send(account, 'GET', '/tasks')).status,
    (await send({ ...account, token }, 'GET', '/tasks')).status,
    (await ask({ authorization: `Bearer ${account.token}` })).status,
    (await ask({ authorization: `Bearer ${token}` })).status,
  ]
  expect(await statuses()).toEqual([200, 401, 200, 401])
  await rotateToken(sql, account.id, hashToken(token), 3600, server)
  expect(await statuses()).toEqual([200, 200, 200, 200])
  await sql`update service set previous_token_until = now() where id = ${account.id}`
  const deadline = Date.now() + promised(3_000)
  while ((await statuses()).filter((status) => status === 401).length < 2 && Date.now() < deadline) await Bun.sleep(50)
  expect(await statuses()).toEqual([401, 200, 401, 200])
})

test('a write with cached credentials of a deleted service is a 401, and nothing is stored', async () => {
  const account = await createAccount()
  expect((await send(account, 'GET', '/tasks')).status).toBe(200)
  await deleteService(sql, account.id)
  const { status, body } = await send(account, 'POST', '/tasks', farTask)
  expect([status, body]).toEqual([401, (await ask({})).body])
})
