import { version } from '../../../package.json'
import type { OutboundPolicy } from '../../outbound/policy.ts'
import { NotSent } from '../../outbound/resource-queue.ts'
import { Blocked, send } from '../../outbound/send.ts'
import type { Outcome } from '../../transitions/outcome.ts'
import { Deadline } from './deadline.ts'
import { TooLong } from './decode-body.ts'
import { describeFailure } from './failure.ts'
import { readBody } from './read-body.ts'
import { readRetryAfter } from './retry-after.ts'

/** What is sent, and for how long an answer is waited for. */
export interface OutgoingCall {
  readonly method: string
  readonly url: string
  /** The task's own headers. */
  readonly header: Readonly<Record<string, string>>
  readonly payload: string | null
  /** Which headers go to no other origin. */
  readonly staysWithOrigin: (name: string) => boolean
  /** Headers that name the execution; the task's own Idempotency-Key and User-Agent win over ours. */
  readonly identity: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

export interface CallOutcome extends Outcome {
  /** What the target asked for by Retry-After, in ms. */
  readonly retry_after_ms: number | null
}

const maxRedirects = 10
const redirectStatuses = new Set([301, 302, 303, 307, 308])
const userAgent = `duly/${version}`

/** An end of the call that is our doing; its message is the outcome's error. */
class Ended extends Error {}

/** The reason to abort a call with that is cut off by a shutdown. */
export const interruption: Error = new Ended('interrupted')

/**
 * Sends one call and waits for its whole answer. It never throws: no answer is an outcome too.
 * @param policy where it may go; each redirect is checked like the first
 * @param controller aborts the call from outside; with `interruption` as its reason the outcome says so
 */
export async function call(
  policy: OutboundPolicy,
  outgoing: OutgoingCall,
  controller = new AbortController(),
): Promise<CallOutcome> {
  const deadline = new Deadline(outgoing.timeoutMs, () =>
    controller.abort(new Ended(`timeout after ${outgoing.timeoutMs / 1000} s`)),
  )
  try {
    const response = await follow(policy, outgoing, controller.signal, deadline)
    const body = await readBody(response)
    const cut = body.failure && describeEnd(endOf(controller.signal, body.failure.error), true)
    const success = response.status >= 200 && response.status < 300 && cut === undefined
    return {
      status: success ? 'success' : 'failed',
      status_code: response.status,
      response: body.text,
      response_truncated: body.truncated,
      error: success ? null : describeAnswer(response, cut),
      retry_after_ms: success ? null : readRetryAfter(response.headers),
      duration_ms: Math.round(deadline.elapsedMs),
    }
  } catch (error) {
    return {
      status: 'failed',
      status_code: null,
      response: null,
      response_truncated: false,
      error: describeEnd(endOf(controller.signal, error), false),
      retry_after_ms: null,
      duration_ms: Math.round(deadline.elapsedMs),
    }
  } finally {
    deadline.clear()
  }
}

/** What ended a call: the reason it was aborted with, where it was. */
const endOf = (signal: AbortSignal, error: unknown): unknown => (signal.aborted ? signal.reason : error)

function describeEnd(reason: unknown, begun: boolean): string {
  try {
    if (reason instanceof Blocked) return `refused by the outbound policy: ${reason.message}`
    if (reason instanceof Ended || reason instanceof NotSent || reason instanceof TooLong) return reason.message
  } catch {
    // A thrown Proxy may not even let itself be asked what it is.
  }
  return describeFailure(reason, begun)
}

/** @param cut what ended the answer before it was whole; an interruption is told as nothing else, for the slot is sent again */
function describeAnswer({ status, statusText, headers }: Response, cut: string | undefined): string {
  if (cut !== undefined && (cut === interruption.message || (status >= 200 && status < 300))) return cut
  const redirect =
    redirectStatuses.has(status) && headers.has('location') ? ', with a Location that names no address' : ''
  const answered = `the target answered ${status} ${printable(statusText)}`.trim() + redirect
  return cut === undefined ? answered : `${answered}; ${cut}`
}

/** A word of the target's as an error repeats it: short, and nothing in it that a reader would not see. */
function printable(text: string): string {
  const seen = text.replace(/[\p{C}\s]+/gu, ' ').trim()
  return seen.length > 100 ? `${seen.slice(0, 100)}…` : seen
}

/** Follows at most 10 redirects, by the rules of fetch; what may be a credential does not go to another origin. */
async function follow(
  policy: OutboundPolicy,
  outgoing: OutgoingCall,
  signal: AbortSignal,
  deadline: Deadline,
): Promise<Response> {
  let url = new URL(outgoing.url)
  let method = outgoing.method
  let header = requestHeaders(outgoing)
  let body = method === 'GET' || outgoing.payload === null ? undefined : Buffer.from(outgoing.payload)
  for (let hops = 0; ; hops++) {
    const response = await send(policy, url, { method, headers: header, body, signal }, deadline)
    const location = redirectStatuses.has(response.status) ? readLocation(response.headers) : null
    if (location === null) return response
    await response.body?.cancel()
    if (hops === maxRedirects) throw new Ended(`more than ${maxRedirects} redirects`)
    const next = URL.parse(location, url)
    if (!next) throw new Ended(`redirect to an address that does not parse: ${printable(location)}`)
    if (next.origin !== url.origin)
      header = Object.fromEntries(Object.entries(header).filter(([name]) => !outgoing.staysWithOrigin(name)))
    if (response.status === 303 || (method === 'POST' && (response.status === 301 || response.status === 302))) {
      method = 'GET'
      body = undefined
      header = Object.fromEntries(Object.entries(header).filter(([name]) => !name.toLowerCase().startsWith('content-')))
    }
    url = next
  }
}

function requestHeaders({ header, identity }: OutgoingCall): Record<string, string> {
  // An encoded body would be decoded anyway; asking for none keeps a small answer from growing in here.
  const headers: Record<string, string> = { 'User-Agent': userAgent, 'Accept-Encoding': 'identity', ...identity }
  const own = Object.keys(header)
  if (own.length === 0) return headers
  const lower = new Set(own.map((name) => name.toLowerCase()))
  for (const name of Object.keys(headers)) if (lower.has(name.toLowerCase())) delete headers[name]
  // An assignment would take a header called __proto__ for something else.
  return { ...headers, ...header }
}

/**
 * Where a redirect leads. An empty Location, and a bare fragment, name the address that has just been called: null, as for none.
 * @throws Ended for several that differ, which come joined by a comma and a space; in one address a space is encoded
 */
function readLocation(headers: Headers): string | null {
  const value = headers.get('location')
  if (value === null) return null
  const [location = '', ...others] = value.split(/, |,$/)
  if (others.some((other) => other !== location)) throw new Ended('redirect to more than one address')
  if (/^(#|$)/.test(location.trim())) return null
  // Each character is a byte of the header here. Encoded it stands for the same byte in any part of an address.
  return location.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)
}
