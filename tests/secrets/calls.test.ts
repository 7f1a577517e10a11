import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test'
import { sealStored } from '../../src/maintenance/reseal.ts'
import { createKey, seal } from '../../src/secrets/key.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { endedExecutions, executionsOf } from '../support/rows.ts'
import { startScheduler, stopSchedulers } from '../support/scheduler.ts'
import { secrets, secretsUnder } from '../support/secrets.ts'
import { Target } from '../support/target.ts'

let target: Target
let account: Account
beforeAll(() => {
  target = new Target()
})
afterAll(() => target.stop())
beforeEach(async () => {
  await emptyDatabase()
  target.sent.length = 0
  account = await createAccount()
})
afterEach(stopSchedulers)

const value = 'Bearer geheim-geheim'
const due = '2020-01-01T00:00:00Z'
const create = async (path: string, fields: object = {}) => {
  const { id } = await createTask(account, {
    url: target.url(`${path}`),
    header: { Authorization: value, 'X-Plain': 'plain' },
    scheduled_at: due,
    ...fields,
  })
  return { service_id: account.id, id: id as string }
}

test('a secret header is sent with its value for a slot, a run now and a retry', async () => {
  const slot = await create('/200')
  const now = await create('/200', { scheduled_at: '2099-01-01T00:00:00Z' })
  await send(account, 'POST', `/tasks/${now.id}/executions`)
  const retried = await create('/503', { retries: 1 })
  await startScheduler()
  await Promise.all([endedExecutions(slot), endedExecutions(now), endedExecutions(retried, 2)])
  expect(target.sent).toHaveLength(4)
  for (const { headers } of target.sent)
    expect([headers.get('authorization'), headers.get('x-plain')]).toEqual([value, 'plain'])
})

test('a secret that a target repeats is masked in the response and the error of the execution', async () => {
  const echoed = await create('/echo')
  const redirected = await create(`/redirect?to=${encodeURIComponent('http://geheim-geheim:x/')}`)
  await startScheduler()
  const [execution] = await endedExecutions(echoed)
  expect(JSON.parse(execution.response)).toMatchObject({ authorization: '********', 'x-plain': 'plain' })
  const [failed] = await endedExecutions(redirected)
  expect(failed.error).toBe('redirect to an address that does not parse: http://********:x/')
  const [row] = await sql`select string_agg(execution::text, '') as text from execution`
  expect(row?.text).not.toContain('geheim')
})

test('a secret header is not sent to another origin after a redirect', async () => {
  const other = new Target()
  const task = await create(`/redirect?to=${encodeURIComponent(other.url('/200'))}`)
  await startScheduler()
  await endedExecutions(task)
  other.stop()
  const [seen] = other.sent
  expect([seen?.headers.get('authorization'), seen?.headers.get('x-plain')]).toEqual([null, 'plain'])
})

test('a value sealed with a missing key is not sent: the run fails with the id of the key, and the next run follows', async () => {
  const task = await create('/200')
  const key = createKey()
  const sealed = seal(key, value, `${account.id}/${task.id}/authorization`)
  await sql`update task set secret_header = ${sql.json({ authorization: sealed })} where id = ${task.id}`
  await startScheduler()
  const [execution] = await endedExecutions(task)
  expect(execution).toMatchObject({
    status: 'failed',
    status_code: null,
    error: `not sent: the header authorization is encrypted with the key ${key.id}, which this server does not have: it must be in SECRET_KEY or SECRET_KEY_OLD`,
  })
  expect(target.sent).toEqual([])
  const { body } = await send(account, 'GET', `/tasks/${task.id}`)
  expect(Date.parse(body.scheduled_at)).toBeGreaterThan(Date.now())
})

test('a sealed value moved to another task or header is not sent', async () => {
  const [one, other] = [await create('/200'), await create('/200', { header: { Cookie: 'a=geheim-geheim' } })]
  await sql`update task set secret_header = (select secret_header from task where id = ${one.id}) where id = ${other.id}`
  const moved = await create('/200')
  await sql`
    update task
    set header = '{"Cookie": "********"}',
        secret_header = jsonb_build_object('cookie', secret_header -> 'authorization')
    where id = ${moved.id}`
  await startScheduler()
  for (const task of [other, moved]) {
    await endedExecutions(task)
    const [execution] = await executionsOf(task)
    expect([execution.status, execution.status_code]).toEqual(['failed', null])
    expect(execution.error).toMatch(/cannot be decrypted: its stored value was changed; set it again$/)
  }
  await endedExecutions(one)
  expect(target.sent).toHaveLength(1)
})

test("a value set with the task's id in upper case can be opened", async () => {
  const task = await create('/200', { scheduled_at: '2099-01-01T00:00:00Z' })
  await send(account, 'POST', `/tasks/${task.id.toUpperCase()}`, {
    header: { Authorization: 'Bearer another' },
    scheduled_at: due,
  })
  await startScheduler()
  expect((await endedExecutions(task))[0]).toMatchObject({ status: 'success', error: null })
  expect(target.sent[0]?.headers.get('authorization')).toBe('Bearer another')
})

test('a sealed header that is no longer on the list is not sent to another origin either', async () => {
  const other = new Target()
  const { id } = await createTask(account, {
    url: target.url(`/redirect?to=${encodeURIComponent(other.url('/200'))}`),
    header: { 'X-Stamp': 'geheim-geheim' },
  })
  const [key] = secrets.keyring?.keys() ?? []
  if (key) await sealStored(sql, secretsUnder([key], ['x-stamp']), [key.id])
  await sql`update task set scheduled_at = ${due} where id = ${id}`
  await startScheduler()
  await endedExecutions({ service_id: account.id, id })
  other.stop()
  expect([target.sent, other.sent].map(([seen]) => seen?.headers.get('x-stamp'))).toEqual(['geheim-geheim', null])
})

test('a value that a version without encryption stored in clear is sent, and one that it removed is not', async () => {
  const [written, removed] = [await create('/200'), await create('/200')]
  await sql`update task set header = '{"Authorization": "Bearer newer"}' where id = ${written.id}`
  const lost = { authorization: seal(createKey(), value, `${account.id}/${removed.id}/authorization`) }
  await sql`update task set header = '{}', secret_header = ${sql.json(lost)} where id = ${removed.id}`
  await startScheduler()
  expect((await endedExecutions(removed))[0]).toMatchObject({ status: 'success' })
  await endedExecutions(written)
  expect(target.sent.map(({ headers }) => headers.get('authorization')).sort()).toEqual(['Bearer newer', null])
})

test('a secret URL is called as it was given, and masked where the target or an error repeats it', async () => {
  const path = '/echo-path/Geheim123456?key=Geheim987654'
  const echo = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => new Response(request.url) })
  const origin = `http://127.0.0.1:${echo.port}`
  const { id } = await createTask(account, { url: origin + path, secret_url: true, scheduled_at: due })
  const redirected = await create(`/redirect?to=${encodeURIComponent('http://Geheim123456:x/')}`, {
    secret_url: true,
    header: {},
  })
  await startScheduler()
  const [execution] = await endedExecutions({ service_id: account.id, id })
  echo.stop(true)
  expect(execution).toMatchObject({ status: 'success', response: `${origin}********` })
  const [failed] = await endedExecutions(redirected)
  expect(failed.error).toStartWith('redirect to an address that does not parse: ')
  const [row] = await sql`select string_agg(execution::text, '') as text from execution`
  expect(row?.text).not.toContain('Geheim')
  expect(target.sent).toHaveLength(1)
})

test('a sealed URL that is moved to another task is not sent', async () => {
  const [one, moved] = [await create('/200', { secret_url: true }), await create('/201', { secret_url: true })]
  await sql`update task set sealed_url = (select sealed_url from task where id = ${one.id}) where id = ${moved.id}`
  await startScheduler()
  await endedExecutions(one)
  const [execution] = await endedExecutions(moved)
  expect(execution.error).toBe('not sent: the URL cannot be decrypted: its stored value was changed; set it again')
})
