import { expect, test } from 'bun:test'
import { redact } from '../../src/secrets/redact.ts'

test('a secret that a target repeats is masked, each time, also without its scheme', () => {
  const text = '{"headers":{"authorization":"Bearer geheim-123"},"again":"geheim-123"}'
  expect(redact(text, ['Bearer geheim-123'])).toBe('{"headers":{"authorization":"********"},"again":"********"}')
})

test('each cookie alone is masked, and one with quotes as JSON writes it', () => {
  expect(redact('session geheim-456', ['id=1; session=geheim-456'])).toBe('session ********')
  expect(redact(JSON.stringify({ key: 'geheim "4" 5' }), ['geheim "4" 5'])).toBe('{"key":"********"}')
})

test('what is too short to be told from chance stays, and so does everything else', () => {
  expect(redact('short stays', ['short'])).toBe('short stays')
  expect(redact('nothing of it', ['geheim-123', 'Basic Z2VoZWlt'])).toBe('nothing of it')
})

test('of a secret that begins with another nothing is left over', () => {
  expect(redact('a geheim-123-and-more', ['geheim-123', 'geheim-123-and-more'])).toBe('a ********')
})

test('a secret that the end of a cut answer cuts is masked as well', () => {
  expect(redact('again geheim-geheim-12', ['Bearer geheim-geheim-123'], true)).toBe('again ********')
  expect(redact('again geheim-geheim-12', ['Bearer geheim-geheim-123'])).toBe('again geheim-geheim-12')
  expect(redact('aaaaaaaaaab', ['aaaaaaaaaabc'], true)).toBe('********')
})

test('an error that was cut keeps the sign of it', () => {
  expect(redact('an error with Bearer gehe…', ['Bearer geheim-123456'], true)).toBe('an error with ********…')
})

test('no more is looked for than an answer of 64 KiB can be searched for without holding up other calls', () => {
  const cookies = Array.from({ length: 300 }, (_, index) => `a=${10_000_000 + index}`)
  const text = cookies.map((cookie) => cookie.slice(2)).join(' ')
  const masks = redact(text, [cookies.join(';')]).split('********').length - 1
  expect(masks).toBeGreaterThan(200)
  expect(masks).toBeLessThanOrEqual(256)
})
