import { expect, test } from 'bun:test'
import { readConfig } from '../../src/config/config.ts'
import { refusal } from '../support/config-refusal.ts'

const id = '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10'
const token = 'a token of mine'

test('the error of an invalid DATABASE_URL does not quote it, since it may contain a password', () => {
  for (const value of [
    'mysql://user:a-secret-word@host/db',
    'user:a-secret-word@host',
    'postgres://user:a-secret-word@host:port/db',
    'postgres://user:a-secret-word@host:5432',
    'postgres://user:a-secret-word@host/',
    'postgres://user:a-secret-word@ho st/db',
  ]) {
    const sentence = refusal({ DATABASE_URL: value })
    expect(sentence).toStartWith('DATABASE_URL does not parse: it must look like postgres://user:password@host:5432/')
    expect(sentence).not.toContain('a-secret-word')
  }
})

test('DULY_URL is an http or https URL without user and query, and the error of an invalid one does not quote it', () => {
  expect(readConfig({ DULY_URL: 'HTTP://LOCALHOST:80/' }).dulyUrl).toBe('http://localhost')
  for (const value of [
    'localhost:8080',
    'ftp://a-secret-word',
    'http://user:a-secret-word@host',
    'http://host/?q=a-secret-word',
    'http://host/#a-secret-word',
    'http://',
  ]) {
    const sentence = refusal({ DULY_URL: value })
    expect(sentence).toStartWith('DULY_URL does not parse: it must look like http://localhost:8080 or https://')
    expect(sentence).not.toContain('a-secret-word')
  }
})

test('SERVICE_ID and SERVICE_TOKEN must be set together', () => {
  expect(refusal({ SERVICE_ID: id })).toBe(
    'SERVICE_TOKEN is not set, but SERVICE_ID and SERVICE_TOKEN come together: set both or neither.',
  )
  expect(refusal({ SERVICE_TOKEN: token })).toMatch(/^SERVICE_ID is not set, but/)
  expect(refusal({ SERVICE_TOKEN: token })).not.toContain(token)
  expect(readConfig({ SERVICE_NAME: 'alone' }).service).toBeUndefined()
})

test('SERVICE_ID must be a UUID, and the error does not quote a token in its place', () => {
  for (const value of ['abc', `{${id}}`, `urn:uuid:${id}`, id.replaceAll('-', '')])
    expect(refusal({ SERVICE_ID: value, SERVICE_TOKEN: token })).toStartWith(
      `SERVICE_ID is ${JSON.stringify(value)}, but it must be a UUID`,
    )
  const swapped = refusal({ SERVICE_ID: token, SERVICE_TOKEN: id })
  expect(swapped).toContain('probably swapped')
  expect(swapped).not.toContain(token)
})

test('SERVICE_TOKEN has 12 characters or more, and no error quotes it', () => {
  for (const value of ['12 chars: äöü', '🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘', 'x'.repeat(1000)])
    expect(readConfig({ SERVICE_ID: id, SERVICE_TOKEN: value }).service?.token).toBe(value)
  for (const value of ['elevenchars', '🐘🐘🐘🐘🐘🐘', 'twelve\tchars…']) {
    const sentence = refusal({ SERVICE_ID: id, SERVICE_TOKEN: value })
    expect(sentence).toMatch(
      /^SERVICE_TOKEN is \d+ characters, but it must be 12 or more, without control characters\.$/,
    )
    expect(sentence).not.toContain(value)
  }
})

test('SERVICE_NAME has at most 200 characters, counted as the database counts them', () => {
  const named = (name: string) => ({ SERVICE_ID: id, SERVICE_TOKEN: token, SERVICE_NAME: name })
  expect(readConfig(named('🐘'.repeat(200))).service?.name).toHaveLength(400)
  expect(refusal(named('x'.repeat(201)))).toMatch(/^SERVICE_NAME is "x+", but it must be at most 200 characters\.$/)
})

test('the error of an invalid SECRET_KEY or SECRET_KEY_OLD names the variable and does not quote it', () => {
  const right = '11'.repeat(32)
  for (const wrong of ['geheim', '11'.repeat(31), `${right},${right}`, `${right}0`]) {
    const sentence = refusal({ SECRET_KEY: wrong })
    expect(sentence).toStartWith('SECRET_KEY does not parse: it must be one key of 32 bytes in base64 or hex')
    expect(sentence).not.toContain(wrong)
  }
  expect(refusal({ SECRET_KEY: right, SECRET_KEY_OLD: `${right},geheim` })).toMatch(/^SECRET_KEY_OLD does not parse/)
  expect(refusal({ SECRET_KEY_OLD: right })).toMatch(/^SECRET_KEY_OLD is set and SECRET_KEY is not/)
})

test('DATABASE_MIGRATION_URL needs DATABASE_URL, and the error of an invalid one does not quote it', () => {
  const database = 'postgres://user@db.example/duly'
  expect(refusal({ DATABASE_MIGRATION_URL: database })).toContain('DATABASE_URL is not')
  const sentence = refusal({ DATABASE_URL: database, DATABASE_MIGRATION_URL: 'mysql://user:geheim@db.example/duly' })
  expect(sentence).toStartWith('DATABASE_MIGRATION_URL does not parse: ')
  expect(sentence).not.toContain('geheim')
})
