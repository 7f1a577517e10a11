/** The most a service may hold of the seats that nobody else holds: the rest stays free for others. */
const serviceShare = 0.9
/** The same for a target, of what its service may hold: a service whose target hangs has seats left for its others. */
const targetShare = serviceShare * 0.9

/**
 * Seats are calls in flight. No service and no target can hold them all: each may take its share of what the others
 * leave, so that even beside several hung ones a seat is left for the next.
 */
export class Seats {
  #taken = 0
  readonly #services = new Map<string, number>()
  readonly #targets = new Map<string, number>()

  constructor(readonly total: number) {}

  get taken(): number {
    return this.#taken
  }

  get free(): number {
    return this.total - this.#taken
  }

  take(service: string, target: string): void {
    this.#taken++
    add(this.#services, service, 1)
    add(this.#targets, target, 1)
  }

  leave(service: string, target: string): void {
    this.#taken--
    add(this.#services, service, -1)
    add(this.#targets, target, -1)
  }

  /** How many more seats a service may take now. */
  roomFor(service: string): number {
    return this.#room(this.#services.get(service) ?? 0, serviceShare)
  }

  /** Targets that may not take `least` seats more: their tasks are left out of a claim. */
  fullTargets(least = 1): string[] {
    return [...this.#targets].filter(([, held]) => this.#room(held, targetShare) < least).map(([target]) => target)
  }

  /**
   * How many more seats any one target may take that is not full: the bound of a claim, whose targets are not known
   * beforehand.
   */
  targetRoom(least = 1): number {
    let room = this.#room(0, targetShare)
    for (const held of this.#targets.values()) {
      const left = this.#room(held, targetShare)
      if (left >= least) room = Math.min(room, left)
    }
    return room
  }

  #room(held: number, share: number): number {
    const unclaimed = this.total - (this.#taken - held)
    const most = Math.max(1, Math.floor(unclaimed * share))
    return Math.max(0, Math.min(this.free, most - held))
  }
}

function add(map: Map<string, number>, key: string, step: number): void {
  const value = (map.get(key) ?? 0) + step
  if (value === 0) map.delete(key)
  else map.set(key, value)
}
