import { expect, test } from 'bun:test'
import { retryDelay } from '../../../src/scheduler/record/retry.ts'

test('the bound doubles with each attempt, up to an hour', () => {
  expect([1, 2, 3, 10, 12].map((attempt) => retryDelay(attempt, null, 1))).toEqual([
    2_000, 4_000, 8_000, 1_024_000, 3_600_000,
  ])
})

test('jitter is full: anything from nothing to the bound', () => {
  expect(retryDelay(3, null, 0)).toBe(0)
  expect(retryDelay(3, null, 0.5)).toBe(4_000)
})

test('never before what the target asks for', () => {
  expect(retryDelay(1, 60_000, 0)).toBe(60_000)
  expect(retryDelay(5, 1_000, 1)).toBe(32_000)
})
