import { expect, test } from 'bun:test'
import { createKey } from '../../src/secrets/key.ts'
import { isNamePattern, SecretNames } from '../../src/secrets/names.ts'
import { sql } from '../support/database.ts'
import { secretsUnder } from '../support/secrets.ts'

const secret = [
  'authorization',
  'Authorization',
  'COOKIE',
  'x-api-key',
  'X-Vault-Token',
  'Client-Secret',
  'token',
  'apikey',
  'X-Auth-Key',
  'Db-Password',
  'access_token',
  'api_key',
  'Aws-Access-Key',
  'Ocp-Apim-Subscription-Key',
]
const plain = [
  'Accept',
  'Content-Type',
  'Authorization-Server',
  'X-Cookie',
  'Token-Type',
  'Secretary',
  'X-Api-Keys',
  'Etag',
  'Idempotency-Key',
]

test('headers that carry credentials are secret in any case, and others are not', () => {
  const names = new SecretNames()
  expect(secret.filter((name) => !names.has(name))).toEqual([])
  expect(plain.filter((name) => names.has(name))).toEqual([])
})

test('a list adds names and patterns, and a dot in one is a dot', () => {
  const names = new SecretNames(['X-Signature', 'x.key*', 'a|b'])
  for (const name of [...secret, 'x-signature', 'X.Key', 'X.Key-2', 'A|B']) expect(names.has(name)).toBe(true)
  for (const name of [...plain, 'x-key', 'a', 'b', 'x-signatures']) expect(names.has(name)).toBe(false)
  expect(new SecretNames(['*']).has('anything')).toBe(true)
})

test('PostgreSQL reads the pattern as JavaScript does', async () => {
  const names = new SecretNames(['X-Signature', 'x.key*', 'a|b', "!#$%&'+^_`~"])
  const tried = [...secret, ...plain, 'x.key2', 'x-key2', 'a|b', 'a', "!#$%&'+^_`~", 'x']
  const rows = await sql<{ name: string }[]>`
    select name
    from unnest(${tried}::text[]) name
    where lower(name) ~ ${names.pattern}`
  expect(rows.map(({ name }) => name)).toEqual(tried.filter((name) => names.has(name)))
})

test('a pattern holds what the name of a header may hold', () => {
  for (const text of ['x', 'X-Key', '*-key', '*', "!#$%&'*+.^_`|~0"]) expect(isNamePattern(text)).toBe(true)
  for (const text of ['', ' ', 'a b', 'a:b', 'ä', 'a/b', 'x'.repeat(129)]) expect(isNamePattern(text)).toBe(false)
})

test('a header with the name of a property that every object has is sealed as well', () => {
  const secrets = secretsUnder([createKey()], ['_*'])
  const place = { service_id: 'a', task_id: 'b' }
  const { header, sealed } = secrets.seal(place, JSON.parse('{"__proto__": "geheim"}'))
  expect(JSON.stringify(header)).toBe('{"__proto__":"********"}')
  expect(JSON.stringify(secrets.openHeader(place, header, sealed).header)).toBe('{"__proto__":"geheim"}')
})
