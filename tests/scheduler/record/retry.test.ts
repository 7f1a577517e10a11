import { expect, test } from 'bun:test'
import { type FailedAttempt, policyDelay, retryDelay } from '../../../src/scheduler/record/retry.ts'
import type { RetryPolicy } from '../../../src/task-fields/retry-policy.ts'

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

const failed = { attempt: 1, status_code: 503, isUnexpected: false, retryAfterMs: null, sinceFirstMs: 0 }
const delays = (policy: RetryPolicy, attempts: number, random = 0) =>
  Array.from({ length: attempts }, (_, index) => policyDelay(policy, { ...failed, attempt: index + 1 }, random))

test('a policy without numbers waits 5 s first, doubles five times, grows by the last step then, and stays within an hour', () => {
  expect(delays({}, 8)).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 480_000])
  expect(policyDelay({}, { ...failed, attempt: 100 }, 0)).toBe(3_600_000)
})

test('without doublings a wait grows by the shortest one, with the same bounds it stays the same', () => {
  expect(delays({ min_backoff_seconds: 10, max_doublings: 0 }, 3)).toEqual([10_000, 20_000, 30_000])
  expect(delays({ min_backoff_seconds: 10, max_backoff_seconds: 10 }, 3, 0.99)).toEqual([10_000, 10_000, 10_000])
})

test('a policy never waits less than its backoff, up to a fifth more, and never more than its longest', () => {
  expect(policyDelay({ min_backoff_seconds: 100 }, failed, 0)).toBe(100_000)
  expect(policyDelay({ min_backoff_seconds: 100 }, failed, 0.5)).toBe(110_000)
  expect(policyDelay({ min_backoff_seconds: 100, max_backoff_seconds: 105 }, failed, 0.5)).toBe(105_000)
})

test('ten retries bridge an outage of a minute, and four do', () => {
  for (const retries of [4, 10])
    expect(delays({}, retries).reduce((sum: number, delay) => sum + (delay ?? 0), 0)).toBeGreaterThan(60_000)
})

test('Retry-After is honoured under a policy', () => {
  expect(policyDelay({}, { ...failed, retryAfterMs: 60_000 }, 0)).toBe(60_000)
  expect(policyDelay({ min_backoff_seconds: 90 }, { ...failed, retryAfterMs: 60_000 }, 0)).toBe(90_000)
})

test('no retry begins after the duration of a policy', () => {
  const policy = { min_backoff_seconds: 10, max_duration_seconds: 60 }
  expect(policyDelay(policy, { ...failed, sinceFirstMs: 50_000 }, 0)).toBe(10_000)
  expect(policyDelay(policy, { ...failed, sinceFirstMs: 50_001 }, 0)).toBeUndefined()
})

test('only the failures that a policy names are retried', () => {
  const retries = (on: RetryPolicy['on'], change: Partial<typeof failed> | { status_code: null }) =>
    policyDelay({ on }, { ...failed, ...change } as FailedAttempt, 0) !== undefined
  expect(retries(['5xx', 408, 429], { status_code: 503 })).toBe(true)
  expect(retries(['5xx', 408, 429], { status_code: 429 })).toBe(true)
  expect(retries(['5xx', 408, 429], { status_code: 404 })).toBe(false)
  expect(retries(['500-502'], { status_code: 503 })).toBe(false)
  expect(retries(['500-503'], { status_code: 503 })).toBe(true)
  expect(retries(['5xx'], { status_code: null })).toBe(false)
  expect(retries(['no_answer'], { status_code: null })).toBe(true)
  expect(retries(['no_answer'], { status_code: 500 })).toBe(false)
  expect(retries(['expect'], { status_code: 200, isUnexpected: true })).toBe(true)
  expect(retries(['5xx'], { status_code: 200, isUnexpected: true })).toBe(false)
})
