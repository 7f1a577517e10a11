import { afterEach, expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import { migrate } from '../../src/database/migrate.ts'
import type { Sql } from '../../src/database/sql.ts'
import { partitionDays } from '../../src/maintenance/partition-length.ts'
import { maintainPartitions } from '../../src/maintenance/partitions.ts'
import { listPageRanges } from '../../src/transitions/page-range.ts'
import { createRole, emptyScratch, type Scratch } from '../database/scratch.ts'
import { eventually } from '../support/eventually.ts'
import { endEverything } from '../support/process.ts'
import { ask, overdueTask, startService } from '../support/service.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await endEverything()
  for (const end of ends.splice(0).reverse()) await end()
})

async function migrated(): Promise<Scratch> {
  const database = await emptyScratch()
  ends.push(database.drop)
  await migrate(database.url)
  return database
}

/** A role that may use the tables and make none. */
async function restricted(database: Scratch): Promise<{ name: string; url: string; sql: Sql }> {
  const role = await createRole(database)
  const sql = connect(role.url, { max: 1, statementTimeoutSeconds: 20, name: 'duly test role' })
  ends.push(role.drop, () => sql.end({ timeout: 2 }))
  return { ...role, sql }
}

const ownerOf = async ({ sql }: { sql: Sql }) => {
  const [row] = await sql<{ name: string }[]>`
    select quote_ident(tableowner) as name from pg_tables where tablename = 'execution'`
  return row?.name
}

const partitions = async ({ sql }: { sql: Sql }) =>
  (await sql<{ name: string }[]>`select relid::text as name from pg_partition_tree('execution') where isleaf`)
    .map(({ name }) => name)
    .sort()

const dayMs = 86_400_000
const dayFromNow = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10)

/** Two executions, of which the retention of 30 days keeps one. */
async function insertOldAndNew(sql: Sql, day: string): Promise<void> {
  await sql.unsafe(`
    insert into service (id, name, token_hash) values (gen_random_uuid(), 'team', sha256('a')) on conflict do nothing;
    insert into task (service_id, id, name, url, method, status)
    select id, gen_random_uuid(), 'old', 'http://127.0.0.1:9/', 'GET', 'disabled' from service;
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status)
    select service_id, id, gen_random_uuid(), gen_random_uuid(), at, at, 'success'
    from task, unnest(array['${day} 12:00+00'::timestamptz, now()]) at`)
}

const ages = async ({ sql }: { sql: Sql }) =>
  (await sql<{ old: boolean }[]>`select created_at < now() - interval '30 days' as old from execution`).map(
    ({ old }) => old,
  )

test('without the privilege to create partitions the refusal is logged, and retention of the default partition continues', async () => {
  const database = await migrated()
  const { sql, name } = await restricted(database)
  await insertOldAndNew(database.sql, '2026-01-15')
  expect(await maintainPartitions(sql, 30)).toBe(
    `grant ${await ownerOf(database)} to ${name}; grant create on schema public to ${name}`,
  )
  expect(await ages(database)).toEqual([false])
  expect(await partitions(database)).toEqual(['execution_default'])
  await database.sql.unsafe(`grant create on schema public to ${name}; grant ${await ownerOf(database)} to ${name}`)
  // Rows of today are in the default one.
  await database.sql`truncate execution`
  expect(await maintainPartitions(sql, 30)).toBeUndefined()
  expect((await partitions(database)).length).toBeGreaterThan(7)
})

test('a partition past retention that its user may not drop loses its rows', async () => {
  const database = await migrated()
  const { sql } = await restricted(database)
  await database.sql.unsafe(
    `create table execution_2026_01_15 partition of execution for values from ('2026-01-15 00:00+00') to ('2026-01-16 00:00+00')`,
  )
  await insertOldAndNew(database.sql, '2026-01-15')
  expect(await maintainPartitions(sql, 30)).toBeString()
  expect(await ages(database)).toEqual([false])
})

test('a failed step is logged, and all other steps are done', async () => {
  const database = await migrated()
  await insertOldAndNew(database.sql, '2026-01-15')
  await database.sql.unsafe(`
    create function refuse() returns event_trigger language plpgsql as
      $$ begin raise exception 'no partitions today'; end $$;
    create event trigger refuse on ddl_command_start when tag in ('CREATE TABLE') execute function refuse()`)
  await expect(maintainPartitions(database.sql, 30)).rejects.toThrow('no partitions today')
  expect(await ages(database)).toEqual([false])
})

test('a service whose user may create nothing runs tasks, says once which grants the partitions need, and keeps failures longer', async () => {
  const database = await migrated()
  await insertOldAndNew(database.sql, dayFromNow(-40))
  await database.sql.unsafe(`
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status)
    select service_id, task_id, gen_random_uuid(), gen_random_uuid(), created_at, created_at, 'failed' from execution;
    insert into failed_execution (service_id, created_at, failed_at, id, task_id, reason, settled)
    select service_id, created_at, created_at, id, task_id, 1, true from execution where status = 'failed'`)
  const { url } = await restricted(database)
  const owner = { id: Bun.randomUUIDv7(), token: 'a token of a test' }
  const service = await startService({
    env: { DATABASE_URL: url, SERVICE_ID: owner.id, SERVICE_TOKEN: owner.token, FAILURE_RETENTION_DAYS: '365' },
  })
  const asked = { ...service, ...owner }
  const { body: task } = await ask(asked, 'POST', '/tasks', overdueTask(`${service.base}/health/live`))
  await eventually(
    async () => (await ask(asked, 'GET', `/tasks/${task.id}/executions`)).body.records[0]?.status === 'success',
    () => service.err,
  )
  expect(service.err.match(/may not make and drop partitions/g)).toHaveLength(1)
  expect(service.err).toMatch(/"missing":"grant \w+ to \w+; grant create on schema public to \w+"/)
  await eventually(
    () => database.sql`select from execution_expired where successes_before > now() - interval '32 days'`,
    () => service.err,
  )
  const kept = await database.sql`select status from execution where created_at < now() - interval '30 days'`
  expect(kept.map(({ status }) => status)).toEqual(['failed'])
  expect(await database.sql`select from failed_execution`).toHaveLength(2)
  expect(service.err).not.toContain('"stack"')
})

test.each([
  [1, 1],
  [30, 1],
  [62, 1],
  [63, 7],
  [365, 7],
  [435, 28],
  [1_736, 28],
  [3_650, 91],
])('a retention of %i days has partitions of %i days, and so 62 at most', (retention, days) => {
  expect(partitionDays(retention)).toBe(days)
  expect(retention / days).toBeLessThanOrEqual(62)
})

/** Which partition a time lies in. */
const holderOf = async ({ sql }: { sql: Sql }, day: string) => {
  await sql`delete from execution`
  await insertOldAndNew(sql, day)
  const [row] = await sql<{ name: string }[]>`
    select tableoid::regclass::text as name from execution where created_at::date = ${day}::text::date limit 1`
  await sql`truncate execution`
  return row?.name
}

test.each([
  [30, 63],
  [30, 3_650],
  [3_650, 30],
  [365, 3_650],
])(
  'a retention of %i days that becomes %i: today and the coming week have partitions, and none is made twice',
  async (before, after) => {
    const database = await migrated()
    await maintainPartitions(database.sql, before)
    await maintainPartitions(database.sql, after)
    const made = await partitions(database)
    await maintainPartitions(database.sql, after)
    expect(await partitions(database)).toEqual(made)
    expect(made.length).toBeLessThan(12)
    for (const days of [0, 1, 7]) expect(await holderOf(database, dayFromNow(days))).not.toBe('execution_default')
    await insertOldAndNew(database.sql, dayFromNow(1))
    const today = (await listPageRanges(database.sql)).filter((range) => range.today)
    const [row] =
      await database.sql`select tableoid::regclass::text as name from execution where created_at <= now() limit 1`
    expect(today.map(({ table }) => table)).toEqual([row?.name])
  },
)

test('while the default partition holds rows of today, the rest of a long partition is created nevertheless', async () => {
  const database = await migrated()
  await insertOldAndNew(database.sql, dayFromNow(0))
  await maintainPartitions(database.sql, 3_650)
  await database.sql`truncate execution`
  expect(await holderOf(database, dayFromNow(1))).not.toBe('execution_default')
})

test('what has expired in a partition of many days is deleted, and empty partitions of the past are dropped', async () => {
  const database = await migrated()
  const make = (from: number, to: number) =>
    database.sql.unsafe(`
      create table ${`execution_${dayFromNow(from).replaceAll('-', '_')}`} partition of execution
      for values from ('${dayFromNow(from)} 00:00+00') to ('${dayFromNow(to)} 00:00+00')`)
  await make(-45, -20)
  for (let day = -19; day < 0; day++) await make(day, day + 1)
  await insertOldAndNew(database.sql, dayFromNow(-40))
  await insertOldAndNew(database.sql, dayFromNow(-25))
  await insertOldAndNew(database.sql, dayFromNow(-3))
  await maintainPartitions(database.sql, 30)
  expect((await ages(database)).filter(Boolean)).toEqual([])
  const kept =
    await database.sql`select distinct (now()::date - created_at::date)::text as age from execution where created_at < now() - interval '1 day'`
  expect(kept.map((row) => row.age).sort()).toEqual(['25', '3'])
  const past = (await partitions(database)).filter((name) => name < `execution_${dayFromNow(0).replaceAll('-', '_')}`)
  expect(past).toEqual([-45, -3].map((day) => `execution_${dayFromNow(day).replaceAll('-', '_')}`))
})
