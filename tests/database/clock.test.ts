import { describe, expect, test } from 'bun:test'
import { DatabaseClock } from '../../src/database/clock.ts'

const hour = 3_600_000
/** How far the clock is from this process's, in ms. */
const off = (clock: DatabaseClock) => clock.now() - Date.now()

/** An answer that took so long, in ms, from a database whose clock is so far off. */
function learn(clock: DatabaseClock, offMs: number, tookMs: number): void {
  const now = performance.now()
  clock.learn(Date.now() + offMs - tookMs / 2, now - tookMs, now)
}

describe("the database's clock", () => {
  test('follows its samples, whatever the local time is', () => {
    const clock = new DatabaseClock()
    learn(clock, -hour, 2)
    expect(off(clock)).toBeWithin(-hour - 5, -hour + 5)
  })

  test('is not adjusted by a slow answer after a quick one', () => {
    const clock = new DatabaseClock()
    learn(clock, 0, 1)
    learn(clock, 900, 2_000)
    expect(off(clock)).toBeWithin(-5, 5)
  })

  test('is adjusted by any answer that contradicts the estimate: the clock was set', () => {
    const clock = new DatabaseClock()
    learn(clock, 0, 1)
    learn(clock, hour, 2_000)
    expect(off(clock)).toBeWithin(hour - 20, hour + 20)
    learn(clock, 0, 3)
    expect(off(clock)).toBeWithin(-5, 5)
  })
})
