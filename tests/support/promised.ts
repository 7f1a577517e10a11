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

/** The work of this process so far, in ms of its processors: it does not grow while others have the machine. */
export function workSoFar(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Holds that what began at `began`, by workSoFar(), was less than so many ms of work, however busy the machine is. */
export function expectWork(ms: number, began: number): void {
  expect(workSoFar() - began).toBeLessThan(ms)
}
