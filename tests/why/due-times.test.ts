import { expect, test } from 'bun:test'
import { DueTimes } from '../../src/why/due-times.ts'
import type { Timing } from '../../src/why/queries.ts'
import { expectWork, workSoFar } from '../support/promised.ts'

const minute = 60_000
const begin = Date.parse('2026-10-20T00:00:00Z')

/** The slots of a task with this schedule and these slots on record: how many minutes after `begin`, and when they were taken. */
function dueTimes(timing: Partial<Timing>, known: readonly [at: number, takenAt?: number][] = [], end = 40_000) {
  const slots = known.map(([at, takenAt = at]) => ({ at: begin + at * minute, takenAt: begin + takenAt * minute }))
  return new DueTimes({
    timing: {
      ...{ status: 'active', paused_until: null, frequency: null, unit: null, cron: null, time_zone: null },
      ...{ calendar: null, calendar_rule: 'skip', phase: 'keep', spread_seconds: 0, scheduled_at: null, ends_at: null },
      ...{ max_runs: null, ...timing },
    },
    ...{ anchorDay: null, use: undefined, toleranceMs: 10 * minute, known: slots, since: begin },
    ...{ until: begin + end * minute, patternSince: begin + 5 * minute },
  })
}

/** Counts the slots by asking for each. */
function counted(due: DueTimes, after: number, until: number): number {
  let count = 0
  for (let at = due.from(after + 1); at !== undefined && at <= until; at = due.from(at + 1)) count++
  return count
}

test('as many slots are counted between two times as there are', () => {
  const schedules = [
    // With the two Sundays on which the clocks of Berlin change.
    dueTimes({ cron: '*/7 * * * *', time_zone: 'Europe/Berlin' }, [[3], [7], [9]]),
    dueTimes({ cron: '30 2 * * *; 15 * * * 1-5', time_zone: 'Europe/Berlin' }, [[9], [30_001]], 20_000),
    dueTimes({ cron: '0 0 * * *', time_zone: 'UTC', ends_at: '2026-10-25T00:00:00Z' }),
    dueTimes({ frequency: 7, unit: 'minute' }, [[10], [24], [25], [9_000]], 8_000),
    dueTimes({ frequency: 1, unit: 'hour', phase: 'restart' }, [[10, 19], [70, 81], [200], [2_000, 2_300]]),
    dueTimes({ frequency: 1, unit: 'month' }, [[10]], 400_000),
    dueTimes({ scheduled_at: null }, [[10]]),
  ]
  for (const due of schedules)
    for (const [after, until] of [
      [-100, 0],
      [0, 10],
      [8, 24],
      [9, 300],
      [24, 7_777],
      [60, 45_000],
      [5_000, 300_000],
    ] as const) {
      const [from, to] = [begin + after * minute, begin + until * minute]
      const all = counted(due, from, to)
      expect(due.countBetween(from, to, 1_000_000)).toBe(all)
      expect(due.countBetween(from, to, 3)).toBe(Math.min(all, 3))
    }
})

test('hundreds of thousands of slots are counted fast', () => {
  const year = 525_600
  const began = workSoFar()
  for (const timing of [
    { cron: '* * * * *', time_zone: 'UTC' },
    { frequency: 1, unit: 'minute' as const },
  ])
    for (let time = 0; time < 20; time++)
      expect(dueTimes(timing, [[0]], year).countBetween(begin, begin + year * minute, year)).toBeWithin(
        525_000,
        year + 1,
      )
  // One by one it would be a minute.
  expectWork(6_000, began)
})
