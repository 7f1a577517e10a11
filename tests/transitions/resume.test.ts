import { beforeEach, expect, test } from 'bun:test'
import { Resuming } from '../../src/watch/resuming.ts'
import { createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertTask, taskRow } from '../support/rows.ts'
import { silentLog } from '../support/silent-log.ts'

const minute = 60_000
const from = (ms: number) => new Date(Date.now() + ms).toISOString()
const ms = (time: string) => Date.parse(time)

beforeEach(emptyDatabase)

// biome-ignore lint/suspicious/noExplicitAny: a test reads the columns it names
type Row = any

/** A turn of one replica. */
const turn = () => new Resuming({ sql, log: silentLog, stopped: () => false }).turn()

const hourly = { name: 'Paused', url: 'http://127.0.0.1:9/', method: 'GET', frequency: 1, unit: 'hour' }
const paused = (task: Record<string, unknown>) => insertTask({ status: 'paused', ...task })

/** The entries that the server wrote, oldest first. */
const audited = async () => [
  ...(await sql<Row[]>`select task_id, before, after from audit where actor = 'server' order by at, id`),
]

test('a pause that is over ends, with one audit entry of the server; one that is not stays', async () => {
  const until = '2026-11-24T12:00:00Z'
  const over = await paused({ paused_until: until })
  const [later, endless] = [await paused({ paused_until: from(minute) }), await paused({})]
  await turn()
  expect(await taskRow(over)).toMatchObject({ status: 'active', paused_until: null, version: 2 })
  for (const task of [later, endless]) expect(await taskRow(task)).toMatchObject({ status: 'paused', version: 1 })
  expect(await audited()).toEqual([
    {
      task_id: over.id,
      before: { status: 'paused', paused_until: until },
      after: { status: 'active', paused_until: null },
    },
  ])
})

test('several replicas at once resume each task once', async () => {
  const service_id = (await paused({ paused_until: from(-minute) })).service_id
  await sql`
    insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at, status, paused_until)
    select ${service_id}, gen_random_uuid(), 'One of many', 'http://127.0.0.1:9/', 'GET', 1, 'hour', now(), 'paused', now() - interval '1 s'
    from generate_series(1, 1200)`
  await Promise.all([turn(), turn(), turn()])
  // What one of them had locked, the others have left.
  await turn()
  expect([...(await sql<Row[]>`select status, version, count(*)::integer from task group by 1, 2`)]).toEqual([
    { status: 'active', version: 2, count: 1201 },
  ])
  expect([
    ...(await sql<Row[]>`select count(*)::integer, count(distinct task_id)::integer as tasks from audit`),
  ]).toEqual([{ count: 1201, tasks: 1201 }])
})

test('whoever resumes a task first, by hand or the loop, there is one change', async () => {
  const account = await createAccount()
  const { body: task } = await send(account, 'POST', '/tasks', {
    ...hourly,
    status: 'paused',
    paused_until: from(minute),
  })
  await sql`update task set paused_until = now() - interval '1 second'`
  await Promise.all([turn(), send(account, 'POST', `/tasks/${task.id}`, { status: 'active' })])
  expect(await taskRow({ service_id: account.id, id: task.id })).toMatchObject({
    status: 'active',
    paused_until: null,
    version: 2,
  })
  expect(await sql<Row[]>`select from audit where action = 'task_updated'`).toHaveLength(1)
})

/** Resumes a task whose pause ended at `until`, and returns its next time. */
async function nextAfter(until: number, task: Record<string, unknown>): Promise<string> {
  const row = await paused({ paused_until: new Date(until).toISOString(), ...task })
  await turn()
  return (await taskRow(row)).scheduled_at
}

test('an interval keeps its grid: the next slot is the first one that is not before the end of the pause', async () => {
  const until = Math.floor(Date.now() / 1_000) * 1_000 - 1_000
  const at = (minutes: number) => new Date(until + minutes * minute).toISOString()
  const tenMinutes = { frequency: 10, unit: 'minute' }
  expect(ms(await nextAfter(until, { ...tenMinutes, scheduled_at: at(-33) }))).toBe(ms(at(7)))
  // A slot at the end of the pause is run.
  expect(ms(await nextAfter(until, { ...tenMinutes, scheduled_at: at(-30) }))).toBe(until)
  // So is one that comes after it: it stays.
  expect(ms(await nextAfter(until, { ...tenMinutes, scheduled_at: at(90) }))).toBe(ms(at(90)))
  // Missed slots are not made up for, even of a task that runs each of them.
  expect(ms(await nextAfter(until, { ...tenMinutes, scheduled_at: at(-33), missed: 'all' }))).toBe(ms(at(7)))
  expect(ms(await nextAfter(until, { ...tenMinutes, scheduled_at: at(-33), phase: 'restart' }))).toBe(ms(at(7)))
})

test('after an outage longer than the pause, a slot after the pause is late', async () => {
  const until = Date.now() - 45 * minute
  const at = (minutes: number) => new Date(until + minutes * minute).toISOString()
  // Slots during the pause (-50 to -10), and after it (10 to 40), of which the first is due now.
  const next = await nextAfter(until, { frequency: 20, unit: 'minute', scheduled_at: at(-50) })
  expect(ms(next)).toBe(ms(at(10)))
})

test('a monthly task keeps its day', async () => {
  const next = await nextAfter(ms('2026-04-10T00:00:00Z'), {
    ...{ frequency: 1, unit: 'month', anchor_day: 31, scheduled_at: '2026-01-31T09:00:00Z' },
  })
  expect(next).toBe('2026-04-30T09:00:00Z')
  expect(await sql<Row[]>`select anchor_day from task`).toMatchObject([{ anchor_day: 31 }])
})

test('a pattern goes on by its wall clock over a clock change, also with a spread', async () => {
  const daily = { ...once, cron: '30 2 * * *', time_zone: 'Europe/Berlin', scheduled_at: '2026-03-20T01:30:00Z' }
  // On 29 March the clocks go from 2:00 to 3:00, so 2:30 is 3:00 there.
  expect(await nextAfter(ms('2026-03-28T12:00:00Z'), daily)).toBe('2026-03-29T01:00:00Z')
  expect(await nextAfter(ms('2026-03-29T12:00:00Z'), daily)).toBe('2026-03-30T00:30:00Z')
  // On 25 October 2:30 comes twice, and counts once.
  expect(await nextAfter(ms('2026-10-25T01:00:00Z'), daily)).toBe('2026-10-26T01:30:00Z')
  expect(await nextAfter(ms('2026-03-30T00:30:00Z'), daily)).toBe('2026-03-30T00:30:00Z')
  // It starts ten minutes after its slots: that of 2:30 starts after the pause.
  const spread = { ...daily, scheduled_at: '2026-03-20T01:40:00Z', spread_seconds: 900, spread_offset: 600 }
  expect(await nextAfter(ms('2026-04-02T00:35:00Z'), spread)).toBe('2026-04-02T00:40:00Z')
  expect(await nextAfter(ms('2026-04-02T00:45:00Z'), spread)).toBe('2026-04-03T00:40:00Z')
})

const once = { frequency: null, unit: null }

test('a pattern goes on by its calendar', async () => {
  const task = await paused({
    paused_until: from(-1_000),
    frequency: null,
    unit: null,
    scheduled_at: '2026-11-24T12:00:00Z',
    cron: '* * * * *',
    time_zone: 'UTC',
  })
  // All days are closed but the first one of the next month.
  const now = new Date()
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString()
  await sql`insert into calendar (service_id, name, weekend) values (${task.service_id}, 'work', '{0,1,2,3,4,5,6}')`
  await sql`
    insert into calendar_day (service_id, name, day, kind) values (${task.service_id}, 'work', ${month.slice(0, 10)}, 'open')`
  await sql`
    update task
    set calendar = 'work', calendar_use = (select version || ' skip' from calendar)
    where id = ${task.id}`
  await turn()
  expect(await taskRow(task)).toMatchObject({ status: 'active', scheduled_at: month.replace('.000Z', 'Z') })
})

test('a task that runs once keeps its time', async () => {
  const at = from(-minute)
  const task = await paused({ ...once, scheduled_at: at, paused_until: from(-1_000) })
  await turn()
  const row = await taskRow(task)
  expect([row.status, ms(row.scheduled_at)]).toEqual(['active', ms(at)])
})

test('a task that ends before its next time is disabled; one whose last slot is running goes on', async () => {
  const task = { frequency: 1, unit: 'hour', scheduled_at: from(-30 * minute), paused_until: from(-1_000) }
  const ended = await paused({ ...task, ends_at: from(10 * minute) })
  const lasting = await paused({ ...task, ends_at: from(90 * minute) })
  const running = await paused({ ...task, max_runs: 1, runs_left: 0, once_running: true })
  const spent = await paused({ ...task, cron: '0 0 1 1 *', time_zone: 'UTC', ...once, ends_at: from(10 * minute) })
  await turn()
  for (const each of [ended, spent])
    expect(await taskRow(each)).toMatchObject({ status: 'disabled', scheduled_at: null, paused_until: null })
  expect((await taskRow(lasting)).status).toBe('active')
  const row = await taskRow(running)
  expect([row.status, ms(row.scheduled_at), row.once_running]).toEqual(['active', ms(task.scheduled_at), true])
  expect((await audited()).map(({ after }) => after.status).toSorted()).toEqual([
    ...['active', 'active', 'disabled', 'disabled'],
  ])
})

test('a pattern that this replica cannot read stays paused, and holds up no other', async () => {
  const unreadable = await paused({ ...once, cron: 'new syntax', time_zone: 'UTC', paused_until: from(-minute) })
  const other = await paused({ paused_until: from(-1_000) })
  await turn()
  expect([(await taskRow(unreadable)).status, (await taskRow(other)).status]).toEqual(['paused', 'active'])
})

test('a time that an older version left on a task that is not paused is removed', async () => {
  const left = await insertTask({ paused_until: from(-1_000), scheduled_at: from(-5 * minute) })
  const before = await taskRow(left)
  await turn()
  expect(await taskRow(left)).toMatchObject({ status: 'active', paused_until: null, scheduled_at: before.scheduled_at })
  expect(await audited()).toEqual([])
})

test('the end of a task, and its deletion, end its pause', async () => {
  const account = await createAccount()
  const { body: task } = await send(account, 'POST', '/tasks', {
    ...hourly,
    ...{ status: 'paused', paused_until: from(minute), ends_at: from(180 * minute) },
  })
  const ended = await send(account, 'POST', `/tasks/${task.id}`, { ends_at: from(30 * minute) })
  expect(ended.body).toMatchObject({ status: 'disabled', paused_until: null })
  await send(account, 'POST', `/tasks/${task.id}`, { ends_at: null, status: 'paused', paused_until: from(minute) })
  await send(account, 'DELETE', `/tasks/${task.id}`)
  expect(await sql<Row[]>`select paused_until from task`).toMatchObject([{ paused_until: null }])
})
