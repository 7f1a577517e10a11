/** The payloads that may be in flight at once, in characters: beyond that, claims take fewer tasks than seats are free. */
const budget = 48 * 1_048_576
/** The same for one claim, whose rows are in memory several times while they are decoded. */
const claimBudget = 8 * 1_048_576
/** The share that a service may hold of what others do not hold, and a target of what its service may hold. */
const share = 0.9
/** The assumed size of a service's payloads before any is known, in characters: it makes the first claim a small one. */
const assumed = claimBudget / 100

interface Task {
  readonly service_id: string
  readonly target: string
  readonly payload: string | null
}

interface Held {
  all: number
  average: number
  readonly targets: Map<string, number>
}

const nothing: Held = { all: 0, average: assumed, targets: new Map() }

/**
 * Bounds the memory that payloads in flight take. Seats count calls, and a thousand calls can be 256 MiB. Like seats, the
 * budget is shared: a service whose calls hang with large payloads leaves room for those of others, and so does a target.
 */
export class PayloadBudget {
  #open = 0
  readonly #services = new Map<string, Held>()

  take({ service_id, target, payload }: Task): void {
    if (payload) this.#add(service_id, target, payload.length)
  }

  release({ service_id, target, payload }: Task): void {
    if (payload) this.#add(service_id, target, -payload.length)
  }

  /** Takes in the payloads of a claim: a service's next tasks are assumed to have payloads of the same size. */
  learn(claimed: readonly Task[]): void {
    const sums = new Map<string, { size: number; count: number }>()
    for (const { service_id, payload } of claimed) {
      const sum = sums.get(service_id) ?? { size: 0, count: 0 }
      sum.size += payload?.length ?? 0
      sum.count++
      sums.set(service_id, sum)
    }
    for (const [service, { size, count }] of sums) {
      const held = this.#of(service)
      held.average = Math.max(size / count, held.average / 8)
    }
  }

  /** The assumed size of a service's payloads, in characters. */
  average(service: string): number {
    return Math.max(1, this.#services.get(service)?.average ?? assumed)
  }

  /**
   * How many tasks of a service a claim may take, whichever of its targets that are not full they are for. At least one
   * when none of these targets has a payload in flight.
   * @param promised characters already granted to other services in the same claim
   */
  tasks(service: string, promised = 0): number {
    const { all, targets } = this.#services.get(service) ?? nothing
    const limit = this.#limit(all)
    const average = this.average(service)
    let room = Math.min(claimBudget, limit - all)
    let ofOthers = 0
    for (const own of targets.values())
      if (!isFull(own, average, limit * share)) {
        room = Math.min(room, limit * share - own)
        ofOthers += own
      }
    return Math.max(ofOthers === 0 ? 1 : 0, Math.floor((room - promised) / average))
  }

  /** Targets of a service that may not hold one more payload of the assumed size. */
  fullTargets(service: string): string[] {
    const held = this.#services.get(service)
    if (!held || held.all === 0) return []
    const most = this.#limit(held.all) * share
    const average = this.average(service)
    return [...held.targets].filter(([, own]) => isFull(own, average, most)).map(([target]) => target)
  }

  /** The most that a service which holds `own` may hold, in characters. */
  #limit(own: number): number {
    return (budget - (this.#open - own)) * share
  }

  #of(service: string): Held {
    let held = this.#services.get(service)
    if (!held) {
      held = { all: 0, average: assumed, targets: new Map() }
      this.#services.set(service, held)
    }
    return held
  }

  #add(service: string, target: string, size: number): void {
    const held = this.#of(service)
    const remaining = (held.targets.get(target) ?? 0) + size
    this.#open += size
    held.all += size
    if (remaining === 0) held.targets.delete(target)
    else held.targets.set(target, remaining)
  }
}

/** Whether one more payload would take a target beyond what it may hold, which would leave too little for the others. */
const isFull = (own: number, average: number, most: number): boolean => own + average > most
