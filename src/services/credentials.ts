/** Returns the SHA-256 of a token. The database stores this hash and never the token. */
export function hashToken(token: string): Buffer {
  return new Bun.CryptoHasher('sha256').update(token).digest()
}

/** Creates a token: 256 random bits in base64url. The prefix `duly_` makes a leaked token recognisable. */
export function createToken(): string {
  return `duly_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')}`
}
