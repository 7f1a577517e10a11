import type { Seats } from './seats.ts'

/**
 * Waits until a service or a target that is full now has room again for a claim that is worth a statement. What else is
 * in the way (rows that others hold, targets that hang) is looked at again after `mostMs`.
 * @param services those with something due
 * @param seatFreed resolves when a seat becomes free, or after so many ms
 */
export async function waitForRoom(
  seats: Seats,
  services: readonly string[],
  mostMs: number,
  seatFreed: (ms: number) => Promise<void>,
  stopping: () => boolean,
): Promise<void> {
  const full = services.filter((service) => seats.roomFor(service) === 0)
  const fullTargets = services.map((service) => [service, seats.fullTargets(service)] as const)
  const hasRoom = () =>
    full.some((service) => seats.roomFor(service) >= seats.worthwhile(service)) ||
    fullTargets.some(([service, targets]) => {
      const still = new Set(seats.fullTargets(service, seats.worthwhile(service)))
      return targets.some((target) => !still.has(target))
    })
  for (
    let left = mostMs, until = performance.now() + mostMs;
    left > 0 && !stopping();
    left = until - performance.now()
  ) {
    await seatFreed(left)
    if (hasRoom()) return
  }
}
