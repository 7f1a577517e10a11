import { expect, test } from 'bun:test'
import { createKey, keyedHash, keyIdOf, open, parseKey, seal } from '../../src/secrets/key.ts'

const key = createKey()

test('any text can be sealed, and opened with the same key and binding', () => {
  for (const text of ['', 'x', 'Bearer ä€😀', '*'.repeat(4096)])
    expect(open(key, seal(key, text, 'here'), 'here')).toBe(text)
})

test('sealing a text twice gives different values, and neither contains the text', () => {
  const sealed = Array.from({ length: 100 }, () => seal(key, 'geheim-geheim', 'here'))
  expect(new Set(sealed).size).toBe(100)
  for (const text of sealed) {
    expect(text).toMatch(/^[0-9a-f]{8}\.[A-Za-z0-9+/]+=*$/)
    expect(Buffer.from(text.slice(9), 'base64').toString('latin1')).not.toContain('geheim')
    expect(keyIdOf(text)).toBe(key.id)
  }
})

test('a sealed value cannot be opened with another binding or key, or with one bit changed', () => {
  const sealed = seal(key, 'geheim', 'here')
  expect(() => open(key, sealed, 'there')).toThrow()
  expect(() => open(createKey(), sealed, 'here')).toThrow()
  const raw = Buffer.from(sealed.slice(9), 'base64')
  for (const at of raw.keys()) {
    const turned = Buffer.from(raw)
    turned[at] = (turned[at] ?? 0) ^ 1
    expect(() => open(key, `${key.id}.${turned.toString('base64')}`, 'here')).toThrow()
  }
  for (const short of [0, 11, 12, 27])
    expect(() => open(key, `${key.id}.${raw.subarray(0, short).toString('base64')}`, 'here')).toThrow()
})

test('a key is 32 bytes in hex, base64 or base64url, and nothing else', () => {
  const bytes = Buffer.alloc(32, 0xfb)
  const forms = [
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ]
  for (const form of forms) expect(parseKey(form)?.bytes).toEqual(bytes)
  expect(new Set(forms.map((form) => parseKey(form)?.id)).size).toBe(1)
  for (const wrong of [
    '',
    'x',
    'ab'.repeat(31),
    'ab'.repeat(33),
    'gg'.repeat(32),
    Buffer.alloc(31).toString('base64'),
    Buffer.alloc(33).toString('base64'),
    `${bytes.toString('base64')}=`,
    'correct horse battery staple',
  ])
    expect(parseKey(wrong)).toBeUndefined()
})

test('the id of a key differs between keys and is not part of the key', () => {
  const keys = Array.from({ length: 100 }, createKey)
  expect(new Set(keys.map(({ id }) => id)).size).toBe(100)
  for (const { id, bytes } of keys) expect(bytes.toString('hex')).not.toContain(id)
})

test('a keyed hash depends on the text and on the key', () => {
  expect(keyedHash(key, 'a')).toEqual(keyedHash(key, 'a'))
  expect(keyedHash(key, 'a')).not.toEqual(keyedHash(key, 'b'))
  expect(keyedHash(key, 'a')).not.toEqual(keyedHash(createKey(), 'a'))
  expect(keyedHash(key, 'a')).toHaveLength(32)
})
