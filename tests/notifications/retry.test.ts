import { expect, test } from 'bun:test'
import { givenUpAfterHours, isGone, pauseAfter } from '../../src/notifications/retry.ts'

test('pauses double from 10 s to an hour', () => {
  expect([1, 2, 3, 9, 10, 32_000].map((attempt) => pauseAfter(attempt, null, 1))).toEqual([
    10_000, 20_000, 40_000, 2_560_000, 3_600_000, 3_600_000,
  ])
  expect(pauseAfter(1, null, 0)).toBe(8_000)
})

test('Retry-After is honoured up to an hour', () => {
  expect([0, 5_000, 86_400_000].map((ms) => pauseAfter(9, ms))).toEqual([1_000, 5_000, 3_600_000])
})

test('404 and 410 say that a channel is gone; of mail they say nothing', () => {
  expect([404, 410, 400, 500, null].map((status) => isGone('webhook', status))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
  expect(isGone('email', 410)).toBe(false)
})

test('a message that is refused itself is given up after an hour, any other after a day', () => {
  expect([400, 413, 422, 401, 403, 408, 429, 500, null].map((status) => givenUpAfterHours('slack', status))).toEqual([
    1, 1, 1, 24, 24, 24, 24, 24, 24,
  ])
  expect([550, 451, 535, null].map((status) => givenUpAfterHours('email', status))).toEqual([1, 24, 24, 24])
})
