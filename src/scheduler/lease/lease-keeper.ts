import { survive } from '../../background/survive.ts'
import type { Sql } from '../../database/sql.ts'
import type { Log } from '../../log/log.ts'
import { leaseSeconds } from '../../transitions/claim-fence.ts'
import { endLease, readServer, renewEverySeconds, renewLease } from './lease.ts'

/** Taken off the lease when this process judges by its own clock whether it still holds, in seconds. */
const marginSeconds = 10

/**
 * Keeps this replica's lease. What it holds is judged by the monotonic clock of this process, from before the last
 * renewal was asked for: never longer than the database thinks.
 */
export class LeaseKeeper {
  readonly id = Bun.randomUUIDv7()
  oldestOpenAt = '-infinity'
  #stopped = false
  #heldUntil = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #working: Promise<void> | undefined
  /** The server with which all that is open here was compared; undefined before the first renewal. */
  #server: string | null | undefined

  /**
   * @param openSince creation time of the oldest execution this replica has open
   * @param mayHoldOlder whether it may have an older one open that it does not know of
   * @param restore puts into the database what is open here and missing there, since another server took its place
   */
  constructor(
    readonly sql: Sql,
    readonly log: Log,
    readonly host: string,
    readonly openSince: () => string | null,
    readonly mayHoldOlder: () => boolean,
    readonly restore: () => Promise<void>,
  ) {}

  /** Whether work may be started now. */
  holds(): boolean {
    return performance.now() < this.#heldUntil
  }

  /** Renews, and does so again every 10 s until stopped. A failure is tried again in 1 s. */
  async keep(): Promise<void> {
    this.#working = this.#turn()
    await this.#working
    this.#working = undefined
  }

  /** Renews now, or waits for the renewal that is under way; nothing once stopped. */
  async renewNow(): Promise<void> {
    if (this.#working || this.#stopped) return this.#working
    clearTimeout(this.#timer)
    await this.keep()
  }

  /** Ends the lease: nothing is claimed or called any more, and what is still open may be closed by anybody. */
  async release(): Promise<void> {
    this.stopRenewing()
    await this.#working
    await endLease(this.sql, this.id)
  }

  /** Lets the lease lapse: what is still open will be recovered by another replica. */
  stopRenewing(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  async #turn(): Promise<void> {
    let next = renewEverySeconds * 1000
    const renew = async () => {
      await this.#renew()
      return true
    }
    if (!(await survive(this.log, 'the lease could not be renewed; tried again', renew, false))) next = 1000
    if (!this.#stopped) this.#timer = setTimeout(() => void this.keep(), next)
  }

  async #renew(): Promise<void> {
    const asked = performance.now()
    const replica = { id: this.id, host: this.host }
    const server = await readServer(this.sql)
    if (this.#server !== undefined && server !== this.#server) await this.restore()
    const lease = await renewLease(this.sql, replica, this.openSince(), { server, mayHoldOlder: this.mayHoldOlder() })
    this.#server = server
    if (!lease.held && this.#heldUntil > 0)
      this.log.warn('this replica was not known to the database any more; it has entered itself again')
    this.#heldUntil = asked + (leaseSeconds - marginSeconds) * 1000
    this.oldestOpenAt = lease.oldest_open_at
  }
}
