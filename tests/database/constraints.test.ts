import { afterAll, beforeAll, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import type { Sql } from '../../src/database/sql.ts'
import { sql } from '../support/database.ts'
import { alertBase, freshAlertKeys } from './alert-rows.ts'
import { bad, base, good, type Row, type Table } from './constraint-rows.ts'

const insert = (table: Table, row: Row, session: Sql = sql) =>
  session`insert into ${session(table)} ${session(row as Record<string, string>)}`
/** The row of `pass_beat` may be written by a scheduler of another test that is about to end. */
const insertBase = (table: Table, row: Row) =>
  sql`insert into ${sql(table)} ${sql(row as Record<string, string>)} on conflict do nothing`

// Once for all tests: what is refused leaves nothing, and what is accepted is rolled back.
beforeAll(async () => {
  await sql`truncate service, operator_token, task, execution, replica, audit, time_zone_release, tally_pending, failing_pending, failed_execution, failure_reason, wake, stop_request, pass_beat, outage, execution_expired, execution_rewrite cascade`
  await insert('service', base.service)
  await insert('task', base.task)
  await insert('task_key', base.task_key)
  await insert('task_label', base.task_label)
  await insert('execution', base.execution)
  await insert('replica', base.replica)
  await insert('idempotency_key', base.idempotency_key)
  await insert('tally', base.tally)
  await insert('failing_task', base.failing_task)
  await insert('tally_pending', base.tally_pending)
  await insert('failed_execution', base.failed_execution)
  await insert('failure_reason', base.failure_reason)
  await insert('failing_pending', base.failing_pending)
  await insert('wake', base.wake)
  await insert('stop_request', base.stop_request)
  await insert('execution_expired', base.execution_expired)
  await insert('execution_rewrite', base.execution_rewrite)
  await insert('audit', base.audit)
  await insert('secret', base.secret)
  await insert('task_secret', base.task_secret)
  await insert('tls_profile', base.tls_profile)
  await insert('tls_profile_use', base.tls_profile_use)
  await insert('flow', base.flow)
  await insert('calendar', base.calendar)
  await insert('calendar_day', base.calendar_day)
  await insert('signing_key', base.signing_key)
  await insert('task_set', base.task_set)
  await insert('task_set_member', base.task_set_member)
  await insert('time_zone_release', base.time_zone_release)
  await insert('token', base.token)
  await insert('operator_token', base.operator_token)
  await insert('catch_up', base.catch_up)
  await insert('retention', base.retention)
  await insert('label_retention', base.label_retention)
  await insert('history_cap', base.history_cap)
  await insert('task_history_cut', base.task_history_cut)
  for (const table of Object.keys(alertBase) as (keyof typeof alertBase)[]) await insertBase(table, base[table])
})

// Other tests count on the row that the migration makes.
afterAll(async () => {
  await sql`truncate pass_beat, outage, execution_expired, execution_rewrite, history_cap`
  await sql`insert into pass_beat default values`
})

const freshKeys: { [table in Table]?: () => Row } = {
  task_key: () => ({}),
  task_label: () => ({}),
  idempotency_key: () => ({ key: Bun.randomUUIDv7() }),
  tally: () => ({ shard: 1 }),
  failing_task: () => ({ task_id: Bun.randomUUIDv7() }),
  tally_pending: () => ({ id: 2 }),
  failed_execution: () => ({ id: Bun.randomUUIDv7() }),
  failure_reason: () => ({ reason: 2 }),
  failing_pending: () => ({ id: 2 }),
  wake: () => ({ xid: '2' }),
  stop_request: () => ({ execution_id: Bun.randomUUIDv7() }),
  execution_expired: () => ({ partition: 'execution_default' }),
  execution_rewrite: () => ({ kept: 'execution_default' }),
  audit: () => ({ id: Bun.randomUUIDv7() }),
  token: () => ({ id: Bun.randomUUIDv7(), name: Bun.randomUUIDv7(), hash: randomBytes(32) }),
  operator_token: () => ({ id: Bun.randomUUIDv7(), name: Bun.randomUUIDv7(), hash: randomBytes(32) }),
  secret: () => ({ name: 'FRESH' }),
  task_secret: () => ({ header: 'x-fresh' }),
  tls_profile: () => ({ name: 'FRESH' }),
  calendar: () => ({ name: 'FRESH' }),
  calendar_day: () => ({ day: '2027-01-01' }),
  flow: () => ({ name: 'FRESH', target: 'fresh.example' }),
  tls_profile_use: () => ({ task_id: Bun.randomUUIDv7() }),
  task_set: () => ({ name: 'fresh' }),
  task_set_member: () => ({ key: 'fresh', task_id: Bun.randomUUIDv7() }),
  time_zone_release: () => ({ only_row: true }),
  catch_up: () => ({}),
  retention: () => ({}),
  label_retention: () => ({ label_value: 'fresh' }),
  history_cap: () => ({}),
  task_history_cut: () => ({ task_id: Bun.randomUUIDv7() }),
  ...freshAlertKeys,
}

/** A good row under a key of its own, so that only what is changed in it can be refused. */
const fresh = (table: Table, key: Row): Row => ({
  ...base[table],
  ...(freshKeys[table]?.() ?? { id: Bun.randomUUIDv7() }),
  ...key,
})

for (const [name, [table, rows]] of Object.entries(bad))
  test(`${name} rejects its bad row`, async () => {
    for (const row of rows) {
      const keyed = name.endsWith('_pkey') ? { ...base[table], ...row } : fresh(table, row)
      const error = await insert(table, keyed).then(
        () => undefined,
        (refused: { constraint_name?: string }) => refused,
      )
      // A unique key of a partitioned table is violated under the name of its partition.
      expect(error?.constraint_name).toBe(name === 'execution_pkey' ? 'execution_default_pkey' : name)
    }
  })

/** Runs statements in a transaction that is rolled back; fails if one of them fails. */
async function undone(work: (session: Sql) => Promise<unknown>): Promise<void> {
  const done = new Error('rolled back')
  const run = sql.begin(async (transaction) => {
    await work(transaction as unknown as Sql)
    throw done
  })
  await run.catch((error) => {
    if (error !== done) throw error
  })
}

test('values at the limits are accepted', async () => {
  await undone(async (session) => {
    for (const [table, row] of good) await insert(table, fresh(table, row), session)
  })
})

/** A trigger sets the column when a row is inserted: tests/flows/routes.test.ts updates it. */
const testedElsewhere = ['task_limited_by_fkey']

test('every constraint is tested with a bad row', async () => {
  const rows = await sql<{ conname: string }[]>`
    select conname
    from pg_constraint
    join pg_class on pg_class.oid = conrelid
    where relnamespace = 'public'::regnamespace
      and not relispartition
      and relname <> 'schema_migrations'
      and contype <> 'n'
    union
    -- Checks of domains, each of which is the type of one column.
    select conname
    from pg_constraint
    where connamespace = 'public'::regnamespace
      and contypid <> 0
    union
    -- Triggers that stand in for a constraint carry its name.
    select tgname
    from pg_trigger
    where not tgisinternal
      and tgname like '%\\_fkey'
    order by conname`
  expect(rows.map(({ conname }) => conname)).toEqual([...Object.keys(bad), ...testedElsewhere].sort())
})

test('a task with executions can neither be deleted nor be given another key', async () => {
  const refused = { constraint_name: 'execution_task_fkey', code: '23503' }
  await expect(Promise.resolve(sql`delete from task`)).rejects.toMatchObject(refused)
  await expect(Promise.resolve(sql`update task set id = gen_random_uuid()`)).rejects.toMatchObject({ code: '23503' })
  await undone(async (session) => {
    await session`delete from execution`
    await session`delete from task`
  })
})

test('one execution without a task refuses the whole statement', async () => {
  const row = fresh('execution', {})
  const rows = [row, { ...row, id: Bun.randomUUIDv7(), task_id: Bun.randomUUIDv7() }]
  const inserting = sql`insert into execution ${sql(rows as Record<string, string>[])}`
  await expect(Promise.resolve(inserting)).rejects.toMatchObject({ constraint_name: 'execution_task_fkey' })
})

test('no trigger runs before an update of a table that claims write: it would cost each of them a lock and the generated columns', async () => {
  const before = await sql`
    select tgname
    from pg_trigger
    where tgrelid in ('task'::regclass, 'execution'::regclass)
      and not tgisinternal
      -- BEFORE and UPDATE: see catalog/pg_trigger.h.
      and tgtype & 2 <> 0
      and tgtype & 16 <> 0`
  expect([...before]).toEqual([])
})

test('a task without a calendar has no calendar_use', async () => {
  await undone(async (session) => {
    const row = fresh('task', { calendar_use: '018f0000-0000-7000-8000-000000000001 skip' })
    const refused = { code: '23514', message: expect.stringMatching(/^calendar_use is null/) }
    await expect(insert('task', row, session)).rejects.toMatchObject(refused)
  })
})
