// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of references
import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { createTestApp } from '../support/create-test-app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { noSecrets } from '../support/secrets.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
})

const put = (name: string, value: unknown = 'geheim-geheim') => send(account, 'PUT', `/secrets/${name}`, { value })
const using = (header: Record<string, string>, fields: object = {}) => createTask(account, { header, ...fields })
const remove = (name: string) => send(account, 'DELETE', `/secrets/${name}`)
const names = async () =>
  (await send(account, 'GET', '/secrets')).body.records.map(({ name }: { name: string }) => name)
const usesOf = async (id: string) => {
  const rows = await sql`select header, name from task_secret where task_id = ${id} order by header, name`
  return rows.map(({ header, name }) => `${header} ${name}`)
}

test('a secret is set, listed and deleted, and no answer and no table has its value', async () => {
  const first = await put('API_TOKEN')
  expect([first.status, first.body]).toEqual([
    201,
    { name: 'API_TOKEN', created_at: expect.any(String), updated_at: expect.any(String), tasks: 0 },
  ])
  const again = await put('API_TOKEN', 'geheim-again')
  expect([again.status, again.body.created_at]).toEqual([200, first.body.created_at])
  expect(again.body.updated_at > first.body.updated_at).toBe(true)
  await put('another')
  expect(await names()).toEqual(['API_TOKEN', 'another'])
  expect((await remove('another')).status).toBe(204)
  expect((await remove('another')).body).toMatchObject({ code: 'secret_not_found' })
  expect(await names()).toEqual(['API_TOKEN'])
  const { body: audit } = await send(account, 'GET', '/audit')
  expect(audit.records.map(({ action, name }: { action: string; name: string }) => `${action} ${name}`)).toEqual([
    'secret_deleted another',
    'secret_set another',
    'secret_set API_TOKEN',
    'secret_set API_TOKEN',
    'service_created team',
  ])
  const [row] =
    await sql`select concat((select string_agg(secret::text, '') from secret), (select string_agg(audit::text, '') from audit)) as text`
  for (const text of [row?.text, JSON.stringify([first.body, again.body, audit])]) expect(text).not.toContain('geheim')
})

test('what cannot be stored is refused, and the error does not repeat it', async () => {
  for (const [value, said] of [
    ['', 'must not be empty'],
    ['   ', 'must not be empty'],
    ['geheim\n', 'must not end with a line break'],
    ['geh\neim', 'must be one line, as a request header is'],
    ['geh\teim', 'must be visible ASCII'],
    ['geheim-ü', 'must be visible ASCII'],
    [`geheim${'x'.repeat(8_192)}`, 'must have at most 8192 characters'],
    [7, 'must be a string'],
  ] as const) {
    const { status, body } = await put('A', value)
    expect([status, body.errors?.[0].path]).toEqual([400, '/value'])
    expect(body.message).toContain(said)
    expect(JSON.stringify(body)).not.toContain('geheim')
  }
  for (const name of ['-a', 'a.b', 'a%20b', 'x'.repeat(65)]) expect((await put(name)).status).toBe(400)
  expect((await put('A', 'x'.repeat(8_192))).status).toBe(201)
})

test('a server without a key refuses secrets and says why', async () => {
  const app = await createTestApp({ secrets: noSecrets })
  const headers = { service_id: account.id, token: account.token, 'content-type': 'application/json' }
  const answer = await app.fetch(
    new Request('http://localhost/secrets/A', { method: 'PUT', headers, body: '{"value":"geheim"}' }),
  )
  expect([answer.status, (await answer.json()).message]).toEqual([400, expect.stringContaining('SECRET_KEY')])
})

test('a task that refers to a secret that does not exist is refused at its header', async () => {
  await put('A')
  const header = { 'X-One': '${secret.A}', Authorization: 'Bearer ${secret.NONE}' }
  const said = { path: '/header/Authorization', message: expect.stringContaining('PUT /secrets/NONE') }
  const created = await send(account, 'POST', '/tasks', { ...farTask, header })
  expect([created.status, created.body.errors]).toEqual([400, [expect.objectContaining(said)]])
  const bulk = await send(account, 'POST', '/tasks/bulk', { tasks: [farTask, { ...farTask, header }] })
  expect(bulk.body.errors[0].path).toBe('/tasks/1/header/Authorization')
  const { id } = await createTask(account)
  for (const [method, body] of [
    ['POST', { header }],
    ['PUT', { ...farTask, header }],
  ] as const)
    expect((await send(account, method, `/tasks/${id}`, body)).body.errors).toEqual([expect.objectContaining(said)])
  const typo = await send(account, 'POST', '/tasks', { ...farTask, header: { 'X-One': '${secret.A' } })
  expect(typo.body.message).toContain('names no secret')
  expect(await usesOf(id)).toEqual([])
})

test('a value that is only a reference is shown, stored and audited as it is; with other text it is sealed', async () => {
  await put('A')
  const header = {
    Authorization: 'Bearer ${secret.A}',
    Cookie: 'session=${secret.A}; also=geheim',
    'X-Plain': '${secret.A}!',
  }
  const task = await using(header)
  const shown = { ...header, Cookie: '********' }
  expect(task.header).toEqual(shown)
  const [row] = await sql`select header, secret_header from task`
  expect([row?.header, Object.keys(row?.secret_header)]).toEqual([shown, ['cookie']])
  await put('B')
  await send(account, 'POST', `/tasks/${task.id}`, { header: { ...shown, Authorization: 'Bearer ${secret.B}' } })
  const { body } = await send(account, 'GET', `/tasks/${task.id}/audit`)
  expect(body.records[0]).toMatchObject({
    before: { header: { Authorization: 'Bearer ${secret.A}' } },
    after: { header: { Authorization: 'Bearer ${secret.B}' } },
  })
})

test('which tasks use a secret is recorded with every change, and a secret in use is not deleted', async () => {
  await Promise.all(['A', 'B', 'C'].map((name) => put(name)))
  const one = await using({ Cookie: 'a=${secret.A}; b=${secret.B}', 'X-Other': '${secret.C}' }, { name: 'First' })
  const { body: bulk } = await send(account, 'POST', '/tasks/bulk', {
    tasks: [farTask, { ...farTask, header: { a: '${secret.A}' } }],
  })
  expect(await usesOf(one.id)).toEqual(['cookie A', 'cookie B', 'x-other C'])
  expect(await usesOf(bulk.tasks[1].id)).toEqual(['a A'])
  const { body: list } = await send(account, 'GET', '/secrets')
  expect(list.records.map(({ tasks }: { tasks: number }) => tasks)).toEqual([2, 1, 1])
  const kept = await remove('A')
  expect([kept.status, kept.body.code]).toEqual([409, 'secret_in_use'])
  expect(kept.body.message).toContain(`2 tasks use the secret A: A task (${bulk.tasks[1].id}), First (${one.id})`)
  // The mask keeps the value of a header, and with it what it refers to.
  await send(account, 'POST', `/tasks/${one.id}`, { header: { Cookie: '********', 'X-New': '${secret.A}' } })
  expect(await usesOf(one.id)).toEqual(['cookie A', 'cookie B', 'x-new A'])
  expect((await remove('C')).status).toBe(204)
  await send(account, 'POST', `/tasks/${one.id}`, { header: { Cookie: 'a=${secret.A}', 'X-New': '$${secret.A}' } })
  expect(await usesOf(one.id)).toEqual(['cookie A'])
  await send(account, 'DELETE', `/tasks/${bulk.tasks[1].id}`)
  await send(account, 'PUT', `/tasks/${one.id}`, farTask)
  expect((await sql`select from task_secret`).length).toBe(0)
  for (const name of ['A', 'B']) expect((await remove(name)).status).toBe(204)
})

test('the 409 names 20 tasks at most', async () => {
  await put('A')
  const tasks = Array.from({ length: 25 }, () => ({ ...farTask, header: { a: '${secret.A}' } }))
  await send(account, 'POST', '/tasks/bulk', { tasks })
  const { body } = await remove('A')
  expect(body.message).toStartWith('25 tasks use the secret A: ')
  expect(body.message).toContain(' and 5 more.')
})

test('the list has pages', async () => {
  for (const name of ['C', 'A', 'B']) await put(name)
  const first = (await send(account, 'GET', '/secrets?limit=2')).body
  const second = (await send(account, 'GET', `/secrets?limit=2&cursor=${first.next_cursor}`)).body
  const namesOf = ({ records }: typeof first) => records.map(({ name }: { name: string }) => name)
  expect([namesOf(first), namesOf(second), second.next_cursor]).toEqual([['A', 'B'], ['C'], null])
})

test('a service has a limited number of secrets', async () => {
  await sql`
    insert into secret (service_id, name, sealed)
    select ${account.id}, 'N' || number, '01234567.aGVsbG8='
    from generate_series(1, 500) as number`
  expect((await put('ONE_MORE')).body).toMatchObject({ code: 'too_many_secrets' })
  expect((await put('N7')).status).toBe(200)
})
