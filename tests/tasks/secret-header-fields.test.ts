import { beforeEach, expect, test } from 'bun:test'
import { createKey } from '../../src/secrets/key.ts'
import { type Account, type app, createAccount, createTask, farTask, send } from '../support/app.ts'
import { createTestApp } from '../support/create-test-app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { noSecrets, secrets, secretsUnder } from '../support/secrets.ts'

const mask = '********'
const value = 'Bearer geheim-geheim'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
})

/** The values that are stored for a task, opened. */
async function storedOf(id: string): Promise<Record<string, string>> {
  const [row] = await sql<{ secret_header: Record<string, string> | null }[]>`
    select secret_header
    from task
    where id = ${id}`
  return Object.fromEntries(secrets.open({ service_id: account.id, task_id: id }, row?.secret_header ?? {}))
}

/** All that the database holds, as text. */
async function everything(): Promise<string> {
  const [row] = await sql<{ text: string }[]>`
    select concat(
      (select string_agg(task::text, ' ') from task),
      (select string_agg(idempotency_key::text, ' ') from idempotency_key),
      (select string_agg(audit::text, ' ') from audit)
    ) as text`
  return row?.text ?? ''
}

test('the value of a secret header is shown by no answer and stored in clear nowhere, and the others are', async () => {
  const header = { Authorization: value, 'X-Api-Key': 'geheim-2', 'x-hub-secret': 'geheim-3', Accept: 'text/plain' }
  const shown = { Authorization: mask, 'X-Api-Key': mask, 'x-hub-secret': mask, Accept: 'text/plain' }
  const task = await createTask(account, { header })
  const { body: bulk } = await send(account, 'POST', '/tasks/bulk', { tasks: [{ ...farTask, header }] })
  const { body: once } = await send(account, 'POST', '/tasks', { ...farTask, header }, { 'idempotency-key': 'a' })
  for (const answered of [task, bulk.tasks[0], once]) {
    expect(answered.header).toEqual(shown)
    expect(await storedOf(answered.id)).toEqual({
      authorization: value,
      'x-api-key': 'geheim-2',
      'x-hub-secret': 'geheim-3',
    })
  }
  for (const path of [
    `/tasks/${task.id}`,
    '/tasks',
    '/tasks?count=10',
    '/tasks?include=recent&count=1',
    '/audit',
    `/tasks/${task.id}/audit`,
  ]) {
    const { status, body } = await send(account, 'GET', path)
    expect([path, status]).toEqual([path, 200])
    expect(JSON.stringify(body)).not.toContain('geheim')
    if (!path.includes('audit')) expect([body].flat()[0].header).toEqual(shown)
  }
  expect(await everything()).not.toContain('geheim')
})

test('the mask sent back keeps the value, by POST and by PUT and in another case, and a new value replaces it', async () => {
  const task = await createTask(account, { header: { Authorization: value, Accept: '*/*' } })
  const { body: read } = await send(account, 'GET', `/tasks/${task.id}`)
  expect((await send(account, 'POST', `/tasks/${task.id}`, read)).status).toBe(200)
  expect(await storedOf(task.id)).toEqual({ authorization: value })
  const { updated_at: _, ...whole } = read
  const { status } = await send(account, 'PUT', `/tasks/${task.id}`, { ...whole, header: { authorization: mask } })
  expect([status, await storedOf(task.id)]).toEqual([200, { authorization: value }])
  await send(account, 'POST', `/tasks/${task.id}`, { name: 'Other' })
  expect(await storedOf(task.id)).toEqual({ authorization: value })
  const header = { Authorization: 'Bearer another', Cookie: 'a=b' }
  const { body } = await send(account, 'POST', `/tasks/${task.id}`, { header })
  expect([body.header, await storedOf(task.id)]).toEqual([
    { Authorization: mask, Cookie: mask },
    { authorization: 'Bearer another', cookie: 'a=b' },
  ])
})

test('an omitted header is removed with its value', async () => {
  const task = await createTask(account, { header: { Authorization: value, Cookie: 'a=b' } })
  await send(account, 'POST', `/tasks/${task.id}`, { header: { Cookie: mask } })
  expect(await storedOf(task.id)).toEqual({ cookie: 'a=b' })
  await send(account, 'PUT', `/tasks/${task.id}`, farTask)
  const [row] = await sql`select header, secret_header from task where id = ${task.id}`
  expect([row?.header, row?.secret_header]).toEqual([{}, null])
})

test('a mask without a stored value is refused at its header, and changes nothing', async () => {
  const task = await createTask(account, { header: { Authorization: value } })
  const wrong = {
    path: '/header/Cookie',
    message: `is ${mask}, which keeps a stored value, and there is none: send the value itself`,
    code: 'invalid',
  }
  const header = { Authorization: mask, Cookie: mask }
  for (const { status, body } of [
    await send(account, 'POST', `/tasks/${task.id}`, { header }),
    await send(account, 'PUT', `/tasks/${task.id}`, { ...farTask, header }),
    await send(account, 'POST', '/tasks', { ...farTask, header: { Cookie: mask } }),
  ])
    expect([status, body.errors]).toEqual([400, [wrong]])
  const { body } = await send(account, 'POST', '/tasks/bulk', {
    tasks: [farTask, { ...farTask, header: { Cookie: mask } }],
  })
  expect(body.errors[0].path).toBe('/tasks/1/header/Cookie')
  // A name that is not secret cannot end up with the mask for a value either.
  const renamed = await send(account, 'POST', `/tasks/${task.id}`, { header: { 'X-Other': mask } })
  expect([renamed.status, renamed.body.errors[0].path]).toEqual([400, '/header/X-Other'])
  expect(await storedOf(task.id)).toEqual({ authorization: value })
})

test('a mask without a stored value is reported before a stale If-Match', async () => {
  const task = await createTask(account)
  const { status } = await send(
    account,
    'POST',
    `/tasks/${task.id}`,
    { header: { Cookie: mask } },
    { 'if-match': '"9"' },
  )
  expect(status).toBe(400)
})

test('a repeated create with a secret is known by its body, under the key before as well', async () => {
  const body = { ...farTask, header: { Authorization: value } }
  const first = await send(account, 'POST', '/tasks', body, { 'idempotency-key': 'k' })
  expect((await send(account, 'POST', '/tasks', body, { 'idempotency-key': 'k' })).body).toEqual(first.body)
  const other = { ...farTask, header: { Authorization: 'Bearer other' } }
  expect((await send(account, 'POST', '/tasks', other, { 'idempotency-key': 'k' })).status).toBe(409)
  const rotated = await appWith(secretsUnder([createKey(), ...(secrets.keyring?.keys() ?? [])] as never))
  expect((await rotated('POST', '/tasks', body, { 'idempotency-key': 'k' })).id).toBe(first.body.id)
})

test('a server without a key refuses secret headers and says why, and takes the others', async () => {
  const ask = await appWith(noSecrets)
  const refused = await ask('POST', '/tasks', { ...farTask, header: { Authorization: value } })
  expect(refused.errors).toEqual([
    {
      path: '/header/Authorization',
      message: 'can only be stored encrypted, and this server has no key for that: it must be given a SECRET_KEY',
      code: 'invalid',
    },
  ])
  const task = await ask('POST', '/tasks', { ...farTask, header: { Accept: '*/*' } })
  expect(task.header).toEqual({ Accept: '*/*' })
  expect((await ask('POST', `/tasks/${task.id}`, { header: { Cookie: 'a=b' } })).errors[0].path).toBe('/header/Cookie')
  expect(await sql`select from task`).toHaveLength(1)
})

/** An app of its own, asked as the account. */
async function appWith(secrets: typeof noSecrets) {
  const own: typeof app = await createTestApp({ secrets })
  return async (method: string, path: string, body: object, headers = {}) => {
    const signedIn = { service_id: account.id, token: account.token, 'content-type': 'application/json', ...headers }
    const init = { method, headers: signedIn, body: JSON.stringify(body) }
    return (await own.fetch(new Request(`http://localhost${path}`, init))).json()
  }
}
