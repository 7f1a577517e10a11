import { expect, test } from 'bun:test'
import { Expiry } from '../../src/maintenance/expiry.ts'
import {
  dayAgo,
  dropExpired,
  leftovers,
  nameOf,
  nothingLeft,
  retention,
  silent,
  sql,
  useScene,
} from './expiry-scene.ts'

useScene()

/** Makes the partition of a day: the task has 50 failures and 50 successes with answers of 1,000 bytes, another one a success. */
async function makeFullDay(days: number): Promise<void> {
  await sql.unsafe(`
    create table ${nameOf(days)} partition of execution for values from ('${dayAgo(days)} 00:00+00') to ('${dayAgo(days - 1)} 00:00+00')
    with (fillfactor = 45, autovacuum_vacuum_insert_scale_factor = 0.1);
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status, response)
    select service_id, task.id, gen_random_uuid(), gen_random_uuid(), at, at, outcome, repeat('a', case when outcome = 'queued' then null when name = 'old' then 1000 else 100 end)
    from task, unnest(array['success', 'failed', 'queued']) made (outcome), generate_series(1, 50) n,
      lateral (select '${dayAgo(days)} 12:00+00'::timestamptz + n * interval '1 second' as at) time
    where name = 'old' and (outcome <> 'queued' or n = 1) or name = 'small' and n = 1 and outcome = 'success'`)
}

/** What is left: rows and answers, by task, day and status. */
const kept = async () =>
  Object.fromEntries(
    (
      await sql<{ what: string; rows: string }[]>`
        select
          task.name || ' ' || (now() at time zone 'UTC')::date - (execution.created_at at time zone 'UTC')::date || ' ' || execution.status as what,
          count(*) || ' ' || count(response) || ' ' || count(answer_dropped_at) as rows
        from execution
        join task on task.id = task_id
        group by 1`
    ).map(({ what, rows }) => [what, rows]),
  )

const keepBelow = (bytes: number) => dropExpired(sql, retention30, new Expiry(sql, silent, retention30, bytes))
const retention30 = { ...retention, failureRetentionDays: 30, answerRetentionDays: 30 }
const oidOf = async (days: number) => (await sql`select ${nameOf(days)}::text::regclass::oid as oid`)[0]?.oid

test('of a task with much the answers of the oldest successes go, then older answers and rows; others keep everything', async () => {
  await sql.unsafe(`
    insert into task (service_id, id, name, url, method, status)
    select id, gen_random_uuid(), 'small', 'http://127.0.0.1:9/', 'GET', 'disabled' from service`)
  for (const days of [1, 3, 4, 5]) await makeFullDay(days)
  await sql`
    insert into failed_execution (service_id, created_at, failed_at, id, task_id, reason, settled)
    select service_id, created_at, created_at, id, task_id, 1, true
    from execution
    where status = 'failed'`
  const before = await kept()
  expect(await keepBelow(0)).toEqual([])
  expect(await keepBelow(1_000_000)).not.toContain('blocked')
  expect(await kept()).toEqual(before)
  // 300 rows of 300 bytes leave room for 159 answers of 1,004 bytes: those of the 150 failures, and of the latest successes.
  await keepBelow(250_000)
  const untouched = { 'old 1 failed': '50 50 0', 'old 1 success': '50 50 0', 'old 1 queued': '1 0 0' }
  const others = Object.fromEntries(Object.entries(before).filter(([what]) => /small|queued/.test(what)))
  expect(await kept()).toEqual({
    ...others,
    ...untouched,
    ...{ 'old 3 failed': '50 50 0', 'old 4 failed': '50 50 0', 'old 5 failed': '50 50 0' },
    ...{ 'old 3 success': '50 9 41', 'old 4 success': '50 0 50', 'old 5 success': '50 0 50' },
  })
  expect(await keepBelow(250_000)).toEqual([])
  // Half of it holds the rows of the latest 100 failures, the rest 29 answers.
  const oid = await oidOf(5)
  await keepBelow(60_000)
  expect(await kept()).toEqual({
    ...others,
    ...untouched,
    ...{ 'old 3 failed': '50 29 21', 'old 4 failed': '50 0 50' },
  })
  expect(await oidOf(5)).not.toBe(oid)
  expect(await sql`select from failed_execution`).toHaveLength(150)
  // A higher one brings nothing back, and has nothing to do.
  expect(await keepBelow(900_000)).toEqual([])
  expect(await leftovers()).toEqual(nothingLeft)
  expect([...(await sql`select distinct is_counted, is_dropped from task_history_cut`)]).toEqual([
    { is_counted: true, is_dropped: true },
  ])
})
