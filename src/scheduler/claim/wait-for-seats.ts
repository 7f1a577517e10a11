import { type Congestion, hasPartlyFullTarget } from './congestion.ts'
import type { Seats } from './seats.ts'

/** How long a pass waits for more seats to become free, in ms; less while a target with little room bounds each claim. */
const gatherMs = 25
const gatherPartlyFullMs = 5

/** What waiting for seats works with. */
export interface WaitParts {
  readonly seats: Seats
  readonly congestion: Congestion
  /** Resolves when a seat becomes free, or after `ms`. */
  readonly seatFreed: (ms: number) => Promise<void>
  /** True once nothing more may be claimed. */
  readonly stopping: () => boolean
}

/** Waits until some service has enough free seats for a claim to be worth a statement, 25 ms at most. */
export async function waitForWorthwhileClaim(parts: WaitParts, services: ReadonlySet<string>): Promise<void> {
  const { seats, congestion } = parts
  const isWorthwhile = (service: string) => {
    const wanted = seats.worthwhile(service)
    return seats.targetRoom(service, congestion.excludesCongested() ? wanted : 1) >= wanted
  }
  const mostMs = hasPartlyFullTarget(seats, services) ? gatherPartlyFullMs : gatherMs
  await waitUntil(parts, mostMs, () => [...services].some(isWorthwhile))
}

/**
 * Waits until a service or a target that is full now has room again for a claim that is worth a statement, `mostMs` at most:
 * nothing signals the end of other obstacles to a claim, such as locked rows.
 */
export async function waitForRoom(parts: WaitParts, services: readonly string[], mostMs: number): Promise<void> {
  const { seats } = parts
  const fullServices = services.filter((service) => seats.roomFor(service) === 0)
  const fullTargets = services.map((service) => [service, seats.fullTargets(service)] as const)
  await waitUntil(
    parts,
    mostMs,
    () =>
      fullServices.some((service) => seats.roomFor(service) >= seats.worthwhile(service)) ||
      fullTargets.some(([service, targets]) => {
        const stillFull = new Set(seats.fullTargets(service, seats.worthwhile(service)))
        return targets.some((target) => !stillFull.has(target))
      }),
  )
}

/** Asks again each time a seat becomes free. */
async function waitUntil({ seatFreed, stopping }: WaitParts, mostMs: number, isSo: () => boolean): Promise<void> {
  const until = performance.now() + mostMs
  for (;;) {
    const remaining = until - performance.now()
    if (isSo() || remaining <= 0 || stopping()) return
    await seatFreed(remaining)
  }
}
