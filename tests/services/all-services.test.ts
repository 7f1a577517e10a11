import { beforeEach, expect, test } from 'bun:test'
import { userInfo } from 'node:os'
import { commandLine, server } from '../../src/audit/actor.ts'
import { deleteOperatorToken, listOperatorTokens } from '../../src/services/operator-tokens.ts'
import { revokeTokens } from '../../src/services/queries.ts'
import { openTestAlerts } from '../support/alerts.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { createOperator } from '../support/operators.ts'

let operator: string
beforeEach(async () => {
  await emptyDatabase()
  operator = await createOperator()
})

const asOperator = (path: string, token = operator) =>
  send(undefined, 'GET', path, undefined, { authorization: `Bearer ${token}` })
const names = async (query = '') =>
  (await asOperator(`/services${query}`)).body.records.map(({ name }: { name: string }) => name)

/** A task that has failed. */
async function failing(account: Account, fields: object = {}): Promise<string> {
  const { id } = await createTask(account, fields)
  await sql`insert into failing_task (service_id, task_id, consecutive, settled) values (${account.id}, ${id}, 1, 1)`
  return id
}

test('an operator sees all services with what fails, their alerts and what ended in the last day', async () => {
  const one = await createAccount('one')
  const two = await createAccount('two')
  const ids = [await failing(two), await failing(two)]
  await send(two, 'DELETE', `/tasks/${ids[0]}`)
  await failing(one, { status: 'paused' })
  await openTestAlerts(two.id, { task_ids: [ids[1] as string] })
  await sql`
    insert into tally (service_id, at, shard, success, failed, skipped, duration_ms, skew_ms)
    select ${two.id}, date_bin('15 minutes', now(), '2000-01-01') - ago, 0, 5, 4, 3, '{}', '{}'
    from unnest(array[interval '0', interval '23 hours', interval '25 hours']) ago`
  const none = { failing: 0, alerts: 0, late: 0, success: 0, failed: 0, skipped: 0 }
  const created_at = expect.any(String)
  expect((await asOperator('/services')).body).toEqual({
    records: [
      { id: one.id, name: 'one', created_at, ...none },
      { id: two.id, name: 'two', created_at, failing: 1, alerts: 1, late: 0, success: 10, failed: 8, skipped: 6 },
    ],
    next_cursor: null,
  })
})

test('the services are listed by name, a page at a time, of a name that contains a text, and those that fail', async () => {
  for (const name of ['shop b', 'Shop A', 'stock', 'shop b']) await createAccount(name)
  await failing(await createAccount('shop c'))
  await sql`update service set created_at = now()`
  const sorted = [...(await sql`select name from service order by name, id`)].map(({ name }) => name)
  expect(await names()).toEqual(sorted)
  const walked: string[] = []
  for (let path: string | null = '/services?limit=2'; path; ) {
    const { body } = await asOperator(path)
    walked.push(...body.records.map(({ name }: { name: string }) => name))
    path = body.next_cursor && `/services?limit=2&cursor=${body.next_cursor}`
  }
  expect(walked).toEqual(sorted)
  expect((await names('?search=SHOP')).sort()).toEqual(['Shop A', 'shop b', 'shop b', 'shop c'])
  expect(await names('?failing=true')).toEqual(['shop c'])
  expect(await names('?failing=true&search=stock')).toEqual([])
})

test('an operator reads any service that is named, and changes none', async () => {
  const accounts = [await createAccount('one'), await createAccount('two')]
  for (const account of accounts) {
    const task = await createTask(account)
    const as = { id: account.id, token: operator }
    expect((await send(as, 'GET', '/service')).body.id).toBe(account.id)
    expect((await send(as, 'GET', `/tasks/${task.id}`)).body.id).toBe(task.id)
    expect((await send(as, 'DELETE', `/tasks/${task.id}`)).status).toBe(403)
    expect((await send(as, 'POST', `/tasks/${task.id}/executions`)).status).toBe(403)
    expect((await send(as, 'GET', '/services')).body.records).toHaveLength(2)
  }
})

test('an operator that names no service is told so where one is needed; one that does not exist is refused', async () => {
  await createAccount()
  const { status, body } = await asOperator('/tasks')
  expect([status, body.code]).toEqual([401, 'unauthorized'])
  expect(body.message).toContain('send the id of the service too')
  for (const id of [crypto.randomUUID(), '00000000-0000-0000-0000-000000000000'])
    expect((await send({ id, token: operator }, 'GET', '/tasks')).status).toBe(401)
})

test('tokens of services see no other service, whatever they are called', async () => {
  const account = await createAccount()
  const { status, body } = await send(account, 'GET', '/services')
  expect([status, body.code]).toEqual([403, 'missing_scope'])
  expect(body.message).toContain('duly operator-token create')
  const { status: refused } = await send(account, 'POST', '/tokens', { name: 'x', scopes: ['operator'] })
  expect(refused).toBe(400)
})

test('a token that was deleted or has expired is refused, and so is one that merely looks like one', async () => {
  await createAccount()
  expect((await asOperator('/services')).status).toBe(200)
  const expired = await createOperator('expired')
  const [deleted] = await listOperatorTokens(sql)
  await sql`
    update operator_token
    set created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour'
    where name = 'expired'`
  expect((await asOperator('/services', expired)).status).toBe(401)
  expect((await asOperator('/services', `${operator.slice(0, -1)}_`)).status).toBe(401)
  await deleteOperatorToken(sql, deleted?.name ?? '', server)
  // Valid credentials are cached for a second.
  await eventually(async () => (await asOperator('/services')).status === 401, 'the deleted token is refused')
})

test('a service that is being deleted is not listed, and not read by an operator', async () => {
  const gone = await createAccount('gone')
  await revokeTokens(sql, gone.id, server)
  expect(await names()).toEqual([])
  expect((await send({ id: gone.id, token: operator }, 'GET', '/tasks')).status).toBe(401)
})

test('the tokens of operators are listed, oldest first, and deleted by their names', async () => {
  await createOperator('night')
  const listed = async () => (await listOperatorTokens(sql)).map(({ name }) => name)
  expect((await listed()).slice(1)).toEqual(['night'])
  expect(await deleteOperatorToken(sql, 'night', commandLine())).toBe(true)
  expect(await deleteOperatorToken(sql, 'night', commandLine())).toBe(false)
  expect(await listed()).toHaveLength(1)
})

test('who made and who deleted a token stays known, and its name can be given again', async () => {
  const user = userInfo().username
  await createOperator('night')
  await deleteOperatorToken(sql, 'night', { ...commandLine(), principal: 'kim' })
  await createOperator('night')
  // There is one of this name already.
  await createOperator('night')
  const deleted_at = expect.any(String)
  expect((await listOperatorTokens(sql, true)).slice(1)).toMatchObject([
    { name: 'night', created_by: user, deleted_at, deleted_by: 'kim' },
    { name: 'night', created_by: user, deleted_at: null, deleted_by: null },
  ])
  expect(await listOperatorTokens(sql)).toHaveLength(2)
})

test('the day on which a token was last used is recorded, and its text nowhere', async () => {
  await createAccount()
  await asOperator('/services')
  const stored = () => sql`select last_used_on::text as day, operator_token::text as text from operator_token`
  await eventually(async () => (await stored())[0]?.day != null, 'the day is recorded')
  const [row] = await stored()
  expect(row?.day).toBe(new Date().toISOString().slice(0, 10))
  expect(row?.text).not.toContain(operator)
})
