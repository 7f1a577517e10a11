/** Lets one caller sleep until the signal is given. A signal given while none sleeps ends the next sleep at once. */
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
