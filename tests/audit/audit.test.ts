import { beforeEach, expect, test } from 'bun:test'
import { commandLine } from '../../src/audit/actor.ts'
import { deleteExpiredEntries } from '../../src/audit/queries.ts'
import { createToken, hashToken } from '../../src/services/credentials.ts'
import { revokeTokens, rotateToken } from '../../src/services/queries.ts'
import { removeService } from '../../src/services/remove-service.ts'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount('team')
})

const entriesOf = async (id: string, query = '') =>
  (await send(account, 'GET', `/tasks/${id}/audit${query}`)).body.records
const tokenName = ({ token }: Account) => hashToken(token).toString('hex').slice(0, 8)

test('a create is one entry, with the caller and all fields of the task', async () => {
  const headers = { 'user-agent': `tester ${'x'.repeat(300)}`, 'x-request-id': 'request-1' }
  const { body: task } = await send(account, 'POST', '/tasks', { ...farTask, header: { Accept: '*/*' } }, headers)
  const { id: _, service_id, starts_at: __, runs_left: ___, created_at, updated_at, ...fields } = task
  expect(await entriesOf(task.id)).toEqual([
    {
      id: expect.any(String),
      at: created_at,
      task_id: task.id,
      name: 'A task',
      action: 'task_created',
      actor: 'token',
      principal: tokenName(account),
      address: null,
      user_agent: headers['user-agent'].slice(0, 200),
      request_id: 'request-1',
      before: null,
      after: fields,
      secrets: [],
    },
  ])
  expect([service_id, updated_at]).toEqual([account.id, created_at])
})

test('each task of a bulk create is one entry, and so is a create with an Idempotency-Key; a repeat adds none', async () => {
  const { body } = await send(account, 'POST', '/tasks/bulk', { tasks: [farTask, { ...farTask, name: 'Other' }] })
  for (const task of body.tasks) expect(await entriesOf(task.id)).toMatchObject([{ after: { name: task.name } }])
  const once = () => send(account, 'POST', '/tasks', farTask, { 'idempotency-key': 'k' })
  const { body: task } = await once()
  await once()
  expect(await entriesOf(task.id)).toHaveLength(1)
})

test('an update is one entry with the old and new values of the changed fields; one that changes nothing adds none', async () => {
  const { id } = await createTask(account, { header: { Accept: '*/*' } })
  await send(account, 'POST', `/tasks/${id}`, { name: 'New', frequency: 2, method: 'GET' })
  await send(account, 'POST', `/tasks/${id}`, { name: 'New' })
  await send(account, 'PUT', `/tasks/${id}`, {
    ...farTask,
    name: 'New',
    frequency: 2,
    scheduled_at: '2098-01-01T00:00:00.5Z',
  })
  await send(account, 'POST', '/tasks/status', { ids: [id], status: 'paused' })
  await send(account, 'POST', '/tasks/status', { ids: [id], status: 'paused' })
  const entries = await entriesOf(id)
  expect(entries.map(({ before, after }: { before: object; after: object }) => [before, after])).toEqual([
    [{ status: 'active' }, { status: 'paused' }],
    [
      { header: { Accept: '*/*' }, scheduled_at: '2099-01-01T00:00:00Z' },
      { header: {}, scheduled_at: '2098-01-01T00:00:00.5Z' },
    ],
    [
      { name: 'A task', frequency: 1, unit: 'hour' },
      { name: 'New', frequency: 2, unit: 'hour' },
    ],
    [null, expect.objectContaining({ name: 'A task' })],
  ])
})

test('the audit records that a secret was set, and never its value', async () => {
  const { id } = await createTask(account, { header: { Authorization: 'Bearer geheim-1' } })
  await send(account, 'POST', `/tasks/${id}`, { header: { Authorization: 'Bearer geheim-2' } })
  await send(account, 'POST', `/tasks/${id}`, { header: { Authorization: '********', Accept: '*/*' } })
  const entries = await entriesOf(id)
  expect(JSON.stringify(entries)).not.toContain('geheim')
  expect(entries).toMatchObject([
    {
      before: { header: { Authorization: '********' } },
      after: { header: { Accept: '*/*', Authorization: '********' } },
      secrets: [],
    },
    { before: null, after: null, secrets: ['authorization'] },
    { before: null, after: { header: { Authorization: '********' } }, secrets: ['authorization'] },
  ])
})

test('a long payload is truncated, and a change in the truncated part is recorded', async () => {
  const { id } = await createTask(account, { payload: `${'ä'.repeat(2000)}1` })
  await send(account, 'POST', `/tasks/${id}`, { payload: `${'ä'.repeat(2000)}2` })
  const [{ before, after }] = await entriesOf(id)
  for (const { payload } of [before, after]) expect(payload).toMatch(/^ä{1000}… \(4001 bytes, SHA-256 [0-9a-f]{64}\)$/)
  expect(before.payload).not.toBe(after.payload)
})

test('a delete is an entry of the service, and of the task, whose audit is kept', async () => {
  const { id } = await createTask(account, { status: 'paused' })
  await send(account, 'DELETE', `/tasks/${id}`)
  expect((await send(account, 'DELETE', `/tasks/${id}`)).status).toBe(404)
  for (const page of [await entriesOf(id), await entriesOf(id, '?limit=10')])
    expect(page).toMatchObject([{ action: 'task_deleted', task_id: id }, { action: 'task_created' }])
  const other = await createAccount()
  expect((await send(other, 'GET', `/tasks/${id}/audit`)).status).toBe(404)
  await sql`delete from audit where task_id = ${id}`
  expect((await send(account, 'GET', `/tasks/${id}/audit`)).status).toBe(404)
})

test('a run by hand is an entry with who asked for it and the execution; one that is refused or repeated adds none', async () => {
  const { id } = await createTask(account)
  const run = (headers = {}) => send(account, 'POST', `/tasks/${id}/executions`, undefined, headers)
  const { body } = await run({ 'idempotency-key': 'k', 'user-agent': 'curl/8.5' })
  expect([(await run({ 'idempotency-key': 'k' })).status, (await run()).status]).toEqual([202, 409])
  const [entry, ...others] = await entriesOf(id)
  expect(entry).toMatchObject({
    ...{ action: 'task_run', actor: 'token', principal: tokenName(account), user_agent: 'curl/8.5', name: 'A task' },
    ...{ at: body.created_at, before: null, after: { execution_id: body.id } },
  })
  expect(others).toMatchObject([{ action: 'task_created' }])
})

test('a stop is an entry with who asked for it and the execution; asking again adds none', async () => {
  const { id } = await createTask(account)
  const { body: run } = await send(account, 'POST', `/tasks/${id}/executions`)
  await sql`update execution set status = 'started', started_at = now(), replica_id = ${run.id} where id = ${run.id}`
  const stop = () => send(account, 'POST', `/tasks/${id}/executions/${run.id}/stop`)
  const { body } = await stop()
  expect((await stop()).status).toBe(202)
  const [entry, ...others] = await entriesOf(id)
  expect(entry).toMatchObject({
    ...{ action: 'execution_stopped', actor: 'token', principal: tokenName(account), name: 'A task' },
    ...{ at: body.stop_requested_at, before: null, after: { execution_id: run.id } },
  })
  expect(others).toMatchObject([{ action: 'task_run' }, { action: 'task_created' }])
})

test('the service has the delete among its changes', async () => {
  const { id } = await createTask(account, { status: 'paused' })
  await send(account, 'DELETE', `/tasks/${id}`)
  const { body } = await send(account, 'GET', '/audit')
  expect(body).toMatchObject({ total_count: 3, page_number: 0, count: 10 })
  expect(body.records).toMatchObject([
    { action: 'task_deleted', task_id: id, name: 'A task', before: { status: 'paused', name: 'A task' }, after: null },
    { action: 'task_created', task_id: id },
    {
      action: 'service_created',
      task_id: null,
      name: 'team',
      actor: 'server',
      after: { name: 'team', token: tokenName(account) },
    },
  ])
})

test('refused changes add no entry', async () => {
  const { id } = await createTask(account)
  await send(account, 'POST', `/tasks/${id}`, { name: 'New' }, { 'if-match': '"9"' })
  await send(account, 'POST', `/tasks/${id}`, { frequency: 0 })
  await send(account, 'POST', `/tasks/${Bun.randomUUIDv7()}`, { name: 'New' })
  await send(account, 'POST', '/tasks/bulk', { tasks: [farTask, { ...farTask, unit: 'year' }] })
  expect((await send(account, 'GET', '/audit')).body.total_count).toBe(2)
})

test('a rotation and the deletion of a service are recorded with the actor, and never a token', async () => {
  const token = createToken()
  await rotateToken(sql, account.id, hashToken(token), 60, commandLine())
  const { body } = await send({ ...account, token }, 'GET', '/audit?count=1')
  expect(body.records).toMatchObject([
    {
      action: 'token_rotated',
      actor: 'command_line',
      principal: expect.any(String),
      before: { token: tokenName(account) },
      after: { token: tokenName({ ...account, token }), grace_seconds: 60 },
    },
  ])
  await removeService(sql, account.id, commandLine())
  const rows = await sql`select action, before from audit where service_id = ${account.id} order by at desc limit 1`
  expect(rows).toMatchObject([{ action: 'service_deleted', before: { name: 'team' } }])
  const [all] = await sql`select string_agg(audit::text, ' ') as text from audit`
  for (const secret of [account.token, token]) expect(all?.text).not.toContain(secret)
})

test('pages go from new to old, without gaps and duplicates', async () => {
  const { body } = await send(account, 'POST', '/tasks/bulk', { tasks: Array.from({ length: 25 }, () => farTask) })
  const pages = await Promise.all([0, 1, 2, 3].map((page) => send(account, 'GET', `/audit?pageNumber=${page}&count=9`)))
  const records = pages.flatMap(({ body }) => body.records)
  expect(records).toHaveLength(26)
  expect(new Set(records.map(({ id }) => id)).size).toBe(26)
  expect(records.at(-1).action).toBe('service_created')
  expect(body.tasks).toHaveLength(25)
})

test('expired entries are deleted in batches, and younger ones remain', async () => {
  for (let count = 0; count < 3; count++) await createTask(account)
  await sql`
    update audit
    set at = now() - interval '366 days'
    where action = 'task_created'`
  expect(await deleteExpiredEntries(sql, 365, 2)).toBe(2)
  expect(await deleteExpiredEntries(sql, 365, 2)).toBe(1)
  expect((await send(account, 'GET', '/audit')).body.records).toMatchObject([{ action: 'service_created' }])
})

test('a secret header that an older version stored in clear text is masked in the entries of an update and a delete', async () => {
  const { id } = await createTask(account)
  await sql`update task set header = '{"Authorization": "Bearer geheim", "Accept": "*/*"}' where id = ${id}`
  await send(account, 'POST', `/tasks/${id}`, { header: { Accept: '*/*' } })
  expect((await entriesOf(id))[0]).toMatchObject({
    before: { header: { Authorization: '********', Accept: '*/*' } },
    after: { header: { Accept: '*/*' } },
  })
  await sql`update task set header = '{"Authorization": "Bearer geheim"}' where id = ${id}`
  await send(account, 'DELETE', `/tasks/${id}`)
  const [row] = await sql`select string_agg(audit::text, '') as text from audit`
  expect(row?.text).not.toContain('geheim')
})

test('an interrupted and repeated deletion of a service is recorded once', async () => {
  await revokeTokens(sql, account.id, commandLine())
  await removeService(sql, account.id, commandLine())
  const rows = await sql`select action from audit where service_id = ${account.id} order by at`
  expect(rows.map(({ action }) => action)).toEqual(['service_created', 'service_deleted'])
})
