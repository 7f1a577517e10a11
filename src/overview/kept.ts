/** What cost less than this is not kept, in ms. */
const cheapMs = 10
/** How much longer than it took something is kept: what is asked for again and again takes 1 % of the time at most. */
const keptFactor = 100
const keptAtMostMs = 10_000

/**
 * Keeps what was costly to find out, for a hundred times as long as that took and 10 s at most. Who asks meanwhile gets
 * the same, and who asks while it is being found out waits for that.
 */
export class Kept<T> {
  readonly #values = new Map<string, { readonly value: Promise<T>; until: number }>()

  /** @throws whatever `find` throws, which is not kept */
  get(key: string, find: () => Promise<T>): Promise<T> {
    const now = performance.now()
    const known = this.#values.get(key)
    if (known && now < known.until) return known.value
    for (const [other, { until }] of this.#values) if (until <= now) this.#values.delete(other)
    const entry = { value: find(), until: Number.POSITIVE_INFINITY }
    this.#values.set(key, entry)
    entry.value.then(
      () => {
        const ms = performance.now() - now
        entry.until = performance.now() + (ms < cheapMs ? 0 : Math.min(ms * keptFactor, keptAtMostMs))
      },
      () => {
        entry.until = 0
      },
    )
    return entry.value
  }
}
