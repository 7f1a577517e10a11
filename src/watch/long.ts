import { leastLongSeconds, longBatch, type OpenRun, openLong } from '../alerts/long.ts'
import type { Sql } from '../database/sql.ts'

/** How often the runs of this replica are looked at, in ms. */
const lookMs = 2_000
/** How often the policies are read, and runs are judged by them again, in ms. */
const policiesMs = 10_000

/** What the notices of long runs work with. */
export interface LongParts {
  readonly sql: Sql
  /** The runs that this replica has open. */
  readonly openRuns: () => readonly OpenRun[]
}

/** A run that this replica has open. */
interface Watched {
  readonly run: OpenRun
  /** When it was first seen here, by performance.now(). */
  readonly seenAt: number
  /** When the database is asked whether it is long, by performance.now(). */
  askAt: number
}

/**
 * Opens the alerts of runs that take longer than their policy says. Each replica does it for what it has open, within about
 * 5 s. While no run is as old as the strictest policy, nothing is asked of the database but that, every 10 s.
 */
export class LongNotices {
  readonly #watched = new Map<string, Watched>()
  #leastMs: number | undefined
  #readFrom = 0
  #lookFrom = 0

  constructor(readonly parts: LongParts) {}

  /** One turn. */
  async turn(): Promise<void> {
    const now = performance.now()
    if (now < this.#lookFrom) return
    this.#lookFrom = now + lookMs
    if (now >= this.#readFrom) {
      const least = await leastLongSeconds(this.parts.sql)
      this.#leastMs = least === null ? undefined : least * 1000
      this.#readFrom = now + policiesMs
    }
    if (this.#leastMs === undefined) this.#watched.clear()
    else {
      this.#see(now)
      await this.#judge(now, this.#leastMs)
    }
  }

  /** Takes in the runs that are open now, and forgets the others. */
  #see(now: number): void {
    const open = new Map(this.parts.openRuns().map((run) => [run.execution_id, run]))
    for (const id of this.#watched.keys()) if (!open.has(id)) this.#watched.delete(id)
    for (const [id, run] of open) if (!this.#watched.has(id)) this.#watched.set(id, { run, seenAt: now, askAt: now })
  }

  async #judge(now: number, leastMs: number): Promise<void> {
    // A run is at most one look older than this replica has seen it.
    const ripe = [...this.#watched.values()].filter(
      ({ seenAt, askAt }) => now >= askAt && now - seenAt + lookMs >= leastMs,
    )
    for (const [service, watched] of Map.groupBy(ripe, ({ run }) => run.service_id))
      for (let first = 0; first < watched.length; first += longBatch) {
        const asked = watched.slice(first, first + longBatch)
        for (const one of asked) one.askAt = now + policiesMs
        const some = asked.map(({ run }) => run)
        for (const { execution_id, in_seconds } of await openLong(this.parts.sql, service, some)) {
          const one = this.#watched.get(execution_id)
          // It is soon long: earlier than its policy may have changed.
          if (one && in_seconds !== null && in_seconds > 0) one.askAt = Math.min(one.askAt, now + in_seconds * 1000)
        }
      }
  }
}
