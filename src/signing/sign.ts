import { createHmac, type KeyObject, randomBytes } from 'node:crypto'

// Signatures by Standard Webhooks (https://www.standardwebhooks.com), in its symmetric form v1.

/** What the text of a secret begins with. Base64 follows. */
export const secretPrefix = 'whsec_'
/** Length of a new secret, in bytes. The specification allows 24 to 64. */
const secretBytes = 32

/** The headers that carry a signature, by their names as they are sent. */
export interface SignatureHeaders {
  readonly 'webhook-id': string
  /** Seconds since 1970. */
  readonly 'webhook-timestamp': string
  /** One entry for each key, separated by spaces. */
  readonly 'webhook-signature': string
}

/** The names of the headers that carry a signature. */
export const signatureHeaderNames: readonly (keyof SignatureHeaders)[] = [
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
]

/** What is signed. */
export interface SignedMessage {
  readonly id: string
  /** When it is sent, in whole seconds since 1970. */
  readonly timestamp: number
  /** The body, exactly as it is sent; undefined for none, which is signed like an empty one. */
  readonly body: string | Uint8Array | undefined
}

/** Creates a secret: 32 random bytes as `whsec_` and base64. */
export function createSecret(): string {
  return secretPrefix + randomBytes(secretBytes).toString('base64')
}

/** Returns the key of a secret, with or without `whsec_`; undefined for a text that is none. */
export function keyOfSecret(secret: string): Buffer | undefined {
  const base64 = secret.startsWith(secretPrefix) ? secret.slice(secretPrefix.length) : secret
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  const bytes = Buffer.from(base64, 'base64')
  return bytes.length >= 16 && bytes.length <= 64 ? bytes : undefined
}

/** Returns the signature of a message, as an entry of `webhook-signature`. */
export function signatureOf(key: Buffer | KeyObject, { id, timestamp, body }: SignedMessage): string {
  const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`)
  if (body !== undefined) hmac.update(body)
  return `v1,${hmac.digest('base64')}`
}

/** Returns the headers of a message that is signed with all of these keys, at least one, in this order. */
export function signatureHeaders(message: SignedMessage, keys: readonly (Buffer | KeyObject)[]): SignatureHeaders {
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': keys.map((key) => signatureOf(key, message)).join(' '),
  }
}
