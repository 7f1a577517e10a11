import { expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import { Expiry } from '../../src/maintenance/expiry.ts'
import {
  database,
  dayAgo,
  dropExpired,
  ends,
  everything,
  fill,
  leftovers,
  makeDay,
  nameOf,
  nothingLeft,
  retention,
  rowsOf,
  silent,
  sql,
  useScene,
} from './expiry-scene.ts'

useScene()

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
