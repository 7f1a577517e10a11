// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of variables in files
import { expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { setSchema } from '../../src/cli/client/set-schema.ts'
import { fieldNames } from '../../src/task-fields/fields.ts'

const root = join(import.meta.dir, '../..')
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(setSchema())

/** What is wrong with a file, as pointers; empty for none. */
function faults(text: string): string[] {
  validate(parse(text, { merge: true }))
  return [...new Set((validate.errors ?? []).map(({ instancePath }) => instancePath))]
}

test('docs/task-set.schema.json is what bun run schema writes', async () => {
  expect(JSON.parse(await Bun.file(join(root, 'docs/task-set.schema.json')).text())).toEqual(
    JSON.parse(JSON.stringify(setSchema())),
  )
})

test('the schema has every field of a task but its key', () => {
  const { definitions } = setSchema() as { definitions: Record<string, { properties: object }> }
  expect(Object.keys(definitions.task?.properties ?? {})).toEqual(fieldNames.filter((name) => name !== 'key'))
})

test('it accepts variables in texts, masks, null and an empty file, and finds misspelt fields and wrong values', () => {
  const task = (fields: string) => faults(`set: x\ntasks:\n  a: {${fields}}`)
  for (const right of [
    'url: "${BASE}/x", method: "${M}", status: "${S}", cron: "${C}", header: {A: "${B}"}, retries: 1',
    'url: "https://x/********", header: {Authorization: "********"}, payload: null, timeout_seconds: null',
    'scheduled_at: 2099-01-01T00:00:00Z, expect: {status: [2xx, 304], contains: ok, json: [{pointer: /a, equals: 1}]}',
    'retry: {min_backoff_seconds: 10, on: [5xx, no_answer, 404]}, missed: all, host: a.example:80, method: get',
    'cron: 30 2 * * *, frequency: null, time_zone: Europe/Berlin, secret_url: true, labels: {a: b}',
  ])
    expect({ right, faults: task(right) }).toEqual({ right, faults: [] })
  for (const [wrong, at] of [
    ['nme: x', ''],
    ['key: x', ''],
    ['id: x', ''],
    ['url: ftp://x', '/url'],
    ['retries: 11', '/retries'],
    ['method: FETCH', '/method'],
    ['status: on', '/status'],
    ['header: {A: 1.10}', '/header/A'],
    ['cron: 0 1 * *', '/cron'],
    ['cron: 0 1 * * *, frequency: 1', ''],
    ['expect: {status: [x]}', '/expect/status/0'],
  ] as const)
    expect({ wrong, faults: task(wrong) }).toEqual({ wrong, faults: expect.arrayContaining([`/tasks/a${at}`]) })
  expect(faults('set: x\ntasks:\n')).toEqual([])
  expect(faults('task: {}')).toEqual([''])
  expect(faults('tasks: {A B: {}}')).toContain('/tasks')
  expect(faults('defaults: {name: x}')).toContain('/defaults')
})

test('the task sets in the documents are valid', async () => {
  let found = 0
  for (const name of ['README.md', ...readdirSync(join(root, 'docs')).map((one) => `docs/${one}`)]) {
    if (!name.endsWith('.md')) continue
    const text = await Bun.file(join(root, name)).text()
    // Indented blocks that state tasks by key.
    for (const [block] of text.matchAll(/(?:^ {4}.*\n|^\n(?= {4}))+/gm)) {
      if (!/^ {4}tasks:/m.test(block)) continue
      found++
      expect({ name, block, faults: faults(block.replace(/^ {4}/gm, '')) }).toEqual({ name, block, faults: [] })
    }
  }
  expect(found).toBeGreaterThan(0)
})
