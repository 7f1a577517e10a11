import { beforeEach, expect, test } from 'bun:test'
import { server } from '../../src/audit/actor.ts'
import { expectedPerSecond } from '../../src/overview/catch-up.ts'
import { removeService } from '../../src/services/remove-service.ts'
import { deleteExpiredTallies } from '../../src/tally/expire.ts'
import { purgeDeleted } from '../../src/transitions/purge.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
})

async function overview(of = account) {
  const { status, body } = await send(of, 'GET', '/overview')
  expect(status).toBe(200)
  return body
}

/** Writes a tally straight into the database: what ended so many hours ago. */
const insertTally = (hoursAgo: number, success: number, more: { service_id?: string; shard?: number } = {}) => sql`
  insert into tally (service_id, at, shard, success, failed, duration_ms, skew_ms)
  values (
    ${more.service_id ?? account.id},
    date_bin('15 minutes', now() - make_interval(hours => ${hoursAgo}), timestamptz '2000-01-01 00:00+00'),
    ${more.shard ?? 0}, ${success}, 1, array_fill(0, array[36]), array_fill(0, array[36])
  )`

const insertFailing = (task_id: string, since: string) => sql`
  insert into failing_task (service_id, task_id, since, error)
  values (${account.id}, ${task_id}, ${since}, 'connection refused')`

test('a service without tasks has all hours, days and quarter hours with zeros', async () => {
  const { tasks, hours, days, failing, upcoming, skew_ms, duration_ms } = await overview()
  expect(tasks).toEqual({ active: 0, paused: 0, disabled: 0 })
  expect([hours.length, days.length, failing, upcoming.length]).toEqual([24, 7, [], 96])
  const hour = Date.parse(hours.at(-1).at)
  expect(Date.now() - hour).toBeWithin(0, 3_600_000)
  for (const [index, { at, ...counts }] of hours.entries())
    expect([at, counts]).toEqual([
      `${new Date(hour - (23 - index) * 3_600_000).toISOString().slice(0, 13)}:00:00Z`,
      { success: 0, failed: 0, skipped: 0 },
    ])
  expect(days.at(-1)).toEqual({ at: `${hours.at(-1).at.slice(0, 10)}T00:00:00Z`, success: 0, failed: 0, skipped: 0 })
  for (const [index, day] of days.slice(1).entries())
    expect(Date.parse(day.at) - Date.parse(days[index].at)).toBe(86_400_000)
  expect(Date.now() - Date.parse(upcoming[0].at)).toBeWithin(0, 900_000)
  for (const [index, quarter] of upcoming.slice(1).entries())
    expect(Date.parse(quarter.at) - Date.parse(upcoming[index].at)).toBe(900_000)
  expect([skew_ms, duration_ms]).toEqual([
    { p50: null, p99: null },
    { p50: null, p99: null },
  ])
})

test('tasks are counted by status, without deleted ones', async () => {
  await createTask(account)
  await createTask(account, { status: 'paused' })
  await createTask(account, { status: 'disabled' })
  const { id } = await createTask(account)
  expect((await overview()).tasks).toEqual({ active: 2, paused: 1, disabled: 1 })
  await send(account, 'DELETE', `/tasks/${id}`)
  expect((await overview()).tasks).toEqual({ active: 1, paused: 1, disabled: 1 })
})

test('hours and days sum what all writers counted', async () => {
  await insertTally(0, 5)
  await insertTally(0, 7, { shard: 3 })
  await insertTally(2, 11)
  await insertTally(23, 100)
  await insertTally(24, 1000)
  await insertTally(24 * 9, 10_000)
  const { quarters, hours, days } = await overview()
  const found = quarters.filter(({ success }: { success: number }) => success > 0)
  expect(quarters).toHaveLength(96)
  expect(quarters[95]).toMatchObject({ success: 12, failed: 2 })
  expect(quarters[95 - 8]).toMatchObject({ success: 11, failed: 1 })
  expect(found.length).toBe(3)

  expect(hours[23]).toMatchObject({ success: 12, failed: 2 })
  expect(hours[21]).toMatchObject({ success: 11, failed: 1 })
  expect(hours[0]).toMatchObject({ success: 100, failed: 1 })
  expect(days.reduce((sum: number, day: { success: number }) => sum + day.success, 0)).toBe(1123)
})

test('failing tasks are listed with the longest failing first, 100 at most', async () => {
  const [second, first] = [await createTask(account, { name: 'second' }), await createTask(account, { name: 'first' })]
  await insertFailing(second.id, '2026-01-02T00:00:00Z')
  await insertFailing(first.id, '2026-01-01T00:00:00Z')
  expect((await overview()).failing).toEqual([
    {
      task_id: first.id,
      name: 'first',
      since: '2026-01-01T00:00:00Z',
      consecutive: 1,
      settled: 0,
      error: 'connection refused',
      status: 'active',
      scheduled_at: first.scheduled_at,
    },
    expect.objectContaining({ task_id: second.id }),
  ])
  for (let n = 0; n < 100; n++) await insertFailing((await createTask(account)).id, '2026-01-03T00:00:00Z')
  const { failing } = await overview()
  expect([failing.length, failing[0].name, failing[1].name]).toEqual([100, 'first', 'second'])
})

test('a deleted task is not failing, and its row is deleted', async () => {
  const { id } = await createTask(account)
  await insertFailing(id, '2026-01-01T00:00:00Z')
  expect((await overview()).failing).toHaveLength(1)
  await send(account, 'DELETE', `/tasks/${id}`)
  expect((await overview()).failing).toEqual([])
  while ((await purgeDeleted(sql, 100)) > 0);
  expect(await sql`select from failing_task`).toHaveLength(0)
})

test('the tallies and failures of a deleted service are deleted; old tallies expire', async () => {
  await insertFailing((await createTask(account)).id, '2026-01-01T00:00:00Z')
  await insertTally(0, 1)
  await insertTally(7 * 24, 1)
  await insertTally(8 * 24 + 1, 1)
  await deleteExpiredTallies(sql)
  expect(await sql`select from tally`).toHaveLength(2)
  expect(await removeService(sql, account.id, server)).toBe(true)
  expect([...(await sql`select from tally`), ...(await sql`select from failing_task`)]).toEqual([])
})

test('figures of another service are never included', async () => {
  await createTask(account)
  await insertTally(0, 5)
  await insertFailing((await createTask(account)).id, '2026-01-01T00:00:00Z')
  await sql`update task set scheduled_at = now() + interval '1 minute'`
  const other = await overview(await createAccount('other'))
  expect(other).toMatchObject({ tasks: { active: 0 }, failing: [], duration_ms: { p50: null } })
  for (const { success, failed } of [...other.hours, ...other.days]) expect([success, failed]).toEqual([0, 0])
  for (const { count } of other.upcoming) expect(count).toBe(0)
  expect((await overview()).tasks.active).toBe(2)
})

test('missing credentials and unknown parameters are refused', async () => {
  expect((await send(undefined, 'GET', '/overview')).status).toBe(401)
  expect((await send(account, 'GET', '/overview?hours=3')).status).toBe(400)
})

test('late slots are counted, and the limit of the service says when the last of them starts', async () => {
  expect((await overview()).catch_up).toBeNull()
  const eightHoursAgo = new Date(Date.now() - 8 * 3_600_000).toISOString()
  for (const _ of [1, 2, 3]) {
    const task = await createTask(account)
    await sql`update task set scheduled_at = ${eightHoursAgo}::text::timestamptz where id = ${task.id}`
  }
  expect((await overview()).catch_up).toEqual({ late: 3, per_second: null, ends_at: null })
  await sql`insert into catch_up (service_id, per_second) values (${account.id}, 1)`
  const { catch_up } = await overview()
  expect(catch_up).toMatchObject({ late: 3, per_second: 1 })
  expect(Math.abs(Date.parse(catch_up.ends_at) - Date.now() - 3_000)).toBeLessThan(2_000)
})

test('without a limit the estimate is by the starts of the last minute, and unknown where each missed slot has a run', async () => {
  const task = await createTask(account)
  await sql`
    update task set scheduled_at = now() - interval '8 hours' where id = ${task.id}`
  const start = (count: number, late: string, attempt = 1) => sql`
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status, attempt)
    select ${account.id}, ${task.id}, gen_random_uuid(), gen_random_uuid(), now() - n * interval '2 seconds',
      now() - n * interval '2 seconds' - ${late}::interval, 'success', ${attempt}
    from generate_series(1, ${count}) n`
  await start(20, '5 seconds')
  await start(20, '8 hours', 2)
  await sql`update task set spread_offset = 28800`
  await start(20, '8 hours')
  expect((await overview()).catch_up).toEqual({ late: 1, per_second: null, ends_at: null })
  await sql`update task set spread_offset = 0`
  const { late, ends_at } = (await overview()).catch_up
  expect(late).toBe(1)
  expect(Math.abs(Date.parse(ends_at) - Date.now() - 2_000)).toBeLessThan(1_500)
  await sql`update task set missed = 'all' where id = ${task.id}`
  expect((await overview()).catch_up).toEqual({ late: 1, per_second: null, ends_at: null })
})

test.each([
  ['the limit', 100, { in_minute: 0, in_ten_seconds: 0, first_seconds: 0 }, 100],
  ['the limit, which was raised just now', 200, { in_minute: 1_500, in_ten_seconds: 2_000, first_seconds: 60 }, 200],
  [
    'the pace, which is far below the limit',
    5_000,
    { in_minute: 6_000, in_ten_seconds: 1_000, first_seconds: 60 },
    100,
  ],
  ['the pace, without a limit', null, { in_minute: 600, in_ten_seconds: 300, first_seconds: 20 }, 30],
  ['unknown after a moment', null, { in_minute: 600, in_ten_seconds: 600, first_seconds: 3 }, null],
  ['unknown after few starts', null, { in_minute: 3, in_ten_seconds: 1, first_seconds: 50 }, null],
])('late slots are expected to start at %s', (_, limit, pace, expected) => {
  expect(expectedPerSecond(limit, pace)).toBe(expected)
})
