// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of variables in files
import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { readSetFiles, requireSetName } from '../../src/cli/client/set-file.ts'
import { escapeVariables, fillIn } from '../../src/cli/client/set-variables.ts'
import { endEverything, temporaryFolder } from '../support/process.ts'

afterAll(endEverything)

const folder = temporaryFolder()

/** Writes files and reads them as one set. */
async function read(files: Readonly<Record<string, string>> | string, variables = {}, given?: string) {
  const texts = typeof files === 'string' ? { 'tasks.yaml': files } : files
  for (const [name, text] of Object.entries(texts)) await Bun.write(join(folder, name), text)
  return readSetFiles(
    Object.keys(texts).map((name) => join(folder, name)),
    given,
    variables,
  )
}

/** The message with which files are refused, with file names alone. */
async function refusal(...args: Parameters<typeof read>): Promise<string> {
  const error = await read(...args).then(
    () => undefined,
    (thrown) => thrown as Error,
  )
  expect(error).toBeDefined()
  return (error as Error).message.replaceAll(`${folder}/`, '')
}

const fieldsOf = async (...args: Parameters<typeof read>) =>
  Object.fromEntries([...(await read(...args)).tasks].map(([key, { fields }]) => [key, fields]))

test('a set has its name, its defaults, its tasks by key and what was moved', async () => {
  const text = `
set: shop-prod
defaults: {time_zone: Europe/Berlin, timeout_seconds: 60, header: {X-Team: shop, Accept: '*/*'}, labels: {a: b}}
tasks:
  reports/nightly:
    url: https://example.com/
    cron: 30 2 * * *
    header: {accept: text/plain, Authorization: "Bearer \${secret.SHOP_TOKEN}"}
    labels: {c: "1"}
  once: {scheduled_at: '2099-01-01T00:00:00Z', timeout_seconds: null}
moved: [{from: old/key, to: reports/nightly}]
`
  const { set, tasks, moved } = await read(text)
  expect(set).toBe('shop-prod')
  expect(moved).toMatchObject([{ from: 'old/key', to: 'reports/nightly' }])
  expect(tasks.get('reports/nightly')?.fields).toEqual({
    time_zone: 'Europe/Berlin',
    timeout_seconds: 60,
    url: 'https://example.com/',
    cron: '30 2 * * *',
    header: { 'X-Team': 'shop', accept: 'text/plain', Authorization: 'Bearer ${secret.SHOP_TOKEN}' },
    labels: { a: 'b', c: '1' },
  })
  expect(tasks.get('once')?.fields).toEqual({
    scheduled_at: '2099-01-01T00:00:00Z',
    timeout_seconds: null,
    header: { 'X-Team': 'shop', Accept: '*/*' },
    labels: { a: 'b' },
  })
  expect(tasks.get('reports/nightly')?.placeOf('/header/Authorization').line).toBe(8)
  expect(tasks.get('reports/nightly')?.placeOf('/timeout_seconds').line).toBe(3)
})

test('files and documents of one set are put together, each with its own defaults', async () => {
  const files = {
    'a.yaml': 'set: shop\ndefaults: {retries: 1}\ntasks: {a: {}}\n---\ntasks: {b: {}}',
    'c.json': '{\n\t"set": "shop",\n\t"tasks": {\n\t\t"c": {"url": "http:\\/\\/x\\ud83d\\ude00"}\n\t}\n}\n',
  }
  expect(await fieldsOf(files)).toEqual({ a: { retries: 1 }, b: {}, c: { url: 'http://x😀' } })
  expect(await refusal({ ...files, 'd.yaml': 'set: store\ntasks:' })).toBe(
    'd.yaml:1: set is store, and shop in a.yaml:1: one command handles one set',
  )
  expect((await read({ ...files, 'd.yaml': 'set: store\ntasks:' }, {}, 'both')).set).toBe('both')
})

test('a key that stands twice is refused with both places, in one file and across files', async () => {
  expect(await refusal({ 'a.yaml': 'tasks:\n  x: {}\n', 'b.yaml': 'tasks:\n\n  x: {}\n' })).toBe(
    'b.yaml:3: x: has the same key as the task in a.yaml:2',
  )
  expect(await refusal('tasks:\n  x: {}\n  x: {}\n')).toBe('tasks.yaml:3: x: stands twice: first in line 2')
  expect(await refusal('tasks:\n  x: {retries: 1,\n    "retries": 2}')).toBe(
    'tasks.yaml:3: x: retries stands twice: first in line 2',
  )
  expect(await refusal('tasks: {}\ntasks: {}')).toBe('tasks.yaml:2: tasks stands twice: first in line 1')
})

test('words that YAML 1.1 reads as something else are texts, and numbers that are ambiguous are refused', async () => {
  const words = ['no', 'on', 'Yes', '12:30', '2026-11-24', '1_000', '0b1', 'y']
  const tasks = words.map((word, at) => `  k${at}: {name: ${word}}`).join('\n')
  expect(Object.values(await fieldsOf(`tasks:\n${tasks}`)).map(({ name }) => name as string)).toEqual(words)
  for (const number of ['0o17', '010', '0x1F', '.inf', '-.inf', '.nan', '12345678901234567890'])
    expect(await refusal(`tasks:\n  a:\n    retries: ${number}`)).toMatch(
      /^tasks\.yaml:3: a: retries (is|must be) a number/,
    )
  expect(await refusal('tasks:\n  a:\n    header: {X-Version: 1.10, X-On: true, X-None: }')).toBe(
    `The files cannot be used:
tasks.yaml:3: a: header.X-Version must be a text, and is a number: put it in quotes
tasks.yaml:3: a: header.X-On must be a text, and is a boolean: put it in quotes
tasks.yaml:3: a: header.X-None must be a text, and is nothing: put it in quotes`,
  )
  expect(await refusal('tasks:\n  a:\n    name: 1.10\n    cron: {a: 1}\n    payload: [1]\n    retries: 1')).toBe(
    `The files cannot be used:
tasks.yaml:3: a: name must be a text, and is a number: put it in quotes
tasks.yaml:4: a: cron must be a text, and is a mapping or a list: write it as a text, behind a | or in quotes
tasks.yaml:5: a: payload must be a text, and is a mapping or a list: write it as a text, behind a | or in quotes`,
  )
  expect(await fieldsOf('tasks: {1.10: {}, 2024: {}, __proto__: {header: {__proto__: x}}}')).toEqual(
    JSON.parse('{"1.10": {}, "2024": {}, "__proto__": {"header": {"__proto__": "x"}}}'),
  )
})

test('fields that a set does not have are refused by name and line', async () => {
  const text = `tasks:
  a: {id: x}
  b: {key: x}
  c: {cron: 0 1 * * *, scheduled_at: '2099-01-01T00:00:00Z'}
  d: {timezone: UTC}
  e: {nme: UTC}
  f: [1]
  G: {}
defaults: {name: x}
other: 1
`
  expect((await refusal(text)).split('\n')).toEqual([
    'The files cannot be used:',
    'tasks.yaml:10: other is not known here: a file has set, defaults, tasks and moved. Tasks stand under tasks:, by key',
    'tasks.yaml:9: defaults.name cannot be a default: each task has its own',
    'tasks.yaml:2: a: id cannot be stated: the key before the task names it',
    'tasks.yaml:3: b: key cannot be stated: the key before the task names it',
    'tasks.yaml:4: c: scheduled_at is for tasks that run once: the next time of a repeating task is not part of a set',
    'tasks.yaml:5: d: timezone is not a field of a task: write time_zone',
    'tasks.yaml:6: e: nme is not a field of a task',
    'tasks.yaml:7: f: must be a mapping of fields, such as {url: https://…, method: POST, cron: 30 2 * * *}',
    'tasks.yaml:8: G: must be a key of 1 to 200 of the characters a-z, 0-9, ., _, - and /, with something before and after each /',
  ])
})

test('variables are filled in inside texts, and one that is not set is refused by file and line', async () => {
  const text =
    'tasks:\n  a:\n    url: ${BASE}/x\n    payload: |\n      ${EMPTY}$${BASE}${secret.A}$1 $${secret.B}\n    header: {A: "${T}$${secret.B}$${x}"}\n'
  expect(await fieldsOf(text, { BASE: 'https://a: b', EMPTY: '', T: '${BASE}' })).toEqual({
    a: {
      url: 'https://a: b/x',
      payload: '${BASE}${secret.A}$1 ${secret.B}\n',
      header: { A: '${BASE}$${secret.B}${x}' },
    },
  })
  expect(await refusal(text, { EMPTY: '', T: 'a-secret-word' })).toBe(
    'tasks.yaml:3: a: url needs the variable BASE, which is not set: set it, or write $${ for the text ${ itself',
  )
  expect(await refusal('tasks:\n  a: {url: "${a-b}"}')).toContain('tasks.yaml:2: a: url has a ${ without the name of')
})

test('a text that is escaped is filled in as itself', () => {
  for (const text of ['${A}', '$${A}', '$$${A}', '${secret.A}', '$${secret.A}', '${', '$', '{}', '${}', '$$$', '${A'])
    for (const isHeader of [true, false])
      expect(fillIn(escapeVariables(text, isHeader), {}, isHeader)).toEqual({ text, faults: [] })
})

test('bombs, endless aliases, deep nesting, tags and broken files are refused in a moment, without an excerpt', async () => {
  const bomb = Array.from(
    { length: 9 },
    (_, at) => `  a${at + 1}: &a${at + 1} [${Array(9).fill(`*a${at}`).join(', ')}]`,
  )
  for (const text of [
    `tasks:\n  a0: &a0 [a-secret-word]\n${bomb.join('\n')}`,
    'tasks: &a\n  b: *a',
    `tasks: ${'['.repeat(20_000)}`,
    `tasks: ${'{a: '.repeat(200)}${'}'.repeat(200)}`,
    'tasks: {a: !!js/function a-secret-word}',
    'tasks: "a-secret-word',
    'tasks: *a-secret-word',
    'a-secret-word',
    'tasks: {[1]: 2}',
    'tasks: {<<: a-secret-word}',
    '# nothing',
    '',
    '[]',
    'tasks: [a-secret-word]',
    'moved: {a-secret-word: x}',
  ]) {
    const message = await refusal(text)
    expect(message).toMatch(/^(The files cannot be used:\n)?tasks\.yaml:\d+: /)
    expect(message).not.toContain('a-secret-word')
  }
})

test('control characters of a file cannot move the cursor', async () => {
  expect(await refusal('tasks:\n  "a\\u202e\\0\\e[2J": {}\n')).toContain('a\\u{202e}\\x00\\x1b[2J: must be a key')
})

test('anchors and merge keys are read, and what a task states itself counts more', async () => {
  expect(
    await fieldsOf(
      'tasks:\n  a: &a {retries: 1, unit: day}\n  b: {retries: 2, <<: *a}\n  c: {<<: [*a, {status: paused}]}',
    ),
  ).toEqual({
    a: { retries: 1, unit: 'day' },
    b: { retries: 2, unit: 'day' },
    c: { retries: 1, unit: 'day', status: 'paused' },
  })
})

test('a manifest of Kubernetes in place of a file of tasks is told by itself, with the command that reads it', async () => {
  expect(await refusal('apiVersion: v1\nkind: List\nmetadata: {}\nitems: []\n')).toBe(
    'tasks.yaml:1: this is a manifest of Kubernetes. Make a file of tasks of its CronJobs with: duly import cronjob',
  )
})

test('a name that no task set can have is refused before the service is asked', async () => {
  const named = async (name: string) =>
    requireSetName(await read(`set: ${name}\ntasks: {a: {url: 'http://x.example/'}}\n`))
  expect(await named('shop-prod')).toBe('shop-prod')
  expect(await named('Shop_Prod').catch(String)).toContain(
    'The name of the set (set: in the file, or --set) must be 1 to 63',
  )
})
