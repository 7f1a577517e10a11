import type { TlsOptions } from './call-tls.ts'

/** How long a connection is kept while nothing is sent on it, in ms, and how often idle ones are looked for. */
const keptMs = 1_000
const sweepMs = 250

/**
 * A session of Bun's fetch that one call at a time uses, so that its pool holds one connection at most. Bun does not tell
 * which connection a call has used; here it is known. When the connection is closed before the answer, Bun sends most
 * requests again by itself, and finds no other kept connection: each request is sent twice at most.
 */
export class Lane {
  readonly session: Bun.FetchSession
  /** Whether a connection may be open: the target may have closed it meanwhile. */
  hasConnection = false
  idleSince = 0

  constructor(tls?: TlsOptions) {
    this.session = new Bun.FetchSession(tls ? { tls } : {})
  }
}

/** The connections to one address, for one name, port and TLS profile. Only calls for which the address was checked are sent on them. */
export class KeptConnections {
  /** Lanes with a connection that is not in use. The one used last is taken first, so the others become idle. */
  readonly #idle: Lane[] = []
  #inUse = 0

  constructor(readonly tls?: TlsOptions) {}

  /** Returns a lane for a call, with a connection if there is one. */
  take(): Lane {
    this.#inUse++
    return this.#idle.pop() ?? new Lane(this.tls)
  }

  /** Takes back the lane of a call that has ended. @param kept whether its connection may be used again */
  giveBack(lane: Lane, kept: boolean): void {
    this.#inUse--
    lane.hasConnection = kept
    if (!kept) {
      lane.session.close()
      return
    }
    lane.idleSince = performance.now()
    this.#idle.push(lane)
  }

  /** Closes connections that have been idle for a second. Returns whether any lanes are left. */
  sweep(now = performance.now()): boolean {
    const first = this.#idle.findIndex(({ idleSince }) => now - idleSince < keptMs)
    for (const lane of this.#idle.splice(0, first < 0 ? this.#idle.length : first)) lane.session.close()
    return this.#inUse > 0 || this.#idle.length > 0
  }
}

const kept = new Map<string, KeptConnections>()
let timer: ReturnType<typeof setInterval> | undefined

/**
 * The connections of an address, port, name and TLS profile.
 * @param key names all of them
 * @param tls their TLS options; the same for the same key
 */
export function connectionsOf(key: string, tls?: TlsOptions): KeptConnections {
  let connections = kept.get(key)
  if (!connections) {
    connections = new KeptConnections(tls)
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
