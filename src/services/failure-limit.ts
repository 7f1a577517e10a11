import type ipaddr from 'ipaddr.js'

const failuresAtMost = 30
const windowMs = 60_000
const addressesAtMost = 10_000

/**
 * Limits failed authentications to 30 per minute and client address, in this process. It remembers at most 10,000
 * addresses and forgets those whose last failure was longest ago.
 */
export class FailureLimit {
  /** Times of the counted failures by address, in ms. The address that failed last comes last. */
  readonly #times = new Map<string, number[]>()

  /**
   * Records a failure, unless 30 were recorded in the minute before. A failure over the limit is not recorded, so that the
   * limit ends even for a client that keeps trying.
   * @returns 0, or the seconds until the address is below the limit again
   */
  fail(address: ipaddr.IPv4 | ipaddr.IPv6, now = performance.now()): number {
    const key = network(address)
    const since = now - windowMs
    const times = (this.#times.get(key) ?? []).filter((time) => time > since)
    const [first] = times
    if (first !== undefined && times.length >= failuresAtMost) return Math.ceil((first - since) / 1000)
    this.#times.delete(key)
    this.#times.set(key, [...times, now])
    for (const [oldest, failures] of this.#times) {
      if (this.#times.size <= addressesAtMost && (failures.at(-1) ?? 0) > since) break
      this.#times.delete(oldest)
    }
    return 0
  }

  /** Number of addresses that are remembered. */
  get size(): number {
    return this.#times.size
  }
}

/** Returns what counts as one address: an IPv4 address, or the /64 of an IPv6 address, which a single host may use whole. */
function network(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return 'octets' in address
    ? address.toString()
    : `${address.parts
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(':')}::/64`
}
