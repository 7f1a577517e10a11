import { expect, test } from 'bun:test'
import ipaddr from 'ipaddr.js'
import { FailureLimit } from '../../src/services/failure-limit.ts'

const address = (text: string) => ipaddr.parse(text)
const minute = 60_000
/** What so many failures at this time are told. */
const fail = (limit: FailureLimit, text: string, now: number, times = 1) =>
  Array.from({ length: times }, () => limit.fail(address(text), now)).at(-1)

test('allows thirty failures in any minute, and returns the wait for the next one', () => {
  const limit = new FailureLimit()
  expect(fail(limit, '192.0.2.1', 1_000, 10)).toBe(0)
  expect(fail(limit, '192.0.2.1', 31_000, 20)).toBe(0)
  expect(fail(limit, '192.0.2.1', 31_000)).toBe(30)
  expect(fail(limit, '192.0.2.1', 60_999)).toBe(1)
  expect(fail(limit, '192.0.2.1', 61_000, 10)).toBe(0)
  expect(fail(limit, '192.0.2.1', 61_000)).toBe(30)
})

test('failures over the limit do not prolong the wait', () => {
  const limit = new FailureLimit()
  fail(limit, '192.0.2.1', 0, 30)
  expect(fail(limit, '192.0.2.1', minute - 1, 1_000)).toBe(1)
  expect(fail(limit, '192.0.2.1', minute, 30)).toBe(0)
})

test('each IPv4 address counts by itself, and an IPv6 /64 counts as one address', () => {
  const limit = new FailureLimit()
  fail(limit, '192.0.2.1', 0, 30)
  expect(fail(limit, '192.0.2.2', 0)).toBe(0)
  for (let host = 1; host <= 30; host++) expect(fail(limit, `2001:db8:0:1::${host.toString(16)}`, 0)).toBe(0)
  expect(fail(limit, '2001:db8:0:1:ffff::1', 0)).toBe(60)
  expect(fail(limit, '2001:db8:0:2::1', 0)).toBe(0)
})

test('remembers the 10,000 addresses that failed last, and none for more than a minute', () => {
  const limit = new FailureLimit()
  const nth = (n: number) => `10.0.${n >> 8}.${n & 255}`
  fail(limit, '192.0.2.1', 0, 29)
  for (let n = 0; n < 10_000; n++) fail(limit, nth(n), 1)
  expect(limit.size).toBe(10_000)
  // The first was forgotten, so it has all its thirty again; of the others only one had to go for it.
  expect(fail(limit, '192.0.2.1', 2, 30)).toBe(0)
  fail(limit, nth(9_999), 2, 29)
  expect(fail(limit, nth(9_999), 2)).toBe(60)
  expect(limit.size).toBe(10_000)
  fail(limit, '192.0.2.3', minute + 2)
  expect(limit.size).toBe(1)
})
