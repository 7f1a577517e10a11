// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of references
import { expect, test } from 'bun:test'
import {
  bareReferencePattern,
  isBareReference,
  isSecretName,
  maxReferences,
  referenceFault,
  referredNames,
  resolveReferences,
} from '../../src/secrets/references.ts'
import { sql } from '../support/database.ts'

const values: Readonly<Record<string, string>> = { A: 'one', 'b-2': '$& ${secret.A}', _: '' }
const resolve = (value: string) => resolveReferences(value, (name) => values[name] ?? 'none')

test('references are replaced wherever they stand, and what a secret contains is not searched again', () => {
  expect(resolve('Bearer ${secret.A}')).toBe('Bearer one')
  expect(resolve('a=${secret.A}; b=${secret.A}${secret.b-2}${secret._}.')).toBe('a=one; b=one$& ${secret.A}.')
  expect(resolve('nothing $ { secret.A } ${secrets.A} ${A}')).toBe('nothing $ { secret.A } ${secrets.A} ${A}')
})

test('$${secret. stands for the text itself', () => {
  expect(resolve('$${secret.A} ${secret.A} $$${secret.A}')).toBe('${secret.A} one $${secret.A}')
  expect(referredNames('$${secret.A} ${secret.B}')).toEqual(['B'])
  expect(referenceFault('$${secret.not a name')).toBeUndefined()
})

test('a reference that names no secret is an error, and so are too many', () => {
  for (const value of ['${secret.}', '${secret.A', 'x${secret.A B}', '${secret.-A}', `\${secret.${'x'.repeat(65)}}`])
    expect(referenceFault(value)).toContain('names no secret')
  expect(referenceFault('${secret.A}'.repeat(maxReferences))).toBeUndefined()
  expect(referenceFault('${secret.A}'.repeat(maxReferences + 1))).toContain('16 times at most')
  expect(referredNames('${secret.A} ${secret.B} ${secret.A}')).toEqual(['A', 'B'])
})

test('a header does not grow without limit', () => {
  expect(() => resolveReferences('${secret.A}${secret.A}${secret.A}', () => 'x'.repeat(8_192))).toThrow('16384')
})

test('names are letters, digits, _ and -', () => {
  for (const name of ['A', 'api_token', 'DB-PASSWORD', '0', 'x'.repeat(64)]) expect(isSecretName(name)).toBe(true)
  for (const name of ['', '-a', 'a b', 'a.b', 'ü', 'x'.repeat(65), 'a\n']) expect(isSecretName(name)).toBe(false)
})

test('a value is not secret when it is one reference, alone or behind a scheme; PostgreSQL decides as JavaScript does', async () => {
  const bare = ['${secret.A}', 'Bearer ${secret.API_TOKEN}', 'Basic ${secret.a-b}', 'GenieKey ${secret.0}']
  const secret = [
    ...['Bearer ${secret.A}x', 'x${secret.A}', 'geheim ${secret.A}', '${secret.A}${secret.B}', 'Bearer  ${secret.A}'],
    ...['$${secret.A}', 'Bearer $${secret.A}', 'bearer ${secret.A}', '${secret.A} ', '${secret.}', 'Bearer', ''],
  ]
  for (const value of bare) expect([value, isBareReference(value)]).toEqual([value, true])
  for (const value of secret) expect([value, isBareReference(value)]).toEqual([value, false])
  const rows = await sql<{ value: string; bare: boolean }[]>`
    select value, value ~ ${bareReferencePattern} as bare
    from unnest(${[...bare, ...secret]}::text[]) as value`
  for (const row of rows) expect(row).toEqual({ value: row.value, bare: bare.includes(row.value) })
})
