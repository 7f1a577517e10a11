import { afterAll, afterEach, beforeAll, beforeEach } from 'bun:test'
import { migrate } from '../../src/database/migrate.ts'
import type { Sql } from '../../src/database/sql.ts'
import { createLog } from '../../src/log/log.ts'
import { Expiry } from '../../src/maintenance/expiry.ts'
import type { Retention } from '../../src/maintenance/retention.ts'
import { emptyScratch, type Scratch } from '../database/scratch.ts'

/** A database of its own, with partitions of past days. */
export let database: Scratch
export let sql: Sql
/** What is to be done after the test, the last first. */
export const ends: (() => Promise<unknown>)[] = []

/** Makes the database for the tests of a file. Each begins with one service, one task and no execution. */
export function useScene(): void {
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
}

/** A log that says nothing. */
export const silent = createLog('silent')
/** What the server keeps. */
export const retention: Retention = { executionRetentionDays: 30, failureRetentionDays: 365, answerRetentionDays: 7 }
const dayMs = 86_400_000
/** The day so many days ago, in UTC. */
export const dayAgo = (days: number) => new Date(Date.now() - days * dayMs).toISOString().slice(0, 10)
/** The name of its partition. */
export const nameOf = (days: number) => `execution_${dayAgo(days).replaceAll('-', '_')}`

/** Makes the partition of a day, with an execution in each status, and answers where one has come. */
export async function makeDay(days: number): Promise<void> {
  await sql.unsafe(`
    create table ${nameOf(days)} partition of execution for values from ('${dayAgo(days)} 00:00+00') to ('${dayAgo(days - 1)} 00:00+00')
    with (fillfactor = 45, autovacuum_vacuum_insert_scale_factor = 0.1)`)
  await fill(days)
}

/** Writes an execution in each status on a day. */
export const fill = (days: number) =>
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

/** What is left of a day. */
export const rowsOf = async (days: number) =>
  (
    await sql<{ row: string }[]>`
      select status || case when response is not null then ' answer' when answer_dropped_at is not null then ' dropped' else '' end as row
      from execution
      where created_at = ${`${dayAgo(days)}T12:00:00Z`}
      order by 1`
  ).map(({ row }) => row)
/** What `rowsOf` returns while nothing has been dropped. */
export const everything = ['failed answer', 'queued', 'skipped', 'started', 'success answer']

/** Does all that is to be done. Unless a replica is given, each step is that of one that has just started. */
export async function dropExpired(own: Sql = sql, days = retention, replica?: Expiry): Promise<string[]> {
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
export const shapeOf = async (days: number) =>
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

/** How much there is that only work under way needs. */
export const leftovers = async () => {
  const [row] = await sql<{ rewrites: number; changes: number; tables: number; triggers: number }[]>`
    select
      (select count(*) from execution_rewrite)::int as rewrites,
      (select count(*) from execution_change)::int as changes,
      (select count(*) from pg_class where relname ~ '_kept$')::int as tables,
      (select count(*) from pg_trigger where tgname = 'note_change')::int as triggers`
  return row
}
export const nothingLeft = { rewrites: 0, changes: 0, tables: 0, triggers: 0 }
