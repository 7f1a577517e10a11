import { expect, test } from 'bun:test'
import { Webhook } from 'standardwebhooks'
import { createSecret, keyOfSecret, signatureHeaders, signatureOf } from '../../src/signing/sign.ts'

const key = (secret: string) => keyOfSecret(secret) as Buffer

test('the signature of the example in the specification', () => {
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' }
  expect(signatureOf(key('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'), message)).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  )
})

test('a new secret has 32 random bytes, and the library signs with it as Duly does', () => {
  const secrets = Array.from({ length: 100 }, createSecret)
  expect(new Set(secrets).size).toBe(100)
  for (const secret of secrets) {
    expect(key(secret)).toHaveLength(32)
    const message = { id: 'id', timestamp: 1_700_000_000, body: 'ü' }
    expect(signatureOf(key(secret), message)).toBe(new Webhook(secret).sign('id', new Date(1_700_000_000_000), 'ü'))
  }
})

test('one entry for each key, in their order; no body is signed like an empty one', () => {
  const keys = [createSecret(), createSecret()].map(key)
  const [first, second] = keys as [Buffer, Buffer]
  const empty = { id: 'a', timestamp: 1, body: '' }
  expect(signatureHeaders({ ...empty, body: undefined }, keys)).toEqual({
    'webhook-id': 'a',
    'webhook-timestamp': '1',
    'webhook-signature': `${signatureOf(first, empty)} ${signatureOf(second, empty)}`,
  })
})

test('what is no secret has no key', () => {
  for (const text of ['', 'whsec_', 'whsec_!', 'whsec_YQ==', 'geheim geheim']) expect(keyOfSecret(text)).toBeUndefined()
})
