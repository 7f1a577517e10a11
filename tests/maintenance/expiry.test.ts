import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import { migrate } from '../../src/database/migrate.ts'
import type { Sql } from '../../src/database/sql.ts'
import { createLog } from '../../src/log/log.ts'
import { Expiry } from '../../src/maintenance/expiry.ts'
import { maintainPartitions } from '../../src/maintenance/partitions.ts'
import type { Retention } from '../../src/maintenance/retention.ts'
import { createRole, emptyScratch, type Scratch } from '../database/scratch.ts'

let database: Scratch
let sql: Sql
const ends: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  database = await emptyScratch()
  sql = database.sql
  await migrate(database.url)
})
afterAll(() => database.drop())
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})
beforeEach(async () => {
  await sql.unsafe(`truncate service, execution, execution_rewrite, execution_change, execution_expired cascade`)
  const old = await sql<{ name: string }[]>`
    select relname::text as name from pg_class where relkind = 'r' and relname ~ '^execution_[0-9]'`
  for (const { name } of old) await sql.unsafe(`drop table ${name}`)
  await sql.unsafe(`
    insert into service (id, name, token_hash) values (gen_random_uuid(), 'team', sha256('a'));
    insert into task (service_id, id, name, url, method, status)
    select id, gen_random_uuid(), 'old', 'http://127.0.0.1:9/', 'GET', 'disabled' from service`)
})

const silent = createLog('silent')
const retention: Retention = { executionRetentionDays: 30, failureRetentionDays: 365, answerRetentionDays: 7 }
const dayMs = 86_400_000
const dayAgo = (days: number) => new Date(Date.now() - days * dayMs).toISOString().slice(0, 10)
const nameOf = (days: number) => `execution_${dayAgo(days).replaceAll('-', '_')}`

/** Makes the partition of a day, with an execution in each status, and answers where one has come. */
async function makeDay(days: number): Promise<void> {
  await sql.unsafe(`
    create table ${nameOf(days)} partition of execution for values from ('${dayAgo(days)} 00:00+00') to ('${dayAgo(days - 1)} 00:00+00')
    with (fillfactor = 45, autovacuum_vacuum_insert_scale_factor = 0.1)`)
  await fill(days)
}

const fill = (days: number) =>
  sql.unsafe(`
    insert into execution (
      service_id, task_id, id, slot_id, created_at, scheduled_for, started_at, replica_id, status, status_code, response, response_header
    )
    select
      service_id, task.id, made.id, made.id, at, at, at, made.id, made.status,
      case when has_answer then 200 end, case when has_answer then 'the answer' end,
      case when has_answer then '{"content-type":["text/plain"]}'::json end
    from
      task, (select '${dayAgo(days)} 12:00+00'::timestamptz as at) time,
      (
        select gen_random_uuid() as id, status, status in ('success', 'failed') as has_answer
        from unnest(array['success', 'failed', 'skipped', 'started', 'queued']) status
      ) made`)

const rowsOf = async (days: number) =>
  (
    await sql<{ row: string }[]>`
      select status || case when response is not null then ' answer' when answer_dropped_at is not null then ' dropped' else '' end as row
      from execution
      where created_at = ${`${dayAgo(days)}T12:00:00Z`}
      order by 1`
  ).map(({ row }) => row)
const everything = ['failed answer', 'queued', 'skipped', 'started', 'success answer']

/** Does all that is to be done. Unless a replica is given, each step is that of one that has just started. */
async function dropExpired(own: Sql = sql, days = retention, replica?: Expiry): Promise<string[]> {
  const steps: string[] = []
  while (steps.length < 1_000) {
    const step = await (replica ?? new Expiry(own, silent, days)).next()
    if (step === 'idle') return steps
    steps.push(step)
    if (step === 'blocked') await Bun.sleep(5)
  }
  throw new Error('it does not come to an end')
}

/** What a partition is made of, without the names of its indexes. */
const shapeOf = async (days: number) =>
  (
    await sql<{ part: string }[]>`
      with partition as (select ${nameOf(days)}::text::regclass::oid as id)
      select attname || ' ' || attnotnull || ' ' || format_type(atttypid, atttypmod) || coalesce(pg_get_expr(adbin, adrelid), '') as part
      from partition
      join pg_attribute on attrelid = id and attnum > 0
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
      union all
      select 'constraint ' || contype::text || case contype::text when 'c' then conname::text || conislocal || coninhcount else '' end || pg_get_constraintdef(pg_constraint.oid)
      from partition
      join pg_constraint on conrelid = id
      union all
      select regexp_replace(pg_get_indexdef(indexrelid), 'INDEX .* USING', 'USING') || exists (select from pg_inherits where inhrelid = indexrelid)
      from partition
      join pg_index on indrelid = id
      union all
      select tgname from partition join pg_trigger on tgrelid = id
      order by part`
  ).map(({ part }) => part)

const leftovers = async () => {
  const [row] = await sql<{ rewrites: number; changes: number; tables: number; triggers: number }[]>`
    select
      (select count(*) from execution_rewrite)::int as rewrites,
      (select count(*) from execution_change)::int as changes,
      (select count(*) from pg_class where relname ~ '_kept$')::int as tables,
      (select count(*) from pg_trigger where tgname = 'note_change')::int as triggers`
  return row
}
const nothingLeft = { rewrites: 0, changes: 0, tables: 0, triggers: 0 }

test('answers go first, then what did not fail, and what failed or is open stays', async () => {
  for (const days of [3, 10, 40]) await makeDay(days)
  const isNew = await shapeOf(3)
  expect(await dropExpired()).not.toContain('blocked')
  expect(await rowsOf(3)).toEqual(everything)
  expect(await rowsOf(10)).toEqual(['failed dropped', 'queued', 'skipped', 'started', 'success dropped'])
  expect(await rowsOf(40)).toEqual(['failed dropped', 'queued', 'started'])
  for (const days of [10, 40]) expect(await shapeOf(days)).toEqual(isNew)
  expect(await dropExpired()).toEqual([])
  expect(await leftovers()).toEqual(nothingLeft)
  const [row] = await sql<{ text: string; header: string | null; code: number }[]>`
    select response as text, response_header as header, status_code as code
    from execution
    where answer_dropped_at is not null
    limit 1`
  expect(row).toEqual({ text: null as never, header: null, code: 200 })
})

test('what changes while a partition is copied is not lost: rows that end, that are deleted, and that come back', async () => {
  await makeDay(40)
  await fill(40)
  const step = () => new Expiry(sql, silent, retention).next()
  const end = (status: string, to: string) => sql`
    update execution set status = ${to}, error = 'ended meanwhile'
    where id = (select id from execution where status = ${status} limit 1)`
  expect(await step()).toBe('done')
  await end('started', 'failed')
  const [copiedToo] = await sql`
    update execution set missed_slots = 7 where id = (select id from execution where status = 'failed' and error is null limit 1) returning id`
  expect(await step()).toBe('done')
  await end('queued', 'started')
  await end('started', 'success')
  await sql`delete from execution where status = 'failed' and error is null and id <> ${copiedToo?.id}`
  await sql`
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status, error)
    select service_id, id, gen_random_uuid(), gen_random_uuid(), at, at, 'failed', 'came back'
    from task, (select ${`${dayAgo(40)}T12:00:00Z`}::timestamptz as at) time`
  expect(await step()).toBe('done')
  expect(await leftovers()).toEqual(nothingLeft)
  const kept = await sql<{ row: string }[]>`
    select status || coalesce(' ' || error, '') || missed_slots as row from execution order by 1`
  expect(kept.map(({ row }) => row)).toEqual([
    'failed came back0',
    'failed ended meanwhile0',
    'failed7',
    'queued0',
    'started ended meanwhile0',
  ])
})

test('who writes to the partition, or reads it, is not waited for, and the next round goes on', async () => {
  await makeDay(40)
  const other = connect(database.url, { max: 1, statementTimeoutSeconds: 20, name: 'duly test other' })
  ends.push(() => other.end({ timeout: 2 }))
  const step = () => new Expiry(sql, silent, retention).next()
  const steps: string[] = []
  const held = async (statement: string) => {
    await other.unsafe(`begin; ${statement}`)
    steps.push(await step())
    await other.unsafe('rollback')
  }
  await held(`delete from ${nameOf(40)} where status = 'failed'`)
  expect(await leftovers()).toEqual(nothingLeft)
  steps.push(await step(), await step())
  await held(`select from ${nameOf(40)}`)
  steps.push(await step())
  expect(steps).toEqual(['blocked', 'done', 'done', 'blocked', 'done'])
  expect(await rowsOf(40)).toEqual(['failed dropped', 'queued', 'started'])
})

test('two replicas at once do it once', async () => {
  for (const days of [10, 11, 40, 41]) await makeDay(days)
  const other = connect(database.url, { max: 1, statementTimeoutSeconds: 20, name: 'duly test other' })
  ends.push(() => other.end({ timeout: 2 }))
  const [one, two] = await Promise.all([sql, other].map((own) => dropExpired(own)))
  expect((one?.length ?? 0) + (two?.length ?? 0)).toBeGreaterThan(10)
  await dropExpired()
  for (const days of [10, 11]) expect(await rowsOf(days)).toHaveLength(5)
  for (const days of [40, 41]) expect(await rowsOf(days)).toHaveLength(3)
  expect(await leftovers()).toEqual(nothingLeft)
})

test('a retention that is raised meanwhile keeps everything, and so does a partition that has gone', async () => {
  await makeDay(40)
  const begun = new Expiry(sql, silent, retention)
  expect([await begun.next(), await begun.next()]).toEqual(['done', 'done'])
  const longer = { ...retention, executionRetentionDays: 60, answerRetentionDays: 60 }
  await dropExpired(sql, longer)
  expect(await rowsOf(40)).toEqual(everything)
  expect(await leftovers()).toEqual(nothingLeft)
  expect([await begun.next(), await begun.next()]).toEqual(['done', 'done'])
  await sql.unsafe(`drop table ${nameOf(40)}`)
  await dropExpired()
  expect(await leftovers()).toEqual(nothingLeft)
})

test('a column that a migration adds meanwhile is not lost', async () => {
  await makeDay(40)
  const begun = new Expiry(sql, silent, retention)
  expect([await begun.next(), await begun.next()]).toEqual(['done', 'done'])
  await sql`alter table execution add column added text default 'of before'`
  ends.push(() => sql`alter table execution drop column added`)
  await dropExpired()
  expect(await rowsOf(40)).toEqual(['failed dropped', 'queued', 'started'])
  expect(await sql`select distinct added from execution`).toMatchObject([{ added: 'of before' }])
})

test('partitions of what is kept for long become one, with an empty one between them, and are dropped in the end', async () => {
  for (let days = 45; days < 57; days++) if (days !== 50) await makeDay(days)
  await dropExpired()
  const [tree] = await sql<{ partitions: number; rows: number }[]>`
    select
      (select count(*)::int from pg_inherits where inhparent = 'execution'::regclass) as partitions,
      (select count(*)::int from execution) as rows`
  // A week has seven days; the default partition is one more.
  expect(tree?.partitions).toBeLessThanOrEqual(4)
  expect(tree?.rows).toBe(11 * 3)
  expect(await dropExpired()).toEqual([])
  await maintainPartitions(sql, 7, 40)
  expect(await sql`select from execution where created_at < now() - interval '41 days'`).toHaveLength(0)
})

test('without the privilege to replace partitions the same is done in place', async () => {
  const role = await createRole(database)
  const own = connect(role.url, { max: 1, statementTimeoutSeconds: 20, name: 'duly test role' })
  ends.push(role.drop, () => own.end({ timeout: 2 }))
  await makeDay(40)
  for (const days of [3, 10, 50]) await fill(days)
  expect(await dropExpired(own)).not.toContain('blocked')
  expect(await rowsOf(3)).toEqual(everything)
  expect(await rowsOf(10)).toEqual(['failed dropped', 'queued', 'skipped', 'started', 'success dropped'])
  for (const days of [40, 50]) expect(await rowsOf(days)).toEqual(['failed dropped', 'queued', 'started'])
  expect(await dropExpired(own)).toEqual([])
  expect(await leftovers()).toEqual(nothingLeft)
})

test('a service keeps its executions for a shorter time: its rows go, of all days, and those of others stay', async () => {
  for (const days of [1, 3, 10, 40]) await makeDay(days)
  await sql.unsafe(`
    insert into service (id, name, token_hash) values (gen_random_uuid(), 'short', sha256('b'));
    with short as (
      insert into task (service_id, id, name, url, method, status)
      select id, gen_random_uuid(), 'short', 'http://127.0.0.1:9/', 'GET', 'disabled' from service where name = 'short'
      returning service_id, id
    )
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status, status_code, response)
    select short.service_id, short.id, gen_random_uuid(), gen_random_uuid(), created_at, scheduled_for, execution.status, status_code, response
    from execution, short
    where execution.status in ('success', 'failed', 'queued');
    insert into failed_execution (service_id, created_at, id, task_id, reason, settled)
    select service_id, created_at, id, task_id, 1, true from execution where status = 'failed';
    insert into retention (service_id, execution_days, failure_days, answer_days)
    select id, 2, 20, 1 from service where name = 'short'`)
  const shown = async () =>
    (
      await sql<{ row: string }[]>`
        select
          service.name || ' ' || (now() at time zone 'UTC')::date - (execution.created_at at time zone 'UTC')::date || ' '
            || execution.status || case when response is not null then ' answer' else '' end as row
        from execution
        join service on service.id = service_id
        where service.name = 'short' or execution.created_at > now() - interval '5 days'
        order by 1`
    ).map(({ row }) => row)
  const expected = [
    'short 1 failed answer',
    'short 1 queued',
    'short 1 success answer',
    'short 10 failed',
    'short 10 queued',
    'short 3 failed',
    'short 3 queued',
    'short 40 queued',
    ...[1, 3].flatMap((day) => everything.map((row) => `team ${day} ${row}`)),
  ].sort()
  await dropExpired(sql, retention, new Expiry(sql, silent, retention))
  expect((await shown()).sort()).toEqual(expected)
  expect(
    await sql`select from failed_execution where service_id = (select id from service where name = 'short')`,
  ).toHaveLength(3)
  expect(await dropExpired()).toEqual([])
  // Longer than before: nothing is to be done until that time has passed. Shorter: it is.
  await sql`update retention set execution_days = 5`
  expect(await dropExpired()).toEqual([])
  await sql`update retention set failure_days = 3, execution_days = 3`
  await dropExpired(sql, retention, new Expiry(sql, silent, retention))
  expect((await shown()).filter((row) => /short \d+ failed/.test(row))).toEqual([
    'short 1 failed answer',
    'short 3 failed',
  ])
})
