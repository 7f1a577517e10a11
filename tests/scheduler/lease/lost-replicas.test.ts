import { expect, test } from 'bun:test'
import { LostReplicas } from '../../../src/scheduler/lease/lost-replicas.ts'

const replica = (lease_until: string, has_ended: boolean, reaches_too_far = false) => ({
  id: 'other',
  host: 'there',
  lease_until,
  oldest_open_at: '2026-01-01T00:00:00Z',
  has_ended,
  reaches_too_far,
})
const live = replica('2026-01-01T00:00:45Z', false)
const ended = replica('2026-01-01T00:00:45Z', true)
/** Looks every 5 s, each a list of replicas; gives at which seconds one was found lost. */
function lostAt(looks: readonly (readonly (typeof live)[] | undefined)[]): number[] {
  const replicas = new LostReplicas('self')
  return looks.flatMap((look, index) => (look && replicas.judge(look, index * 5_000).length > 0 ? [index * 5] : []))
}

test('the first look takes an ended lease as it is', () => {
  expect(lostAt([[ended]])).toEqual([0])
})

test('a replica that died is lost as soon as its lease ends', () => {
  expect(lostAt([[live], [live], [live], [live], [live], [ended]])).toEqual([25])
})

test('the clock jumps ahead: leases that have ended, and are renewed within 10 s, are not lost', () => {
  const renewed = replica('2026-01-01T01:00:45Z', false)
  expect(lostAt([[live], [ended], [ended], [renewed], [renewed], [renewed]])).toEqual([])
})

test('after an outage in which no replica could renew, each gets time to', () => {
  const away = undefined
  expect(lostAt([[live], [live], away, away, away, away, [ended], [ended], [live]])).toEqual([])
  expect(lostAt([[live], [live], away, away, away, away, [ended], [ended], [ended], [ended], [ended]])).toEqual([50])
})

test('a lease longer than any lease may be does not count: unless renewed, its replica is lost 15 s after the clock went back', () => {
  const far = replica('2026-01-01T01:00:45Z', false, true)
  expect(lostAt([[far], [far], [far], [far], [far]])).toEqual([20])
  expect(lostAt([[far], [far], [live], [live], [live], [live], [live]])).toEqual([])
})

test('a lease that its own replica ended has ended at once', () => {
  expect(lostAt([[live], [replica('-infinity', true)]])).toEqual([5])
})

test('a lease that another session sets into the past has ended at once', () => {
  expect(lostAt([[live], [replica('2026-01-01T00:00:01Z', true)]])).toEqual([5])
})

test('the clock jumps ahead just after a renewal: the replica gets time to renew', () => {
  const renewed = replica('2026-01-01T00:00:55Z', true)
  expect(lostAt([[live], [renewed], [renewed], [renewed], [renewed], [renewed]])).toEqual([25])
})

test('a row that is gone for longer than its replica would need to write it anew is that of a lost one', () => {
  expect(lostAt([[live], [], [], [live], [live], [], [], [], [], []])).toEqual([45])
})

test('a replica never counts itself as lost', () => {
  const replicas = new LostReplicas('other')
  expect([replicas.judge([ended], 0), replicas.judge([], 1), replicas.judge([], 60_000)]).toEqual([[], [], []])
})
