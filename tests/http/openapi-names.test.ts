import { expect, test } from 'bun:test'
import { send } from '../support/app.ts'

// Generators invent names, such as Type1, for types that the document does not name.

const { body: document } = await send(undefined, 'GET', '/swagger/json')

interface Place {
  readonly place: string
  // biome-ignore lint/suspicious/noExplicitAny: a document is read as it comes
  readonly schema: any
  readonly isNamed: boolean
}

/** Every object of the document that may be a schema, without examples and the rules under `if`, of which no types are made. */
function placesIn(value: unknown, path: readonly string[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const isNamed = path.length === 3 && path[0] === 'components' && path[1] === 'schemas'
  return [
    { place: `/${path.join('/')}`, schema: value, isNamed },
    ...Object.entries(value).flatMap(([key, inner]) =>
      /^(examples?|if)$/.test(key) ? [] : placesIn(inner, [...path, key]),
    ),
  ]
}
const places = placesIn(document)
const unnamed = places.filter(({ isNamed }) => !isNamed)

test('every enum is a named schema, and none lists null', () => {
  expect(unnamed.filter(({ schema }) => schema.enum).map(({ place }) => place)).toEqual([])
  expect(places.filter(({ schema }) => schema.enum?.includes(null)).map(({ place }) => place)).toEqual([])
})

test('every object with known fields is a named schema', () => {
  const objects = unnamed.filter(({ schema }) => schema.type?.includes?.('object') && schema.properties)
  expect(objects.map(({ place }) => place)).toEqual([])
})

const isNoNull = ({ type }: { type?: unknown }) => type !== 'null'

test('every union of several types is a named schema, and consists of named schemas and null', () => {
  expect(places.filter(({ schema }) => schema.anyOf || schema.allOf).map(({ place }) => place)).toEqual([])
  const options = places.flatMap(({ place, schema }) =>
    ((schema.oneOf ?? []) as { $ref?: string; type?: string }[]).map((option) => ({ place, option })),
  )
  expect(options.length).toBeGreaterThan(10)
  const several = unnamed.filter(({ schema }) => (schema.oneOf ?? []).filter(isNoNull).length > 1)
  expect(several.map(({ place }) => place)).toEqual([])
  expect(places.filter(({ schema }) => schema.not?.properties || schema.not?.anyOf || schema.not?.allOf)).toEqual([])
  expect(options.filter(({ option }) => !option.$ref && option.type !== 'null')).toEqual([])
})

test('no two names of schemas, responses and security schemes are the same for a generator', () => {
  const { schemas, responses, securitySchemes } = document.components
  const names = [schemas, responses, securitySchemes].flatMap(Object.keys).map((name) => name.toLowerCase())
  expect(names.toSorted()).toEqual([...new Set(names)].sort())
  for (const name of [schemas, responses].flatMap(Object.keys)) expect(name).toMatch(/^[A-Z][A-Za-z]+$/)
})
