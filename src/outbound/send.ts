import { isIP } from 'node:net'
import { exhaustedResource, hasIPv6 } from './exhaustion.ts'
import { forgetAddress, orderByLastAnswer, orderByReachability, rememberAddress } from './happy-eyeballs.ts'
import { hostOf, type OutboundPolicy } from './policy.ts'
import { resolveHost } from './resolve-host.ts'
import { anyWaiting, type CallTimer, sendWhenResourcesAllow } from './resource-queue.ts'
import { isLocalhost, normalizeName } from './rules.ts'

/** The outbound policy does not allow the call. The message completes the sentence `refused by the outbound policy: …`. */
export class Blocked extends Error {}

type Init = Pick<BunFetchRequestInit, 'method' | 'body'> & {
  readonly headers: Record<string, string>
  readonly signal: AbortSignal
}

/**
 * Redirects are returned, connections are not reused, and bodies are not decompressed, since the target would determine
 * how much memory that takes. Bun's own timeout, which ends a connection after 300 s of silence
 * (`BUN_CONFIG_HTTP_IDLE_TIMEOUT`), is off: the signal ends a call.
 */
const fetchOptions = { redirect: 'manual', keepalive: false, decompress: false, timeout: false } as const

/** Error codes after which the next address of the name is tried: no connection was made, so nothing was sent. */
const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ConnectionRefused',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'FailedToOpenSocket',
  'EAFNOSUPPORT',
])

/**
 * Sends one request and returns the response. Redirects are not followed and bodies are not decompressed. All requests to
 * targets are sent here.
 *
 * A host name is resolved for each request (lookups within a second are shared), all its addresses are checked against
 * the policy, and the connection is made to a checked address, which defeats DNS rebinding. Of several addresses the
 * first that accepts a connection is called.
 *
 * Each request uses a new connection (`keepalive: false`): on a reused one that the target has just closed, Bun would send
 * GET, PUT, DELETE and OPTIONS a second time, and POST would fail.
 *
 * While this machine lacks a local port, a descriptor or a buffer, the request waits and `timer` is paused.
 * @throws Blocked, NotSent, an error of the lookup or of `fetch`, or the reason of the signal
 */
export async function send(policy: OutboundPolicy, url: URL, init: Init, timer: CallTimer): Promise<Response> {
  // The usual call is on the hot path and awaits its response only.
  if (!anyWaiting())
    try {
      return await sendNow(policy, url, init)
    } catch (error) {
      const failure = withoutIPv6(error, hostOf(url))
      if (init.signal.aborted || exhaustedResource(failure) === undefined) throw failure
    }
  const attempt = async () => {
    try {
      return await sendNow(policy, url, init)
    } catch (error) {
      throw withoutIPv6(error, hostOf(url))
    }
  }
  return sendWhenResourcesAllow(url.host, attempt, init.signal, timer)
}

function sendNow(policy: OutboundPolicy, url: URL, init: Init): Promise<Response> {
  const blockReason = policy.blockReasonForUrl(url)
  if (blockReason) throw new Blocked(blockReason)
  const host = hostOf(url)
  if (!isIP(host)) return sendToName(policy, url, host, init)
  const { method, headers, body, signal } = init
  return fetch(url, { method, headers, body, signal, ...fetchOptions })
}

async function sendToName(policy: OutboundPolicy, url: URL, host: string, init: Init): Promise<Response> {
  const { signal } = init
  const addresses = await resolve(host, signal)
  for (const address of addresses) {
    const blockReason = policy.blockReasonForAddress(address, host)
    if (blockReason) throw new Blocked(blockReason)
  }
  const [only] = addresses
  if (only === undefined) throw Object.assign(new Error('the name has no address'), { code: 'DNS_ENOTFOUND' })
  if (addresses.length === 1) return fetchFrom(only, url, host, init)
  const key = url.host
  // Loopback addresses answer at once, and a target such as `nc -l` accepts a single connection, which a race would use up.
  const ordered = isLocalhost(normalizeName(host))
    ? addresses
    : (orderByLastAnswer(key, addresses) ?? (await orderByReachability(key, addresses, portOf(url), signal)))
  let failure: unknown
  for (const [index, address] of ordered.entries())
    try {
      const response = await fetchFrom(address, url, host, init)
      rememberAddress(key, address)
      return response
    } catch (error) {
      const addressFailure = withoutIPv6(error, address)
      const { code = '' } = addressFailure as { code?: string }
      const isExhausted = exhaustedResource(addressFailure) !== undefined
      if (!isExhausted) forgetAddress(key)
      if (signal.aborted || !(isExhausted || unreachableCodes.has(code))) throw addressFailure
      // Report the most useful failure: exhausted resources, since a retry can help; a missing IPv6 address last.
      const isMoreUseful = exhaustedResource(failure) === undefined && code !== 'EAFNOSUPPORT'
      if (index === 0 || isExhausted || isMoreUseful) failure = addressFailure
    }
  throw failure
}

const portOf = ({ protocol, port }: URL) => Number(port) || (protocol === 'https:' ? 443 : 80)

/**
 * Replaces EADDRNOTAVAIL by EAFNOSUPPORT if this machine has no IPv6 address for the target. The system reports the same
 * code when no local port is free, but only then does waiting help.
 */
function withoutIPv6(error: unknown, address: string): unknown {
  return (error as { code?: string }).code === 'EADDRNOTAVAIL' && isIP(address) === 6 && !hasIPv6(address)
    ? Object.assign(new Error('this machine has no IPv6 address'), { code: 'EAFNOSUPPORT' })
    : error
}

/** Sends the request to one address. The Host header and the expected certificate are still those of the name. */
function fetchFrom(address: string, url: URL, host: string, init: Init): Promise<Response> {
  const pinned = new URL(url)
  pinned.hostname = isIP(address) === 6 ? `[${address}]` : address
  return fetch(pinned, {
    ...init,
    headers: { ...init.headers, Host: url.host },
    ...fetchOptions,
    ...(url.protocol === 'https:' ? { tls: { serverName: host.replace(/\.$/, '') } } : {}),
  })
}

/** Returns all addresses of a name. @throws the error of the lookup, or the reason of the signal when it is aborted */
async function resolve(host: string, signal: AbortSignal): Promise<string[]> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    return await Promise.race([resolveHost(host), promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
