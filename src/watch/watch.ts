import { Loop } from '../background/loop.ts'
import { survive } from '../background/survive.ts'
import type { Sql } from '../database/sql.ts'
import type { Log } from '../log/log.ts'
import { Delivery, type DeliveryParts } from './delivery.ts'
import { FailingNotices } from './failing.ts'
import { tellDueGroups } from './telling.ts'

/** Pause between two turns, in ms. */
const everyMs = 1_000
/** How long a stop waits for the turn under way, in ms; its statement is then cut off with its connection. */
const stopWithinMs = 1_500

/** What a watch works with. */
export interface WatchParts extends Pick<DeliveryParts, 'counts' | 'send'> {
  /** Connections whose statements may take long and read ranges. */
  readonly sql: Sql
  readonly log: Log
}

/** A notice: opens and closes alerts of one kind, a turn at a time. */
interface Notice {
  /** What it does, in static text, for the log. */
  readonly name: string
  turn(): Promise<void>
}

/**
 * The loops beside the pass: notices open and close alerts, due groups of alerts become notifications, and these are sent.
 * Each step is in the database before the next begins. Every replica with a scheduler runs it; none of it holds up a pass.
 */
export class Watch {
  readonly #notices: readonly Notice[]
  readonly #loop: Loop
  readonly #delivery: Delivery

  constructor(readonly parts: WatchParts) {
    const { sql, log } = parts
    const stopped = () => this.#loop.stopped
    const failing = new FailingNotices({ sql, stopped })
    this.#notices = [{ name: 'alerts of failing tasks', turn: () => failing.turn() }]
    this.#delivery = new Delivery(parts)
    this.#loop = new Loop({ name: 'watch', log, runOnce: () => this.#turn(), everyMs })
  }

  /** Begins. */
  start(): void {
    void this.#loop.start()
    this.#delivery.start()
  }

  /** Begins nothing more. Resolves when what is under way has ended, or soon: what is not done is done by another replica. */
  async stop(): Promise<void> {
    await Promise.all([this.#loop.stop(stopWithinMs), this.#delivery.stop(stopWithinMs)])
  }

  async #turn(): Promise<void> {
    const { sql, log } = this.parts
    for (const notice of this.#notices)
      await survive(log, `the notice failed (${notice.name}); tried again`, () => notice.turn(), undefined)
    await tellDueGroups({ sql, log, onTold: () => this.#delivery.wake(), stopped: () => this.#loop.stopped })
  }
}
