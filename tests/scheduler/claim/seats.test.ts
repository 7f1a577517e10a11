import { expect, test } from 'bun:test'
import { Seats } from '../../../src/scheduler/claim/seats.ts'

/** Takes all that a claim after another is let take for a service and one of its targets. */
function hang(seats: Seats, service: string, target: string): number {
  let held = 0
  while (seats.roomFor(service) > 0 && !seats.fullTargets(service).includes(target)) {
    seats.take(service, target)
    held++
  }
  return held
}

test('one service gets nine tenths of the seats and not one more', () => {
  for (const total of [20, 100, 256, 1000]) {
    const seats = new Seats(total)
    expect(seats.roomFor('a')).toBe(total * 0.9 - ((total * 0.9) % 1))
    for (let n = 0; n < Math.floor(total * 0.9); n++) seats.take('a', `target ${n}`)
    expect(seats.roomFor('a')).toBe(0)
    expect(seats.roomFor('b')).toBeGreaterThanOrEqual(1)
  }
})

/** How many services hang one after another, each of them with a target of its own, before the next finds no seat. */
function servicesThatHang(total: number): number {
  const seats = new Seats(total)
  let services = 0
  while (hang(seats, `service ${services}`, 'hung') > 0) services++
  return services
}

/** The same for the targets of one service. */
function targetsThatHang(total: number): number {
  const seats = new Seats(total)
  let targets = 0
  while (hang(seats, 'a', `hung ${targets}`) > 0) targets++
  return targets
}

test('services that hang one after another leave a seat for the next, for as long as the reserve lasts', () => {
  expect([5, 10, 100, 1000].map(servicesThatHang)).toEqual([4, 4, 11, 80])
})

test('targets of a service that hang one after another leave it a seat for the next', () => {
  expect([5, 10, 100, 1000].map(targetsThatHang)).toEqual([2, 2, 8, 61])
})

test('a second service beside one that hangs has some seats, and more when the first leaves them', () => {
  const seats = new Seats(100)
  for (let n = 0; n < 90; n++) seats.take('a', `target ${n}`)
  expect(seats.roomFor('b')).toBe(3)
  for (let n = 0; n < 90; n++) seats.release('a', `target ${n}`)
  expect(seats.roomFor('b')).toBe(90)
})

test('a target that hangs leaves seats to the other targets of its service', () => {
  const seats = new Seats(100)
  expect(hang(seats, 'a', 'hung')).toBe(81)
  expect(seats.roomFor('a')).toBe(9)
  expect(seats.fullTargets('b')).toEqual([])
})

test('a full target is named, and a claim is bounded by the room of the fullest that is not', () => {
  const seats = new Seats(100)
  for (let n = 0; n < 81; n++) seats.take('a', 'hung')
  expect(seats.fullTargets('a')).toEqual(['hung'])
  expect(seats.targetRoom('a')).toBe(3)
  seats.release('a', 'hung')
  expect(seats.fullTargets('a')).toEqual([])
  expect(seats.targetRoom('a')).toBe(1)
  for (let n = 0; n < 80; n++) seats.release('a', 'hung')
  expect(seats.fullTargets('a')).toEqual([])
  expect(seats.targetRoom('a')).toBe(81)
  expect(seats.taken).toBe(0)
})

test('a target with little room counts as full in a claim that is to be large', () => {
  const seats = new Seats(100)
  for (let n = 0; n < 80; n++) seats.take('a', 'hung')
  expect(seats.fullTargets('a', seats.worthwhile('a'))).toEqual(['hung'])
  expect(seats.targetRoom('a', seats.worthwhile('a'))).toBe(3)
})

test('seats that a claim has given to one service it does not give to the next', () => {
  const seats = new Seats(100)
  expect(seats.roomFor('b', 90)).toBe(3)
  expect(seats.roomFor('c', 100)).toBe(0)
})

test('who holds least is given seats first, and of these who was given any least lately', () => {
  const seats = new Seats(100)
  seats.take('a', 't')
  seats.noteTurn('b')
  expect(seats.inTurn(['a', 'b', 'c'])).toEqual(['c', 'b', 'a'])
  seats.noteTurn('c')
  expect(seats.inTurn(['a', 'b', 'c'])).toEqual(['b', 'c', 'a'])
})

test('a single seat can be taken', () => {
  const seats = new Seats(1)
  expect(seats.roomFor('a')).toBe(1)
  seats.take('a', 't')
  expect(seats.roomFor('b')).toBe(0)
})
