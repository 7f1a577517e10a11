import { expect, test } from 'bun:test'
import { commandLine } from '../../src/audit/actor.ts'
import { connect } from '../../src/database/connect.ts'
import { Expiry } from '../../src/maintenance/expiry.ts'
import { maintainPartitions } from '../../src/maintenance/partitions.ts'
import { deleteLabelRetention } from '../../src/services/label-retention.ts'
import { createRole } from '../database/scratch.ts'
import {
  database,
  dropExpired,
  ends,
  everything,
  fill,
  leftovers,
  makeDay,
  nothingLeft,
  retention,
  rowsOf,
  shapeOf,
  silent,
  sql,
  useScene,
} from './expiry-scene.ts'

useScene()

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
    insert into failed_execution (service_id, created_at, failed_at, id, task_id, reason, settled)
    select service_id, created_at, created_at, id, task_id, 1, true from execution where status = 'failed';
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

test('tasks with a label have days of their own, those of the first label by name, and of the service when these are taken back', async () => {
  for (const days of [1, 3, 10]) await makeDay(days)
  await sql.unsafe(`
    insert into task (service_id, id, name, url, method, status)
    select id, gen_random_uuid(), task_name, 'http://127.0.0.1:9/', 'GET', 'disabled'
    from service, unnest(array['batch', 'both']) made (task_name);
    insert into task_label (service_id, task_id, name, value)
    select service_id, id, 'tier', 'batch' from task where task.name in ('batch', 'both')
    union all
    select service_id, id, 'area', 'billing' from task where task.name = 'both'
    union all
    select service_id, id, 'tier', 'other' from task where task.name = 'old';
    delete from execution where status not in ('success', 'failed');
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status, status_code, response)
    select task.service_id, task.id, gen_random_uuid(), gen_random_uuid(), execution.created_at, scheduled_for, execution.status, status_code, response
    from execution, task
    where task.name <> 'old';
    insert into failed_execution (service_id, created_at, failed_at, id, task_id, reason, settled)
    select service_id, created_at, created_at, id, task_id, 1, true from execution where status = 'failed';
    insert into retention (service_id, execution_days) select id, 5 from service;
    insert into label_retention (service_id, label_name, label_value, execution_days, failure_days, answer_days)
    select id, label_name, label_value, days, failure_days, answer_days
    from service, (values ('tier', 'batch', 2, 3, 1), ('area', 'billing', 20, null, null)) label (label_name, label_value, days, failure_days, answer_days)`)
  const shown = async () =>
    (
      await sql<{ row: string }[]>`
        select
          task.name || ' ' || (now() at time zone 'UTC')::date - (execution.created_at at time zone 'UTC')::date || ' '
            || execution.status || case when response is not null then ' answer' else '' end as row
        from execution
        join task on task.id = task_id
        order by task.name, execution.created_at desc, execution.status`
    ).map(({ row }) => row)
  const records = async () =>
    (
      await sql<{ row: string }[]>`
        select name || ' ' || count(*) as row from failed_execution join task on task.id = task_id group by name order by 1`
    ).map(({ row }) => row)
  const drop = () => dropExpired(sql, retention, new Expiry(sql, silent, retention))
  const batch = ['1 failed answer', '1 success answer', '3 failed']
  const plain = ['1 failed answer', '1 success answer', '3 failed answer', '3 success answer', '10 failed']
  const rows = (name: string, kept: readonly string[]) => kept.map((row) => `${name} ${row}`)
  await drop()
  expect(await shown()).toEqual([
    ...rows('batch', batch),
    ...rows('both', [...plain, '10 success']),
    ...rows('old', plain),
  ])
  expect(await records()).toEqual(['batch 2', 'both 3', 'old 3'])
  expect(await drop()).toEqual([])
  const [service] = await sql<{ id: string }[]>`select id from service`
  const label = { name: 'area', value: 'billing' }
  expect(await deleteLabelRetention(sql, service?.id ?? '', label, commandLine())).toBe(true)
  await drop()
  expect(await shown()).toEqual([...rows('batch', batch), ...rows('both', batch), ...rows('old', plain)])
  expect(await records()).toEqual(['batch 2', 'both 2', 'old 3'])
  expect(await drop()).toEqual([])
})
