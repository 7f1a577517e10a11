import { expect, test } from 'bun:test'
import { duration, fromLocalInput, fromNow, toLocalInput, utcTime } from '../../src/dashboard/format/format-time.ts'

const now = Date.parse('2026-11-24T12:00:00Z')

test.each([
  ['2026-11-24T12:00:00.400Z', 'now'],
  ['2026-11-24T12:00:45Z', 'in 45 seconds'],
  ['2026-11-24T12:12:00Z', 'in 12 minutes'],
  ['2026-11-24T09:00:00Z', '3 hours ago'],
  ['2026-11-26T12:00:00Z', 'in 2 days'],
  ['2026-12-22T12:00:00Z', 'in 4 weeks'],
  ['2028-11-24T12:00:00Z', 'in 2 years'],
])('%s is %s', (at, words) => {
  expect(fromNow(at, now)).toBe(words)
})

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [2_449, '2.4 s'],
  [59_960, '1 min 0 s'],
  [125_000, '2 min 5 s'],
])('%d ms took %s', (ms, words) => {
  expect(duration(ms)).toBe(words)
})

test('UTC is written to the second', () => {
  expect(utcTime('2026-11-24T12:00:01.999Z')).toBe('2026-11-24 12:00:01 UTC')
})

test('a time survives the input it is edited in, to the second', () => {
  for (const at of ['2026-11-24T12:00:01Z', '2026-07-01T23:59:59Z', '0042-01-01T00:00:00Z'])
    expect(fromLocalInput(toLocalInput(at))).toBe(at)
})

test.each(['', '2026-13-01T00:00', 'tomorrow'])('%j is no time', (text) => {
  expect(fromLocalInput(text)).toBeUndefined()
})
