import { version } from '../../../package.json'
import type { SignatureHeaders } from '../../signing/sign.ts'

/** What the headers of a call are made of. */
interface CallHeaders {
  readonly header: Readonly<Record<string, string>>
  readonly identity: Readonly<Record<string, string>>
  readonly host?: string | null
}

/** Returns the headers that sign a request; undefined when it is not signed. */
export type Sign = (url: string, body: Uint8Array | undefined) => SignatureHeaders | undefined

const userAgent = `duly/${version}`

/** Returns the headers of the first request of a call. One of the task takes precedence over those of Duly. */
export function requestHeaders({ header, identity, host }: CallHeaders): Record<string, string> {
  // An encoded answer is decoded all the same; asking for none keeps a small answer from becoming a large one.
  const headers: Record<string, string> = { 'User-Agent': userAgent, 'Accept-Encoding': 'identity' }
  if (host) headers.Host = host
  for (const name in identity) headers[name] = identity[name] as string
  const names = Object.keys(header)
  if (names.length === 0) return headers
  const lower = new Set(names.map((name) => name.toLowerCase()))
  for (const name of Object.keys(headers)) if (lower.has(name.toLowerCase())) delete headers[name]
  // An assignment would set the prototype for a header called __proto__.
  return { ...headers, ...header }
}

/**
 * Returns what signs one request right before it is sent: it adds the signature to the headers that it is given, since a copy
 * would cost as much as the rest. Headers of the task with these names are left out then; they would make the signature wrong.
 * @param own the headers of the task
 */
export function signing(sign: Sign | undefined, url: string, body: Uint8Array | undefined, own: CallHeaders['header']) {
  if (sign === undefined) return undefined
  return (headers: Record<string, string>): Record<string, string> => {
    const signature = sign(url, body)
    if (signature === undefined) return headers
    const all = namesSignature(own) ? withoutSignature(headers) : headers
    all['webhook-id'] = signature['webhook-id']
    all['webhook-timestamp'] = signature['webhook-timestamp']
    all['webhook-signature'] = signature['webhook-signature']
    return all
  }
}

/** Matches the names of the headers that carry a signature. */
const signatureName = /^webhook-(id|timestamp|signature)$/i

function namesSignature(headers: CallHeaders['header']): boolean {
  for (const name in headers) if (signatureName.test(name)) return true
  return false
}

const withoutSignature = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !signatureName.test(name)))

/** Returns the headers of a request before it was signed: those that the first request of the call has of itself. */
export function unsigned(headers: Record<string, string>, call: CallHeaders): Record<string, string> {
  const own = requestHeaders(call)
  return Object.fromEntries(Object.entries(headers).filter(([name]) => Object.hasOwn(own, name)))
}
