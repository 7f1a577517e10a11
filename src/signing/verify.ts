import { timingSafeEqual } from 'node:crypto'
import { type SignatureHeaders, signatureHeaderNames, signatureOf } from './sign.ts'

/** A request as it was received. */
export interface ReceivedRequest {
  /** Header values by their names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /** The body, byte for byte. */
  readonly body: Uint8Array
}

/** Why a request does not verify. */
export type VerifyFailure =
  | 'header_missing'
  | 'header_malformed'
  | 'no_such_key'
  | 'body_differs'
  | 'timestamp_too_old'
  | 'timestamp_too_new'

/** Whether a request verifies: the key that has signed it, or why not, with a sentence for a person. */
export type Verdict =
  | { readonly verified: true /** The index of the key. */; readonly key: number; readonly ageSeconds: number }
  | { readonly verified: false; readonly reason: VerifyFailure; readonly message: string }

const failed = (reason: VerifyFailure, message: string): Verdict => ({ verified: false, reason, message })

/**
 * Verifies a request by Standard Webhooks, and finds out why it does not verify.
 * @param keys the keys of the secrets, of which one must have signed
 * @param now the time to compare `webhook-timestamp` with, in ms since 1970
 * @param toleranceSeconds how far that timestamp may lie in the past or in the future
 */
export function verify(
  { headers, body }: ReceivedRequest,
  keys: readonly Buffer[],
  now: number,
  toleranceSeconds: number,
): Verdict {
  for (const name of signatureHeaderNames)
    if (!headers.get(name)) return failed('header_missing', `The request has no header ${name}, so it was not signed.`)
  const value = (name: keyof SignatureHeaders) => (headers.get(name) as string).trim()
  const sentAt = /^\d{1,12}$/.test(value('webhook-timestamp')) ? Number(value('webhook-timestamp')) : undefined
  if (sentAt === undefined)
    return failed('header_malformed', 'The header webhook-timestamp is not a number of seconds since 1970.')
  const signatures = value('webhook-signature')
    .split(/\s+/)
    .filter((entry) => entry.startsWith('v1,'))
  if (signatures.length === 0)
    return failed('header_malformed', 'The header webhook-signature has no entry that begins with "v1,".')
  const signs = (key: Buffer, of: Uint8Array | string) => {
    const right = Buffer.from(signatureOf(key, { id: value('webhook-id'), timestamp: sentAt, body: of }))
    return signatures.some((one) => one.length === right.length && timingSafeEqual(Buffer.from(one), right))
  }
  const key = keys.findIndex((one) => signs(one, body))
  if (key < 0) return mismatch(body, signatures.length, keys.length, (other) => keys.some((one) => signs(one, other)))
  const ageSeconds = Math.round(now / 1000 - sentAt)
  const limit = `more than the ${toleranceSeconds} s that are allowed`
  if (ageSeconds > toleranceSeconds)
    return failed('timestamp_too_old', `The signature is right, but it was made ${ageSeconds} s ago, ${limit}.`)
  if (ageSeconds < -toleranceSeconds)
    return failed(
      'timestamp_too_new',
      `The signature is right, but its time is ${-ageSeconds} s ahead of the clock here, ${limit}: compare the clock with that of Duly's database.`,
    )
  return { verified: true, key, ageSeconds }
}

/** What is often done to a body before it is verified, and the body before that. */
const alterations: readonly (readonly [what: string, undo: (body: string) => string])[] = [
  ['a line end was added to it', (body) => body.replace(/\r?\n$/, '')],
  ['the line end after it was removed', (body) => `${body}\n`],
  ['its line ends were changed from LF to CRLF', (body) => body.replaceAll('\r\n', '\n')],
  ['its line ends were changed from CRLF to LF', (body) => body.replace(/\r?\n/g, '\r\n')],
  ['it was parsed and written again as JSON', (body) => JSON.stringify(JSON.parse(body))],
  ['it was parsed and written again as JSON', (body) => JSON.stringify(JSON.parse(body), null, 2)],
  ['it was parsed and written again as JSON', spaced],
  ['a body was added', () => ''],
]

/** JSON with a space after each comma and colon, as Python writes it. */
function spaced(body: string): string {
  return JSON.stringify(JSON.parse(body), null, 1)
    .replace(/\n *(?=[}\]])/g, '')
    .replace(/(?<=[{[])\n */g, '')
    .replace(/,\n */g, ', ')
}

function mismatch(body: Uint8Array, signatures: number, keys: number, isSigned: (body: string) => boolean): Verdict {
  const text = Buffer.from(body).toString()
  for (const [what, undo] of alterations) {
    let before: string
    try {
      before = undo(text)
    } catch {
      continue
    }
    if (isSigned(before))
      return failed(
        'body_differs',
        `The body differs from the one that was signed: ${what}. Verify the bytes as they arrived, before anything parses them.`,
      )
  }
  return failed(
    'no_such_key',
    `${signatures === 1 ? 'The signature was' : `The ${signatures} signatures were`} not made with ${keys === 1 ? 'this secret' : `one of these ${keys} secrets`} over this body. Either the service signs with another key, which duly signing-key list shows, or the body, webhook-id or webhook-timestamp was changed.`,
  )
}
