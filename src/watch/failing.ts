import { closeFailing } from '../alerts/close-failing.ts'
import { failingBatch, listServicesToExamine, listServicesWithOpen, openFailing } from '../alerts/failing.ts'
import type { Sql } from '../database/sql.ts'

/** For how long one turn works on batches, in ms. */
const turnMs = 1_000
/**
 * After a batch, the turn pauses for this multiple of its duration: when tens of thousands of tasks begin to fail at once, their
 * alerts take a tenth of a connection at most, and the calls have the rest of the database.
 */
const pausePerWork = 9
/** For how long one turn reads open alerts of which none is to be closed, in ms: it goes on in the next turn. */
const readMs = 10
/** After that, open alerts are read again after this multiple of the time: with any number of them it is a hundredth. */
const quietPerRead = 99

/** What the notices of failing tasks work with. */
export interface FailingParts {
  readonly sql: Sql
  /** A clock in ms that is never set back. */
  readonly now: () => number
  /** Whether the turn is to end early. */
  readonly stopped: () => boolean
}

/** Opens and closes the alerts of failing tasks. Any number of replicas may do it at once. */
export class FailingNotices {
  /** When open alerts are read again, by `now`. */
  #closeFrom = 0
  /** The services whose open alerts are still to be read in this round. */
  #services: string[] = []
  /** The task after which the open alerts of the first of them are read. */
  #after: string | undefined

  constructor(readonly parts: FailingParts) {}

  /** One turn: closes first, so that a task that recovered and fails again has an alert of its own for that. */
  async turn(): Promise<void> {
    await this.#close()
    await this.#open()
  }

  /** Reads open alerts, where the last turn stopped, and closes those that have ended. */
  async #close(): Promise<void> {
    const { sql, stopped, now } = this.parts
    const began = now()
    if (began < this.#closeFrom) return
    if (this.#services.length === 0) this.#services = await listServicesWithOpen(sql, 'failing')
    let read = now() - began
    while (!stopped() && read < readMs && now() < began + turnMs) {
      const service = this.#services.shift()
      if (service === undefined) break
      const after = this.#after
      // A service whose statement fails is passed over until the next round.
      this.#after = undefined
      const from = now()
      const { closed, last } = await closeFailing(sql, service, after)
      const took = now() - from
      if (last !== undefined) this.#services.unshift(service)
      this.#after = last
      if (closed === 0) read += took
      else await Bun.sleep(took * pausePerWork)
    }
    this.#closeFrom = now() + read * quietPerRead
  }

  async #open(): Promise<void> {
    const { sql, now } = this.parts
    const until = now() + turnMs
    const services = await listServicesToExamine(sql)
    // In another order each time: when time runs out, none is always the last.
    const from = Math.floor(Math.random() * services.length)
    for (const service of [...services.slice(from), ...services.slice(0, from)]) await this.#openFailing(service, until)
  }

  /** Examines the tasks of a service until no more are to be examined, or until the time is over. */
  async #openFailing(service: string, until: number): Promise<void> {
    while (!this.parts.stopped() && this.parts.now() < until) {
      const began = this.parts.now()
      if ((await openFailing(this.parts.sql, service)) < failingBatch) return
      await Bun.sleep((this.parts.now() - began) * pausePerWork)
    }
  }
}
