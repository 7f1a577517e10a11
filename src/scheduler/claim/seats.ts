import { LRUCache } from 'lru-cache'

/** The most one may hold of what it shares with others. */
const share = 0.9
/** A claim is worth a statement when it may take so much of the seats. */
const worthwhileShare = 1 / 3

/** Of seats that are shared, those that stay for whoever has none yet; `least` of them where there are enough. */
const reserveOf = (seats: number, least = 1): number =>
  Math.max(seats - Math.floor(seats * share), Math.min(least, Math.floor((seats - 1) / 2)), 0)

/**
 * The most that one may hold of a pool: of the reserve it leaves all but one part in as many as it holds. So the first may
 * take all but the reserve, the next a few, and each that has none yet finds one seat, until the reserve is used up.
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
 * Seats are calls in flight. No service can hold them all, and no target all that its service may hold: the first may take
 * nine tenths, and what is left is given to those that have none in flight, so that services and targets may hang one
 * after another and the next still finds a seat. Methods take `promised`: seats that are free, but given away already by
 * the claim that is being put together.
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

  leave(service: string, target: string): void {
    this.#taken--
    const held = this.#services.get(service) as Held
    if (--held.all === 0) this.#services.delete(service)
    const left = (held.targets.get(target) as number) - 1
    if (left === 0) held.targets.delete(target)
    else held.targets.set(target, left)
  }

  /** How many more seats a service may take now. */
  roomFor(service: string, promised = 0): number {
    return Math.max(0, this.#limitOf(service, promised) - this.#heldBy(service))
  }

  /** Targets of a service that may not take `least` seats more for it: their tasks are left out of a claim. */
  fullTargets(service: string, least = 1): string[] {
    const held = this.#services.get(service)
    if (!held) return []
    const limit = this.#limitOf(service, 0)
    return [...held.targets].filter(([, own]) => roomOf(own, held.all, limit) < least).map(([target]) => target)
  }

  /**
   * How many more seats any one target of a service may take that is not full, whichever it is: the bound of a claim,
   * whose targets are not known beforehand.
   */
  targetRoom(service: string, least = 1, promised = 0): number {
    const { all, targets } = this.#services.get(service) ?? { all: 0, targets: new Map<string, number>() }
    const limit = this.#limitOf(service, promised)
    let room = roomOf(0, all, limit)
    for (const own of targets.values()) {
      const left = roomOf(own, all, limit)
      if (left >= least) room = Math.min(room, left)
    }
    return room
  }

  /** How many seats make a claim for a service worth a statement: a third of all, less where it may not hold so many. */
  worthwhile(service: string): number {
    const ofAll = Math.floor(this.total * worthwhileShare)
    return Math.max(1, Math.min(ofAll, Math.floor((this.#limitOf(service, 0) / share) * worthwhileShare)))
  }

  /** Services in the order in which they are given seats: who holds least comes first, and of these who was given any least lately. */
  inTurn(services: readonly string[]): string[] {
    if (services.length < 2) return [...services]
    const key = (service: string) => [this.#heldBy(service), this.#turns.get(service) ?? 0] as const
    return services
      .map((service) => [service, ...key(service)] as const)
      .sort(([, held, turn], [, otherHeld, otherTurn]) => held - otherHeld || turn - otherTurn)
      .map(([service]) => service)
  }

  /** Notes that a service is given seats. */
  noteTurn(service: string): void {
    this.#turns.set(service, ++this.#turn)
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

/** How many more seats a target may take that holds `own` of those that its service holds. */
function roomOf(own: number, ofService: number, limit: number): number {
  const pool = limit - (ofService - own)
  return Math.max(0, Math.min(limit - ofService, mostOf(pool, reserveOf(limit)) - own))
}
