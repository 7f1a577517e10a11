/** Bounds how many calls are in flight, for a peer whose jobs last longer than their calls. */
export class Limit {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(atMost: number) {
    this.#free = atMost
  }

  /** Runs `call` when there is room for it, and returns its result. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await call()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }
}
