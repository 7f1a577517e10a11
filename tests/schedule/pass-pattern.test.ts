import { expect, test } from 'bun:test'
import { isPassPattern, PassGap } from '../../src/schedule/pass-pattern.ts'

test('a pass pattern has five or six fields and is due at some time', () => {
  for (const pattern of ['*/10 * * * *', '0 0 29 2 *', '*/5 * * * * *']) expect(isPassPattern(pattern)).toBe(true)
  for (const pattern of ['', '0 0 31 2 *', '60 * * * *', 'often']) expect(isPassPattern(pattern)).toBe(false)
})

test('the gap is the interval between the last two times of the pattern', () => {
  const even = new PassGap('*/10 * * * *')
  expect(even.seconds(Date.parse('2026-11-24T12:00:05Z'))).toBe(600)
  const uneven = new PassGap('0 8,9,20 * * *')
  expect(uneven.seconds(Date.parse('2026-11-24T08:30:00Z'))).toBe(12 * 3600)
  expect(uneven.seconds(Date.parse('2026-11-24T09:30:00Z'))).toBe(3600)
  expect(uneven.seconds(Date.parse('2026-11-24T23:00:00Z'))).toBe(11 * 3600)
})
