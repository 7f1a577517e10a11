import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { readTaskFile } from '../../src/cli/client/task-file.ts'
import { endEverything, temporaryFolder } from '../support/process.ts'
import { ask, type Service, startService } from '../support/service.ts'
import { farTask, inShell, json, refusal, said, taskCommand } from './task-scene.ts'

afterAll(endEverything)

let service: Service
const folder = temporaryFolder()
beforeAll(async () => {
  service = await startService({ env: { SCHEDULER_ENABLED: 'false' } })
})

async function fileOf(text: string, name = 'tasks.yaml'): Promise<string> {
  const file = join(folder, name)
  await Bun.write(file, text)
  return file
}

/** The objects that a file is read as. */
async function objectsIn(text: string, name?: string): Promise<unknown> {
  const contents = await readTaskFile(await fileOf(text, name))
  return contents.kind === 'one' ? JSON.parse(contents.text) : contents.texts.map((one) => JSON.parse(one))
}

const countTasks = async () => (await ask(service, 'GET', '/tasks')).body.length

test('words that YAML 1.1 would turn into booleans, numbers or times are strings', async () => {
  const words = [
    'no',
    'No',
    'yes',
    'on',
    'off',
    'y',
    'n',
    '12:30',
    '2026-11-24',
    '2026-11-24T12:00:00Z',
    '0b1',
    '1_000',
  ]
  for (const word of words) expect(await objectsIn(`name: ${word}`)).toEqual({ name: word })
  expect(await objectsIn(`name: '1.10'\nheader: {X: "012"}`)).toEqual({ name: '1.10', header: { X: '012' } })
})

test('numbers, booleans, null and block texts are what they look like', async () => {
  expect(await objectsIn('retries: 3\ncron: null\npayload: |\n  {"a": 1}\n  b\nretry: {on: [5xx, 408]}')).toEqual({
    retries: 3,
    cron: null,
    payload: '{"a": 1}\nb\n',
    retry: { on: ['5xx', 408] },
  })
})

test('a list, several documents, anchors and merge keys are read', async () => {
  expect(await objectsIn('- &a {name: x, unit: hour}\n- <<: *a\n  name: y')).toEqual([
    { name: 'x', unit: 'hour' },
    { name: 'y', unit: 'hour' },
  ])
  expect(await objectsIn('name: x\n---\n- name: y\n- name: z\n')).toEqual([{ name: 'x' }, { name: 'y' }, { name: 'z' }])
})

test('duplicate names, tags, broken YAML and other values are refused, without an excerpt of the file', async () => {
  const bombs = Array.from({ length: 9 }, (_, at) => `a${at + 1}: &a${at + 1} [${Array(9).fill(`*a${at}`).join(', ')}]`)
  for (const text of [
    'name: a-secret-word\nname: b',
    'header: {A: a-secret-word, A: b}',
    'name: !!js/function a-secret-word',
    'name: "a-secret-word',
    'name: *a-secret-word',
    'a-secret-word',
    '- a-secret-word',
    '- [1]',
    '# nothing',
    '',
    `a0: &a0 [x]\n${bombs.join('\n')}`,
  ]) {
    const error = await objectsIn(text).then(
      () => undefined,
      (thrown) => thrown as Error,
    )
    expect(error?.message).toMatch(/^--file (is|must) /)
    if (!text.includes('*')) expect(error?.message).not.toContain('a-secret-word')
  }
})

test('JSON is told by its first character or the ending of the file', async () => {
  expect(await objectsIn('\ufeff [{"name": "x"}]', 'tasks')).toEqual([{ name: 'x' }])
  expect(await objectsIn('{"name": "x"}', 'tasks.json')).toEqual({ name: 'x' })
  expect(await readTaskFile(await fileOf('name: x', 'no-yaml.json'))).toEqual({ kind: 'one', text: 'name: x' })
  await expect(objectsIn('[1]', 'tasks.json')).rejects.toThrow('--file is not a JSON array of objects')
})

test('an array of tasks is created from YAML and JSON, and printed one per line', async () => {
  const yaml = `- &base\n  ${Object.entries(farTask)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join('\n  ')}\n- <<: *base\n  name: Other`
  const out = await said(service, 'create', '--file', await fileOf(yaml))
  expect(out).toMatch(/^Created [0-9a-f-]{36}: A task, every hour, .*\nCreated [0-9a-f-]{36}: Other, every hour, .*\n$/)
  const made = await json(service, 'create', '--file', await fileOf(JSON.stringify([farTask, farTask]), 'two.json'))
  expect(made).toMatchObject([farTask, farTask])
  expect(await json(service, 'create', '--file', await fileOf('[]', 'none.json'))).toEqual([])
  const piped = await inShell(service, `$DULY_TASK create --file - --json < ${folder}/two.json`)
  expect(JSON.parse(piped.out)).toHaveLength(2)
})

test('an error names the index in the array, and nothing is created', async () => {
  const before = await countTasks()
  const tasks = [farTask, { ...farTask, url: 'nowhere' }, { ...farTask, nme: 'x' }]
  const said = await refusal(service, 1, 'create', '--file', await fileOf(JSON.stringify(tasks), 'wrong.json'))
  expect(said).toMatch(/^duly: The service does not take it:\n {2}\/1\/url .*\n {2}\/2\/nme .*$/)
  const { errors } = JSON.parse(await refusal(service, 1, 'create', '--json', '--file', `${folder}/wrong.json`))
  expect(errors.map(({ path }: { path: string }) => path)).toEqual(['/1/url', '/2/nme'])
  const twice = `[${JSON.stringify(farTask)}, {"name": "a", "name": "b"}]`
  expect(await refusal(service, 1, 'create', '--file', await fileOf(twice, 'twice.json'))).toMatch(/name.*twice/)
  expect(await countTasks()).toBe(before)
})

test('a warning names the index in the array, and the tasks are created', async () => {
  const form = { ...farTask, method: 'POST', payload: 'a=b&c=d' }
  const file = await fileOf(JSON.stringify([farTask, form]), 'form.json')
  const { code, out, err } = await taskCommand(service, 'create', '--file', file)
  expect({ code, lines: out.trimEnd().split('\n').length }).toEqual({ code: 0, lines: 2 })
  expect(err).toMatch(/^warning: The payload of \/1 looks like a form, .*\n$/)
})

test('more than 1,000 tasks are created in several requests, and an error says how many exist already', async () => {
  const before = await countTasks()
  const many = Array.from({ length: 1_002 }, (_, at) => ({ ...farTask, name: at === 1_001 ? '' : `Many ${at}` }))
  const file = await fileOf(JSON.stringify(many), 'many.json')
  const { code, out, err } = await taskCommand(service, 'create', '--file', file)
  expect({ code, lines: out.trimEnd().split('\n').length }).toEqual({ code: 1, lines: 1_000 })
  expect(err).toMatch(/\/1001\/name must be .*\nThe first 1000 tasks of the file have been created\.\n$/)
  expect(await countTasks()).toBe(before + 1_000)
  const key = ['--idempotency-key', 'many-at-once', '--json']
  const valid = await fileOf(JSON.stringify(many.map((one) => ({ ...one, name: 'Same' }))), 'valid.json')
  const first = JSON.parse(await said(service, 'create', '--file', valid, ...key))
  expect(first).toHaveLength(1_002)
  expect(JSON.parse(await said(service, 'create', '--file', valid, ...key))).toEqual(first)
  expect(await countTasks()).toBe(before + 2_002)
})
