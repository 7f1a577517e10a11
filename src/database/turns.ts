/** Lets statements of a pool begin one after another, as many at once as there are connections. */
export class Turns {
  #taken = 0
  readonly #waiting: (() => void)[] = []

  constructor(readonly connections: number) {}

  /** Takes a turn. @returns undefined if it begins at once, otherwise what it waits for; then `give` must follow */
  take(): Promise<void> | undefined {
    if (this.#taken >= this.connections)
      return new Promise((resolve) => {
        this.#waiting.push(resolve)
      })
    this.#taken++
    return undefined
  }

  /** Ends a turn, which passes to the one that has waited longest. */
  give(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#taken--
  }
}
