import { expect, test } from 'bun:test'
import { createSecret, keyOfSecret, signatureHeaders } from '../../src/signing/sign.ts'
import { verify } from '../../src/signing/verify.ts'

const newKey = () => keyOfSecret(createSecret()) as Buffer
const [key, other] = [newKey(), newKey()]
const now = 1_800_000_000_000
const sentAt = now / 1000

/** A request with this body, signed with these keys. */
function signed(body: string, { keys = [key], timestamp = sentAt }: { keys?: Buffer[]; timestamp?: number } = {}) {
  const headers = signatureHeaders({ id: 'msg', timestamp, body }, keys)
  return { headers: new Map<string, string>(Object.entries(headers)), body: Buffer.from(body) }
}
const reasonOf = (request: ReturnType<typeof signed>, keys = [key]) => {
  const verdict = verify(request, keys, now, 300)
  return verdict.verified ? 'verified' : verdict.reason
}

test('a request verifies with each key that has signed it', () => {
  const request = signed('{"a":1}', { keys: [other, key], timestamp: sentAt - 7 })
  expect(verify(request, [newKey(), key], now, 300)).toEqual({ verified: true, key: 1, ageSeconds: 7 })
  expect(verify(request, [other], now, 300)).toMatchObject({ verified: true, key: 0 })
})

test('bytes that are no UTF-8 verify as they are', () => {
  const bytes = Buffer.from([0xff, 0x00, 0xfe])
  const headers = signatureHeaders({ id: 'msg', timestamp: sentAt, body: bytes }, [key])
  expect(reasonOf({ headers: new Map(Object.entries(headers)), body: bytes })).toBe('verified')
})

test('another key, another body and another id are not told apart, and the sentence says so', () => {
  for (const request of [
    signed('{}', { keys: [other] }),
    { ...signed('{}'), body: Buffer.from('{"a":1}') },
    { ...signed('{}'), headers: new Map(signed('{}').headers).set('webhook-id', 'msg2') },
    { ...signed('{}'), headers: new Map(signed('{}').headers).set('webhook-timestamp', String(sentAt + 1)) },
  ]) {
    const verdict = verify(request, [key], now, 300)
    expect(verdict).toMatchObject({
      reason: 'no_such_key',
      message: expect.stringContaining('Either the service signs'),
    })
  }
})

const value = { name: 'ä', list: [1, 2, {}], nested: { a: null, text: 'x, y: z' } }
test.each([
  ['{}\n', '{}', 'the line end after it was removed'],
  ['{}', '{}\n', 'a line end was added'],
  ['a\nb', 'a\r\nb', 'from LF to CRLF'],
  ['a\r\nb', 'a\nb', 'from CRLF to LF'],
  [JSON.stringify(value), JSON.stringify(value, null, 2), 'written again as JSON'],
  [JSON.stringify(value, null, 2), JSON.stringify(value), 'written again as JSON'],
  ['{"a": 1, "b": [1, 2], "c": {"d": 3}}', '{"a":1,"b":[1,2],"c":{"d":3}}', 'written again as JSON'],
  ['', '{}', 'a body was added'],
])('a body that was changed in a usual way is named: %j received as %j', (sent, received, what) => {
  const verdict = verify({ ...signed(sent), body: Buffer.from(received) }, [key], now, 300)
  expect(verdict).toMatchObject({ reason: 'body_differs', message: expect.stringContaining(what) })
})

test('a right signature that is too old, or ahead of the clock, is told with by how much', () => {
  expect(reasonOf(signed('', { timestamp: sentAt - 300 }))).toBe('verified')
  expect(reasonOf(signed('', { timestamp: sentAt + 300 }))).toBe('verified')
  expect(verify(signed('', { timestamp: sentAt - 301 }), [key], now, 300)).toMatchObject({
    reason: 'timestamp_too_old',
    message: expect.stringContaining('301 s ago'),
  })
  expect(verify(signed('', { timestamp: sentAt + 301 }), [key], now, 300)).toMatchObject({
    reason: 'timestamp_too_new',
    message: expect.stringContaining('301 s ahead'),
  })
})

test('a header that is missing or malformed is named', () => {
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    const request = signed('')
    request.headers.delete(name)
    expect(verify(request, [key], now, 300)).toMatchObject({
      reason: 'header_missing',
      message: expect.stringContaining(name),
    })
  }
  for (const [name, text] of [
    ['webhook-timestamp', '2027-01-01'],
    ['webhook-timestamp', '-1'],
    ['webhook-signature', 'v1a,x'],
    ['webhook-signature', 'x'],
  ] as const) {
    const request = signed('')
    request.headers.set(name, text)
    expect(reasonOf(request)).toBe('header_malformed')
  }
})
