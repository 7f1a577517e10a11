import type { DatabaseClock } from '../database/clock.ts'

/** Parts of a millisecond that an id tells apart: 12 bits. */
const ticksPerMs = 4_096
/** An id made in the same tick as the one before it gets the next tick, so far ahead of the clock at most, in ms. */
const aheadMs = 100

/**
 * Makes ids of tasks: UUIDv7 (RFC 9562) by the database's clock, so that the order of ids is that of creation whichever
 * replica made them. The 12 bits behind the milliseconds are a fraction of one (method 3 there), and ids of one process
 * that follow each other are in order however fast they come.
 */
export class TaskIds {
  #last = 0

  constructor(readonly clock: DatabaseClock) {}

  next(): string {
    const now = Math.floor(this.clock.now() * ticksPerMs)
    // A clock that was set back is followed.
    const isClose = this.#last - now < aheadMs * ticksPerMs
    this.#last = isClose ? Math.max(now, this.#last + 1) : now
    const ms = Math.floor(this.#last / ticksPerMs)
    const id = Bun.randomUUIDv7('buffer', ms)
    // Bun counts within a millisecond, and goes on to the next one where its count runs over.
    id.writeUIntBE(ms, 0, 6)
    id.writeUInt16BE(0x7000 | (this.#last % ticksPerMs), 6)
    return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }
}
