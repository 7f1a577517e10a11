import { restAfter } from '../../background/rest.ts'
import type { Sql } from '../../database/sql.ts'
import { formatTime } from '../../formats/time.ts'
import { claimValidSeconds } from '../../transitions/claim-fence.ts'
import { type DueService, type Look, listDueServices } from './look.ts'

/** The shortest and the longest time until the next pass, in ms: what others write must start within a second. */
export const shortestMs = 5
const longestMs = 500
/** The time from one look at all services to the next: 0.07 % of a connection with ten thousand services. */
const allRest = { factor: 1_500, leastMs: 10_000, mostMs: 60_000 } as const
/** How far each look looks ahead, in ms: over the longest time until the next look at all services. */
const horizonMs = allRest.mostMs + 1_000
/** How old the last look may be for it to tell what is late, in ms. */
const recentMs = 5_000
/** How far the database's clock may have moved against this machine's between two looks, in ms. */
const clockMs = 250

/** What is due. */
export interface Due {
  /** Services with a slot that is due. */
  readonly slots: readonly string[]
  /** Those of them with a slot that is late. */
  readonly late: readonly string[]
  /** Slots that were due before this time (RFC 3339, by the database's clock) are late. */
  readonly lateBefore: string
  /** Those of them with a slot of a cron schedule. */
  readonly cronServices: readonly string[]
  /** Services with a queued execution that is due. */
  readonly queued: readonly string[]
  /** How long until there may be more, in ms: from 5 to 500. */
  readonly nextInMs: number
  /** Until when what is seen here may be claimed; undefined when nothing is due. */
  readonly claimUntil: string | undefined
  /** Whether any service has a flow. */
  readonly hasFlows: boolean
}

/** When a service has something due, by performance.now(). */
interface Known {
  /** Its next slot or queued execution. */
  readonly at: number
  /** Its next slot; Infinity when none comes within the horizon. */
  readonly slotAt: number
}

/**
 * Knows which services have something due next, so that a look costs what is due and not what there are services. Every 10 to
 * 60 seconds it looks at all of them; in between at those whose time has come, and at those that a transaction has woken:
 * with a new task, an earlier slot, a run now, a retry (see the table `wake`).
 */
export class DueServices {
  /** The services with a slot or queued execution within the horizon. */
  readonly #known = new Map<string, Known>()
  /** When the last look began, by performance.now(). */
  #lookedAt = Number.NEGATIVE_INFINITY
  /** When all services are looked at again, by performance.now(). */
  #allFrom = Number.NEGATIVE_INFINITY
  #snapshot = ''
  /** The database's time less performance.now(), in ms, as of the quickest look since the one at all services. */
  #clock = 0
  /** How often `forget` was called: a look that was under way then does not count. */
  #forgotten = 0

  /** Makes the next look one at all services: the database may be another one. */
  forget(): void {
    this.#forgotten++
    this.#allFrom = Number.NEGATIVE_INFINITY
  }

  /**
   * The services with a slot that no flow limits and that has been due for `seconds`, as of the last look.
   * @returns undefined when that look is more than 5 s old, as when passes fail or run on their pattern only
   */
  lateServices(seconds: number): string[] | undefined {
    const now = performance.now()
    if (now > this.#lookedAt + recentMs || this.#allFrom === Number.NEGATIVE_INFINITY) return undefined
    return [...this.#known].flatMap(([id, { slotAt }]) => (slotAt <= now - seconds * 1000 ? id : []))
  }

  /**
   * Looks at what is due, in one statement.
   * @param toleranceSeconds a slot that is later than this is late
   */
  async look(sql: Sql, toleranceSeconds: number): Promise<Due> {
    const { services, claimUntil, hasFlows } = (await this.#lookAtKnown(sql)) ?? (await this.#lookAtAll(sql))
    const slots = services.filter(({ slot_in_ms }) => isDue(slot_in_ms))
    const queued = services.filter(({ queued_in_ms }) => isDue(queued_in_ms))
    const now = performance.now()
    let nextInMs = longestMs
    for (const { at } of this.#known.values()) nextInMs = Math.min(nextInMs, at - now)
    return {
      slots: slots.map(idOf),
      late: slots.filter(({ slot_in_ms }) => (slot_in_ms ?? 0) < -toleranceSeconds * 1000).map(idOf),
      lateBefore: formatTime(Date.parse(claimUntil) - (claimValidSeconds + toleranceSeconds) * 1000),
      cronServices: services.filter(({ has_due_cron }) => has_due_cron).map(idOf),
      queued: queued.map(idOf),
      nextInMs: Math.max(shortestMs, nextInMs),
      claimUntil: slots.length + queued.length > 0 ? claimUntil : undefined,
      hasFlows,
    }
  }

  async #lookAtAll(sql: Sql): Promise<Look> {
    const now = performance.now()
    const forgotten = this.#forgotten
    const look = await listDueServices(sql, horizonMs / 1000)
    if (this.#forgotten === forgotten) this.#allFrom = now + restAfter(performance.now() - now, allRest)
    this.#known.clear()
    this.#clock = Number.POSITIVE_INFINITY
    this.#note(look, now)
    return look
  }

  /** Undefined if all services are to be looked at. */
  async #lookAtKnown(sql: Sql): Promise<Look | undefined> {
    const now = performance.now()
    if (now >= this.#allFrom) return undefined
    const services = [...this.#known].flatMap(([id, { at }]) => (at <= now ? id : []))
    const look = await listDueServices(sql, horizonMs / 1000, { services, wokenSince: this.#snapshot })
    // The database's clock has jumped ahead: slots beyond the horizon may be due.
    if (look.nowMs - performance.now() > this.#clock + clockMs) return undefined
    for (const id of services) this.#known.delete(id)
    this.#note(look, now)
    return look
  }

  /** @param now performance.now() before the look */
  #note({ services, snapshot, nowMs }: Look, now: number): void {
    this.#lookedAt = now
    this.#snapshot = snapshot
    this.#clock = Math.min(this.#clock, nowMs - now)
    for (const { service_id, slot_in_ms, queued_in_ms } of services)
      this.#known.set(service_id, {
        at: now + Math.min(slot_in_ms ?? horizonMs, queued_in_ms ?? horizonMs),
        slotAt: now + (slot_in_ms ?? Number.POSITIVE_INFINITY),
      })
  }
}

const isDue = (inMs: number | null) => inMs !== null && inMs <= 0
const idOf = ({ service_id }: DueService) => service_id
