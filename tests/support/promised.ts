import { expect } from 'bun:test'

/**
 * What a test grants beyond a promised time, in ms. Tests share their machine, which may stand still for a second or
 * two; whether promises are kept to the millisecond is measured in bench/.
 */
const grace = 5_000

/** The longest that a test waits for something that is promised within `ms`. */
export const promised = (ms: number): number => ms + grace

/** Holds that what began at `began`, by performance.now(), was over within the promised `ms`. */
export function expectWithin(ms: number, began: number): void {
  expect(performance.now() - began).toBeLessThan(promised(ms))
}
