import { expect, test } from 'bun:test'
import { PayloadBudget } from '../../../src/scheduler/claim/payload-budget.ts'

const task = (length: number, service_id = 'a', target = 't') => ({
  service_id,
  target,
  payload: length === 0 ? null : 'x'.repeat(length),
})
const large = task(262_144)
const small = task(0)

test('the first claim is small, those behind it are as large as their payloads let them', () => {
  const room = new PayloadBudget()
  expect(room.tasks('a')).toBe(100)
  room.learn(Array(100).fill(small))
  expect(room.tasks('a')).toBe(800)
  for (let claims = 0; claims < 10; claims++) room.learn([small])
  expect(room.tasks('a')).toBeGreaterThan(1_000_000)
  room.learn([large])
  expect(room.tasks('a')).toBe(32)
})

test('what is in flight leaves that much less room, and when it is all, one for a target that has nothing in flight', () => {
  const room = new PayloadBudget()
  room.learn([large])
  for (let calls = 0; calls < 200; calls++) room.take(large)
  expect(room.fullTargets('a')).toEqual(['t'])
  expect(room.tasks('a')).toBe(1)
  for (let calls = 0; calls < 100; calls++) room.release(large)
  expect(room.tasks('a')).toBe(32)
})

test('with nothing in flight one can always be taken', () => {
  const room = new PayloadBudget()
  room.learn([task(60 * 1_048_576)])
  expect(room.tasks('a')).toBe(1)
})

test('a service whose calls hang with large payloads leaves room for those of others, and its size is no guess at theirs', () => {
  const room = new PayloadBudget()
  room.learn([large])
  for (const service of ['a', 'c'])
    while (room.fullTargets(service).length === 0) room.take({ ...large, service_id: service })
  expect(room.tasks('b')).toBeGreaterThanOrEqual(1)
  room.learn(Array(10).fill(task(100, 'b')))
  for (let claims = 0; claims < 10; claims++) room.learn([task(100, 'b')])
  expect(room.tasks('b')).toBeGreaterThan(10)
})

test('a target whose calls hang with large payloads is named once it holds most of what its service may', () => {
  const room = new PayloadBudget()
  room.learn([large])
  expect(room.fullTargets('a')).toEqual([])
  while (room.fullTargets('a').length === 0) room.take(large)
  expect(room.fullTargets('a')).toEqual(['t'])
  expect(room.tasks('a')).toBeGreaterThan(0)
  expect(room.fullTargets('b')).toEqual([])
})

test('what is given to others in the same claim is not given twice', () => {
  const room = new PayloadBudget()
  room.learn([large])
  expect(room.tasks('a', 4 * 1_048_576)).toBe(16)
})

test('however many large payloads of one target are in flight, its service can take one of another target', () => {
  const room = new PayloadBudget()
  room.learn([large])
  for (let calls = 1; calls <= 200; calls++) {
    room.take(large)
    // Also where the target has room left for less than one more.
    expect([calls, room.tasks('a') >= 1]).toEqual([calls, true])
  }
})
