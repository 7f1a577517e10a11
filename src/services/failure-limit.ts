import type ipaddr from 'ipaddr.js'

const failuresAtMost = 30
const withinMs = 60_000
const addressesAtMost = 10_000

/**
 * Counts failed credentials by address, in this process: 30 in any minute, and further ones are to be told to wait. What
 * it holds is bounded: of more than 10,000 addresses those whose last failure is longest ago are forgotten.
 */
export class FailureLimit {
  /** When the counted failures were, in ms; the address that failed last comes last. */
  readonly #times = new Map<string, number[]>()

  /**
   * Counts a failure, unless there were 30 in the minute before it. One that is told to wait is not counted, so that
   * whoever goes on asking gets out of it all the same.
   * @returns 0, or the seconds until the next one is counted
   */
  fail(address: ipaddr.IPv4 | ipaddr.IPv6, now = performance.now()): number {
    const key = network(address)
    const since = now - withinMs
    const times = (this.#times.get(key) ?? []).filter((time) => time > since)
    const [first] = times
    if (first !== undefined && times.length >= failuresAtMost) return Math.ceil((first - since) / 1000)
    this.#times.delete(key)
    this.#times.set(key, [...times, now])
    for (const [oldest, theirs] of this.#times) {
      if (this.#times.size <= addressesAtMost && (theirs.at(-1) ?? 0) > since) break
      this.#times.delete(oldest)
    }
    return 0
  }

  /** How many addresses it remembers. */
  get size(): number {
    return this.#times.size
  }
}

/** What counts as one address: with IPv6 a /64, all of which any single host may use. */
function network(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return 'octets' in address
    ? address.toString()
    : `${address.parts
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(':')}::/64`
}
