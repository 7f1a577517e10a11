import { isIP } from 'node:net'
import type { CallTimer } from './call-timer.ts'
import { type CallTls, tlsOptions } from './call-tls.ts'
import { type Destination, originTextOf } from './destination.ts'
import { Exchange } from './exchange.ts'
import { exhaustedResource, hasIPv6 } from './exhaustion.ts'
import { forgetAddress, orderByLastAnswer, orderByReachability, rememberAddress } from './happy-eyeballs.ts'
import { connectionsOf } from './kept-connections.ts'
import type { OutboundPolicy } from './policy.ts'
import { resolveHost } from './resolve-host.ts'
import { anyWaiting, sendWhenResourcesAllow } from './resource-queue.ts'
import { isLocalhost, normalizeName } from './rules.ts'
import { windowOfAddress } from './windows.ts'

/** The outbound policy does not allow the call. The message completes the sentence `refused by the outbound policy: …`. */
export class Blocked extends Error {}

/** A request, with the signal that aborts it and the clock that ends it. */
interface Request extends Pick<BunFetchRequestInit, 'body'> {
  readonly method: string
  /** With `Host` only if it is not to be that of the URL. */
  readonly headers: Record<string, string>
  readonly signal: AbortSignal
  readonly timer: CallTimer
  /** How to connect over TLS, where that differs from the default. */
  readonly tls?: CallTls | undefined
  /** Asked right before the request is sent. */
  readonly maySend?: () => boolean
  /** Called right before the request is sent. It returns the headers to send; what it throws ends the request unsent. */
  readonly sign?: ((headers: Record<string, string>) => Record<string, string>) | undefined
}

/** `maySend` did not allow the request. */
export class NotAllowed extends Error {}

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
/** When a kept connection is closed before the answer, Bun (as of 1.4.5) sends these again by itself. */
const sentAgainByBun = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])

/**
 * Sends one request and returns the response. Redirects are not followed and bodies are not decompressed. All requests to
 * targets are sent here.
 *
 * A host name is resolved for each request (lookups within a second are shared), all its addresses are checked against
 * the policy, and the connection is made to a checked address, which defeats DNS rebinding. Of several addresses the
 * first that accepts a connection is called.
 *
 * A connection serves further requests to the same address, port, name and Host header for about a second. When the target closes it
 * before it answers, the request is sent once more on a new connection, since the target has usually not seen it.
 *
 * While the target has no room for another call, or this machine lacks a local port, a descriptor or a buffer, the request
 * waits and its timer is paused.
 * @throws Blocked, NotAllowed, NotSent, an error of the lookup or of `fetch`, or the reason of the signal
 */
export function send(policy: OutboundPolicy, url: string, request: Request): Promise<Exchange> {
  const destination = policy.check(url)
  if (destination.blockReason) return Promise.reject(new Blocked(destination.blockReason))
  const attempt = () =>
    destination.isAddress
      ? sendToAddress(url, destination, destination.hostname, request, policy.settings.keepAlive)
      : sendToName(policy, url, destination, request)
  return anyWaiting()
    ? sendWhenResourcesAllow(destination.host, attempt, request.signal, request.timer)
    : attempt().catch((error) => sendLater(error, destination.host, attempt, request))
}

/** Waits for the resource for lack of which a request was not sent, and sends it then. @throws any other error */
function sendLater(
  error: unknown,
  host: string,
  attempt: () => Promise<Exchange>,
  { signal, timer }: Request,
): Promise<Exchange> {
  if (signal.aborted || exhaustedResource(error) === undefined) throw error
  return sendWhenResourcesAllow(host, attempt, signal, timer)
}

async function sendToName(
  policy: OutboundPolicy,
  url: string,
  destination: Destination,
  request: Request,
): Promise<Exchange> {
  const { signal, timer } = request
  const { host, hostname, port, isHttps } = destination
  timer.begin('lookup')
  const addresses = await resolve(hostname, signal)
  for (const address of addresses) {
    const blockReason = policy.blockReasonForAddress(address, hostname)
    if (blockReason) throw new Blocked(blockReason)
  }
  const [only] = addresses
  if (only === undefined) throw Object.assign(new Error('the name has no address'), { code: 'DNS_ENOTFOUND' })
  const sendTo = (address: string) => sendToAddress(url, destination, address, request, policy.settings.keepAlive)
  if (addresses.length === 1) return sendTo(only)
  timer.begin('answer', { address: only, port, isHttps })
  // Loopback addresses answer at once, and a target such as `nc -l` accepts a single connection, which a race would use up.
  const ordered = isLocalhost(normalizeName(hostname))
    ? addresses
    : (orderByLastAnswer(host, addresses) ?? (await orderByReachability(host, addresses, port, signal)))
  let failure: unknown
  for (const [index, address] of ordered.entries())
    try {
      const answered = await sendTo(address)
      rememberAddress(host, address)
      return answered
    } catch (error) {
      const { code = '' } = error as { code?: string }
      const isExhausted = exhaustedResource(error) !== undefined
      if (!isExhausted) forgetAddress(host)
      if (signal.aborted || !(isExhausted || unreachableCodes.has(code))) throw error
      // Report the most useful failure: exhausted resources, since a retry can help; a missing IPv6 address last.
      const isMoreUseful = exhaustedResource(failure) === undefined && code !== 'EAFNOSUPPORT'
      if (index === 0 || isExhausted || isMoreUseful) failure = error
    }
  throw failure
}

/**
 * Sends the request to one address, on a kept or a new connection. It waits for a place in the window of the address,
 * which several names may have. For a name the Host header and the expected certificate are still those of the name; a
 * Host header of the request replaces the former.
 */
async function sendToAddress(
  url: string,
  destination: Destination,
  address: string,
  request: Request,
  keepAlive: boolean,
): Promise<Exchange> {
  const { method, body, signal, timer } = request
  const { host, hostname, port, isHttps, isAddress } = destination
  const window = windowOfAddress(`${address}:${port}`)
  const place = window.tryEnter() ?? (await window.waitForPlace(signal, timer))
  if (request.maySend?.() === false) {
    place.leave()
    throw new NotAllowed()
  }
  timer.begin('answer', { address, port, isHttps })
  const pinned = isAddress ? url : pin(url, destination, address)
  const serverName = isAddress || !isHttps ? undefined : hostname.replace(/\.$/, '')
  const tls = isHttps ? tlsOptions(serverName, request.tls) : undefined
  let headers = isAddress ? request.headers : { Host: host, ...request.headers }
  const sendOnNew = async () => {
    const init = { method, headers, body, signal, keepalive: false, ...fetchOptions, ...(tls && { tls }) }
    return new Exchange(await fetch(pinned, init), place)
  }
  try {
    if (request.sign) headers = request.sign(headers)
    if (!keepAlive || timer.wasSentTwice) return await sendOnNew()
    const connections = connectionsOf(keyOf(destination, address, request), tls)
    const lane = connections.take()
    const { session, hasConnection } = lane
    try {
      // Not with a spread: this is the hot path.
      const { redirect, decompress, timeout } = fetchOptions
      const response = await fetch(pinned, { method, headers, body, signal, session, redirect, decompress, timeout })
      return new Exchange(response, place, connections, lane)
    } catch (error) {
      connections.giveBack(lane, false)
      const { code = '' } = error as { code?: string }
      if (!hasConnection || signal.aborted || !closedCodes.has(code) || sentAgainByBun.has(method)) throw error
      timer.noteSentTwice()
      return await sendOnNew()
    }
  } catch (error) {
    place.leave()
    throw withoutIPv6(error, address)
  }
}

/** Names the connections on which a request may be sent: all that has the same address, port, name, Host and TLS profile. */
function keyOf({ origin, isAddress, isHttps }: Destination, address: string, { headers, tls }: Request): string {
  const { Host: ownHost } = headers
  const key = isAddress ? origin : `${origin} ${address}`
  const withHost = ownHost === undefined ? key : `${key} ${ownHost}`
  return isHttps && tls ? `${withHost} | ${tls.id}` : withHost
}

/** The URL with an address in place of the name. */
function pin(url: string, { origin, port, isHttps }: Destination, address: string): string {
  const text = originTextOf(url)
  const rest = text === undefined ? new URL(url).href.slice(origin.length) : url.slice(text.length)
  const host = isIP(address) === 6 ? `[${address}]` : address
  return `${isHttps ? 'https' : 'http'}://${host}:${port}${rest}`
}

/**
 * Replaces EADDRNOTAVAIL by EAFNOSUPPORT if this machine has no IPv6 address for the target. The system reports the same
 * code when no local port is free, but only then does waiting help.
 */
function withoutIPv6(error: unknown, address: string): unknown {
  return (error as { code?: string }).code === 'EADDRNOTAVAIL' && isIP(address) === 6 && !hasIPv6(address)
    ? Object.assign(new Error('this machine has no IPv6 address'), { code: 'EAFNOSUPPORT' })
    : error
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
