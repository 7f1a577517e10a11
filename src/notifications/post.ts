import { excerpt } from '../formats/excerpt.ts'
import type { OutboundPolicy } from '../outbound/policy.ts'
import { call } from '../scheduler/call/call.ts'
import type { Sign } from '../scheduler/call/request-headers.ts'
import { redact } from '../secrets/redact.ts'
import { hiddenPart, secretTextsOf } from '../secrets/secret-url.ts'
import type { Sent } from './sent.ts'

/** How long a message may take, in ms. */
export const withinMs = 10_000

/** A listed redirect is not followed: it would take the message to an address that nobody has set. */
const answers = { status: ['2xx', '3xx'] }

/**
 * Posts JSON to a channel, within 10 s. 2xx is success.
 * @param sign returns the headers that sign the body as it is sent
 */
export async function post(policy: OutboundPolicy, url: string, json: object, sign?: Sign): Promise<Sent> {
  const began = performance.now()
  const { status_code, response, error, retry_after_ms } = await call(policy, {
    method: 'POST',
    url,
    header: { 'Content-Type': 'application/json' },
    payload: JSON.stringify(json),
    identity: {},
    expect: answers,
    staysWithOrigin: () => false,
    timeoutMs: withinMs,
    ...(sign && { sign }),
  })
  const duration_ms = Math.round(performance.now() - began)
  if (error === null && status_code !== null && status_code < 300)
    return { ok: true, status_code, error: null, retry_after_ms: null, duration_ms }
  // Many servers repeat the path in their answer, and the URL of a channel is a secret.
  const said = redact(response ?? '', secretTextsOf(hiddenPart(url)))
  const fault = status_code === null || status_code < 300 ? error : faultOf(status_code, said)
  return { ok: false, status_code, error: fault, retry_after_ms, duration_ms }
}

/** An answer that is no success, with what it says. */
function faultOf(status: number, text: string): string {
  if (status >= 300 && status < 400)
    return `the channel answered ${status}, a redirect, which is not followed: set the URL to which it leads`
  const said = excerpt(text)
  return `the channel answered ${status}${said === '' ? '' : `: ${said}`}`
}
