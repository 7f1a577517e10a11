import {
  closeFailing,
  failingBatch,
  listServicesToExamine,
  listServicesWithOpen,
  openFailing,
} from '../alerts/failing.ts'
import type { Sql } from '../database/sql.ts'

/** For how long one turn works on batches, in ms. */
const turnMs = 1_000
/**
 * After a batch, the turn pauses for this multiple of its duration: when tens of thousands of tasks begin to fail at once, their
 * alerts take a tenth of a connection at most, and the calls have the rest of the database.
 */
const pausePerWork = 9
/** Open alerts are read again after this multiple of the time that reading them took. */
const quietPerScan = 100

/** What the notices of failing tasks work with. */
export interface FailingParts {
  readonly sql: Sql
  /** Whether the turn is to end early. */
  readonly stopped: () => boolean
}

/** Opens and closes the alerts of failing tasks. Any number of replicas may do it at once. */
export class FailingNotices {
  /** When open alerts are read again, by performance.now(). */
  #closeFrom = 0

  constructor(readonly parts: FailingParts) {}

  /** One turn: closes first, so that a task that recovered and fails again has an alert of its own for that. */
  async turn(): Promise<void> {
    await this.#close()
    await this.#open()
  }

  async #close(): Promise<void> {
    const { sql } = this.parts
    if (performance.now() < this.#closeFrom) return
    const began = performance.now()
    for (const service of await listServicesWithOpen(sql, 'failing'))
      await this.#inBatches(() => closeFailing(sql, service), began + turnMs)
    const ended = performance.now()
    this.#closeFrom = ended + (ended - began) * quietPerScan
  }

  async #open(): Promise<void> {
    const { sql } = this.parts
    const until = performance.now() + turnMs
    const services = await listServicesToExamine(sql)
    // In another order each time: when time runs out, none is always the last.
    const from = Math.floor(Math.random() * services.length)
    for (const service of [...services.slice(from), ...services.slice(0, from)])
      await this.#inBatches(() => openFailing(sql, service), until)
  }

  /** Repeats a batch until one is not full, with pauses, or until the time is over. */
  async #inBatches(batch: () => Promise<number>, until: number): Promise<void> {
    while (!this.parts.stopped() && performance.now() < until) {
      const began = performance.now()
      if ((await batch()) < failingBatch) return
      await Bun.sleep((performance.now() - began) * pausePerWork)
    }
  }
}
