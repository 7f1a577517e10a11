import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { signatureOf } from '../../src/signing/sign.ts'
import { Signer } from '../../src/signing/signer.ts'

const key = fc.uint8Array({ minLength: 16, maxLength: 128 })
const body = fc.option(fc.uint8Array({ maxLength: 6_000, size: 'max' }), { nil: undefined })

test('a signer signs as node:crypto does, whatever the key and the body, and one message after another', () => {
  fc.assert(
    fc.property(
      key,
      fc.array(fc.tuple(fc.uuid(), fc.nat(), body), { minLength: 1, maxLength: 3 }),
      (bytes, messages) => {
        const signer = new Signer(Buffer.from(bytes))
        for (const [id, timestamp, body] of messages)
          expect(signer.sign(id, timestamp, body)).toBe(signatureOf(Buffer.from(bytes), { id, timestamp, body }))
      },
    ),
  )
})

test.each([4_040, 4_050, 4_060, 4_096, 4_097, 262_144])('a body of %i bytes is signed whole', (length) => {
  const bytes = Buffer.alloc(32, 7)
  const message = {
    id: '018f0000-0000-7000-8000-000000000001',
    timestamp: 1_790_000_000,
    body: Buffer.alloc(length, 'x'),
  }
  expect(new Signer(bytes).sign(message.id, message.timestamp, message.body)).toBe(signatureOf(bytes, message))
})
