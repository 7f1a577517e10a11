import { LRUCache } from 'lru-cache'

/** The share that one holder (a service, or a target within its service) may hold. */
const share = 0.9
/** A claim is worth a statement when it may take this share of the seats. */
const worthwhileShare = 1 / 3

/** How many of these seats are reserved for holders that have none yet: a tenth, and `least` where there are enough seats. */
const reserveOf = (seats: number, least = 1): number =>
  Math.max(seats - Math.floor(seats * share), Math.min(least, Math.floor((seats - 1) / 2)), 0)

/**
 * The most that one holder may take of a pool of seats. Whoever takes n seats must leave reserve * (1 - 1 / n) of them: the
 * first holder may take everything but the reserve, the next a few of it, and each that has none yet finds one seat, until
 * the reserve is used up.
 */
const mostOf = (pool: number, reserve: number): number => {
  const unreserved = pool - reserve
  // The largest n with pool - n >= reserve * (1 - 1 / n).
  return Math.floor((unreserved + Math.sqrt(unreserved * unreserved + 4 * reserve)) / 2 + 1e-9)
}

interface Held {
  all: number
  readonly targets: Map<string, number>
}

/**
 * Each call that is in flight or waits for its turn holds a seat. A service may hold at most 90 % of the seats that others do not hold, and a target 90 %
 * of what its service may hold. The rest goes to those with no call in flight: when services or targets hang one after
 * another, the next still finds a seat. `promised` is how many free seats the same claim has granted to others already.
 */
export class Seats {
  #taken = 0
  #turn = 0
  readonly #services = new Map<string, Held>()
  readonly #turns = new LRUCache<string, number>({ max: 10_000 })

  constructor(readonly total: number) {}

  get taken(): number {
    return this.#taken
  }

  get free(): number {
    return this.total - this.#taken
  }

  take(service: string, target: string): void {
    this.#taken++
    let held = this.#services.get(service)
    if (!held) {
      held = { all: 0, targets: new Map() }
      this.#services.set(service, held)
    }
    held.all++
    held.targets.set(target, (held.targets.get(target) ?? 0) + 1)
  }

  release(service: string, target: string): void {
    this.#taken--
    const held = this.#services.get(service) as Held
    if (--held.all === 0) this.#services.delete(service)
    const remaining = (held.targets.get(target) as number) - 1
    if (remaining === 0) held.targets.delete(target)
    else held.targets.set(target, remaining)
  }

  /** How many more seats a service may take now. */
  roomFor(service: string, promised = 0): number {
    return Math.max(0, this.#limitOf(service, promised) - this.#heldBy(service))
  }

  /** Targets of a service that may not take `least` more seats: a claim leaves out their tasks. */
  fullTargets(service: string, least = 1): string[] {
    const held = this.#services.get(service)
    if (!held) return []
    const limit = this.#limitOf(service, 0)
    return [...held.targets].filter(([, own]) => roomOf(own, held.all, limit) < least).map(([target]) => target)
  }

  /**
   * How many more seats every target of a service that is not full may take. It bounds a claim, since the targets of the
   * tasks it will take are not known beforehand.
   * @param least a target that may not take so many counts as full
   */
  targetRoom(service: string, least = 1, promised = 0): number {
    const { all, targets } = this.#services.get(service) ?? { all: 0, targets: new Map<string, number>() }
    const limit = this.#limitOf(service, promised)
    let room = roomOf(0, all, limit)
    for (const own of targets.values()) {
      const ofTarget = roomOf(own, all, limit)
      if (ofTarget >= least) room = Math.min(room, ofTarget)
    }
    return room
  }

  /** How many seats make a claim for a service worth a statement: a third of all, or of what the service may hold. */
  worthwhile(service: string): number {
    const ofAll = Math.floor(this.total * worthwhileShare)
    return Math.max(1, Math.min(ofAll, Math.floor((this.#limitOf(service, 0) / share) * worthwhileShare)))
  }

  /** The services in the order in which they are granted seats: fewest seats held first, then longest without a grant. */
  inTurn(services: readonly string[]): string[] {
    if (services.length < 2) return [...services]
    const key = (service: string) => [this.#heldBy(service), this.#turns.get(service) ?? 0] as const
    return services
      .map((service) => [service, ...key(service)] as const)
      .sort(([, held, turn], [, otherHeld, otherTurn]) => held - otherHeld || turn - otherTurn)
      .map(([service]) => service)
  }

  /** Notes that a service was granted seats. */
  noteTurn(service: string): void {
    this.#turns.set(service, ++this.#turn)
  }

  /** How many seats a service holds, or one of its targets. */
  held(service: string, target?: string): number {
    return target === undefined ? this.#heldBy(service) : (this.#services.get(service)?.targets.get(target) ?? 0)
  }

  #heldBy(service: string): number {
    return this.#services.get(service)?.all ?? 0
  }

  /** The most that a service may hold now. */
  #limitOf(service: string, promised: number): number {
    const pool = this.free - promised + this.#heldBy(service)
    return Math.min(pool, mostOf(pool, reserveOf(this.total, 2)))
  }
}

/** How many more seats a target may take that holds `own` of its service's seats. */
function roomOf(own: number, ofService: number, limit: number): number {
  const pool = limit - (ofService - own)
  return Math.max(0, Math.min(limit - ofService, mostOf(pool, reserveOf(limit)) - own))
}
