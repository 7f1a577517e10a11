/**
 * Signs with one key as `signatureOf` does, in less time, for the calls of a replica: the key is prepared once. Only under Bun.
 */
export class Signer {
  readonly #prepared: Bun.CryptoHasher

  constructor(key: Buffer) {
    this.#prepared = new Bun.CryptoHasher('sha256', key)
  }

  /** Returns an entry of `webhook-signature`. @param body exactly as it is sent; undefined for none */
  sign(id: string, timestamp: number, body: Uint8Array | undefined): string {
    const hmac = this.#prepared.copy().update(`${id}.${timestamp}.`)
    if (body !== undefined) hmac.update(body)
    return `v1,${hmac.digest('base64')}`
  }
}
