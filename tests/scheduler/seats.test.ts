import { expect, test } from 'bun:test'
import { Seats } from '../../src/scheduler/seats.ts'

test('one service gets nine tenths of the seats and not one more', () => {
  const seats = new Seats(100)
  expect(seats.roomFor('a')).toBe(90)
  for (let n = 0; n < 90; n++) seats.take('a', `target ${n}`)
  expect(seats.roomFor('a')).toBe(0)
  expect(seats.roomFor('b')).toBe(9)
})

test('beside several that hold all they may a seat is left for the next', () => {
  const seats = new Seats(256)
  for (const service of ['a', 'b']) while (seats.roomFor(service) > 0) seats.take(service, service)
  expect(seats.free).toBeGreaterThan(0)
  expect(seats.roomFor('c')).toBeGreaterThan(0)
})

test('a target that hangs leaves seats to the other targets of its service', () => {
  const seats = new Seats(100)
  for (let n = 0; n < 81; n++) seats.take('a', 'hung')
  expect(seats.fullTargets()).toEqual(['hung'])
  expect(seats.roomFor('a')).toBe(9)
})

test('a full target is named, and a claim is bounded by the room of the fullest that is not', () => {
  const seats = new Seats(100)
  for (let n = 0; n < 81; n++) seats.take('a', 'hung')
  expect(seats.fullTargets()).toEqual(['hung'])
  expect(seats.targetRoom()).toBe(15)
  seats.leave('a', 'hung')
  expect(seats.fullTargets()).toEqual([])
  expect(seats.targetRoom()).toBe(1)
  for (let n = 0; n < 80; n++) seats.leave('a', 'hung')
  expect(seats.fullTargets()).toEqual([])
  expect(seats.taken).toBe(0)
})

test('a target with little room counts as full in a claim that is to be large', () => {
  const seats = new Seats(100)
  for (let n = 0; n < 80; n++) seats.take('a', 'hung')
  expect(seats.fullTargets(10)).toEqual(['hung'])
  expect(seats.targetRoom(10)).toBe(16)
})

test('a single seat can be taken', () => {
  const seats = new Seats(1)
  expect(seats.roomFor('a')).toBe(1)
  seats.take('a', 't')
  expect(seats.roomFor('b')).toBe(0)
})
