import { expect, test } from 'bun:test'
import { hiddenPart, isMaskedUrl, maskUrl, secretTextsOf, unmaskUrl } from '../../src/secrets/secret-url.ts'

test('path, query and fragment are hidden, whatever the URL, and put back as they were', () => {
  for (const [url, masked] of [
    ['https://hooks.example.com/services/T0/B0/xyz', 'https://hooks.example.com/********'],
    ['HTTP://Example.com:8080?key=x#y', 'HTTP://Example.com:8080/********'],
    ['http://[::1]:80/', 'http://[::1]:80/********'],
    ['https://example.com', 'https://example.com/********'],
  ] as const) {
    expect(maskUrl(url)).toBe(masked)
    expect(isMaskedUrl(url)).toBe(false)
    expect(isMaskedUrl(masked)).toBe(true)
    expect(unmaskUrl(masked, hiddenPart(url))).toBe(url)
  }
  expect(isMaskedUrl('https://example.com/********/x')).toBe(false)
})

test('what is searched for in answers: the whole, and its parts that are no short words', () => {
  expect(secretTextsOf('/services/T00000000/xyzXYZ123456?token=abcdefgh1#part')).toEqual([
    '/services/T00000000/xyzXYZ123456?token=abcdefgh1',
    'services/T00000000/xyzXYZ123456?token=abcdefgh1',
    'T00000000',
    'xyzXYZ123456',
    'abcdefgh1',
  ])
  expect(secretTextsOf('/short')).toEqual([])
})
