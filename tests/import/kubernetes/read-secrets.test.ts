// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of references
import { expect, test } from 'bun:test'
import { readSecrets } from '../../../src/import/kubernetes/read-secrets.ts'
import { secretName, secretNames } from '../../../src/import/kubernetes/secret-name.ts'
import { secretsToSet } from '../../../src/import/kubernetes/used-secrets.ts'

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')
const secret = (name: string, data: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  kind: 'Secret',
  apiVersion: 'v1',
  metadata: { name, namespace: 'shop' },
  data,
  ...more,
})
const read = (...items: unknown[]) => readSecrets([{ text: JSON.stringify({ kind: 'List', apiVersion: 'v1', items }) }])

test('values are decoded, stringData wins, and what cannot be a header value is refused by name', () => {
  const found = read(
    secret(
      'api',
      {
        token: base64('s3cret\n'),
        'b.in': base64(Buffer.from([0xff, 0xfe])),
        umlaut: base64('grün'),
        lines: base64('a\nb'),
        empty: '',
        broken: '%%%',
        both: base64('old'),
      },
      { stringData: { both: 'new' } },
    ),
    secret('tls', { 'tls.key': base64('x') }, { type: 'kubernetes.io/tls' }),
  )
  expect(found.map(({ name, value, problem }) => [name, value ?? problem])).toEqual([
    ['SHOP_API_TOKEN', 's3cret'],
    ['SHOP_API_B_IN', 'is binary: a named secret is text'],
    ['SHOP_API_UMLAUT', 'has line ends or characters outside of ASCII, which a header cannot have'],
    ['SHOP_API_LINES', 'has line ends or characters outside of ASCII, which a header cannot have'],
    ['SHOP_API_EMPTY', 'is empty'],
    ['SHOP_API_BROKEN', 'is not base64'],
    ['SHOP_API_BOTH', 'new'],
  ])
})

test('names are of capitals, digits and _, at most 64 characters, and two sources never share one', () => {
  const source = (namespace: string, name: string, key: string) => ({ namespace, secret: name, key })
  expect(secretName(source('shop', 'api-keys', 'my.token'))).toBe('SHOP_API_KEYS_MY_TOKEN')
  const long = secretName(source('shop', 'a'.repeat(80), 'key'))
  expect(long).toMatch(/^SHOP_A+_[0-9A-F]{8}$/)
  expect(long).toHaveLength(64)
  const names = [
    ...secretNames([source('shop', 'api', 'a-b'), source('shop', 'api', 'a_b'), source('shop', 'x', 'y')]).values(),
  ]
  expect(new Set(names).size).toBe(3)
  expect(names[0]).toMatch(/^SHOP_API_A_B_[0-9A-F]{8}$/)
  expect(names[2]).toBe('SHOP_X_Y')
})

test('only secrets that are used are set, those that are the base64 of others are computed, and none is left out in silence', () => {
  const stored = read(secret('api', { user: base64('ann'), password: base64('a:b'), other: base64('x') }))
  expect(
    secretsToSet(stored, [
      { name: 'SHOP_API_PASSWORD' },
      { name: 'API_USER' },
      { name: 'SHOP_API_PASSWORD_BASIC', basicOf: '${secret.SHOP_API_USER}:${secret.SHOP_API_PASSWORD}' },
      { name: 'X_BASIC', basicOf: '${NAME}:${secret.SHOP_API_PASSWORD}' },
      { name: 'NOWHERE' },
    ]).map(({ name, value, problem }) => [name, value ?? problem]),
  ).toEqual([
    ['SHOP_API_PASSWORD', 'a:b'],
    ['API_USER', 'ann'],
    ['SHOP_API_PASSWORD_BASIC', base64('ann:a:b')],
    ['X_BASIC', 'needs NAME, which neither the Secrets nor the environment have'],
    ['NOWHERE', 'is in none of the Secrets'],
  ])
})

test('a name that two secrets would have is set for neither of them', () => {
  const stored = read(secret('api', { 'a-b': base64('one'), a_b: base64('two') }))
  const [first] = secretsToSet(stored, [{ name: 'SHOP_API_A_B' }])
  expect(first?.value).toBeUndefined()
})
