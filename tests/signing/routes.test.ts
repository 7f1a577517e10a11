import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, send } from '../support/app.ts'
import { createTestApp } from '../support/create-test-app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { noSecrets } from '../support/secrets.ts'
import { insertSigningKey } from '../support/signing.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
})

const rotate = (body: unknown = {}, by = account) => send(by, 'POST', '/signing-keys', body)
const expire = (id: string, by = account) => send(by, 'DELETE', `/signing-keys/${id}`)
const list = async () => (await send(account, 'GET', '/signing-keys')).body.records
/** When a key expires, in seconds from now; null for never. */
const expiryOf = async (id: string) => {
  const [row] = await sql`
    select round(extract(epoch from expires_at - now()))::integer as seconds from signing_key where id = ${id}`
  return row?.seconds as number | null
}
const actions = async () =>
  (await send(account, 'GET', '/audit')).body.records.map(
    ({ action, name }: { action: string; name: string }) => `${action} ${name}`,
  )

test('a rotation makes a key, shows its secret once, and gives the keys of its target without an expiry one', async () => {
  const before = await insertSigningKey(account.id, { created_at: '2026-01-01T00:00:00Z' })
  const expiring = await insertSigningKey(account.id, { expires_at: new Date(Date.now() + 3_600_000).toISOString() })
  const elsewhere = await insertSigningKey(account.id, { target: 'a.example' })
  const { status, body } = await rotate()
  expect([status, body]).toEqual([
    201,
    {
      id: expect.any(String),
      target: null,
      created_at: expect.any(String),
      expires_at: null,
      secret: expect.any(String),
    },
  ])
  expect(body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(await expiryOf(before.id)).toBeWithin(86_390, 86_401)
  expect(await expiryOf(expiring.id)).toBeWithin(3_590, 3_601)
  expect(await expiryOf(elsewhere.id)).toBe(null)
  const listed = await list()
  expect(listed.map(({ id }: { id: string }) => id).at(-1)).toBe(before.id)
  const { secret, ...shown } = body
  expect(listed).toContainEqual(shown)
  expect((await actions()).slice(0, 2).toSorted()).toEqual([
    `signing_key_created ${body.id}`,
    `signing_key_expired ${before.id}`,
  ])
  const [row] =
    await sql`select concat((select string_agg(signing_key::text, '') from signing_key), (select string_agg(audit::text, '') from audit)) as text`
  for (const text of [row?.text, JSON.stringify(listed)]) expect(text).not.toContain(secret.slice(6))
})

test('with 0 seconds every other key of the target expires at once', async () => {
  const hour = new Date(Date.now() + 3_600_000).toISOString()
  const [one, two] = await Promise.all([
    insertSigningKey(account.id, { target: 'a.example:8080' }),
    insertSigningKey(account.id, { target: 'a.example:8080', expires_at: hour }),
  ])
  const general = await insertSigningKey(account.id)
  const { body } = await rotate({ target: 'A.Example:8080', expires_others_in_seconds: 0 })
  expect([body.target, body.expires_at]).toEqual(['a.example:8080', null])
  for (const { id } of [one, two]) expect(await expiryOf(id)).toBeLessThanOrEqual(0)
  expect(await expiryOf(general.id)).toBe(null)
  const { body: audit } = await send(account, 'GET', '/audit')
  const before = audit.records
    .filter(({ action }: { action: string }) => action === 'signing_key_expired')
    .map(({ name, before }: { name: string; before: object }) => [name, before])
  expect(new Map(before)).toEqual(
    new Map([
      [one.id, { expires_at: null }],
      [two.id, { expires_at: expect.any(String) }],
    ]),
  )
})

test('a target is host and port, without the usual ports of http and https', async () => {
  const targets = ['api.example.com:443', 'API.example.com:80', 'api.example.com:8443', '[::1]:9']
  const made = await Promise.all(targets.map((target) => rotate({ target })))
  expect(made.map(({ body }) => body.target)).toEqual([
    'api.example.com',
    'api.example.com',
    'api.example.com:8443',
    '[::1]:9',
  ])
})

test('what cannot be a key is refused', async () => {
  for (const [body, path] of [
    [{ target: 'https://a.example' }, '/target'],
    [{ target: '' }, '/target'],
    [{ expires_others_in_seconds: -1 }, '/expires_others_in_seconds'],
    [{ expires_others_in_seconds: 2_592_001 }, '/expires_others_in_seconds'],
    [{ expires_others_in_seconds: 1.5 }, '/expires_others_in_seconds'],
    [{ other: 1 }, '/other'],
  ] as const) {
    const { status, body: answer } = await rotate(body)
    expect([status, answer.errors?.[0].path]).toEqual([400, path])
  }
  expect(await list()).toEqual([])
})

test('the answer waits until every replica has read the key', async () => {
  const app = await createTestApp({ signingKeyWaitMs: undefined })
  const headers = { service_id: account.id, token: account.token, 'content-type': 'application/json' }
  const began = performance.now()
  await app.fetch(new Request('http://localhost/signing-keys', { method: 'POST', headers, body: '{}' }))
  expect(performance.now() - began).toBeWithin(1_500, 4_000)
})

test('without SECRET_KEY no key is made', async () => {
  const app = await createTestApp({ secrets: noSecrets })
  const headers = { service_id: account.id, token: account.token, 'content-type': 'application/json' }
  const response = await app.fetch(
    new Request('http://localhost/signing-keys', { method: 'POST', headers, body: '{}' }),
  )
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { message: expect.stringContaining('SECRET_KEY') },
  ])
})

test('a key is expired now, once; a stranger has no such key', async () => {
  const { id } = await insertSigningKey(account.id)
  expect((await expire(id, await createAccount())).body).toMatchObject({ code: 'signing_key_not_found' })
  expect(await expiryOf(id)).toBe(null)
  expect((await expire(id)).status).toBe(204)
  const [{ expires_at }] = await list()
  expect((await expire(id)).status).toBe(204)
  expect((await list())[0].expires_at).toBe(expires_at)
  expect(await actions()).toEqual([`signing_key_expired ${id}`, 'service_created team'])
})

test('a service has at most 100 valid keys; those that expired do not count, and go after 30 days', async () => {
  const past = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
  await Promise.all(Array.from({ length: 100 }, () => insertSigningKey(account.id, { target: 'a.example' })))
  const [recent, old] = await Promise.all(
    [1, 31].map((days) => insertSigningKey(account.id, { expires_at: past(days) })),
  )
  expect((await rotate()).body).toMatchObject({ code: 'too_many_signing_keys' })
  expect((await sql`select from audit where action = 'signing_key_created'`).length).toBe(0)
  await sql`delete from signing_key where id = (select id from signing_key where target is not null limit 1)`
  expect((await rotate()).status).toBe(201)
  const ids = (await sql`select id from signing_key where target is null`).map(({ id }) => id)
  expect(ids).toContain(recent?.id)
  expect(ids).not.toContain(old?.id)
})

test('the list is read in pages, newest first', async () => {
  const made = []
  for (let day = 1; day <= 5; day++)
    made.push(await insertSigningKey(account.id, { created_at: `2026-01-0${day}T00:00:00Z` }))
  const seen: string[] = []
  for (let path = '/signing-keys?limit=2'; path !== ''; ) {
    const { body } = await send(account, 'GET', path)
    seen.push(...body.records.map(({ id }: { id: string }) => id))
    path = body.next_cursor === null ? '' : `/signing-keys?limit=2&cursor=${body.next_cursor}`
  }
  expect(seen).toEqual(made.map(({ id }) => id).toReversed())
})
