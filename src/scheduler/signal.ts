/** Lets one loop sleep until it is wanted. A signal given while nobody sleeps is kept for the next sleep. */
export class Signal {
  #given = false
  #wake: (() => void) | undefined

  give(): void {
    this.#given = true
    this.#wake?.()
  }

  /** Resolves when the signal was given, or after `ms`. */
  async taken(ms: number): Promise<void> {
    if (!this.#given) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, ms)
      this.#wake = resolve
      await promise
      clearTimeout(timer)
      this.#wake = undefined
    }
    this.#given = false
  }
}
