import { expect, test } from 'bun:test'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { createAccount, send } from '../support/app.ts'

const { body: document } = await send(undefined, 'GET', '/swagger/json')
const ajv = new Ajv({ strict: false })
formats.default(ajv)
ajv.addSchema({ $id: 'duly', ...document })
const { schemas, responses } = document.components

interface Content {
  readonly schema: object
  readonly example?: unknown
}

/** Every description of a JSON body, with its place in the document. */
const contents = (value: object, place = ''): [string, Content][] =>
  Object.entries(value).flatMap(([key, inner]) =>
    key === 'application/json'
      ? [[place, inner] as [string, Content]]
      : typeof inner === 'object' && inner !== null
        ? contents(inner, `${place}/${key}`)
        : [],
  )
const bodies = [...contents(document.paths), ...contents(responses)]

const faults = (schema: object, value: unknown) => {
  const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"duly#/')))
  return validate(value) ? undefined : ajv.errorsText(validate.errors)
}

test('every body has an example that matches its schema', () => {
  expect(bodies.length).toBeGreaterThan(40)
  for (const [place, { schema, example }] of bodies) {
    expect([place, example]).toEqual([place, expect.anything()])
    expect([place, faults(schema, example)]).toEqual([place, undefined])
  }
})

test('every example of a named schema matches it', () => {
  for (const [name, schema] of Object.entries<{ examples?: unknown[] }>(schemas))
    for (const example of schema.examples ?? []) expect([name, faults(schema, example)]).toEqual([name, undefined])
})

test('the examples of creates and previews are taken', async () => {
  const owner = await createAccount()
  const statuses = { '/tasks': 201, '/tasks/bulk': 201, '/tokens': 201, '/schedule/preview': 200 }
  for (const [path, expected] of Object.entries(statuses)) {
    const { example } = document.paths[path].post.requestBody.content['application/json']
    expect([path, (await send(owner, 'POST', path, example)).status]).toEqual([path, expected])
  }
})
