import { isIP } from 'node:net'
import { lookUp } from './look-up.ts'
import { hostOf, type OutboundPolicy } from './policy.ts'

/** A target that is not called; its message ends the sentence `refused by the outbound policy: …`. */
export class Refused extends Error {}

type Init = Pick<BunFetchRequestInit, 'method' | 'body'> & {
  readonly headers: Record<string, string>
  readonly signal: AbortSignal
}

/** No redirect is followed, no connection kept, nothing decoded: the memory that takes would be the target's to choose. */
const asItComes = { redirect: 'manual', keepalive: false, decompress: false } as const

/** Codes of an address on which nothing was listening: nothing was sent, and the next address of the name is tried. */
const notReached = new Set(['ECONNREFUSED', 'ConnectionRefused', 'EHOSTUNREACH', 'ENETUNREACH', 'FailedToOpenSocket'])

/**
 * Sends one request, follows no redirect and decodes no answer. The only place that sends requests to targets. A name is looked up for
 * this very request (with others of the same second) and all its addresses are checked; the connection is made to a checked one, so that a name that
 * changes its mind in between (DNS rebinding) leads nowhere.
 *
 * Each request has a connection of its own (`keepalive: false`): on a kept one that the target has just closed, Bun would
 * send GET, PUT, DELETE and OPTIONS a second time, and POST would fail.
 * @throws Refused, what the look-up or `fetch` throws, or the reason of the signal
 */
export async function send(policy: OutboundPolicy, url: URL, init: Init): Promise<Response> {
  const refusal = policy.refusesUrl(url)
  if (refusal) throw new Refused(refusal)
  const host = hostOf(url)
  const { method, headers, body, signal } = init
  if (isIP(host)) return fetch(url, { method, headers, body, signal, ...asItComes })
  const addresses = await resolve(host, init.signal)
  for (const address of addresses) {
    const refusal = policy.refusesAddress(address, host)
    if (refusal) throw new Refused(refusal)
  }
  for (const [index, address] of addresses.entries())
    try {
      return await fetchFrom(address, url, host, init)
    } catch (error) {
      const { code = '' } = error as { code?: string }
      if (index === addresses.length - 1 || init.signal.aborted || !notReached.has(code)) throw error
    }
  throw Object.assign(new Error('the name has no address'), { code: 'DNS_ENOTFOUND' })
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
