import { expect, test } from 'bun:test'
import { kindOf, recurrenceOf } from '../../src/schedule/kind.ts'

const none = { frequency: null, unit: null, cron: null, time_zone: null }

test.each([
  [
    { ...none, frequency: 6, unit: 'hour' },
    { kind: 'interval', frequency: 6, unit: 'hour' },
  ],
  [
    { ...none, cron: '30 2 * * *', time_zone: 'Europe/Berlin' },
    { kind: 'cron', cron: '30 2 * * *', time_zone: 'Europe/Berlin' },
  ],
  [{ cron: '30 2 * * *' }, { kind: 'cron', cron: '30 2 * * *', time_zone: 'UTC' }],
  [none, { kind: 'once' }],
  [{}, { kind: 'once' }],
] as const)('%j recurs as %j', (fields, recurrence) => {
  expect(recurrenceOf(fields)).toEqual(recurrence)
  expect(kindOf(fields)).toBe(recurrence.kind)
})

test('an incomplete schedule is of the kind that its fields belong to', () => {
  expect(kindOf({ unit: 'day' })).toBe('interval')
  expect(kindOf({ frequency: 5, cron: null })).toBe('interval')
  expect(kindOf({ cron: '* * * * *', frequency: null })).toBe('cron')
})
