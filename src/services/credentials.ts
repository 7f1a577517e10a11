import { operatorToken, tokenPrefix, tokenRandomBytes } from '../http/token.ts'

/** Returns the SHA-256 of a token. The database stores this hash and never the token. */
export function hashToken(token: string): Buffer {
  return new Bun.CryptoHasher('sha256').update(token).digest()
}

/** Creates the first token of a service: 256 random bits in base64url. */
export function createToken(): string {
  return tokenPrefix + random().toString('base64url')
}

/** Creates a further token of a service: the id of the service and 256 random bits in base64url. */
export function createTokenOf(serviceId: string): string {
  const id = Buffer.from(serviceId.replaceAll('-', ''), 'hex')
  return tokenPrefix + Buffer.concat([id, random()]).toString('base64url')
}

/** Creates the token of an operator: 256 random bits in base64url. */
export function createOperatorToken(): string {
  return operatorToken(random().toString('base64url'))
}

const random = () => Buffer.from(crypto.getRandomValues(new Uint8Array(tokenRandomBytes)))
