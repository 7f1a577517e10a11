// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of references
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test'
import { createKey, seal } from '../../src/secrets/key.ts'
import { placeOf } from '../../src/secrets/sealed-columns.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { endedExecutions } from '../support/rows.ts'
import { startScheduler, stopSchedulers } from '../support/scheduler.ts'
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
  await put('TOKEN', 'geheim-geheim')
})
afterEach(stopSchedulers)

const put = (name: string, value: string) => send(account, 'PUT', `/secrets/${name}`, { value })
const due = '2020-01-01T00:00:00Z'
const create = async (path: string, header: object, fields: object = {}) => {
  const { id } = await createTask(account, { url: target.url(path), header, scheduled_at: due, ...fields })
  return { service_id: account.id, id: id as string }
}

test('a call sends the values, in secret headers and others, and in text around them', async () => {
  const task = await create('/200', {
    Authorization: 'Bearer ${secret.TOKEN}',
    Cookie: 'a=${secret.TOKEN}; b=plain',
    'X-Literal': '$${secret.TOKEN}',
  })
  await startScheduler()
  await endedExecutions(task)
  const headers = target.sent[0]?.headers
  expect(headers?.get('authorization')).toBe('Bearer geheim-geheim')
  expect(headers?.get('cookie')).toBe('a=geheim-geheim; b=plain')
  expect(headers?.get('x-literal')).toBe('${secret.TOKEN}')
})

test('what a target repeats of them is masked, also of a header that is not secret by its name', async () => {
  const echoed = await create('/echo', { 'X-Custom': 'v1-${secret.TOKEN}-x', Authorization: 'Bearer ${secret.TOKEN}' })
  await startScheduler()
  const [execution] = await endedExecutions(echoed)
  expect(execution.response).toContain('********')
  const [row] = await sql`select string_agg(execution::text, '') as text from execution`
  expect(row?.text).not.toContain('geheim')
})

test('a header that refers to a secret is not sent to another origin after a redirect', async () => {
  const other = new Target()
  const header = { 'X-Custom': '${secret.TOKEN}', 'X-Literal': '$${secret.TOKEN}' }
  const task = await create(`/redirect?to=${encodeURIComponent(other.url('/200'))}`, header)
  await startScheduler()
  await endedExecutions(task)
  other.stop()
  expect(target.sent[0]?.headers.get('x-custom')).toBe('geheim-geheim')
  const [seen] = other.sent
  expect([seen?.headers.get('x-custom'), seen?.headers.get('x-literal')]).toEqual([null, '${secret.TOKEN}'])
})

test('a new value reaches calls within seconds', async () => {
  const task = await create('/200', { 'X-Custom': '${secret.TOKEN}' })
  await startScheduler()
  await endedExecutions(task)
  await put('TOKEN', 'a-new-value')
  const changedAt = performance.now()
  await eventually(async () => {
    await send(account, 'POST', `/tasks/${task.id}/executions`)
    await Bun.sleep(200)
    return target.sent.at(-1)?.headers.get('x-custom') === 'a-new-value'
  }, 'the new value is sent')
  expect(performance.now() - changedAt).toBeLessThan(5_000)
})

test('a secret that is missing or cannot be decrypted fails the call, which is retried and sent once it is set', async () => {
  const header = { 'X-Custom': '${secret.TOKEN}' }
  const gone = await create('/200', header)
  await put('OTHER', 'x')
  const undecipherable = await create('/200', { 'X-Custom': '${secret.OTHER}' }, { retries: 10 })
  await sql`delete from task_secret where task_id = ${gone.id}`
  await sql`delete from secret where name = 'TOKEN'`
  const key = createKey()
  await sql`update secret set sealed = ${seal(key, 'x', placeOf('secret', account.id, 'OTHER'))} where name = 'OTHER'`
  await startScheduler()
  const [missing] = await endedExecutions(gone)
  expect([missing.status, missing.error]).toEqual([
    'failed',
    'not sent: there is no secret TOKEN: set it with PUT /secrets/TOKEN',
  ])
  const [sealed] = await endedExecutions(undecipherable)
  expect(sealed.error).toBe(
    `not sent: the secret OTHER is encrypted with the key ${key.id}, which this server does not have: it must be in SECRET_KEY or SECRET_KEY_OLD`,
  )
  expect(target.sent).toEqual([])
  await put('OTHER', 'known again')
  await eventually(() => target.sent.length === 1, 'the retry is sent', 20_000)
  expect(target.sent[0]?.headers.get('x-custom')).toBe('known again')
})

test('a value that is copied to another name or service is not sent', async () => {
  await put('OTHER', 'x')
  const task = await create('/200', { 'X-Custom': '${secret.OTHER}' })
  await sql`update secret set sealed = (select sealed from secret where name = 'TOKEN') where name = 'OTHER'`
  await startScheduler()
  const [execution] = await endedExecutions(task)
  expect(execution.error).toBe(
    'not sent: the secret OTHER cannot be decrypted: its stored value was changed; set it again',
  )
  expect(target.sent).toEqual([])
})
