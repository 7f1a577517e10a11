import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { ClockedClaims } from '../support/clocked-claims.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { executionsOf, insertTask, type TestTask, taskRow } from '../support/rows.ts'

const claims = new ClockedClaims('interval_clock')

beforeAll(() => claims.open())
afterAll(() => claims.close())
beforeEach(emptyDatabase)

async function claimAt(now: string, task: TestTask) {
  await sql`update execution set status = 'success' where status = 'started'`
  return (await claims.claim(now, task, [])).taken
}

type Case = [what: string, frequency: number, unit: string, slot: string, now: string, next: string, missed: number]
const cases: Case[] = [
  ['a minute on time', 1, 'minute', '2026-11-24T12:00:00Z', '2026-11-24T12:00:00.05Z', '2026-11-24T12:01:00Z', 0],
  [
    'milliseconds late keep the phase',
    1,
    'hour',
    '2026-11-24T12:00:00Z',
    '2026-11-24T12:00:00.9Z',
    '2026-11-24T13:00:00Z',
    0,
  ],
  ['a pass late keeps the phase', 1, 'hour', '2026-11-24T12:01:00Z', '2026-11-24T12:10:00Z', '2026-11-24T13:01:00Z', 0],
  [
    'slots within the lateness are missed',
    1,
    'minute',
    '2026-11-24T12:00:00Z',
    '2026-11-24T12:09:30Z',
    '2026-11-24T12:10:00Z',
    9,
  ],
  [
    'a slot at this very instant is not again due',
    10,
    'minute',
    '2026-11-24T12:00:00Z',
    '2026-11-24T12:10:00Z',
    '2026-11-24T12:20:00Z',
    1,
  ],
  [
    'exactly at the tolerance keeps the phase',
    1,
    'hour',
    '2026-11-24T12:00:00Z',
    '2026-11-24T12:11:00Z',
    '2026-11-24T13:00:00Z',
    0,
  ],
  [
    'later than the tolerance counts from now',
    1,
    'hour',
    '2026-11-24T12:00:00Z',
    '2026-11-24T12:11:01Z',
    '2026-11-24T13:11:01Z',
    0,
  ],
  [
    'a day late says how many were missed',
    1,
    'hour',
    '2026-11-23T12:00:00Z',
    '2026-11-24T12:30:00Z',
    '2026-11-24T13:30:00Z',
    24,
  ],
  ['a day is 24 hours', 1, 'day', '2026-03-28T12:00:00Z', '2026-03-28T12:00:01Z', '2026-03-29T12:00:00Z', 0],
  ['a week', 2, 'week', '2026-11-24T12:00:00Z', '2026-11-24T12:00:01Z', '2026-12-08T12:00:00Z', 0],
  ['a month', 1, 'month', '2026-11-24T12:00:00.123456Z', '2026-11-24T12:00:01Z', '2026-12-24T12:00:00.123456Z', 0],
  ['a month ends where it can', 1, 'month', '2026-01-31T12:00:00Z', '2026-01-31T12:00:01Z', '2026-02-28T12:00:00Z', 0],
  ['a leap year has a day more', 1, 'month', '2028-01-31T12:00:00Z', '2028-01-31T12:00:01Z', '2028-02-29T12:00:00Z', 0],
  ['over the turn of the year', 3, 'month', '2026-11-30T12:00:00Z', '2026-11-30T12:00:01Z', '2027-02-28T12:00:00Z', 0],
  ['months missed', 1, 'month', '2026-01-15T12:00:00Z', '2026-11-24T12:00:00Z', '2026-12-24T12:00:00Z', 10],
  ['a month late by a pass', 1, 'month', '2026-10-31T23:55:00Z', '2026-11-01T00:00:00Z', '2026-11-30T23:55:00Z', 0],
  ['ten years', 120, 'month', '2026-11-24T12:00:00Z', '2026-11-24T12:00:01Z', '2036-11-24T12:00:00Z', 0],
  [
    'from the year 1',
    1,
    'minute',
    '0001-01-01T00:00:00Z',
    '2026-11-24T12:00:00Z',
    '2026-11-24T12:01:00Z',
    1_065_518_640,
  ],
]

test.each(cases)('the next time with phase restart: %s', async (_, frequency, unit, slot, now, next, missed) => {
  const task = await insertTask({ frequency, unit, scheduled_at: slot, phase: 'restart' })
  expect(await claimAt(now, task)).toMatchObject([{ task_id: task.id, scheduled_for: slot }])
  expect((await taskRow(task)).scheduled_at).toBe(next)
  expect(await executionsOf(task)).toMatchObject([{ scheduled_for: slot, missed_slots: missed }])
})

const kept: Case[] = [
  ['on time', 1, 'minute', '2026-11-24T12:00:00Z', '2026-11-24T12:00:00.05Z', '2026-11-24T12:01:00Z', 0],
  [
    'just later than the tolerance',
    1,
    'hour',
    '2026-11-24T12:00:00Z',
    '2026-11-24T12:11:01Z',
    '2026-11-24T13:00:00Z',
    0,
  ],
  [
    'after eight hours',
    1,
    'hour',
    '2026-11-24T04:07:30.123456Z',
    '2026-11-24T12:00:00Z',
    '2026-11-24T12:07:30.123456Z',
    7,
  ],
  ['after a year, by days', 3, 'day', '2025-11-24T12:00:00Z', '2026-11-24T12:30:00Z', '2026-11-25T12:00:00Z', 121],
  ['months', 1, 'month', '2026-01-31T12:00:00Z', '2026-11-24T12:00:00Z', '2026-11-30T12:00:00Z', 9],
]

test.each(kept)('the next time with phase keep: %s', async (_, frequency, unit, slot, now, next, missed) => {
  const task = await insertTask({ frequency, unit, scheduled_at: slot })
  expect(await claimAt(now, task)).toMatchObject([{ task_id: task.id, scheduled_for: slot }])
  expect((await taskRow(task)).scheduled_at).toBe(next)
  expect(await executionsOf(task)).toMatchObject([{ scheduled_for: slot, missed_slots: missed }])
})

test('a month keeps its day through shorter ones: 31, 28, 31', async () => {
  const task = await insertTask({ frequency: 1, unit: 'month', scheduled_at: '2026-01-31T08:00:00Z' })
  const times: string[] = []
  for (let run = 0; run < 4; run++) {
    const { scheduled_at } = await taskRow(task)
    times.push(scheduled_at)
    await claimAt(scheduled_at, task)
  }
  expect(times).toEqual([
    '2026-01-31T08:00:00Z',
    '2026-02-28T08:00:00Z',
    '2026-03-31T08:00:00Z',
    '2026-04-30T08:00:00Z',
  ])
})

test('an hourly task on a ten-minute pass runs 24 times in 24 hours, at the same minute', async () => {
  const task = await insertTask({ scheduled_at: '2026-11-24T00:07:00Z' })
  let runs = 0
  for (let pass = 1; pass <= 144; pass++) {
    const now = new Date(
      Date.parse('2026-11-24T00:00:00Z') + pass * 600_000 + Math.floor(Math.random() * 900),
    ).toISOString()
    runs += (await claimAt(now, task)).length
    expect((await taskRow(task)).scheduled_at).toContain(':07:00Z')
  }
  expect(runs).toBe(24)
})

test('a ten-minute task on a ten-minute pass misses none in five days', async () => {
  const task = await insertTask({ frequency: 10, unit: 'minute', scheduled_at: '2026-11-01T00:00:00Z' })
  let runs = 0
  for (let pass = 0; pass < 5 * 144; pass++) {
    const now = new Date(Date.parse('2026-11-01T00:00:00Z') + pass * 600_000 + (pass % 7) * 100).toISOString()
    runs += (await claimAt(now, task)).length
  }
  expect(runs).toBe(5 * 144)
})
