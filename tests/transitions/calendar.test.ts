import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { createLog } from '../../src/log/log.ts'
import { applyZoneRelease } from '../../src/maintenance/zone-release.ts'
import type { CalendarRule } from '../../src/schedule/calendar.ts'
import { listSkippedAhead, listTasksAhead, recountAhead } from '../../src/transitions/recount-ahead.ts'
import { recountCalendar } from '../../src/transitions/recount-calendar.ts'
import { skipSlots } from '../../src/transitions/skip.ts'
import { skipLateSlots } from '../../src/transitions/skip-late.ts'
import { ClockedClaims } from '../support/clocked-claims.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { executionsOf, insertService, insertTask, taskRow } from '../support/rows.ts'

const claims = new ClockedClaims('calendar_clock')
beforeAll(() => claims.open())
afterAll(() => claims.close())

let service_id: string
let version: string
beforeEach(async () => {
  await emptyDatabase()
  service_id = await insertService()
  version = await setCalendar('2026-12-24', '2026-12-25')
})

/** Sets the calendar `work`, with Saturdays and Sundays and these days closed. */
async function setCalendar(...closed: string[]): Promise<string> {
  const [row] = await sql<[{ version: string }]>`
    insert into calendar (service_id, name)
    values (${service_id}, 'work')
    on conflict on constraint calendar_pkey do update set version = gen_random_uuid()
    returning version`
  await sql`delete from calendar_day`
  await sql`
    insert into calendar_day (service_id, name, day, kind)
    select ${service_id}, 'work', day, 'closed'
    from unnest(${closed}::date[]) day`
  return row.version
}

/** A task that runs at nine in Berlin. */
const atNine = (scheduled_at: string, rule: CalendarRule, more: object = {}) =>
  insertTask({
    ...{ service_id, scheduled_at, cron: '0 9 * * *', time_zone: 'Europe/Berlin', frequency: null, unit: null },
    ...{ calendar: 'work', calendar_rule: rule === 'skip' ? null : rule, calendar_use: `${version} ${rule}` },
    ...more,
  })

// 24 December 2026 is a Thursday.
test.each([
  ['skip', '2026-12-23T08:00:00Z', '2026-12-23T08:00:01Z', '2026-12-28T08:00:00Z', 0],
  ['next', '2026-12-23T08:00:00Z', '2026-12-23T08:00:01Z', '2026-12-28T08:00:00Z', 0],
  ['previous', '2026-12-22T08:00:00Z', '2026-12-22T08:00:01Z', '2026-12-23T08:00:00Z', 0],
  ['only_closed', '2026-12-20T08:00:00Z', '2026-12-20T08:00:01Z', '2026-12-24T08:00:00Z', 0],
  // Monday 21 to Wednesday 23: two slots were missed between, and none on the weekend.
  ['skip', '2026-12-18T08:00:00Z', '2026-12-23T10:00:00Z', '2026-12-28T08:00:00Z', 3],
  ['only_closed', '2026-12-19T08:00:00Z', '2026-12-25T10:00:00Z', '2026-12-26T08:00:00Z', 3],
] as const)(
  'by the rule %s a task due at %s and claimed at %s has its next slot at %s',
  async (rule, at, now, next, missed) => {
    const task = await atNine(at, rule)
    const { taken } = await claims.claim(now, task)
    expect(taken).toHaveLength(1)
    expect((await taskRow(task)).scheduled_at).toBe(next)
    expect((await executionsOf(task))[0]?.missed_slots).toBe(missed)
  },
)

test('tasks with one pattern and slot, with and without a calendar, each have their own next slot', async () => {
  const [under, by, without] = [
    await atNine('2026-12-23T08:00:00Z', 'skip'),
    await atNine('2026-12-23T08:00:00Z', 'only_closed'),
    await atNine('2026-12-23T08:00:00Z', 'skip', { calendar: null, calendar_use: null }),
  ]
  const { taken, crons } = await claims.claim('2026-12-23T08:00:01Z', under)
  expect([taken.length, crons.length]).toEqual([3, 3])
  expect(await Promise.all([under, by, without].map(async (task) => (await taskRow(task)).scheduled_at))).toEqual([
    '2026-12-28T08:00:00Z',
    '2026-12-24T08:00:00Z',
    '2026-12-24T08:00:00Z',
  ])
})

test('a claim that has looked at former days takes nothing, and the next one goes by the new days', async () => {
  const task = await atNine('2026-12-23T08:00:00Z', 'skip')
  const found = await claims.look('2026-12-23T08:00:01Z', task)
  version = await setCalendar('2026-12-28')
  const [days] = [[{ day: '2026-12-28', kind: 'closed' as const, note: null }]]
  await recountCalendar(sql, service_id, 'work', { version, weekend: [0, 6], days })
  expect((await claims.claim('2026-12-23T08:00:02Z', task, found)).taken).toEqual([])
  expect((await claims.claim('2026-12-23T08:00:03Z', task)).taken).toHaveLength(1)
  expect((await taskRow(task)).scheduled_at).toBe('2026-12-24T08:00:00Z')
})

test('a slot of a task that is running is skipped to the next slot that the calendar leaves', async () => {
  const task = await atNine('2026-12-22T08:00:00Z', 'skip')
  await claims.claim('2026-12-22T08:00:01Z', task)
  const { running, crons } = await claims.claim('2026-12-23T08:00:01Z', task)
  expect(running).toHaveLength(1)
  await skipSlots(claims.connection, running, 660, crons)
  expect((await taskRow(task)).scheduled_at).toBe('2026-12-28T08:00:00Z')
})

test('slots that are too late are counted and skipped by the calendar', async () => {
  const task = await atNine('2026-12-18T08:00:00Z', 'skip', { late_limit_seconds: 60 })
  const { late } = await claims.claim('2026-12-24T10:00:00Z', task)
  expect(late).toHaveLength(1)
  await skipLateSlots(claims.connection, late)
  expect((await taskRow(task)).scheduled_at).toBe('2026-12-28T08:00:00Z')
  expect(await executionsOf(task)).toMatchObject([{ status: 'skipped', missed_slots: 4 }])
})

test('a task that runs each missed slot runs those that the calendar leaves', async () => {
  const task = await atNine('2026-12-18T08:00:00Z', 'skip', { missed: 'all' })
  await claims.claim('2026-12-24T10:00:00Z', task)
  expect((await taskRow(task)).scheduled_at).toBe('2026-12-21T08:00:00Z')
})

test('a next slot that was computed while the clock was ahead is computed again by the calendar', async () => {
  const ahead = new Date(Date.now() + 30 * 86_400_000).toISOString()
  const task = await atNine('2099-01-01T08:00:00Z', 'only_closed', { current_created_at: ahead })
  // Other tests may have left many pages before the one with the task.
  const wholeTable = { table: 'task', today: false, first: 0, end: 4_000_000_000 }
  const found = await listTasksAhead(sql, wholeTable)
  expect([found.length, (await listSkippedAhead(sql)).length]).toEqual([1, 0])
  await recountAhead(sql, found)
  const next = new Date((await taskRow(task)).scheduled_at)
  expect(next.getTime()).toBeGreaterThan(Date.now())
  const isListed = ['2026-12-24', '2026-12-25'].includes(next.toISOString().slice(0, 10))
  expect(isListed || [0, 6].includes(next.getUTCDay())).toBe(true)
})

test('new rules of a time zone move slots to the day and time that the calendar leaves', async () => {
  await sql`truncate time_zone_release`
  const rules = { 'Europe/Berlin': { changes: [Date.parse('2026-10-25T01:00:00Z')], offsets: [7_200_000, 7_200_000] } }
  await sql`insert into time_zone_release (version, rules) values ('2025b', ${sql.json(rules as never)})`
  const task = await atNine('2098-12-22T07:00:00Z', 'skip')
  const off = await atNine('2098-12-20T07:00:00Z', 'skip')
  await applyZoneRelease(sql, createLog('silent'))
  await sql`truncate time_zone_release`
  expect((await taskRow(task)).scheduled_at).toBe('2098-12-22T08:00:00Z')
  // 20 December 2098 is a Saturday: that slot is none of the calendar's, so somebody has given it.
  expect((await taskRow(off)).scheduled_at).toBe('2098-12-20T07:00:00Z')
})
