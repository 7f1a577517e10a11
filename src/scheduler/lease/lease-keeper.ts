import { Loop } from '../../background/loop.ts'
import type { Sql } from '../../database/sql.ts'
import type { Log } from '../../log/log.ts'
import { leaseSeconds } from '../../transitions/claim-fence.ts'
import { endLease, readServer, renewEverySeconds, renewLease } from './lease.ts'

/** Taken off the lease when this process judges by its own clock whether it still holds, in seconds. */
const marginSeconds = 10
/** Pause after a renewal that failed, in ms. */
const retryMs = 1_000

/** What a lease keeper works with. */
export interface LeaseKeeperParts {
  readonly sql: Sql
  readonly log: Log
  /** The name of this machine, for the log lines of other replicas. */
  readonly host: string
  /** Creation time of the oldest execution that this replica has open; null for none. */
  readonly oldestOpenAt: () => string | null
  /** Whether this replica may have an older one open that it does not know of. */
  readonly mayHoldOlder: () => boolean
  /** Puts back into the database what is open here and missing there. Called when another server has taken over. */
  readonly restore: () => Promise<void>
}

/**
 * Keeps this replica's lease. Its time is measured with the monotonic clock of this process, from before the renewal was
 * sent, so the replica never relies on it for longer than the database grants it.
 */
export class LeaseKeeper {
  /** The id of this replica: new with each start of the process. */
  readonly id = Bun.randomUUIDv7()
  /** No execution that any replica has open was created before this time, as of the last renewal. */
  oldestOpenAt = '-infinity'
  /** How often this lease has lapsed. What was claimed before it did may have been taken over by another replica. */
  lapses = 0
  #heldUntil = 0
  /** The server against which all that is open here was checked; undefined before the first renewal. */
  #server: string | null | undefined
  readonly #loop: Loop

  constructor(readonly parts: LeaseKeeperParts) {
    this.#loop = new Loop({
      name: 'lease renewal',
      log: parts.log,
      runOnce: () => this.#renew(),
      everyMs: renewEverySeconds * 1000,
      afterFailureMs: retryMs,
    })
  }

  /** Whether work may be started now. */
  holds(): boolean {
    return performance.now() < this.#heldUntil
  }

  /** Renews now and every 10 s until stopped; after a failure in 1 s. Resolves when the first attempt has ended. */
  start(): Promise<void> {
    return this.#loop.start()
  }

  /** Renews now, or waits for the renewal that is under way. Does nothing once stopped. */
  renewNow(): Promise<void> {
    return this.#loop.runNow()
  }

  /** Stops renewing. The lease lapses, and another replica recovers what is still open. */
  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** Stops renewing and ends the lease: nothing is claimed or called any more, and any replica may close what is open. */
  async release(): Promise<void> {
    await this.stop()
    await endLease(this.parts.sql, this.id)
  }

  async #renew(): Promise<void> {
    const { sql, log, host, oldestOpenAt, mayHoldOlder, restore } = this.parts
    const asked = performance.now()
    const server = await readServer(sql)
    if (this.#server !== undefined && server !== this.#server) await restore()
    const replica = { id: this.id, host }
    const lease = await renewLease(sql, replica, oldestOpenAt(), { server, mayHoldOlder: mayHoldOlder() })
    this.#server = server
    if (!lease.held && this.#heldUntil > 0)
      log.warn('the lease was lost: this replica had no row in the database any more, and has entered itself again')
    if (this.#heldUntil > 0 && (!lease.held || performance.now() >= this.#heldUntil)) this.lapses++
    this.#heldUntil = asked + (leaseSeconds - marginSeconds) * 1000
    this.oldestOpenAt = lease.oldest_open_at
  }
}
