/** A value is fresh for this many times as long as it took to compute, so computing takes at most 1 % of the time. */
const freshFactor = 100
const freshAtMostMs = 10_000
/** Oldest value that is returned, in ms. */
const oldestMs = 60_000

interface Entry<T> {
  readonly value: Promise<T>
  /** When the value is no longer fresh and when it is too old to be returned. Infinite while it is being computed. */
  refreshAt: number
  expiresAt: number
}

/**
 * A cache for values that are expensive to compute. A value is fresh for 100 times as long as it took to compute, and for
 * 10 s at most. After that, up to the age of one minute, `get` returns the stale value at once and computes a new one in the
 * background.
 */
export class StaleCache<T> {
  readonly #entries = new Map<string, Entry<T>>()

  /** @param isExpensive whether a value is worth caching; others are computed for every call */
  constructor(readonly isExpensive: (value: T) => boolean) {}

  /**
   * Returns the cached value of `key`, computing it when there is none. Concurrent calls share one computation.
   * @throws what `compute` throws; the error is not cached, and is ignored when a stale value is returned
   */
  async get(key: string, compute: () => Promise<T>): Promise<T> {
    const now = performance.now()
    for (const [other, { expiresAt }] of this.#entries) if (expiresAt <= now) this.#entries.delete(other)
    const cached = this.#entries.get(key)
    if (cached && now < cached.refreshAt) return cached.value
    if (cached) cached.refreshAt = Number.POSITIVE_INFINITY
    const entry: Entry<T> = {
      value: compute(),
      refreshAt: Number.POSITIVE_INFINITY,
      expiresAt: Number.POSITIVE_INFINITY,
    }
    if (!cached) this.#entries.set(key, entry)
    const computed = entry.value.then(
      (value) => this.#store(key, entry, value, performance.now() - now),
      () => this.#discard(key, entry, cached),
    )
    if (cached) return cached.value
    await computed
    return entry.value
  }

  #store(key: string, entry: Entry<T>, value: T, tookMs: number): void {
    const now = performance.now()
    entry.refreshAt = now + Math.min(tookMs * freshFactor, freshAtMostMs)
    entry.expiresAt = now + oldestMs
    if (this.isExpensive(value)) this.#entries.set(key, entry)
    else this.#entries.delete(key)
  }

  /** After an error: keeps the stale value, if there is one, and lets the next call compute again. */
  #discard(key: string, entry: Entry<T>, cached: Entry<T> | undefined): void {
    if (cached) cached.refreshAt = 0
    else if (this.#entries.get(key) === entry) this.#entries.delete(key)
  }
}
