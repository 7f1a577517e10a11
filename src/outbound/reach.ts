import { connect, type Socket } from 'node:net'

/** RFC 8305 section 5: how long an address has to answer before the next one is tried beside it, in ms. */
const nextAfterMs = 250
/** How long the address that answered is taken without asking again, in ms: one may stop answering. */
const answeredForMs = 1_000
/** Who asks within this, in ms, of somebody who has no answer yet waits for the same one. */
const sharedForMs = 1_000
/** Names that are remembered. */
const rememberedAtMost = 10_000

interface Race {
  readonly since: number
  readonly winner: Promise<string | undefined>
  readonly cancel: () => void
  waiting: number
}

/** The address that answered last, by host and port. */
const answered = new Map<string, { readonly address: string; at: number }>()
const races = new Map<string, Race>()

/** The addresses of a name, first the one that lately answered; undefined when none did. */
export function lastReached(key: string, addresses: readonly string[]): readonly string[] | undefined {
  const last = answered.get(key)
  if (last === undefined || performance.now() - last.at > answeredForMs) return undefined
  return addresses[0] === last.address ? addresses : firstOf(last.address, addresses)
}

/**
 * The addresses of a name, first the one that was first to take a connection. Nothing is sent on that connection, so an
 * address that swallows it costs a moment, and no request goes out twice.
 * @param key host and port, by which an answer is remembered
 * @throws the reason of the signal
 */
export async function inOrderOfReach(
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

/** Notes that an address of a name has answered. */
export function noteAnswer(key: string, address: string): void {
  const at = performance.now()
  const last = answered.get(key)
  if (last?.address === address) last.at = at
  else {
    if (answered.size >= rememberedAtMost) answered.clear()
    answered.set(key, { address, at })
  }
}

/** Forgets which address of a name answered: a call to it has failed. */
export function forgetAnswer(key: string): void {
  answered.delete(key)
}

/** Joins the race of others for the same name, or starts one. It ends when nobody waits for it any more. */
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
  race.waiting++
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    const winner = await Promise.race([race.winner, aborted])
    if (winner !== undefined) noteAnswer(key, winner)
    return winner
  } finally {
    signal.removeEventListener('abort', abort)
    if (--race.waiting === 0) {
      race.cancel()
      if (races.get(key) === race) races.delete(key)
    }
  }
}

/** Connects to one address after another, each a moment after the last or when that one fails, until one answers. */
function startRace(addresses: readonly string[], port: number, since: number): Race {
  const { promise: winner, resolve } = Promise.withResolvers<string | undefined>()
  const sockets = new Set<Socket>()
  const left = [...addresses]
  let timer: ReturnType<typeof setTimeout> | undefined
  const cancel = () => {
    clearTimeout(timer)
    left.length = 0
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  const end = (address: string | undefined) => {
    cancel()
    resolve(address)
  }
  const next = () => {
    clearTimeout(timer)
    const address = left.shift()
    if (address === undefined) {
      // None is left, and all have failed: the request itself will tell why.
      if (sockets.size === 0) end(undefined)
      return
    }
    const socket = connect({ host: address, port })
    sockets.add(socket)
    socket.on('connect', () => end(address))
    socket.on('error', () => {
      if (sockets.delete(socket)) next()
    })
    timer = setTimeout(next, nextAfterMs)
  }
  next()
  return { since, winner, cancel, waiting: 0 }
}
