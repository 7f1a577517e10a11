import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** A key for AES-256-GCM. */
export interface SecretKey {
  /** The first 8 hex digits of a SHA-256 of the key. Stored with each sealed value; reveals nothing about the key. */
  readonly id: string
  readonly bytes: Buffer
}

const keyBytes = 32
/** NIST SP 800-38D section 8.2.2: a random nonce of 96 bits for each value. */
const nonceBytes = 12
/** The full length of the authentication tag. */
const tagBytes = 16

/** Parses a key: 32 bytes in hex, base64 or base64url. Returns undefined for any other text. */
export function parseKey(text: string): SecretKey | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return toKey(Buffer.from(text, 'hex'))
  if (!/^[\w+/-]{43}=?$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === keyBytes ? toKey(bytes) : undefined
}

/** Creates a random key. */
export function createKey(): SecretKey {
  return toKey(randomBytes(keyBytes))
}

function toKey(bytes: Buffer): SecretKey {
  return { id: createHash('sha256').update('duly key id ').update(bytes).digest('hex').slice(0, 8), bytes }
}

/**
 * Encrypts and authenticates a text.
 * @param binding the additional authenticated data, which names where the value is stored; `open` needs the same
 * @returns `KEY_ID.base64(nonce, ciphertext, tag)`
 */
export function seal({ id, bytes }: SecretKey, text: string, binding: string): string {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', bytes, nonce)
  cipher.setAAD(Buffer.from(binding))
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `${id}.${sealed.toString('base64')}`
}

/** Returns the id of the key that sealed a value. */
export function keyIdOf(sealed: string): string {
  return sealed.slice(0, sealed.indexOf('.'))
}

/** Decrypts a sealed value. @throws if the key or the binding is another one, or the value was modified */
export function open({ bytes }: SecretKey, sealed: string, binding: string): string {
  const raw = Buffer.from(sealed.slice(sealed.indexOf('.') + 1), 'base64')
  const decipher = createDecipheriv('aes-256-gcm', bytes, raw.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(binding))
  decipher.setAuthTag(raw.subarray(-tagBytes))
  return decipher.update(raw.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
}

/** Returns the HMAC-SHA-256 of a text. Without the key, guesses of the text cannot be verified. */
export function keyedHash({ bytes }: SecretKey, text: string): Buffer {
  return new Bun.CryptoHasher('sha256', bytes).update(text).digest()
}
