import { isIP } from 'node:net'
import type { CallTimer } from './call-timer.ts'
import { Exchange } from './exchange.ts'
import { exhaustedResource, hasIPv6 } from './exhaustion.ts'
import { forgetAddress, orderByLastAnswer, orderByReachability, rememberAddress } from './happy-eyeballs.ts'
import { connectionsOf, type KeptConnections } from './kept-connections.ts'
import { hostOf, type OutboundPolicy } from './policy.ts'
import { resolveHost } from './resolve-host.ts'
import { anyWaiting, sendWhenResourcesAllow } from './resource-queue.ts'
import { isLocalhost, normalizeName } from './rules.ts'
import { windowOfAddress } from './window.ts'

/** The outbound policy does not allow the call. The message completes the sentence `refused by the outbound policy: …`. */
export class Blocked extends Error {}

/** A request, with the signal that aborts it and the clock that ends it. */
interface Request extends Pick<BunFetchRequestInit, 'method' | 'body'> {
  readonly headers: Record<string, string>
  readonly signal: AbortSignal
  readonly timer: CallTimer
}

/**
 * Redirects are returned, and bodies are not decompressed, since the target would determine how much memory that takes.
 * Bun's own timeout, which ends a connection after 300 s of silence (`BUN_CONFIG_HTTP_IDLE_TIMEOUT`), is off: the signal
 * ends a call.
 */
const fetchOptions = { redirect: 'manual', decompress: false, timeout: false } as const

/** Error codes after which the next address of the name is tried: no connection was made, so nothing was sent. */
const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ConnectionRefused',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'FailedToOpenSocket',
  'EAFNOSUPPORT',
])
/** Error codes of a connection that was closed before the answer. */
const closedCodes = new Set(['ECONNRESET', 'ConnectionClosed', 'EPIPE'])
/** When a kept connection is closed before the answer, Bun (as of 1.4.5) sends these on another one by itself. */
const sentAgainByBun = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])

/**
 * Sends one request and returns the response. Redirects are not followed and bodies are not decompressed. All requests to
 * targets are sent here.
 *
 * A host name is resolved for each request (lookups within a second are shared), all its addresses are checked against
 * the policy, and the connection is made to a checked address, which defeats DNS rebinding. Of several addresses the
 * first that accepts a connection is called.
 *
 * A connection serves further requests to the same address, port and name for about a second. When the target closes it
 * before it answers, the request is sent once more on a new connection, since the target has usually not seen it.
 *
 * While the target has no room for another call, or this machine lacks a local port, a descriptor or a buffer, the request
 * waits and its timer is paused.
 * @throws Blocked, NotSent, an error of the lookup or of `fetch`, or the reason of the signal
 */
export function send(policy: OutboundPolicy, url: URL, request: Request): Promise<Exchange> {
  const blockReason = policy.blockReasonForUrl(url)
  return blockReason ? Promise.reject(new Blocked(blockReason)) : sendWhenPossible(policy, url, request)
}

async function sendWhenPossible(policy: OutboundPolicy, url: URL, request: Request): Promise<Exchange> {
  const { signal, timer } = request
  // The usual call is on the hot path and awaits its response only.
  if (!anyWaiting())
    try {
      return await sendNow(policy, url, request)
    } catch (error) {
      const failure = withoutIPv6(error, hostOf(url))
      if (signal.aborted || exhaustedResource(failure) === undefined) throw failure
    }
  const attempt = async () => {
    try {
      return await sendNow(policy, url, request)
    } catch (error) {
      throw withoutIPv6(error, hostOf(url))
    }
  }
  return sendWhenResourcesAllow(url.host, attempt, signal, timer)
}

function sendNow(policy: OutboundPolicy, url: URL, request: Request): Promise<Exchange> {
  const host = hostOf(url)
  if (!isIP(host)) return sendToName(policy, url, host, request)
  request.timer.begin('answer')
  const connections = policy.settings.keepAlive ? connectionsOf(url.origin) : undefined
  return exchange(url, request, connections)
}

async function sendToName(policy: OutboundPolicy, url: URL, host: string, request: Request): Promise<Exchange> {
  const { signal, timer } = request
  timer.begin('look-up')
  const addresses = await resolve(host, signal)
  timer.begin('answer')
  for (const address of addresses) {
    const blockReason = policy.blockReasonForAddress(address, host)
    if (blockReason) throw new Blocked(blockReason)
  }
  const [only] = addresses
  if (only === undefined) throw Object.assign(new Error('the name has no address'), { code: 'DNS_ENOTFOUND' })
  const sendTo = (address: string) => sendToAddress(policy, address, url, host, request)
  if (addresses.length === 1) return sendTo(only)
  const key = url.host
  // Loopback addresses answer at once, and a target such as `nc -l` accepts a single connection, which a race would use up.
  const ordered = isLocalhost(normalizeName(host))
    ? addresses
    : (orderByLastAnswer(key, addresses) ?? (await orderByReachability(key, addresses, portOf(url), signal)))
  let failure: unknown
  for (const [index, address] of ordered.entries())
    try {
      const answered = await sendTo(address)
      rememberAddress(key, address)
      return answered
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

/**
 * Sends the request to one address. The Host header and the expected certificate are still those of the name.
 */
function sendToAddress(
  { settings }: OutboundPolicy,
  address: string,
  url: URL,
  host: string,
  request: Request,
): Promise<Exchange> {
  const pinned = new URL(url)
  pinned.hostname = isIP(address) === 6 ? `[${address}]` : address
  const serverName = url.protocol === 'https:' ? host.replace(/\.$/, '') : undefined
  const connections = settings.keepAlive ? connectionsOf(`${url.origin} ${address}`, serverName) : undefined
  const pinnedRequest = { ...request, headers: { ...request.headers, Host: url.host } }
  return exchange(pinned, pinnedRequest, connections, serverName)
}

/**
 * Sends the request on a kept or a new connection; without `connections` on a new one, which is closed after the answer.
 * It waits for a place in the window of the address, which several names may have.
 * @param serverName the name that the certificate must be for, where it is not in the URL
 */
async function exchange(
  url: URL,
  { method, headers, body, signal, timer }: Request,
  connections: KeptConnections | undefined,
  serverName?: string,
): Promise<Exchange> {
  const window = windowOfAddress(url.host)
  const place = window.tryEnter() ?? (await window.waitForPlace(signal, timer))
  const init = { method, headers, body, signal, ...fetchOptions }
  const onNew = async (sentTwice: boolean) => {
    const tls = serverName === undefined ? undefined : { tls: { serverName } }
    return new Exchange(await fetch(url, { ...init, keepalive: false, ...tls }), sentTwice, place)
  }
  try {
    if (!connections) return await onNew(false)
    const mayBeReused = connections.begin()
    try {
      return new Exchange(await fetch(url, { ...init, session: connections.session }), false, place, connections)
    } catch (error) {
      connections.end(false)
      const { code = '' } = error as { code?: string }
      if (!mayBeReused || signal.aborted || !closedCodes.has(code) || sentAgainByBun.has(method ?? '')) throw error
      return await onNew(true)
    }
  } catch (error) {
    place.leave()
    throw error
  }
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
