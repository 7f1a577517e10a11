/** Payloads that may be in flight at once, in characters: beyond it a claim takes fewer tasks, whatever seats are free. */
const budget = 48 * 1_048_576
/** The same for one claim: its rows stand in memory several times until they are taken apart. */
const claimBudget = 8 * 1_048_576
/** As large as tasks are taken to be before the first is known: the first claim is a small one. */
const assumed = claimBudget / 100

/** Bounds the memory that calls with large payloads take: seats count calls, and a thousand can be 256 MiB. */
export class PayloadRoom {
  #open = 0
  #average = assumed

  take(payload: string | null): void {
    this.#open += payload?.length ?? 0
  }

  leave(payload: string | null): void {
    this.#open -= payload?.length ?? 0
  }

  /** Tells what a claim brought: the next one is taken to be alike. */
  learn(claimed: readonly { readonly payload: string | null }[]): void {
    if (claimed.length === 0) return
    const sum = claimed.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0)
    this.#average = Math.max(sum / claimed.length, this.#average / 8)
  }

  /** How many tasks a claim may take; one at least when nothing is in flight. */
  get tasks(): number {
    const room = Math.floor(Math.min(claimBudget, budget - this.#open) / Math.max(1, this.#average))
    return Math.max(this.#open === 0 ? 1 : 0, room)
  }
}
