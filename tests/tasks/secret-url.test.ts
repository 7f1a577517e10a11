import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { createTestApp } from '../support/create-test-app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { noSecrets } from '../support/secrets.ts'

const url = 'https://hooks.example.com/services/geheim?key=geheim-too'
const masked = 'https://hooks.example.com/********'
const other = 'https://hooks.example.com/services/geheim-other'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
})

const create = (fields: object = {}) => createTask(account, { url, secret_url: true, ...fields })
const change = (id: string, body: object) => send(account, 'POST', `/tasks/${id}`, body)
const stored = async (id: string) => (await sql`select url, secret_url, sealed_url from task where id = ${id}`)[0]
const faults = ({ status, body }: Awaited<ReturnType<typeof send>>) => [
  status,
  ...(body.errors ?? []).map(({ path }: { path: string }) => path),
]

test('a secret URL is shown by no answer, found by no search and stored in clear nowhere', async () => {
  const task = await create()
  expect(task).toMatchObject({ url: masked, secret_url: true })
  const headers = { 'idempotency-key': 'a' }
  const body = { ...farTask, url, secret_url: true }
  const once = await send(account, 'POST', '/tasks', body, headers)
  expect((await send(account, 'POST', '/tasks', body, headers)).body.id).toBe(once.body.id)
  expect((await send(account, 'POST', '/tasks', { ...body, url: other }, headers)).status).toBe(409)
  await send(account, 'POST', '/tasks/bulk', { tasks: [{ ...farTask, url, secret_url: true }] })
  expect((await change(task.id, { url: other })).body).toMatchObject({ url: masked, secret_url: true })
  for (const path of [
    `/tasks/${task.id}`,
    '/tasks',
    '/tasks?limit=5',
    '/audit',
    `/tasks/${task.id}/audit`,
    '/overview',
  ])
    expect(JSON.stringify((await send(account, 'GET', path)).body)).not.toContain('geheim')
  expect((await send(account, 'GET', '/tasks?search=geheim')).body).toEqual([])
  const [row] = await sql`
    select concat(
      (select string_agg(task::text, ' ') from task),
      (select string_agg(idempotency_key::text, ' ') from idempotency_key),
      (select string_agg(audit::text, ' ') from audit)
    ) as text`
  expect(row?.text).not.toContain('geheim')
  expect(await stored(task.id)).toEqual({
    url: masked,
    secret_url: true,
    sealed_url: expect.stringMatching(/^[0-9a-f]{8}\./),
  })
})

test('other tasks have secret_url false, and null in the database', async () => {
  const task = await createTask(account)
  expect(task.secret_url).toBe(false)
  expect(await stored(task.id)).toEqual({ url: farTask.url, secret_url: null, sealed_url: null })
  expect((await send(account, 'GET', '/tasks')).body[0].secret_url).toBe(false)
})

test('a task sent back as it was read keeps its URL, by POST and by PUT', async () => {
  const { id } = await create()
  const before = await stored(id)
  const { body: read } = await send(account, 'GET', `/tasks/${id}`)
  expect((await change(id, read)).status).toBe(200)
  const { updated_at: _, ...whole } = read
  expect((await send(account, 'PUT', `/tasks/${id}`, whole)).status).toBe(200)
  expect((await change(id, { url: masked, name: 'New' })).body).toMatchObject({ url: masked, name: 'New' })
  expect(await stored(id)).toEqual(before)
})

test('a mask keeps only the URL that it was shown for', async () => {
  const [secret, plain] = [await create(), await createTask(account)]
  expect(faults(await send(account, 'POST', '/tasks', { ...farTask, url: masked, secret_url: true }))).toEqual([
    400,
    '/url',
  ])
  const elsewhere = 'https://evil.example.com/********'
  expect(faults(await change(secret.id, { url: elsewhere }))).toEqual([400, '/url'])
  expect(faults(await change(secret.id, { url: elsewhere, secret_url: true }))).toEqual([400, '/url'])
  expect(faults(await change(secret.id, { url: masked, secret_url: false }))).toEqual([400, '/url'])
  expect(faults(await change(plain.id, { url: masked, secret_url: true }))).toEqual([400, '/url'])
  expect(await stored(secret.id)).toMatchObject({ url: masked, secret_url: true })
  // Where nothing is secret it is a path like any other.
  expect((await change(plain.id, { url: elsewhere })).body).toMatchObject({ url: elsewhere, secret_url: false })
})

test('whether the URL is secret changes only together with the URL', async () => {
  const [secret, plain] = [await create(), await createTask(account)]
  expect(faults(await change(secret.id, { secret_url: false }))).toEqual([400, '/secret_url'])
  expect(faults(await change(plain.id, { secret_url: true }))).toEqual([400, '/secret_url'])
  expect((await change(secret.id, { secret_url: true })).status).toBe(200)
  expect((await change(plain.id, { secret_url: false })).status).toBe(200)
  expect((await change(plain.id, { url, secret_url: true })).body).toMatchObject({ url: masked, secret_url: true })
  expect((await change(secret.id, { url, secret_url: false })).body).toMatchObject({ url, secret_url: false })
  expect(await stored(secret.id)).toEqual({ url, secret_url: null, sealed_url: null })
})

test('an audit entry says that the URL was set, though it looks the same before and after', async () => {
  const { id } = await create()
  await change(id, { url: other })
  const { body } = await send(account, 'GET', `/tasks/${id}/audit`)
  expect(body.records.map(({ action, secrets }: { action: string; secrets: string[] }) => [action, secrets])).toEqual([
    ['task_updated', ['/url']],
    ['task_created', ['/url']],
  ])
})

test('a server without a key refuses a secret URL and says why', async () => {
  const app = await createTestApp({ secrets: noSecrets })
  const headers = { service_id: account.id, token: account.token, 'content-type': 'application/json' }
  const ask = async (path: string, body: object) => {
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const answer = await app.fetch(new Request(`http://localhost${path}`, init))
    return [answer.status, (await answer.json()).message ?? '']
  }
  const refused = [400, expect.stringContaining('SECRET_KEY')]
  expect(await ask('/tasks', { ...farTask, url, secret_url: true })).toEqual(refused)
  const { id } = await create()
  expect(await ask(`/tasks/${id}`, { url: other })).toEqual(refused)
  expect(await ask(`/tasks/${id}`, { name: 'New' })).toEqual([200, ''])
})
