/** Counts the calls of flows that this replica has in flight. */
export class FlowCalls {
  readonly #calls = new Map<string, number>()

  /** @param ended called when a call of a flow has ended */
  constructor(readonly ended: () => void) {}

  take(service: string, flow: string): void {
    const key = keyOf(service, flow)
    this.#calls.set(key, (this.#calls.get(key) ?? 0) + 1)
  }

  release(service: string, flow: string): void {
    const key = keyOf(service, flow)
    const left = this.of(service, flow) - 1
    if (left > 0) this.#calls.set(key, left)
    else this.#calls.delete(key)
    this.ended()
  }

  /** How many calls of a flow are in flight here. */
  of(service: string, flow: string): number {
    return this.#calls.get(keyOf(service, flow)) ?? 0
  }
}

const keyOf = (service: string, flow: string) => `${service} ${flow}`
