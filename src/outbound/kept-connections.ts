/** How often idle connections are looked for, in ms. A connection is closed when it was not needed in the last two intervals. */
const sweepMs = 400

/**
 * The connections to one address, for one name and port. Only calls for which the address was checked are sent on them.
 *
 * Bun keeps the connections, in a pool that belongs to the session, and does not say which of them a call has used. What
 * is known here are upper bounds, since the target may close connections at any time.
 */
export class KeptConnections {
  readonly session: Bun.FetchSession
  /** Connections on which a call is in flight. */
  #inUse = 0
  /** Connections that are open and not in use, at most. */
  #idle = 0
  /** The most that were in use at once, in this interval and in the one before. */
  #peak = 0
  #peakBefore = 0

  constructor(tls?: { readonly serverName: string }) {
    this.session = new Bun.FetchSession(tls ? { tls } : {})
  }

  /** Counts a call that is sent. Returns whether it may be sent on a connection that has served another call. */
  begin(): boolean {
    if (++this.#inUse > this.#peak) this.#peak = this.#inUse
    if (this.#idle === 0) return false
    this.#idle--
    return true
  }

  /** Counts a call that has ended. @param kept whether its connection may be used again */
  end(kept: boolean): void {
    this.#inUse--
    if (kept) this.#idle++
  }

  /** Closes connections that have not been needed. Returns whether any may be open. */
  sweep(): boolean {
    const needed = Math.max(this.#peak, this.#peakBefore)
    if (this.#inUse + this.#idle > needed) {
      this.session.close()
      this.#idle = 0
    }
    this.#peakBefore = this.#peak
    this.#peak = this.#inUse
    return this.#inUse > 0 || this.#idle > 0 || this.#peakBefore > 0
  }
}

const kept = new Map<string, KeptConnections>()
let timer: ReturnType<typeof setInterval> | undefined

/**
 * The connections of an address, port and name.
 * @param key names all three
 * @param serverName the name that the certificate must be for, where it is not in the URL that is fetched
 */
export function connectionsOf(key: string, serverName?: string): KeptConnections {
  let connections = kept.get(key)
  if (!connections) {
    connections = new KeptConnections(serverName === undefined ? undefined : { serverName })
    kept.set(key, connections)
    timer ??= setInterval(sweepAll, sweepMs)
  }
  return connections
}

function sweepAll(): void {
  for (const [key, connections] of kept) if (!connections.sweep()) kept.delete(key)
  if (kept.size > 0) return
  clearInterval(timer)
  timer = undefined
}
