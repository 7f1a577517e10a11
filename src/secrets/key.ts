import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** A key for AES-256-GCM, and the name by which what it sealed tells of it. */
export interface SecretKey {
  /** The first 8 hex digits of a hash of the key: they tell keys apart and nothing of the key. */
  readonly id: string
  readonly bytes: Buffer
}

const keyBytes = 32
/** NIST SP 800-38D: 96 bits at random for each value, and the whole tag. */
const nonceBytes = 12
const tagBytes = 16

/** A key from its 32 bytes in hex or base64 (of either alphabet), or undefined. */
export function parseKey(text: string): SecretKey | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return toKey(Buffer.from(text, 'hex'))
  if (!/^[\w+/-]{43}=?$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === keyBytes ? toKey(bytes) : undefined
}

export function createKey(): SecretKey {
  return toKey(randomBytes(keyBytes))
}

function toKey(bytes: Buffer): SecretKey {
  return { id: createHash('sha256').update('duly key id ').update(bytes).digest('hex').slice(0, 8), bytes }
}

/**
 * Seals a text: `KEY_ID.base64(nonce, ciphertext, tag)`.
 * @param place where it is kept; it opens nowhere else
 */
export function seal({ id, bytes }: SecretKey, text: string, place: string): string {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', bytes, nonce)
  cipher.setAAD(Buffer.from(place))
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `${id}.${sealed.toString('base64')}`
}

/** The id of the key that sealed a value. */
export function keyIdOf(sealed: string): string {
  return sealed.slice(0, sealed.indexOf('.'))
}

/** Opens what this key sealed for this place. @throws when it was changed, or sealed for another place */
export function open({ bytes }: SecretKey, sealed: string, place: string): string {
  const raw = Buffer.from(sealed.slice(sealed.indexOf('.') + 1), 'base64')
  const decipher = createDecipheriv('aes-256-gcm', bytes, raw.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(place))
  decipher.setAuthTag(raw.subarray(-tagBytes))
  return decipher.update(raw.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
}

/** A hash that only who has the key can work out: guesses cannot be tried on it. */
export function keyedHash({ bytes }: SecretKey, text: string): Buffer {
  return new Bun.CryptoHasher('sha256', bytes).update(text).digest()
}
