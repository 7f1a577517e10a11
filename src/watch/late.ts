import { listServicesWithOpen } from '../alerts/failing.ts'
import {
  closeLate,
  lateBatch,
  leastLateSeconds,
  listServicesLate,
  type Obstacles,
  openLate,
  takeTurn,
} from '../alerts/late.ts'
import { closeLong, longBatch } from '../alerts/long.ts'
import { listServicesTooLate, openTooLate, tooLateBatch } from '../alerts/too-late.ts'
import { restAfter } from '../background/rest.ts'
import type { Sql } from '../database/sql.ts'

/**
 * The time from one search for late tasks to the next, of any replica: it reads an index entry for each flow, and for each service
 * where no pass has looked lately.
 */
const everyRest = { factor: 1_000, leastMs: 10_000, mostMs: 60_000 } as const
/** Pause between two attempts of a replica to take the turn while another one has it, in ms. */
const askMs = 2_000
/** For how long one turn works on batches, in ms. */
const turnMs = 1_000

/** What the notices of late tasks work with. */
export interface LateParts {
  readonly sql: Sql
  /** The services with a slot outside flows that has been due for so many seconds; undefined when no look has told lately. */
  readonly lateServices: (seconds: number) => readonly string[] | undefined
  /** What keeps this replica from claiming due slots of a service now. */
  readonly obstacles: (service: string) => Obstacles
  readonly lastPass: () => { readonly limitSeconds: number }
  /** Whether the turn is to end early. */
  readonly stopped: () => boolean
}

/**
 * Opens the alerts of tasks that are due and have not started, and closes those of late tasks and of long runs. One replica
 * looks at a time, every 10 s, with thousands of flows less often; two at once would do no harm.
 */
export class LateNotices {
  /** When this replica asks for the turn again, by performance.now(). */
  #askFrom = 0
  #everyMs: number = everyRest.leastMs

  constructor(readonly parts: LateParts) {}

  /** One turn: closes first, so that a task that is late again has an alert of its own for that. */
  async turn(): Promise<void> {
    const { sql, lateServices, obstacles, lastPass, stopped } = this.parts
    const now = performance.now()
    if (now < this.#askFrom) return
    this.#askFrom = now + askMs
    if (!(await takeTurn(sql, this.#everyMs / 1000))) return
    const until = performance.now() + turnMs
    const isOver = () => stopped() || performance.now() > until
    for (const service of await listServicesWithOpen(sql, 'late'))
      while (!isOver() && (await closeLate(sql, service)) === lateBatch);
    for (const service of await listServicesWithOpen(sql, 'long'))
      while (!isOver() && (await closeLong(sql, service)) === longBatch);
    for (const service of await listServicesTooLate(sql))
      while (!isOver() && (await openTooLate(sql, service)) === tooLateBatch);
    const listed = performance.now()
    const late = await listServicesLate(sql, lateServices(leastLateSeconds))
    this.#everyMs = restAfter(performance.now() - listed, everyRest)
    this.#askFrom = now + this.#everyMs
    // In another order each time: when time runs out, none is always the last.
    const from = Math.floor(Math.random() * late.length)
    for (const service of [...late.slice(from), ...late.slice(0, from)]) {
      if (isOver()) return
      await openLate(sql, service, obstacles(service), lastPass().limitSeconds)
    }
  }
}
