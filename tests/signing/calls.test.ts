import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test'
import { createKey } from '../../src/secrets/key.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { endedExecutions } from '../support/rows.ts'
import { startScheduler, stopSchedulers } from '../support/scheduler.ts'
import { secretsUnder } from '../support/secrets.ts'
import { insertSigningKey, signaturesOf, verifies } from '../support/signing.ts'
import { type Sent, Target } from '../support/target.ts'

let target: Target
let other: Target
let account: Account
beforeAll(() => {
  target = new Target()
  other = new Target()
})
afterAll(() => {
  target.stop()
  other.stop()
})
beforeEach(async () => {
  await emptyDatabase()
  target.sent.length = 0
  other.sent.length = 0
  account = await createAccount()
})
afterEach(stopSchedulers)

const due = '2020-01-01T00:00:00Z'
const create = async (path: string, fields: object = {}) => {
  const url = path.startsWith('http') ? path : target.url(path)
  const { id } = await createTask(account, { url, scheduled_at: due, ...fields })
  return { service_id: account.id, id: id as string }
}
const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString()
const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature']
const shown = (sent: Sent | undefined) => names.map((name) => sent?.headers.get(name) ?? null)

test('every method and body is signed, under the id of the slot, and the library of Standard Webhooks verifies it', async () => {
  const { secret } = await insertSigningKey(account.id)
  const bodies = [null, '', '{"a": 1}', '{"ä": "€ 🙂"}', `"${'x'.repeat(200_000)}"`, 'no JSON \r\n']
  const tasks = [
    ...(await Promise.all(bodies.map((payload) => create('/200', { method: 'POST', payload })))),
    ...(await Promise.all(
      ['GET', 'PUT', 'PATCH', 'DELETE'].map((method) => create('/200', { method, payload: '{"b": 2}' })),
    )),
  ]
  await startScheduler()
  for (const task of tasks) await endedExecutions(task)
  expect(target.sent).toHaveLength(tasks.length)
  for (const sent of target.sent) {
    expect({ method: sent.method, body: sent.body.slice(0, 20), ok: verifies(sent, secret) }).toMatchObject({
      ok: true,
    })
    expect(sent.headers.get('webhook-id')).toBe(sent.key)
    expect(verifies({ ...sent, body: `${sent.body} ` }, secret)).toBe(false)
    expect(signaturesOf(sent)).toBe(1)
  }
})

test('each valid key signs, newest first; an expired one and one of another service sign nothing', async () => {
  const stranger = await createAccount()
  const [old, young, gone, foreign] = await Promise.all([
    insertSigningKey(account.id, { created_at: hours(-2), expires_at: hours(1) }),
    insertSigningKey(account.id, { created_at: hours(-1) }),
    insertSigningKey(account.id, { created_at: hours(-3), expires_at: hours(-1) }),
    insertSigningKey(stranger.id),
  ])
  const task = await create('/200')
  await startScheduler()
  await endedExecutions(task)
  const [sent] = target.sent as [Sent]
  expect([old, young, gone, foreign].map(({ secret }) => verifies(sent, secret))).toEqual([true, true, false, false])
  const [first] = sent.headers.get('webhook-signature')?.split(' ') ?? []
  const alone = { ...sent, headers: new Headers(sent.headers) }
  alone.headers.set('webhook-signature', first ?? '')
  expect([young, old].map(({ secret }) => verifies(alone, secret))).toEqual([true, false])
})

test('a service without a valid key sends unsigned requests, and header values of its tasks as they are', async () => {
  await insertSigningKey(account.id, { expires_at: hours(-1) })
  const task = await create('/200', { header: { 'Webhook-Id': 'own' } })
  await startScheduler()
  await endedExecutions(task)
  expect(shown(target.sent[0])).toEqual(['own', null, null])
})

test('with a key, headers of the task with these names are replaced', async () => {
  const { secret } = await insertSigningKey(account.id)
  const header = { 'Webhook-Id': 'own', 'WEBHOOK-TIMESTAMP': '1', 'webhook-signature': 'v1,x', 'Webhook-Else': 'stays' }
  const task = await create('/200', { header })
  await startScheduler()
  await endedExecutions(task)
  const [sent] = target.sent as [Sent]
  expect([verifies(sent, secret), sent.headers.get('webhook-id'), sent.headers.get('webhook-else')]).toEqual([
    true,
    sent.key,
    'stays',
  ])
})

test('a key of a target signs for that target only, in place of those without one', async () => {
  const everywhere = await insertSigningKey(account.id)
  const ofTarget = await insertSigningKey(account.id, { target: `127.0.0.1:${target.port}` })
  const [one, two] = await Promise.all([create('/200'), create(other.url('/200'))])
  await startScheduler()
  await Promise.all([endedExecutions(one), endedExecutions(two)])
  const [sent, elsewhere] = [target.sent[0] as Sent, other.sent[0] as Sent]
  expect([everywhere, ofTarget].map(({ secret }) => verifies(sent, secret))).toEqual([false, true])
  expect([everywhere, ofTarget].map(({ secret }) => verifies(elsewhere, secret))).toEqual([true, false])
})

test('a key of a target alone leaves other targets unsigned', async () => {
  await insertSigningKey(account.id, { target: `127.0.0.1:${other.port}` })
  const task = await create('/200')
  await startScheduler()
  await endedExecutions(task)
  expect(shown(target.sent[0])).toEqual([null, null, null])
})

test('a redirect to another origin shows none of the three headers, also not on the way back', async () => {
  await insertSigningKey(account.id)
  const back = `/redirect?to=${encodeURIComponent(target.url('/200'))}`
  const task = await create(`/redirect?status=307&to=${encodeURIComponent(other.url(back))}`)
  await startScheduler()
  await endedExecutions(task)
  expect(signaturesOf(target.sent[0] as Sent)).toBe(1)
  expect([shown(other.sent[0]), shown(target.sent[1])]).toEqual(Array(2).fill([null, null, null]))
})

test('a redirect on the same origin is signed over the body that it has: the same one, or none', async () => {
  const { secret } = await insertSigningKey(account.id)
  const fields = { method: 'POST', payload: '{"a": 1}' }
  const [kept, dropped] = await Promise.all([
    create(`/redirect?status=307&to=${encodeURIComponent(target.url('/kept'))}`, fields),
    create(`/redirect?status=303&to=${encodeURIComponent(target.url('/dropped'))}`, fields),
  ])
  await startScheduler()
  await Promise.all([endedExecutions(kept), endedExecutions(dropped)])
  const at = (path: string) => target.sent.find((sent) => sent.path === path) as Sent
  expect([at('/kept').body, verifies(at('/kept'), secret)]).toEqual(['{"a": 1}', true])
  expect([at('/dropped').body, at('/dropped').method, verifies(at('/dropped'), secret)]).toEqual(['', 'GET', true])
  expect(target.sent.every((sent) => verifies(sent, secret))).toBe(true)
})

test('each attempt has the same id and its own time', async () => {
  const { secret } = await insertSigningKey(account.id)
  const task = await create('/500', { retry: { min_backoff_seconds: 1 }, retries: 1 })
  await startScheduler()
  await eventually(() => target.sent.length === 2, 'the retry is sent', 20_000)
  const [first, second] = target.sent as [Sent, Sent]
  expect(shown(second)[0]).toBe(shown(first)[0])
  expect([verifies(first, secret), verifies(second, secret)]).toEqual([true, true])
  expect(Number(shown(second)[1])).toBeGreaterThanOrEqual(Number(shown(first)[1]))
  expect(task.id).toBe(first.task)
})

test('a key that cannot be opened keeps calls from being sent, and says which; they are sent once it has expired', async () => {
  const unknown = createKey()
  const { id } = await insertSigningKey(account.id, { under: secretsUnder([unknown]) })
  await insertSigningKey(account.id)
  const task = await create('/200')
  await startScheduler()
  const [execution] = await endedExecutions(task)
  expect([execution.status, execution.error]).toEqual([
    'failed',
    `not sent: the signing key ${id} cannot be used: it is encrypted with the key ${unknown.id}, which this server does not have: it must be in SECRET_KEY or SECRET_KEY_OLD. Give this server that key, or expire the signing key with DELETE /signing-keys/${id}`,
  ])
  expect(target.sent).toEqual([])
  expect((await send(account, 'DELETE', `/signing-keys/${id}`)).status).toBe(204)
  await eventually(async () => {
    await send(account, 'POST', `/tasks/${task.id}/executions`)
    await Bun.sleep(200)
    return target.sent.length > 0
  }, 'a call is sent')
  expect(signaturesOf(target.sent[0] as Sent)).toBe(1)
})

test('a key that is copied to another service signs nothing for it', async () => {
  const { id } = await insertSigningKey(account.id)
  const stranger = await createAccount()
  await sql`insert into signing_key (service_id, id, sealed) select ${stranger.id}, id, sealed from signing_key where id = ${id}`
  const { id: taskId } = await createTask(stranger, { url: target.url('/200'), scheduled_at: due })
  await startScheduler()
  const [execution] = await endedExecutions({ service_id: stranger.id, id: taskId })
  expect(execution.error).toContain('cannot be decrypted')
  expect(target.sent).toEqual([])
})

test('as long as the keys were never read, nothing is started; then what is due is sent signed', async () => {
  const { secret } = await insertSigningKey(account.id)
  await create('/200')
  await sql`alter table signing_key rename to signing_key_elsewhere`
  try {
    await startScheduler()
    await Bun.sleep(1_200)
    expect(await sql`select from execution`).toHaveLength(0)
  } finally {
    await sql`alter table signing_key_elsewhere rename to signing_key`
  }
  await target.arrived(1, 10_000)
  expect(verifies(target.sent[0] as Sent, secret)).toBe(true)
})
