import { beforeEach, expect, test } from 'bun:test'
import type { OpenedChannel } from '../../src/channels/opened-channel.ts'
import type { TestMessage } from '../../src/notifications/test-route.ts'
import { type Account, createAccount, send } from '../support/app.ts'
import { createTestApp } from '../support/create-test-app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { secrets } from '../support/secrets.ts'

let account: Account
let webhook: { id: string; secret: string }
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount('the shop')
  const url = 'http://127.0.0.1:9/geheimer-pfad'
  webhook = (await send(account, 'POST', '/channels', { name: 'on call', kind: 'webhook', url })).body
})

type Result = Awaited<ReturnType<NonNullable<Parameters<typeof createTestApp>[0]>['sendTest'] & object>>
const ok: Result = { ok: true, status_code: 204, error: null, duration_ms: 12.4 }
const sent: { channel: OpenedChannel; message: TestMessage }[] = []
beforeEach(() => {
  sent.length = 0
})

/** Tests a channel whose answer is `result`. */
async function ask(result: Result | (() => Promise<Result>), id = webhook.id, by = account) {
  const app = await createTestApp({
    secrets,
    sendTest: (channel, message) => {
      sent.push({ channel, message })
      return typeof result === 'function' ? result() : Promise.resolve(result)
    },
  })
  const headers = { service_id: by.id, token: by.token }
  const response = await app.fetch(new Request(`http://localhost/channels/${id}/test`, { method: 'POST', headers }))
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  }
}
const channel = async () => (await send(account, 'GET', `/channels/${webhook.id}`)).body

test('a test sends one message to the opened channel, and waits for the answer', async () => {
  expect(await ask(ok)).toMatchObject({
    status: 200,
    body: { ok: true, status_code: 204, error: null, duration_ms: 12 },
  })
  expect(sent).toEqual([
    {
      channel: {
        ...{ id: webhook.id, name: 'on call', kind: 'webhook', url: 'http://127.0.0.1:9/geheimer-pfad' },
        secrets: [webhook.secret],
      },
      message: {
        id: expect.any(String),
        service: { id: account.id, name: 'the shop' },
        created_at: expect.stringMatching(/^20.*Z$/),
      },
    },
  ])
  expect(await channel()).toMatchObject({ last_ok_at: expect.any(String), last_failed_at: null, last_error: null })
  expect((await send(account, 'GET', '/notifications')).body.records).toEqual([])
})

test('a failure is told and recorded, and disables nothing', async () => {
  const { updated_at } = await channel()
  const { status, body } = await ask({ ok: false, status_code: 410, error: 'it answered 410', duration_ms: 3 })
  expect([status, body]).toEqual([200, { ok: false, status_code: 410, error: 'it answered 410', duration_ms: 3 }])
  expect(await channel()).toMatchObject({
    ...{ enabled: true, last_ok_at: null, last_failed_at: expect.any(String), last_error: 'it answered 410' },
    updated_at,
  })
})

test('a disabled channel can be tested', async () => {
  await send(account, 'POST', `/channels/${webhook.id}`, { enabled: false })
  expect((await ask(ok)).body).toMatchObject({ ok: true })
  expect(await channel()).toMatchObject({ enabled: false })
})

test('a channel takes six tests a minute', async () => {
  const answers = await Promise.all(Array.from({ length: 9 }, () => ask(ok)))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 200, 429, 429, 429])
  const refused = answers.find(({ status }) => status === 429)
  expect(refused?.body).toMatchObject({ code: 'too_many_tests' })
  expect(Number(refused?.headers.get('retry-after'))).toBeWithin(1, 61)
  expect(sent).toHaveLength(6)
  await sql`update channel set tests_since = tests_since - interval '61 seconds'`
  expect((await ask(ok)).status).toBe(200)
  // The clock of the database was set back.
  await sql`update channel set tests_since = now() + interval '1 hour', tests = 6`
  expect((await ask(ok)).status).toBe(200)
})

test('an answer may take longer than another request may', async () => {
  const slow = async () => {
    await Bun.sleep(5_000)
    return ok
  }
  expect((await ask(slow)).body).toMatchObject({ ok: true })
})

test('a channel that cannot be opened is a failure that says why', async () => {
  await sql`update channel set sealed = 'ffffffff.' || split_part(sealed, '.', 2)`
  const { status, body } = await ask(ok)
  expect([status, body.ok, body.error]).toEqual([
    200,
    false,
    'the URL of the channel is encrypted with the key ffffffff, which this server does not have: it must be in SECRET_KEY or SECRET_KEY_OLD',
  ])
  expect(sent).toEqual([])
})

test("another service's channel is not found", async () => {
  expect((await ask(ok, webhook.id, await createAccount())).body).toMatchObject({ code: 'channel_not_found' })
  expect((await ask(ok, Bun.randomUUIDv7())).status).toBe(404)
  expect(sent).toEqual([])
})
