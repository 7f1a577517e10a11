/** How much longer than it took something is kept: what is asked for again and again takes 1 % of the time at most. */
const keptFactor = 100
const keptAtMostMs = 10_000
/** How old what is given may be, in ms: it is given while it is found out anew behind it. */
const oldestMs = 60_000

interface Entry<T> {
  readonly value: Promise<T>
  /** When it is to be found out anew, and when it is too old to be given; not known while it is being found out. */
  renewAt: number
  forgetAt: number
}

/**
 * Keeps what was costly to find out, for a hundred times as long as that took and 10 s at most. The first who asks after
 * that has it found out anew and does not wait for it; only who asks when nothing is there, or it is over a minute old, does.
 */
export class Kept<T> {
  readonly #entries = new Map<string, Entry<T>>()

  /** @param isCostly whether something was so costly that it is kept */
  constructor(readonly isCostly: (value: T) => boolean) {}

  /** @throws whatever `find` throws, which is not kept */
  async get(key: string, find: () => Promise<T>): Promise<T> {
    const now = performance.now()
    for (const [other, { forgetAt }] of this.#entries) if (forgetAt <= now) this.#entries.delete(other)
    const known = this.#entries.get(key)
    if (known && now < known.renewAt) return known.value
    if (known) known.renewAt = Number.POSITIVE_INFINITY
    const found: Entry<T> = { value: find(), renewAt: Number.POSITIVE_INFINITY, forgetAt: Number.POSITIVE_INFINITY }
    if (!known) this.#entries.set(key, found)
    const kept = found.value.then(
      (value) => this.#keep(key, found, value, performance.now() - now),
      () => this.#giveUp(key, found, known),
    )
    if (known) return known.value
    await kept
    return found.value
  }

  #keep(key: string, found: Entry<T>, value: T, tookMs: number): void {
    const now = performance.now()
    found.renewAt = now + Math.min(tookMs * keptFactor, keptAtMostMs)
    found.forgetAt = now + oldestMs
    if (this.isCostly(value)) this.#entries.set(key, found)
    else this.#entries.delete(key)
  }

  /** What was there before is good until it is too old; whoever asks next tries again. */
  #giveUp(key: string, found: Entry<T>, known: Entry<T> | undefined): void {
    if (known) known.renewAt = 0
    else if (this.#entries.get(key) === found) this.#entries.delete(key)
  }
}
