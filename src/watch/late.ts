import { listServicesWithOpen } from '../alerts/failing.ts'
import { closeLate, lateBatch, listServicesLate, type Obstacles, openLate, takeTurn } from '../alerts/late.ts'
import { closeLong, longBatch } from '../alerts/long.ts'
import { listServicesTooLate, openTooLate, tooLateBatch } from '../alerts/too-late.ts'
import type { Sql } from '../database/sql.ts'

/** How often it is looked for what is late, by one replica, in seconds: it reads an index entry for each service and each flow. */
const everySeconds = { least: 10, most: 60 } as const
/** With many services it is looked less often, so that reading these entries takes a thousandth of a connection. */
const restFactor = 1_000
/** Pause between two attempts of a replica to take the turn, in ms. */
const askMs = 2_000
/** For how long one turn works on batches, in ms. */
const turnMs = 1_000

/** What the notices of late tasks work with. */
export interface LateParts {
  readonly sql: Sql
  /** What keeps this replica from claiming due slots of a service now. */
  readonly obstacles: (service: string) => Obstacles
  readonly lastPass: () => { readonly limitSeconds: number }
  /** Whether the turn is to end early. */
  readonly stopped: () => boolean
}

/**
 * Opens the alerts of tasks that are due and have not started, and closes those of late tasks and of long runs. One replica
 * looks at a time, every 10 s, with more than 3,000 services less often; two at once would do no harm.
 */
export class LateNotices {
  /** When this replica asks for the turn again, by performance.now(). */
  #askFrom = 0
  #everySeconds: number = everySeconds.least

  constructor(readonly parts: LateParts) {}

  /** One turn: closes first, so that a task that is late again has an alert of its own for that. */
  async turn(): Promise<void> {
    const { sql, obstacles, lastPass, stopped } = this.parts
    const now = performance.now()
    if (now < this.#askFrom) return
    this.#askFrom = now + askMs
    if (!(await takeTurn(sql, this.#everySeconds))) return
    const until = performance.now() + turnMs
    const isOver = () => stopped() || performance.now() > until
    for (const service of await listServicesWithOpen(sql, 'late'))
      while (!isOver() && (await closeLate(sql, service)) === lateBatch);
    for (const service of await listServicesWithOpen(sql, 'long'))
      while (!isOver() && (await closeLong(sql, service)) === longBatch);
    for (const service of await listServicesTooLate(sql))
      while (!isOver() && (await openTooLate(sql, service)) === tooLateBatch);
    const listed = performance.now()
    const late = await listServicesLate(sql)
    const restSeconds = ((performance.now() - listed) * restFactor) / 1000
    this.#everySeconds = Math.min(everySeconds.most, Math.max(everySeconds.least, restSeconds))
    // In another order each time: when time runs out, none is always the last.
    const from = Math.floor(Math.random() * late.length)
    for (const service of [...late.slice(from), ...late.slice(0, from)]) {
      if (isOver()) return
      await openLate(sql, service, obstacles(service), lastPass().limitSeconds)
    }
  }
}
