import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { authority, client, strangerClient } from '../support/certificates.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
})

const pair = { certificate: client.cert, private_key: client.key }
const put = (name: string, body: object) => send(account, 'PUT', `/tls-profiles/${name}`, body)
const url = 'https://127.0.0.1:9/'
const change = (id: string, body: object) => send(account, 'POST', `/tasks/${id}`, body)
const uses = async () => (await sql`select profile from tls_profile_use order by profile`).map(({ profile }) => profile)

test('a profile is set, shown without its key, listed and deleted', async () => {
  const created = await put('backend', { ca: authority, ...pair })
  expect([created.status, created.body]).toEqual([
    201,
    expect.objectContaining({
      ...{ name: 'backend', ca: authority, certificate: client.cert, private_key: '********', tasks: 0 },
      certificate_subject: 'CN=Duly tests: client',
    }),
  ])
  expect((await send(account, 'GET', '/tls-profiles/backend')).body).toEqual(created.body)
  const { ca, certificate, private_key, ...listed } = created.body
  expect((await send(account, 'GET', '/tls-profiles')).body).toEqual({ records: [listed], next_cursor: null })
  const replaced = await put('backend', { ca: authority })
  expect([replaced.status, replaced.body.certificate, replaced.body.private_key]).toEqual([200, null, null])
  expect((await send(account, 'DELETE', '/tls-profiles/backend')).status).toBe(204)
  expect((await send(account, 'GET', '/tls-profiles/backend')).body.code).toBe('tls_profile_not_found')
  const { body: audit } = await send(account, 'GET', '/audit')
  expect(audit.records.map(({ action }: { action: string }) => action)).toEqual([
    ...['tls_profile_deleted', 'tls_profile_set', 'tls_profile_set', 'service_created'],
  ])
  expect(audit.records[1]).toMatchObject({
    before: { certificate_subject: 'CN=Duly tests: client' },
    after: { certificate_subject: null },
  })
})

test('the key is stored encrypted only, and the mask keeps it', async () => {
  await put('a', pair)
  const [row] = await sql`select tls_profile::text as text from tls_profile`
  const [, body = ''] = client.key.split('\n')
  expect(row?.text).not.toContain(body)
  const { body: read } = await send(account, 'GET', '/tls-profiles/a')
  expect(
    (await put('a', { ca: authority, certificate: read.certificate, private_key: read.private_key })).body,
  ).toMatchObject({ ca: authority, private_key: '********' })
  const other = await put('a', { certificate: strangerClient.cert, private_key: '********' })
  expect([other.status, other.body.errors?.[0].path]).toEqual([400, '/private_key'])
  const none = await put('b', { certificate: client.cert, private_key: '********' })
  expect(none.body.message).toContain('there is none')
})

test('a task names a profile that exists, and an https URL', async () => {
  await put('a', { ca: authority })
  const refused = async (path: string, method: string, body: object) => {
    const answer = await send(account, method, path, body)
    return [answer.status, answer.body.errors?.[0].path, answer.body.message]
  }
  const missing = [400, '/tls_profile', expect.stringContaining('PUT /tls-profiles/none')]
  const plain = [400, '/tls_profile', expect.stringContaining('https://')]
  expect(await refused('/tasks', 'POST', { ...farTask, url, tls_profile: 'none' })).toEqual(missing)
  expect(await refused('/tasks', 'POST', { ...farTask, tls_profile: 'a' })).toEqual(plain)
  const bulk = { tasks: [farTask, { ...farTask, url, tls_profile: 'none' }] }
  expect((await refused('/tasks/bulk', 'POST', bulk))[1]).toBe('/tasks/1/tls_profile')
  const [task, other] = [await createTask(account, { url, tls_profile: 'a' }), await createTask(account)]
  expect(await refused(`/tasks/${task.id}`, 'POST', { tls_profile: 'none' })).toEqual(missing)
  expect(await refused(`/tasks/${task.id}`, 'POST', { url: farTask.url })).toEqual(plain)
  expect(await refused(`/tasks/${other.id}`, 'POST', { tls_profile: 'a' })).toEqual(plain)
  expect(await refused(`/tasks/${other.id}`, 'PUT', { ...farTask, tls_profile: 'a' })).toEqual(plain)
  expect((await change(other.id, { url, tls_profile: 'a' })).body.tls_profile).toBe('a')
})

test('which tasks use a profile is recorded with every change, and a profile in use is not deleted', async () => {
  await put('a', { ca: authority })
  await put('b', { ca: authority })
  const { body: bulk } = await send(account, 'POST', '/tasks/bulk', {
    tasks: [farTask, { ...farTask, url, tls_profile: 'a' }],
  })
  const task = await createTask(account, { url, tls_profile: 'a', name: 'First' })
  expect(await uses()).toEqual(['a', 'a'])
  const { body } = await send(account, 'DELETE', '/tls-profiles/a')
  expect([body.code, body.message]).toEqual([
    'tls_profile_in_use',
    expect.stringContaining(`2 tasks use the TLS profile a: A task (${bulk.tasks[1].id}), First (${task.id})`),
  ])
  await change(task.id, { tls_profile: 'b' })
  expect(await uses()).toEqual(['a', 'b'])
  await change(task.id, { name: 'Same' })
  expect(await uses()).toEqual(['a', 'b'])
  await send(account, 'PUT', `/tasks/${task.id}`, farTask)
  await send(account, 'DELETE', `/tasks/${bulk.tasks[1].id}`)
  expect(await uses()).toEqual([])
  for (const name of ['a', 'b']) expect((await send(account, 'DELETE', `/tls-profiles/${name}`)).status).toBe(204)
})

test('tasks are listed by their TLS profile', async () => {
  await put('a', { ca: authority })
  await createTask(account, { url, tls_profile: 'a', name: 'with' })
  await createTask(account, { url, name: 'without' })
  const names = async (query: string) =>
    (await send(account, 'GET', `/tasks?${query}`)).body.map(({ name }: { name: string }) => name)
  expect(await names('tls_profile=a&sort=-failing_since')).toEqual(['with'])
  expect(await names('tls_profile=b')).toEqual([])
  expect((await send(account, 'GET', '/tasks?tls_profile=a&limit=5')).body.records).toHaveLength(1)
  expect((await send(account, 'GET', '/tasks?tls_profile=not%20one')).status).toBe(400)
})
