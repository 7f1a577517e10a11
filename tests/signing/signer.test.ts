import { expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { signatureOf } from '../../src/signing/sign.ts'
import { Signer } from '../../src/signing/signer.ts'

test('it signs what signatureOf signs, with keys and bodies of any length, one after another', () => {
  const id = Bun.randomUUIDv7()
  for (const bytes of [16, 24, 32, 64]) {
    const key = randomBytes(bytes)
    const signer = new Signer(key)
    for (const length of [8_144, 0, 1, 63, 64, 65, 1_000, 8_145, 8_146, 262_144, 3]) {
      const body = randomBytes(length)
      expect(signer.sign(id, 1_800_000_000, body)).toBe(signatureOf(key, { id, timestamp: 1_800_000_000, body }))
    }
    const none = { id, timestamp: 1_800_000_000, body: undefined }
    expect(signer.sign(id, 1_800_000_000, undefined)).toBe(signatureOf(key, none))
  }
})
