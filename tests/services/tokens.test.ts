import { beforeEach, expect, test } from 'bun:test'
import { server, tokenFingerprint } from '../../src/audit/actor.ts'
import { serviceIdIn } from '../../src/http/token.ts'
import { createTokenOf, hashToken } from '../../src/services/credentials.ts'
import { rotateToken } from '../../src/services/queries.ts'
import { removeService } from '../../src/services/remove-service.ts'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { createOperator } from '../support/operators.ts'
import { promised } from '../support/promised.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const future = '2098-01-01T00:00:00Z'
const create = (fields: object, account = owner) =>
  send(account, 'POST', '/tokens', { name: 'ci', scopes: ['read'], ...fields })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
/** The status of a request that is sent with this token alone. */
const statusOf = async (token: string) => (await send(undefined, 'GET', '/tasks', undefined, bearer(token))).status

test('a new token is shown once, and works by Bearer, by Basic and by the two headers', async () => {
  const { status, headers, body } = await create({ scopes: ['run', 'read'], expires_at: future })
  expect([status, headers.get('location')]).toEqual([201, `/tokens/${body.id}`])
  const { token, ...shown } = body
  expect(shown).toEqual({
    id: expect.any(String),
    name: 'ci',
    scopes: ['read', 'run'],
    expires_at: future,
    created_at: expect.any(String),
    last_used_on: null,
  })
  expect((await send(owner, 'GET', `/tokens/${body.id}`)).body).toEqual(shown)
  expect((await send(owner, 'GET', '/tokens')).body).toEqual({ records: [shown], next_cursor: null })
  const basic = `Basic ${Buffer.from(`${owner.id}:${token}`).toString('base64')}`
  const ways: Record<string, string>[] = [
    bearer(token),
    { authorization: basic },
    { service_id: owner.id, token },
    { service_id: owner.id, token, ...bearer(token) },
    { service_id: owner.id.toUpperCase(), token, ...bearer(token) },
  ]
  for (const way of ways) expect((await send(undefined, 'GET', '/tasks', undefined, way)).status).toBe(200)
})

test('a token contains the id of its service and 256 random bits, and only its hash is stored', async () => {
  const { body } = await create({})
  expect(body.token).toMatch(/^duly_[A-Za-z0-9_-]{64}$/)
  expect(serviceIdIn(body.token)).toBe(owner.id)
  const tokens = Array.from({ length: 100 }, () => createTokenOf(owner.id))
  expect(new Set(tokens.map((token) => token.slice(-42))).size).toBe(100)
  const [row] = await sql`select hash, token::text as text from token`
  expect(row?.hash).toEqual(hashToken(body.token))
  const [audit] = await sql`select string_agg(audit::text, ' ') as text from audit`
  for (const text of [row?.text, audit?.text]) {
    expect(text).not.toContain(body.token)
    expect(text).not.toContain(body.token.slice(-42))
  }
  expect(audit?.text).not.toContain(hashToken(body.token).toString('hex', 0, 4))
})

test('a token of another service is refused whatever it is sent with', async () => {
  const stranger = await createAccount()
  const { body } = await create({})
  const ways: Record<string, string>[] = [
    { service_id: stranger.id, token: body.token },
    { service_id: stranger.id, token: body.token, ...bearer(body.token) },
    { service_id: stranger.id, token: stranger.token, ...bearer(body.token) },
    bearer(createTokenOf(owner.id)),
    bearer(body.token.slice(0, -1)),
    bearer(`${body.token}x`),
  ]
  for (const way of ways) expect((await send(undefined, 'GET', '/tasks', undefined, way)).status).toBe(401)
  expect((await send(stranger, 'GET', `/tokens/${body.id}`)).status).toBe(404)
  expect((await send(stranger, 'DELETE', `/tokens/${body.id}`)).status).toBe(404)
  expect((await create({}, stranger)).status).toBe(201)
})

test('the list goes from new to old in pages', async () => {
  for (const name of ['one', 'two', 'three']) await create({ name, expires_at: future })
  const names = ({ body }: Awaited<ReturnType<typeof send>>) => body.records.map(({ name }: { name: string }) => name)
  const first = await send(owner, 'GET', '/tokens?limit=2')
  expect(names(first)).toEqual(['three', 'two'])
  expect(first.headers.get('link')).toContain(first.body.next_cursor)
  const second = await send(owner, 'GET', `/tokens?limit=2&cursor=${first.body.next_cursor}`)
  expect([names(second), second.body.next_cursor]).toEqual([['one'], null])
  expect((await send(await createAccount(), 'GET', '/tokens')).body).toEqual({ records: [], next_cursor: null })
})

test('a name is unique in the service, also for requests at the same time', async () => {
  const statuses = (await Promise.all([1, 2, 3].map(() => create({})))).map(({ status }) => status)
  expect(statuses.sort()).toEqual([201, 409, 409])
  const { body } = await create({})
  expect(body.code).toBe('token_name_taken')
  expect((await send(owner, 'GET', '/tokens')).body.records).toHaveLength(1)
})

test.each([
  ['no scope', { scopes: [] }, '/scopes', 'must be an array of one or more of read, write, run'],
  ['an unknown scope', { scopes: ['admin'] }, '/scopes/0', 'must be one of read, write, run'],
  ['a scope twice', { scopes: ['read', 'read'] }, '/scopes', 'must be an array of one or more'],
  ['an empty name', { name: ' ' }, '/name', 'must be a name of 1 to 200 characters'],
  ['a name like that of the first token', { name: '0123abcd' }, '/name', 'must be a name of 1 to 200 characters'],
  ['an expiry in the past', { expires_at: '2020-01-01T00:00:00Z' }, '/expires_at', 'must be in the future'],
  ['an expiry that is no time', { expires_at: 'soon' }, '/expires_at', 'must be an RFC 3339 time'],
  ['a field that it does not have', { scope: 'read' }, '/scope', 'is not a known field'],
])('refuses %s', async (_, fields, path, message) => {
  const { status, body } = await create(fields)
  expect([status, body.errors]).toEqual([
    400,
    [expect.objectContaining({ path, message: expect.stringContaining(message) })],
  ])
})

test('a token that expires creates no token that lasts longer', async () => {
  const { token } = (await create({ name: 'short', scopes: ['write'], expires_at: future })).body
  const short = { id: owner.id, token }
  const message = `must be ${future} or earlier, because the token of this request expires then; send a token that does not`
  for (const later of [{}, { expires_at: null }, { expires_at: '2098-01-01T00:00:01Z' }]) {
    const { status, body } = await create({ name: 'later', scopes: ['write'], ...later }, short)
    expect([status, body.errors]).toEqual([400, [{ path: '/expires_at', message, code: 'out_of_range' }]])
  }
  for (const [index, expires_at] of [future, '2097-12-31T23:59:59Z', '2098-01-01T20:00:00+20:00'].entries())
    expect((await create({ name: `same ${index}`, scopes: ['write'], expires_at }, short)).status).toBe(201)
})

test('a token creates only tokens whose scopes it has itself', async () => {
  const writer = { id: owner.id, token: (await create({ name: 'writer', scopes: ['write'] })).body.token }
  const { status, body } = await create({ scopes: ['read', 'write', 'run'] }, writer)
  expect([status, body.message]).toEqual([403, expect.stringContaining('not the scope read and run')])
  expect((await create({ scopes: ['write'] }, writer)).status).toBe(201)
  const reader = { id: owner.id, token: (await create({ name: 'reader' })).body.token }
  expect((await create({ name: 'another' }, reader)).status).toBe(403)
})

test('a deleted and an expired token are refused within about a second', async () => {
  const [kept, deleted, expiring] = await Promise.all(
    ['kept', 'deleted', 'expiring'].map(async (name) => (await create({ name, expires_at: future })).body),
  )
  const statuses = () => Promise.all([kept, deleted, expiring].map(({ token }) => statusOf(token)))
  expect(await statuses()).toEqual([200, 200, 200])
  expect((await send(owner, 'DELETE', `/tokens/${deleted.id}`)).status).toBe(204)
  await sql`update token set created_at = now() - interval '1 hour', expires_at = now() where id = ${expiring.id}`
  const deadline = Date.now() + promised(2_000)
  while ((await statuses()).join() !== '200,401,401' && Date.now() < deadline) await Bun.sleep(50)
  expect(await statuses()).toEqual([200, 401, 401])
  expect((await send(owner, 'DELETE', `/tokens/${deleted.id}`)).status).toBe(404)
})

test('a rotation of the first token leaves the others valid, and the deletion of the service none', async () => {
  const { body } = await create({})
  await rotateToken(sql, owner.id, hashToken('another'), 0, server)
  expect(await statusOf(body.token)).toBe(200)
  await removeService(sql, owner.id, server)
  expect((await sql`select * from token`).length).toBe(0)
  await eventually(async () => (await statusOf(body.token)) === 401, 'the token of a deleted service is valid', 3_000)
})

test('the day of the last use is recorded beside the request, and written once a day', async () => {
  const { body } = await create({})
  const lastUse = async () => (await send(owner, 'GET', `/tokens/${body.id}`)).body.last_used_on
  expect(await lastUse()).toBeNull()
  await statusOf(body.token)
  const today = new Date().toISOString().slice(0, 10)
  await eventually(async () => (await lastUse()) !== null, 'the use is not recorded')
  expect([today, new Date().toISOString().slice(0, 10)]).toContain(await lastUse())
  const version = async () => (await sql`select xmin::text as version from token`)[0]?.version
  const before = await version()
  for (let count = 0; count < 3; count++) {
    await Bun.sleep(1_050)
    await statusOf(body.token)
  }
  expect(await version()).toBe(before)
  await sql`update token set last_used_on = '2020-01-01'`
  await Bun.sleep(1_050)
  await statusOf(body.token)
  await eventually(async () => (await lastUse()) !== '2020-01-01', 'the use of another day is not recorded')
})

test('a request is told with which token it was sent, whichever that is', async () => {
  const { body } = await create({ scopes: ['run', 'read'], expires_at: future })
  const told = async (token: string) => (await send({ id: owner.id, token }, 'GET', '/token')).body
  expect(await told(body.token)).toEqual({ id: body.id, name: 'ci', scopes: ['read', 'run'], expires_at: future })
  expect(await told(owner.token)).toEqual({
    id: null,
    name: tokenFingerprint(hashToken(owner.token)),
    scopes: ['read', 'write', 'run'],
    expires_at: null,
  })
  expect(await told(await createOperator())).toEqual({
    id: null,
    name: expect.any(String),
    scopes: ['read', 'operator'],
    expires_at: null,
  })
})

test('a request does not wait for the record of its use, and does not fail with it', async () => {
  const { body } = await create({})
  await sql.begin(async (held) => {
    await held`select id from token for update`
    expect(await statusOf(body.token)).toBe(200)
  })
})

test('the audit names a token that is created and deleted, and the one that changes something', async () => {
  const { body } = await create({ name: 'deploy', scopes: ['read', 'write'], expires_at: future })
  await createTask({ id: owner.id, token: body.token })
  await send(owner, 'DELETE', `/tokens/${body.id}`)
  const fields = { name: 'deploy', scopes: ['read', 'write'], expires_at: future }
  const first = hashToken(owner.token).toString('hex', 0, 4)
  const { body: audit } = await send(owner, 'GET', '/audit')
  expect(audit.records).toMatchObject([
    { action: 'token_deleted', task_id: null, name: 'deploy', principal: first, before: fields, after: null },
    { action: 'task_created', actor: 'token', principal: 'deploy' },
    { action: 'token_created', task_id: null, name: 'deploy', principal: first, before: null, after: fields },
    { action: 'service_created' },
  ])
})

test('a refused change adds no entry and no token', async () => {
  await create({})
  await create({})
  await create({ name: 'late', expires_at: '2020-01-01T00:00:00Z' })
  await send(owner, 'DELETE', `/tokens/${Bun.randomUUIDv7()}`)
  expect((await send(owner, 'GET', '/audit')).body.total_count).toBe(2)
})

test('a token with the scope run runs a task, and neither reads nor changes it', async () => {
  const { id } = await createTask(owner)
  const runner = { id: owner.id, token: (await create({ scopes: ['run'] })).body.token }
  expect((await send(runner, 'POST', `/tasks/${id}/executions`)).status).toBe(202)
  expect((await send(runner, 'GET', `/tasks/${id}`)).status).toBe(403)
  expect((await send(runner, 'POST', '/tasks', farTask)).status).toBe(403)
  expect((await send(runner, 'DELETE', `/tasks/${id}`)).status).toBe(403)
})
