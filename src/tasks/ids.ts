import type { DatabaseClock } from '../database/clock.ts'

/** Ticks per millisecond. An id holds the tick in 12 bits. */
const ticksPerMs = 4_096
/** How far ids may run ahead of the clock, in ms. They do when several are made in one tick: each takes the next tick. */
const aheadMs = 100

/**
 * Makes task ids: UUIDv7 (RFC 9562) with the time of the database's clock, so ids of all replicas sort by creation. The 12
 * bits after the milliseconds are the fraction of a millisecond (RFC 9562 section 6.2, method 3). Ids of one process increase
 * strictly, unless the clock is set back by more than 100 ms.
 */
export class TaskIds {
  #last = 0

  constructor(readonly clock: DatabaseClock) {}

  /** Returns a new id. */
  next(): string {
    const now = Math.floor(this.clock.now() * ticksPerMs)
    // If the clock is set back by more than that, ids follow it.
    const isClose = this.#last - now < aheadMs * ticksPerMs
    this.#last = isClose ? Math.max(now, this.#last + 1) : now
    const ms = Math.floor(this.#last / ticksPerMs)
    const id = Bun.randomUUIDv7('buffer', ms)
    // Bun fills these bits with a counter, and adds a millisecond when the counter overflows: overwrite both.
    id.writeUIntBE(ms, 0, 6)
    id.writeUInt16BE(0x7000 | (this.#last % ticksPerMs), 6)
    return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }
}
