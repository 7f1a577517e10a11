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
  ...[
    'X-Signing-Key',
    'Master-Key',
    'X_Encryption_Key',
    'X.Key',
    'Key',
    'X-Key',
    'Fastly-Key',
    'X-Api-Keys',
    'X-Api-Key-2',
  ],
  ...['X-RapidAPI-Key', 'X-Key-V2', 'XApiKey', 'X-AccessToken', 'X-ClientSecret', 'X-Passphrase', 'X-Bearer', 'X-JWT'],
  ...['X-Cookie', 'Token-Type', 'Authorization-Server', 'X-Session-Id', 'X-Csrf-Token', 'X-Hub-Signature-256'],
  ...[
    'X-Amz-Credential',
    'X-Amz-Security-Token',
    'Proxy-Authorization',
    'X-Auth-Email',
    'Private-Token',
    'X-Oauth-Scope',
  ],
]
const plain = [
  'Accept',
  'Content-Type',
  'Secretary',
  'X-Keyboard',
  'Monkey',
  'X-Key-Name',
  'X-Author',
  'Tokenizer',
  'Etag',
  'Idempotency-Key',
  'X-Idempotency-Key',
  'X_IdempotencyKey',
]

test('names of headers with credentials are secret in upper and lower case, and others are not', () => {
  const names = new SecretNames([])
  expect(secret.filter((name) => !names.has(name))).toEqual([])
  expect(plain.filter((name) => names.has(name))).toEqual([])
})

test('SECRET_HEADERS adds names and patterns, in which a dot stands for itself', () => {
  const names = new SecretNames(['X-Stamp', 'x.kind*', 'a|b'])
  for (const name of [...secret, 'x-stamp', 'X.Kind', 'X.Kind-2', 'A|B']) expect(names.has(name)).toBe(true)
  for (const name of [...plain, 'x-kind', 'a', 'b', 'x-stamps']) expect(names.has(name)).toBe(false)
  expect(new SecretNames(['*']).has('anything')).toBe(true)
})

test('the pattern matches the same names in PostgreSQL and JavaScript', async () => {
  const names = new SecretNames(['X-Stamp', 'x.kind*', 'a|b', "!#$%&'+^_`~"])
  const tried = [...secret, ...plain, 'x.kind2', 'x-kind2', 'a|b', 'a', "!#$%&'+^_`~", 'x']
  const rows = await sql<{ name: string }[]>`
    select name
    from unnest(${tried}::text[]) name
    where lower(name) ~ ${names.pattern}`
  expect(rows.map(({ name }) => name)).toEqual(tried.filter((name) => names.has(name)))
})

test('a pattern may contain the characters of a header name', () => {
  for (const text of ['x', 'X-Key', '*-key', '*', "!#$%&'*+.^_`|~0"]) expect(isNamePattern(text)).toBe(true)
  for (const text of ['', ' ', 'a b', 'a:b', 'ä', 'a/b', 'x'.repeat(129)]) expect(isNamePattern(text)).toBe(false)
})

test('a header named like a property of every object is sealed as well', () => {
  const secrets = secretsUnder([createKey()], ['_*'])
  const place = { service_id: 'a', task_id: 'b' }
  const { header, sealed } = secrets.seal(place, JSON.parse('{"__proto__": "geheim"}'))
  expect(JSON.stringify(header)).toBe('{"__proto__":"********"}')
  expect(JSON.stringify(secrets.openHeader(place, header, sealed).header)).toBe('{"__proto__":"geheim"}')
})
