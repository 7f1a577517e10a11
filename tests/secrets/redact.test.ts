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

test('the beginning of a secret at the end of a text that was cut is masked', () => {
  expect(redact('an answer with geheim-12', ['Bearer geheim-123456'])).toBe('an answer with ********')
  expect(redact('an error with Bearer gehe…', ['Bearer geheim-123456'])).toBe('an error with ********…')
  expect(redact('it ends with geheim', ['geheim-123456'])).toBe('it ends with geheim')
})
