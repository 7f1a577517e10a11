/** Payloads that may be in flight at once, in characters: beyond it a claim takes fewer tasks, whatever seats are free. */
const budget = 48 * 1_048_576
/** The same for one claim: its rows stand in memory several times until they are taken apart. */
const claimBudget = 8 * 1_048_576
/** The most of it that a service may hold of what others leave, and a target of what its service may hold. */
const share = 0.9
/** As large as tasks are taken to be before the first is known: the first claim is a small one. */
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
 * Bounds the memory that calls with large payloads take: seats count calls, and a thousand can be 256 MiB. Like seats, it
 * is shared: a service whose calls hang with large payloads leaves room for the payloads of others, and so does a target.
 */
export class PayloadBudget {
  #open = 0
  readonly #services = new Map<string, Held>()

  take({ service_id, target, payload }: Task): void {
    if (payload) this.#add(service_id, target, payload.length)
  }

  leave({ service_id, target, payload }: Task): void {
    if (payload) this.#add(service_id, target, -payload.length)
  }

  /** Tells what a claim brought: a service's next tasks are taken to be alike. */
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

  /** How large a service's tasks are taken to be, in characters. */
  average(service: string): number {
    return Math.max(1, this.#services.get(service)?.average ?? assumed)
  }

  /**
   * How many tasks of a service a claim may take, whichever of its targets they are for that are not full; one at least
   * when none of these has anything in flight.
   * @param promised characters that are given to others already by the claim that is being put together
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

  /** Targets that hold all that they may of their service's part, but for less than one more task. */
  fullTargets(service: string): string[] {
    const held = this.#services.get(service)
    if (!held || held.all === 0) return []
    const most = this.#limit(held.all) * share
    const average = this.average(service)
    return [...held.targets].filter(([, own]) => isFull(own, average, most)).map(([target]) => target)
  }

  /** The most that a service may hold that holds `own`. */
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
    const left = (held.targets.get(target) ?? 0) + size
    this.#open += size
    held.all += size
    if (left === 0) held.targets.delete(target)
    else held.targets.set(target, left)
  }
}

/** Whether a target has no room for one more task: what is left beside it would let no other target of its service have any. */
const isFull = (own: number, average: number, most: number): boolean => own + average > most
