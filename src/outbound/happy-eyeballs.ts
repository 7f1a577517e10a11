import { connect, type Socket } from 'node:net'
import { LRUCache } from 'lru-cache'

/**
 * The connection attempt delay of RFC 8305 section 5, in ms: the next address is tried after it, while the first
 * continues.
 */
const attemptDelayMs = 250
/** For how long an address that answered is used without a new race, in ms. */
const answeredForMs = 1_000
/** A running race is shared with callers that come within this many ms of its start. */
const sharedForMs = 1_000

/** Connection attempts to several addresses, of which the first to succeed wins. */
interface Race {
  readonly since: number
  /** The address that took the connection first; undefined if all failed. */
  readonly winner: Promise<string | undefined>
  readonly cancel: () => void
  callers: number
}

/** The address that answered last, by host and port. */
const answered = new LRUCache<string, { readonly address: string; at: number }>({ max: 10_000 })
const races = new Map<string, Race>()

/** Returns the addresses, beginning with the one that answered within the last second, or undefined if none did. */
export function orderByLastAnswer(key: string, addresses: readonly string[]): readonly string[] | undefined {
  const last = answered.get(key)
  if (last === undefined || performance.now() - last.at > answeredForMs) return undefined
  return addresses[0] === last.address ? addresses : firstOf(last.address, addresses)
}

/**
 * Tries to connect to the addresses and returns them, beginning with the one that was the first to accept a connection
 * ("Happy Eyeballs", RFC 8305). Nothing is sent on these connections, so an address that does not answer costs 250 ms, and
 * no request is sent twice.
 * @param key host and port, by which the answer is remembered
 * @throws the reason of the signal
 */
export async function orderByReachability(
  key: string,
  addresses: readonly string[],
  port: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const first = await awaitWinner(key, addresses, port, signal)
  return first === undefined ? addresses : (firstOf(first, addresses) ?? addresses)
}

function firstOf(first: string, addresses: readonly string[]): readonly string[] | undefined {
  return addresses.includes(first) ? [first, ...addresses.filter((address) => address !== first)] : undefined
}

/** Records that an address has answered for this host and port. */
export function rememberAddress(key: string, address: string): void {
  const at = performance.now()
  const last = answered.get(key)
  if (last?.address === address) last.at = at
  else answered.set(key, { address, at })
}

/** Forgets which address answered for this host and port, after a call to it has failed. */
export function forgetAddress(key: string): void {
  answered.delete(key)
}

/** Joins the running race for this host and port, or starts one. The race is cancelled when its last caller leaves. */
async function awaitWinner(
  key: string,
  addresses: readonly string[],
  port: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const now = performance.now()
  const known = races.get(key)
  const race = known && now - known.since < sharedForMs ? known : startRace(addresses, port, now)
  races.set(key, race)
  race.callers++
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    const winner = await Promise.race([race.winner, aborted])
    if (winner !== undefined) rememberAddress(key, winner)
    return winner
  } finally {
    signal.removeEventListener('abort', abort)
    if (--race.callers === 0) {
      race.cancel()
      if (races.get(key) === race) races.delete(key)
    }
  }
}

/** Connects to the addresses in order, starting the next one after 250 ms or when an attempt fails, until one succeeds. */
function startRace(addresses: readonly string[], port: number, since: number): Race {
  const { promise: winner, resolve } = Promise.withResolvers<string | undefined>()
  const sockets = new Set<Socket>()
  const untried = [...addresses]
  let timer: ReturnType<typeof setTimeout> | undefined
  const cancel = () => {
    clearTimeout(timer)
    untried.length = 0
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  const end = (address: string | undefined) => {
    cancel()
    resolve(address)
  }
  const next = () => {
    clearTimeout(timer)
    const address = untried.shift()
    if (address === undefined) {
      // If every attempt has failed, the request that follows will report the reason.
      if (sockets.size === 0) end(undefined)
      return
    }
    const socket = connect({ host: address, port })
    sockets.add(socket)
    socket.on('connect', () => end(address))
    socket.on('error', () => {
      if (sockets.delete(socket)) next()
    })
    timer = setTimeout(next, attemptDelayMs)
  }
  next()
  return { since, winner, cancel, callers: 0 }
}
