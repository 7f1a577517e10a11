import { expect, test } from 'bun:test'
import { type Schedule, upcoming } from '../../src/schedule/upcoming.ts'

const noon = '2026-11-24T12:00:00Z'
const at = (schedule: Schedule, count = 3, from = noon, toleranceMs = 0) =>
  upcoming(schedule, Date.parse(from), count, toleranceMs)

test('without scheduled_at the first run is one interval from now', () => {
  expect(at({ frequency: 10, unit: 'minute' }, 2)).toEqual(['2026-11-24T12:10:00Z', '2026-11-24T12:20:00Z'])
  expect(at({ frequency: 6, unit: 'hour' }, 2)).toEqual(['2026-11-24T18:00:00Z', '2026-11-25T00:00:00Z'])
  expect(at({ frequency: 1, unit: 'day' }, 2)).toEqual(['2026-11-25T12:00:00Z', '2026-11-26T12:00:00Z'])
  expect(at({ frequency: 2, unit: 'week' }, 2)).toEqual(['2026-12-08T12:00:00Z', '2026-12-22T12:00:00Z'])
  expect(at({ frequency: 1, unit: 'month' }, 2, '2027-01-31T12:00:00.25Z')).toEqual([
    ...['2027-02-28T12:00:00.25Z', '2027-03-31T12:00:00.25Z'],
  ])
})

test('scheduled_at is the first run, and the others follow at intervals from it, to the microsecond', () => {
  const schedule: Schedule = { frequency: 1, unit: 'hour', scheduled_at: '2026-11-24T12:07:00.123456Z' }
  expect(at(schedule, 2)).toEqual(['2026-11-24T12:07:00.123456Z', '2026-11-24T13:07:00.123456Z'])
  expect(at({ ...schedule, scheduled_at: '2026-11-24T12:07:00.1Z' }, 2)).toEqual([
    ...['2026-11-24T12:07:00.1Z', '2026-11-24T13:07:00.1Z'],
  ])
})

test('a monthly schedule keeps its day in months that have it: 31, 28, 31', () => {
  const monthly: Schedule = { frequency: 1, unit: 'month', scheduled_at: '2027-01-31T08:00:00Z', anchor_day: 31 }
  expect(at(monthly, 4)).toEqual([
    ...['2027-01-31T08:00:00Z', '2027-02-28T08:00:00Z', '2027-03-31T08:00:00Z', '2027-04-30T08:00:00Z'],
  ])
  // Stored at the end of February, it still knows of the 31.
  expect(at({ ...monthly, scheduled_at: '2027-02-28T08:00:00Z' }, 2)).toEqual([
    ...['2027-02-28T08:00:00Z', '2027-03-31T08:00:00Z'],
  ])
  // Moved to another day, it keeps that one.
  expect(at({ ...monthly, scheduled_at: '2027-02-20T08:00:00Z' }, 2)).toEqual([
    ...['2027-02-20T08:00:00Z', '2027-03-20T08:00:00Z'],
  ])
  expect(at({ ...monthly, frequency: 13 }, 3)).toEqual([
    ...['2027-01-31T08:00:00Z', '2028-02-29T08:00:00Z', '2029-03-31T08:00:00Z'],
  ])
})

test('a scheduled_at in the past is due at once, and later runs of phase restart count from now', () => {
  const schedule: Schedule = { frequency: 1, unit: 'hour', phase: 'restart', scheduled_at: '2025-08-14T12:30:00Z' }
  expect(at(schedule)).toEqual(['2026-11-24T12:00:00Z', '2026-11-24T13:00:00Z', '2026-11-24T14:00:00Z'])
  expect(at({ ...schedule, scheduled_at: noon }, 2)).toEqual(['2026-11-24T12:00:00Z', '2026-11-24T13:00:00Z'])
  expect(at({ ...schedule, frequency: 1, unit: 'month' }, 2, '2027-01-31T08:00:00Z')).toEqual([
    ...['2027-01-31T08:00:00Z', '2027-02-28T08:00:00Z'],
  ])
})

test('with phase keep, later runs keep the times of the task, however late it is', () => {
  const late: Schedule = { frequency: 1, unit: 'hour', phase: 'keep', scheduled_at: '2025-08-14T12:30:00Z' }
  expect(at(late, 2)).toEqual(['2026-11-24T12:00:00Z', '2026-11-24T12:30:00Z'])
})

test('with phase restart, a run that is late by no more than the tolerance keeps its phase', () => {
  const late: Schedule = { frequency: 1, unit: 'hour', phase: 'restart', scheduled_at: '2026-11-24T11:55:00.000001Z' }
  expect(at(late, 3, noon, 660_000)).toEqual([
    ...['2026-11-24T12:00:00Z', '2026-11-24T12:55:00.000001Z', '2026-11-24T13:55:00.000001Z'],
  ])
  expect(at(late, 2, noon, 300_000)).toEqual(['2026-11-24T12:00:00Z', '2026-11-24T12:55:00.000001Z'])
  expect(at(late, 2, noon, 299_999)).toEqual(['2026-11-24T12:00:00Z', '2026-11-24T13:00:00Z'])
  const minutely: Schedule = { frequency: 1, unit: 'minute', phase: 'restart', scheduled_at: '2026-11-24T11:50:30Z' }
  expect(at(minutely, 2, noon, 660_000)).toEqual(['2026-11-24T12:00:00Z', '2026-11-24T12:00:30Z'])
  // The slot of this very moment is the late run itself.
  expect(at({ ...minutely, scheduled_at: '2026-11-24T11:49:00Z' }, 2, noon, 660_000)).toEqual([
    ...['2026-11-24T12:00:00Z', '2026-11-24T12:01:00Z'],
  ])
  const monthly: Schedule = { frequency: 1, unit: 'month', scheduled_at: '2023-08-31T12:00:00Z', anchor_day: 31 }
  expect(at(monthly, 2, noon, 2_000 * 86_400_000)).toEqual(['2026-11-24T12:00:00Z', '2026-11-30T12:00:00Z'])
})

test('cron follows local time; a given scheduled_at is the first run only', () => {
  const daily: Schedule = { cron: '30 2 * * *', time_zone: 'Europe/Berlin' }
  expect(at(daily, 3, '2027-03-27T12:00:00Z')).toEqual([
    ...['2027-03-28T01:00:00Z', '2027-03-29T00:30:00Z', '2027-03-30T00:30:00Z'],
  ])
  expect(at({ ...daily, scheduled_at: '2026-11-25T09:00:00.5Z' }, 2)).toEqual([
    ...['2026-11-25T09:00:00.5Z', '2026-11-26T01:30:00Z'],
  ])
  expect(at({ ...daily, scheduled_at: '2026-11-25T01:30:00Z' }, 2)).toEqual([
    ...['2026-11-25T01:30:00Z', '2026-11-26T01:30:00Z'],
  ])
  expect(at({ ...daily, scheduled_at: '2026-01-01T00:00:00Z' }, 2)).toEqual([noon, '2026-11-25T01:30:00Z'])
  expect(at({ cron: '0 0 * * *' }, 1)).toEqual(['2026-11-25T00:00:00Z'])
})

test('a one-time task has one time, or none after it has run', () => {
  expect(at({ scheduled_at: '2027-01-01T00:00:00Z' })).toEqual(['2027-01-01T00:00:00Z'])
  expect(at({ scheduled_at: '2026-01-01T00:00:00Z' })).toEqual([noon])
  expect(at({ frequency: null, unit: null, cron: null, time_zone: null, scheduled_at: null })).toEqual([])
})

test('intervals are listed for ten years and patterns for a hundred, without overflow', () => {
  for (const unit of ['minute', 'hour', 'day', 'week', 'month'] as const)
    expect(at({ frequency: 2_147_483_647, unit })).toEqual([])
  expect(at({ frequency: 120, unit: 'month' })).toEqual(['2036-11-24T12:00:00Z'])
  expect(at({ frequency: 121, unit: 'month' })).toEqual([])
  expect(at({ frequency: 1, unit: 'week' }, 1_000)).toHaveLength(521)
  expect(at({ cron: '0 0 29 2 */7' }, 10)).toEqual([
    ...['2032-02-29T00:00:00Z', '2060-02-29T00:00:00Z', '2088-02-29T00:00:00Z'],
  ])
  expect(at({ frequency: 1, unit: 'hour', scheduled_at: '9999-12-31T23:30:00Z' })).toEqual(['9999-12-31T23:30:00Z'])
  expect(at({ frequency: 1, unit: 'hour' }, 0)).toEqual([])
})
