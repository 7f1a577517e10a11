import { excerpt } from '../../formats/excerpt.ts'
import type { CallTls } from '../../outbound/call-tls.ts'
import type { Exchange } from '../../outbound/exchange.ts'
import type { OutboundPolicy } from '../../outbound/policy.ts'
import { NotSent } from '../../outbound/resource-queue.ts'
import { Blocked, NotAllowed, send } from '../../outbound/send.ts'
import type { Place } from '../../outbound/window.ts'
import { windowOfTarget } from '../../outbound/windows.ts'
import { SigningError } from '../../signing/signing-keys.ts'
import type { Expect } from '../../task-fields/expect.ts'
import { acceptsStatus, judge, listsStatus } from '../../task-fields/judge.ts'
import { sendsBody } from '../../task-fields/methods.ts'
import type { Outcome } from '../../transitions/outcome.ts'
import { Deadline } from './deadline.ts'
import { TooLong } from './decode-body.ts'
import { describeFailure } from './failure.ts'
import { readLocation } from './location.ts'
import { type ResponseText, readBody } from './read-body.ts'
import { readHeader } from './read-header.ts'
import { requestHeaders, type Sign, signing, unsigned } from './request-headers.ts'
import { readRetryAfter } from './retry-after.ts'
import { type CallClock, describeTimeout } from './timeout.ts'

/** What is sent, and how long it may take. */
export interface OutgoingCall {
  readonly method: string
  readonly url: string
  /** The task's headers. */
  readonly header: Readonly<Record<string, string>>
  readonly payload: string | null
  /** The Host header, if it is not that of the URL. It stays with the origin of the URL. */
  readonly host?: string | null
  /** What the task expects of the answer; without it any 2xx is a success. */
  readonly expect?: Expect | null
  /** Replaces secret values in a part of the answer that an error quotes. */
  readonly hide?: (text: string) => string
  /** Whether a header is dropped when a redirect leads to another origin. */
  readonly staysWithOrigin: (name: string) => boolean
  /** Headers that identify the execution. A header of the task with the same name takes precedence. */
  readonly identity: Readonly<Record<string, string>>
  /** Asked right before each request: the headers that sign it. They are left out after a redirect to another origin. */
  readonly sign?: Sign
  /** How to connect over TLS, where that differs from the default. A redirect to another origin is called without it. */
  readonly tls?: CallTls | undefined
  readonly timeoutMs: number
  /** Asked when the call has succeeded: whether the headers of its answer are kept. Those of a failure always are. */
  readonly keepsHeaders?: () => boolean
  /** Asked right before the call is sent, which may be long after it was started. With false it ends as not sent. */
  readonly maySend?: () => boolean
  /** Gets the clock of the call as it begins, which says what the call is doing. */
  readonly began?: (clock: CallClock) => void
}

type Timings = Pick<Outcome, 'duration_ms' | 'waited_ms' | 'lookup_ms' | 'answer_ms' | 'sent_twice'>

/** How a call ended. */
export interface CallOutcome extends Outcome {
  /** The target's Retry-After, in ms; null without one, and for a success. */
  readonly retry_after_ms: number | null
  /** Whether the answer failed because of what the task expects, although its status is 2xx or in the task's list. */
  readonly isUnexpected?: boolean
}

/** Why a call is not sent when `maySend` says so. */
export const notAllowed = 'its replica had lost its lease or was stopping'

const maxRedirects = 10
const redirectStatuses = new Set([301, 302, 303, 307, 308])

/** Duly ended the call. The message becomes the outcome's error. */
export class Ended extends Error {}

/** The reason with which a shutdown aborts a call. */
export const interruption: Error = new Ended('interrupted')

/**
 * Sends one call and reads its whole answer. It never throws: no answer is an outcome too.
 * @param policy the outbound policy, which every redirect must pass as well
 * @param controller lets the caller abort the call; a reason that is an `Ended` becomes the outcome's error
 * @param place in the window of the target, given back at the end; without it the call waits for one
 */
export async function call(
  policy: OutboundPolicy,
  outgoing: OutgoingCall,
  controller = new AbortController(),
  place?: Place,
): Promise<CallOutcome> {
  const held = { place }
  const deadline: Deadline = new Deadline(outgoing.timeoutMs, () =>
    controller.abort(new Ended(describeTimeout(outgoing.timeoutMs, deadline))),
  )
  outgoing.began?.(deadline)
  try {
    const exchange = await follow(policy, outgoing, controller.signal, deadline, held)
    const { response } = exchange
    deadline.begin('body')
    const body = await readBody(response)
    exchange.end(body.failure === undefined)
    const cut = body.failure && describeEnd(endOf(controller.signal, body.failure.error), outgoing, true)
    const { expect } = outgoing
    // For a task that expects nothing, nothing is computed.
    if (expect && cut === undefined) return judged(outgoing, exchange.response, body, deadline)
    const accepted = expect ? acceptsStatus(expect, response.status) : isSuccess(response.status)
    const success = accepted && cut === undefined
    return {
      status: success ? 'success' : 'failed',
      status_code: response.status,
      response: body.text,
      response_truncated: body.truncated,
      error: success ? null : describeAnswer(response, cut, accepted),
      response_header: success && !outgoing.keepsHeaders?.() ? null : readHeader(response.headers),
      retry_after_ms: success ? null : readRetryAfter(response.headers),
      ...timingsOf(deadline),
    }
  } catch (error) {
    return {
      status: 'failed',
      status_code: null,
      response: null,
      response_truncated: false,
      error: describeEnd(endOf(controller.signal, error), outgoing, false),
      retry_after_ms: null,
      ...timingsOf(deadline),
    }
  } finally {
    deadline.stop()
    held.place?.leave()
  }
}

const isSuccess = (status: number) => status >= 200 && status < 300

/** The outcome of a complete answer to a task that expects something of it. */
function judged(
  { expect, hide, method, keepsHeaders }: OutgoingCall,
  response: Response,
  body: ResponseText,
  deadline: Deadline,
): CallOutcome {
  const { status } = response
  const fault = judge(expect, { status, text: body.text, truncated: body.truncated, isHead: method === 'HEAD' }, hide)
  const isOther = fault !== undefined && !isSuccess(status) && expect?.status === undefined
  return {
    status: fault === undefined ? 'success' : 'failed',
    status_code: status,
    response: body.text,
    response_truncated: body.truncated,
    error: fault === undefined ? null : isOther ? describeAnswer(response) : fault,
    response_header: fault === undefined && !keepsHeaders?.() ? null : readHeader(response.headers),
    retry_after_ms: fault === undefined ? null : readRetryAfter(response.headers),
    isUnexpected: fault !== undefined && (isSuccess(status) || acceptsStatus(expect, status)),
    ...timingsOf(deadline),
  }
}

/** Stops the clock of a call. Returns the columns that it has measured. */
function timingsOf(deadline: Deadline): Timings {
  const duration_ms = Math.round(deadline.stop())
  const { lookup, answer } = deadline.took
  return {
    duration_ms,
    waited_ms: Math.round(deadline.pausedMs) || null,
    lookup_ms: Math.round(lookup) || null,
    answer_ms: Math.round(answer) || null,
    sent_twice: deadline.wasSentTwice,
  }
}

/** The reason with which a call was aborted, or else the error that ended it. */
const endOf = (signal: AbortSignal, error: unknown): unknown => (signal.aborted ? signal.reason : error)

function describeEnd(reason: unknown, { tls }: OutgoingCall, begun: boolean): string {
  try {
    if (reason instanceof NotAllowed) return `not sent: ${notAllowed}`
    if (reason instanceof SigningError) return `not sent: ${reason.message}`
    if (reason instanceof Blocked) return `refused by the outbound policy: ${reason.message}`
    if (reason instanceof Ended || reason instanceof NotSent || reason instanceof TooLong) return reason.message
  } catch {
    // `instanceof` throws for some Proxies.
  }
  return describeFailure(reason, begun, tls?.cert !== undefined)
}

/**
 * The error of a call that got an answer and failed.
 * @param cut why the answer is incomplete, if it is. An interruption is reported by itself: the slot is sent again.
 */
function describeAnswer({ status, statusText, headers }: Response, cut?: string, accepted = false): string {
  if (cut !== undefined && (cut === interruption.message || accepted)) return cut
  const redirect =
    redirectStatuses.has(status) && headers.has('location') ? ', with a Location that names no address' : ''
  const answered = `the target answered ${status} ${excerpt(statusText)}`.trim() + redirect
  return cut === undefined ? answered : `${answered}; ${cut}`
}

/** Follows at most 10 redirects, by the rules of fetch. Headers that may be credentials do not go to another origin. */
async function follow(
  policy: OutboundPolicy,
  outgoing: OutgoingCall,
  signal: AbortSignal,
  deadline: Deadline,
  held: { place: Place | undefined },
): Promise<Exchange> {
  let { url, method, tls, sign } = outgoing
  let header = requestHeaders(outgoing)
  let body = !sendsBody(method) || outgoing.payload === null ? undefined : Buffer.from(outgoing.payload)
  for (let hops = 0; ; hops++) {
    signal.throwIfAborted()
    held.place ??= await windowOfTarget(new URL(url).host).waitForPlace(signal, deadline)
    // The first request only: the others belong to a call that has been sent.
    const maySend = hops === 0 ? outgoing.maySend : undefined
    const signs = signing(sign, url, body, outgoing.header)
    const request = { method, headers: header, body, signal, timer: deadline, tls, maySend, sign: signs }
    const exchange = await send(policy, url, request)
    const { response } = exchange
    if (!redirectStatuses.has(response.status) || listsStatus(outgoing.expect, response.status)) return exchange
    const location = readLocation(response.headers)
    if (location === null) return exchange
    // The body of a redirect is dropped, and may break off. Its failure must not keep the place in the window.
    await response.body?.cancel().catch(() => {})
    exchange.end(true)
    held.place.leave()
    held.place = undefined
    if (location instanceof Error) throw new Ended(location.message)
    if (hops === maxRedirects) throw new Ended(`more than ${maxRedirects} redirects`)
    const next = URL.parse(location, url)
    if (!next) throw new Ended(`redirect to an address that does not parse: ${excerpt(location)}`)
    header = unsigned(header, outgoing)
    if (next.origin !== new URL(url).origin) {
      tls = undefined
      sign = undefined
      header = Object.fromEntries(
        Object.entries(header).filter(([name]) => name !== 'Host' && !outgoing.staysWithOrigin(name)),
      )
    }
    const { status } = response
    if ((status === 303 && method !== 'HEAD') || (method === 'POST' && (status === 301 || status === 302))) {
      method = 'GET'
      body = undefined
      header = Object.fromEntries(Object.entries(header).filter(([name]) => !name.toLowerCase().startsWith('content-')))
    }
    url = next.href
  }
}
