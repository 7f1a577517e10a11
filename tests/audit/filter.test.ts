import { beforeAll, expect, test } from 'bun:test'
import { actions } from '../../src/audit/actions.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { freshTables, sql } from '../support/database.ts'
import { walk } from '../support/walk.ts'

let owner: Account
let invoices: string
let reports: string

// Changes of three nights: 00:30 by the token deploy, 01:30 by the user kim of a machine, 02:30 by the server.
beforeAll(async () => {
  await freshTables()
  owner = await createAccount()
  invoices = (await createTask(owner, { name: 'Invoices' })).id
  reports = (await createTask(owner, { name: 'Reports' })).id
  await sql`delete from audit`
  await sql`
    insert into audit (service_id, at, task_id, name, action, actor, principal, address)
    select ${owner.id}, night + time, task_id, 'A task', action, actor, principal, address::inet
    from (
      values
        (interval '30 minutes', ${invoices}::uuid, 'task_updated', 'token', 'deploy', '10.1.2.3'),
        (interval '90 minutes', ${reports}, 'task_deleted', 'command_line', 'kim', null),
        (interval '150 minutes', null, 'flow_set', 'server', null, null)
    ) as change (time, task_id, action, actor, principal, address)
    cross join generate_series('2026-07-01T00:00:00Z'::timestamptz, '2026-07-03T00:00:00Z', '1 day') as night`
})

const read = (query: string, path = '/audit') => send(owner, 'GET', `${path}?${query}`)
/** The times of the entries that a query finds, such as `03 00:30`. */
async function found(query: string, path?: string): Promise<string[]> {
  const { body } = await read(`count=100&${query}`, path)
  expect(body.total_count).toBe(body.records.length)
  // A page by cursor has the same.
  expect((await read(`limit=100&${query}`, path)).body.records).toEqual(body.records)
  return body.records.map(({ at }: { at: string }) => at.slice(8, 16).replace('T', ' '))
}

test('changes are found by their time, what and who, the task, and all of these together', async () => {
  expect(await found('')).toHaveLength(9)
  expect(await found('from=2026-07-02T00:30:00Z&to=2026-07-02T02:30:00Z')).toEqual(['02 01:30', '02 00:30'])
  expect(await found('from=2026-07-03T03:30:00%2B02:00')).toEqual(['03 02:30', '03 01:30'])
  expect(await found('action=task_deleted')).toEqual(['03 01:30', '02 01:30', '01 01:30'])
  expect(await found('action=task_deleted,flow_set')).toHaveLength(6)
  expect(await found('action=token_created')).toEqual([])
  expect(await found(`task_id=${invoices}`)).toEqual(['03 00:30', '02 00:30', '01 00:30'])
  expect(await found(`task_id=${Bun.randomUUIDv7()}`)).toEqual([])
  expect(await found('to=2026-07-02T00:00:00Z', `/tasks/${invoices}/audit`)).toEqual(['01 00:30'])
  expect(await found('who=kim', `/tasks/${invoices}/audit`)).toEqual([])
  expect(await found(`action=task_updated,flow_set&who=DEPLOY&from=2026-07-03T00:00:00Z&task_id=${invoices}`)).toEqual([
    '03 00:30',
  ])
})

test('who is looked for in actor, principal and address, in any case, and is no pattern', async () => {
  for (const who of ['deploy', 'Token Deploy', '10.1.2', 'ploy 10.'])
    expect(await found(`who=${encodeURIComponent(who)}`)).toEqual(['03 00:30', '02 00:30', '01 00:30'])
  for (const who of ['KIM', 'command line', 'command_line']) expect(await found(`who=${who}`)).toHaveLength(3)
  expect(await found('who=server')).toHaveLength(3)
  for (const who of ['%25', '.*', '_e']) expect(await found(`who=${who}`)).toEqual([])
  expect(await found('who=')).toHaveLength(9)
})

test('a walk by cursor keeps to the filter, and a cursor is refused with another one', async () => {
  const pages = await walk(owner, '/audit?limit=2&action=task_updated,flow_set')
  expect(pages.flat()).toEqual((await read('count=100&action=task_updated,flow_set')).body.records)
  const { next_cursor } = (await read('limit=1&who=kim')).body
  expect((await read(`limit=1&who=kim&cursor=${next_cursor}`)).status).toBe(200)
  expect((await read(`limit=1&cursor=${next_cursor}`)).status).toBe(400)
})

test.each([
  ['from=yesterday', '/from'],
  ['to=2026-07-01', '/to'],
  ['action=task_ran', '/action'],
  ['action=', '/action'],
  ['task_id=1', '/task_id'],
  [`who=${'x'.repeat(201)}`, '/who'],
  ['who=%00', '/who'],
])('is refused: %s', async (query, path) => {
  expect(await read(query)).toMatchObject({ status: 400, body: { errors: [{ path }] } })
})

test('the actions that can be asked for are those that the database stores', async () => {
  const [row] = await sql`
    select pg_get_constraintdef(oid) as definition from pg_constraint where conname = 'audit_action_known'`
  const stored = [...String(row?.definition).matchAll(/'(\w+)'::text/g)].map(([, name]) => name)
  expect(stored.sort()).toEqual([...actions].sort())
})
