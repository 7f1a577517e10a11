import { expect, test } from 'bun:test'
import { redact } from '../../src/secrets/redact.ts'
import { expectWork, workSoFar } from '../support/promised.ts'

test('every occurrence of a secret is masked, with and without its scheme', () => {
  const text = '{"headers":{"authorization":"Bearer geheim-123"},"again":"geheim-123"}'
  expect(redact(text, ['Bearer geheim-123'])).toBe('{"headers":{"authorization":"********"},"again":"********"}')
})

test('spaces around a value, which are not sent, do not keep it from being masked', () => {
  expect(redact('{"x":"geheim-123"}', ['  geheim-123 '])).toBe('{"x":"********"}')
  expect(redact('{"x":"geheim-123"}', [' Bearer geheim-123 '])).toBe('{"x":"********"}')
})

test('each cookie is masked alone, and a value with quotes as JSON escapes it', () => {
  expect(redact('session geheim-456', ['id=1; session=geheim-456'])).toBe('session ********')
  expect(redact(JSON.stringify({ key: 'geheim "4" 5' }), ['geheim "4" 5'])).toBe('{"key":"********"}')
})

test('a value that is too short is not masked, nor is any other text', () => {
  expect(redact('short stays', ['short'])).toBe('short stays')
  expect(redact('nothing of it', ['geheim-123', 'Basic Z2VoZWlt'])).toBe('nothing of it')
})

test('a secret that begins with another one is masked completely', () => {
  expect(redact('a geheim-123-and-more', ['geheim-123', 'geheim-123-and-more'])).toBe('a ********')
})

test('a secret that is cut off at the end of a response is masked as well', () => {
  expect(redact('again geheim-geheim-12', ['Bearer geheim-geheim-123'], true)).toBe('again ********')
  expect(redact('again geheim-geheim-12', ['Bearer geheim-geheim-123'])).toBe('again geheim-geheim-12')
  expect(redact('aaaaaaaaaab', ['aaaaaaaaaabc'], true)).toBe('********')
})

test('an error that was cut off keeps its ellipsis', () => {
  expect(redact('an error with Bearer gehe…', ['Bearer geheim-123456'], true)).toBe('an error with ********…')
})

test('the number of search terms is limited', () => {
  const cookies = Array.from({ length: 300 }, (_, index) => `a=${10_000_000 + index}`)
  const text = cookies.map((cookie) => cookie.slice(2)).join(' ')
  const masks = redact(text, [cookies.join(';')]).split('********').length - 1
  expect(masks).toBeGreaterThan(200)
  expect(masks).toBeLessThanOrEqual(256)
})

const secret = 'geheim/&+"<é>=%41 ok'
const each = (write: (character: string) => string, text = secret) => [...text].map(write).join('')
const hexOf = (character: string, width: number) => character.charCodeAt(0).toString(16).padStart(width, '0')
const percent = (character: string) => `%${hexOf(character, 2)}`

test.each([
  ['JSON', JSON.stringify(secret).slice(1, -1)],
  ['JSON with slashes escaped', JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
  ['JSON in JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
  ['\\u in lower case', each((character) => `\\u${hexOf(character, 4)}`)],
  ['\\u in upper case', each((character) => `\\u${hexOf(character, 4).toUpperCase()}`)],
  ['\\u of some characters', secret.replaceAll('&', '\\u0026').replaceAll('<', '\\u003C').replaceAll('"', '\\u0022')],
  ['\\u in JSON in JSON', secret.replaceAll('&', '\\\\u0026').replaceAll('"', '\\\\\\"')],
  ['\\x and octal', secret.replaceAll('&', '\\x26').replaceAll('<', '\\074')],
  [
    'HTML by name',
    secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('é', '&eacute;'),
  ],
  [
    'HTML by more names',
    secret.replaceAll('&', '&amp').replaceAll('/', '&sol;').replaceAll('+', '&plus;').replaceAll('=', '&equals;'),
  ],
  ['HTML in decimal', each((character) => `&#${character.charCodeAt(0)};`)],
  ['HTML in hex', each((character) => `&#X${hexOf(character, 4)};`)],
  ['HTML in HTML', secret.replaceAll('&', '&amp;amp;').replaceAll('<', '&amp;lt;')],
  ['a URL', encodeURIComponent(secret)],
  ['a URL in lower case', encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
  ['a URL with everything escaped', each(percent)],
  ['a URL with some escaped', secret.replaceAll('&', '%26').replaceAll('%41', '%2541')],
  ['a form', new URLSearchParams({ a: secret }).toString().slice(2)],
  ['a URL in a URL', encodeURIComponent(encodeURIComponent(secret))],
  ['a URL in HTML', encodeURIComponent(secret).replaceAll('%', '&#37;')],
  ['what a URL or a page makes of it', secret.replaceAll('%41', 'A')],
  ['base64', Buffer.from(secret, 'latin1').toString('base64')],
  ['base64 for URLs', Buffer.from(secret, 'latin1').toString('base64url')],
  ['hex', Buffer.from(secret, 'latin1').toString('hex')],
])('a secret is masked in any encoding: %s', (_, written) => {
  const text = `{"before": "a&b \\"c\\"", "key": "${written}", "after": "d%20e"}`
  expect(redact(text, [secret])).toBe('{"before": "a&b \\"c\\"", "key": "********", "after": "d%20e"}')
})

test('a secret within a longer base64 text is masked, except for characters shared with its neighbours', () => {
  for (const before of ['', 'a', 'ab', 'Authorization: ']) {
    const [head = '', tail = ''] = redact(btoa(`${before}geheim-geheim-geheim`), ['Bearer geheim-geheim-geheim']).split(
      '********',
    )
    expect(head.length).toBeLessThanOrEqual(Math.ceil((before.length * 8) / 6))
    expect(tail.replace(/=+$/, '').length).toBeLessThanOrEqual(1)
  }
})

test('decoded Basic credentials are masked, as are the password alone and base64url', () => {
  const pair = 'duly:geheim?>~~geheim'
  const value = `Basic ${btoa(pair)}`
  expect(redact(`user ${pair}`, [value])).toBe('user ********')
  expect(redact('{"user":"duly","password":"geheim?\\u003e~~geheim"}', [value])).toBe(
    '{"user":"duly","password":"********"}',
  )
  expect(redact(Buffer.from(pair).toString('base64url'), [value])).toBe('********')
  expect(redact('geheim%3F%3E~~geheim', [value.toLowerCase().replace(/ .*/, ` ${btoa(pair)}`)])).toBe('********')
})

test('the parameters of a scheme and a quoted cookie are masked alone', () => {
  expect(redact('abcdefgh-1 and abcdefgh-2', ['Token token="abcdefgh-1", other=abcdefgh-2'])).toBe(
    '******** and ********',
  )
  expect(redact('a b=c%3Dd-geheim', ['s=b%3Dc%253Dd-geheim'])).toBe('a ********')
})

test('a response shorter than the sent value may still contain its credential or its unescaped form', () => {
  const value = `Basic ${btoa('duly:geheim-geheim')}`
  for (const text of [
    'duly:geheim-geheim',
    'geheim-geheim',
    btoa('duly:geheim-geheim'),
    encodeURIComponent(value),
    value,
  ])
    expect(redact(text, [value])).toBe('********')
  expect(redact('a b=c%d', ['s=a%20b%3Dc%25d'])).toBe('a b=c%d')
  expect(redact('a b=c%d--', ['s=a%20b%3Dc%25d--'])).toBe('********')
})

test('a secret that is cut off within an escape is masked as well', () => {
  const text = 'again geheim%26geh%26geh%2'
  expect(redact(text, ['geheim&geh&geh&geheim'], true)).toBe('again ********')
  expect(redact('again geheim\\u0026geh\\u00', ['geheim&geh&geheim'], true)).toBe('again ********')
  expect(redact('error geheim&amp;geh&am…', ['geheim&geh&geheim'], true)).toBe('error ********…')
})

test('a response that consists of escapes is searched quickly', () => {
  const began = workSoFar()
  for (const text of ['\\u0041'.repeat(10_900), '%2525'.repeat(13_000), '\\'.repeat(65_536), '&'.repeat(65_536)])
    redact(text, ['Bearer geheim-geheim'], true)
  expectWork(5_000, began)
})
