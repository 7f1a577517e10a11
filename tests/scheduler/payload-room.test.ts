import { expect, test } from 'bun:test'
import { PayloadRoom } from '../../src/scheduler/payload-room.ts'

const large = { payload: 'x'.repeat(262_144) }
const small = { payload: null }

test('the first claim is small, those behind it are as large as their payloads let them', () => {
  const room = new PayloadRoom()
  expect(room.tasks).toBe(100)
  room.learn(Array(100).fill(small))
  expect(room.tasks).toBe(800)
  for (let claims = 0; claims < 10; claims++) room.learn([small])
  expect(room.tasks).toBeGreaterThan(1_000_000)
  room.learn([large])
  expect(room.tasks).toBe(32)
})

test('what is in flight leaves that much less room, and none when it is all', () => {
  const room = new PayloadRoom()
  room.learn([large])
  for (let calls = 0; calls < 200; calls++) room.take(large.payload)
  expect(room.tasks).toBe(0)
  for (let calls = 0; calls < 100; calls++) room.leave(large.payload)
  expect(room.tasks).toBe(32)
})

test('with nothing in flight one can always be taken', () => {
  const room = new PayloadRoom()
  room.learn([{ payload: 'x'.repeat(60 * 1_048_576) }])
  expect(room.tasks).toBe(1)
})
