import { isIP } from 'node:net'
import { lookUp } from './look-up.ts'
import { hostOf, type OutboundPolicy } from './policy.ts'
import { forgetAnswer, inOrderOfReach, lastReached, noteAnswer } from './reach.ts'
import { isLocalhost, plainName } from './rules.ts'
import { type CallTime, sendInTurn, someWait } from './send-in-turn.ts'
import { hasIPv6, shortageOf } from './shortage.ts'

/** A target that is not called; its message ends the sentence `refused by the outbound policy: …`. */
export class Refused extends Error {}

type Init = Pick<BunFetchRequestInit, 'method' | 'body'> & {
  readonly headers: Record<string, string>
  readonly signal: AbortSignal
}

/**
 * No redirect is followed, no connection kept, nothing decoded: the memory that takes would be the target's to choose.
 * Bun's own timer, which ends a connection that is silent for 300 s (`BUN_CONFIG_HTTP_IDLE_TIMEOUT`), is off: the signal ends a call.
 */
const asItComes = { redirect: 'manual', keepalive: false, decompress: false, timeout: false } as const

/** Codes of an address on which nothing was listening: nothing was sent, and the next address of the name is tried. */
const notReached = new Set([
  'ECONNREFUSED',
  'ConnectionRefused',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'FailedToOpenSocket',
  'EAFNOSUPPORT',
])

/**
 * Sends one request, follows no redirect and decodes no answer. The only place that sends requests to targets. A name is looked up for
 * this very request (with others of the same second) and all its addresses are checked; the connection is made to a checked one, so that a name that
 * changes its mind in between (DNS rebinding) leads nowhere. Of several addresses the first that takes a connection is called.
 *
 * Each request has a connection of its own (`keepalive: false`): on a kept one that the target has just closed, Bun would
 * send GET, PUT, DELETE and OPTIONS a second time, and POST would fail.
 *
 * What this machine lacks the means to send waits for them, without the time of the call running.
 * @throws Refused, NotSent, what the look-up or `fetch` throws, or the reason of the signal
 */
export async function send(policy: OutboundPolicy, url: URL, init: Init, time: CallTime): Promise<Response> {
  // Every call comes through here, so the usual one waits for its answer and for nothing else.
  if (!someWait())
    try {
      return await sendNow(policy, url, init)
    } catch (error) {
      const told = tellNoIPv6(error, hostOf(url))
      if (init.signal.aborted || shortageOf(told) === undefined) throw told
    }
  const attempt = async () => {
    try {
      return await sendNow(policy, url, init)
    } catch (error) {
      throw tellNoIPv6(error, hostOf(url))
    }
  }
  return sendInTurn(url.host, attempt, init.signal, time)
}

function sendNow(policy: OutboundPolicy, url: URL, init: Init): Promise<Response> {
  const refusal = policy.refusesUrl(url)
  if (refusal) throw new Refused(refusal)
  const host = hostOf(url)
  if (!isIP(host)) return sendToName(policy, url, host, init)
  const { method, headers, body, signal } = init
  return fetch(url, { method, headers, body, signal, ...asItComes })
}

async function sendToName(policy: OutboundPolicy, url: URL, host: string, init: Init): Promise<Response> {
  const { signal } = init
  const addresses = await resolve(host, signal)
  for (const address of addresses) {
    const refusal = policy.refusesAddress(address, host)
    if (refusal) throw new Refused(refusal)
  }
  const [only] = addresses
  if (only === undefined) throw Object.assign(new Error('the name has no address'), { code: 'DNS_ENOTFOUND' })
  if (addresses.length === 1) return fetchFrom(only, url, host, init)
  const key = url.host
  // This machine swallows no connection to itself, and a target that somebody tries by hand (`nc -l`) takes a single one.
  const ordered = isLocalhost(plainName(host))
    ? addresses
    : (lastReached(key, addresses) ?? (await inOrderOfReach(key, addresses, portOf(url), signal)))
  let failure: unknown
  for (const [index, address] of ordered.entries())
    try {
      const response = await fetchFrom(address, url, host, init)
      noteAnswer(key, address)
      return response
    } catch (error) {
      const told = tellNoIPv6(error, address)
      const { code = '' } = told as { code?: string }
      const isShort = shortageOf(told) !== undefined
      if (!isShort) forgetAnswer(key)
      if (signal.aborted || !(isShort || notReached.has(code))) throw told
      // What this machine lacked may be had later, and speaks against no address; that it has no IPv6 says nothing of the others.
      const tellsMore = shortageOf(failure) === undefined && code !== 'EAFNOSUPPORT'
      if (index === 0 || isShort || tellsMore) failure = told
    }
  throw failure
}

const portOf = ({ protocol, port }: URL) => Number(port) || (protocol === 'https:' ? 443 : 80)

/** Tells a machine without IPv6, which will not get it by waiting, from one without a free port. */
function tellNoIPv6(error: unknown, address: string): unknown {
  return (error as { code?: string }).code === 'EADDRNOTAVAIL' && isIP(address) === 6 && !hasIPv6(address)
    ? Object.assign(new Error('this machine has no IPv6 address'), { code: 'EAFNOSUPPORT' })
    : error
}

/** The request to one address; target and certificate are still those of the name. */
function fetchFrom(address: string, url: URL, host: string, init: Init): Promise<Response> {
  const pinned = new URL(url)
  pinned.hostname = isIP(address) === 6 ? `[${address}]` : address
  return fetch(pinned, {
    ...init,
    headers: { ...init.headers, Host: url.host },
    ...asItComes,
    ...(url.protocol === 'https:' ? { tls: { serverName: host.replace(/\.$/, '') } } : {}),
  })
}

/** All addresses of a name; the wait for the name server ends with the signal. */
async function resolve(host: string, signal: AbortSignal): Promise<string[]> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    return await Promise.race([lookUp(host), promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
