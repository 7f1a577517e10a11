// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of variables in files
import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import fc from 'fast-check'
import { exportFile } from '../../src/cli/client/export-file.ts'
import { keyOfName } from '../../src/cli/client/export-key.ts'
import { readSetFiles } from '../../src/cli/client/set-file.ts'
import { mask } from '../../src/formats/secret-mask.ts'
import { fieldEntries } from '../../src/task-fields/fields.ts'
import type { Task } from '../../src/tasks/model.ts'
import { endEverything, temporaryFolder } from '../support/process.ts'

afterAll(endEverything)

const folder = temporaryFolder()
const defaults = Object.fromEntries(fieldEntries.map(([name, field]) => [name, field.default]))

/** A task as the API returns it. */
const taskWith = (fields: object): Task =>
  ({
    id: '01a20cff-120b-72cd-a724-203a0c00e000',
    ...defaults,
    ...{ name: 'A', url: 'http://x/', method: 'GET', frequency: 1, unit: 'hour', scheduled_at: '2099-01-01T00:00:00Z' },
    ...(fields as Partial<Task>),
  }) as Task

const options = { set: 'shop', variables: false, countOfName: () => 1 }

/** The fields of a task, exported and read again. */
async function again(task: Task, kind: 'yaml' | 'json' = 'yaml') {
  const file = exportFile([{ key: task.key ?? 'k', task }], options)
  const path = join(folder, `tasks.${kind}`)
  await Bun.write(path, kind === 'yaml' ? file.yaml : JSON.stringify(file.value))
  const { tasks } = await readSetFiles([path], undefined, {})
  return { yaml: file.yaml, fields: tasks.get(task.key ?? 'k')?.fields }
}

test('a file has the fields that differ from their defaults, in their order, and keys and headers sorted', () => {
  const { yaml } = exportFile(
    [
      { key: 'b', task: taskWith({ key: 'b', name: 'b' }) },
      {
        key: 'a/x',
        task: taskWith({
          ...{ key: 'a/x', retries: 2, cron: '0 1 * * *', frequency: null, unit: null, method: 'POST' },
          ...{ header: { 'X-B': 'no', Authorization: mask }, payload: '{\n  "a": 1\n}\n', time_zone: 'UTC' },
        }),
      },
    ],
    options,
  )
  expect(yaml).toBe(`set: shop
tasks:
  a/x:
    name: A
    url: http://x/
    method: POST
    header:
      # keeps the value that is stored
      Authorization: "********"
      X-B: "no"
    payload: |
      {
        "a": 1
      }
    cron: 0 1 * * *
    time_zone: UTC
    retries: 2
  b:
    url: http://x/
    method: GET
    frequency: 1
    unit: hour
`)
})

test('any text is read again as it was, and the file cannot move the cursor of a terminal', async () => {
  const characters = fc.constantFrom(
    ...'ab ${}:#-?&*!|>\'"%@`,[]\\\t\n\r\u0085\u2028\u202e\ufeff\x1b\x07é😀\u{e0001}~=<0.1_',
  )
  const text = fc.oneof(
    fc.string({ unit: characters, maxLength: 40 }),
    fc.constantFrom(
      'no',
      '1.10',
      '~',
      '',
      '---',
      '...',
      '- a',
      '${A}',
      '$${secret.A}',
      '<<',
      '0o17',
      '2026-11-24',
      ' a\n\n',
    ),
  )
  await fc.assert(
    fc.asyncProperty(text, text, text, async (name, payload, header) => {
      const given = {
        name,
        payload,
        header: { 'X-A': header },
        labels: { on: name },
        expect: { json: [{ equals: { [name]: payload } }] },
      }
      // A header that refers to a secret without a name cannot be stored.
      fc.pre(!/\$\{secret\.(?![A-Za-z0-9_-]+\})/.test(header))
      for (const kind of ['yaml', 'json'] as const) {
        const { yaml, fields } = await again(taskWith(given), kind)
        expect(fields).toMatchObject(given)
        expect(yaml).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}](?<!\n)/u)
      }
    }),
    { numRuns: 300 },
  )
})

test('secret values are variables to move to another service, each with a name of its own', () => {
  const header = { Authorization: mask, 'X-Team': 'a', 'X-Key': '${secret.KEY}' }
  const file = exportFile(
    [
      { key: 'a/b', task: taskWith({ key: 'a/b', header, secret_url: true, url: `https://x/${mask}` }) },
      { key: 'a-b', task: taskWith({ key: 'a-b', header }) },
    ],
    { ...options, variables: true },
  )
  expect(file.value.tasks['a/b']).toMatchObject({
    url: '${A_B_URL}',
    header: { Authorization: '${A_B_AUTHORIZATION_2}', 'X-Team': 'a', 'X-Key': '${secret.KEY}' },
  })
  expect(file.variables).toEqual([
    { name: 'A_B_AUTHORIZATION', of: 'header Authorization of a-b' },
    { name: 'A_B_URL', of: 'URL of a/b' },
    { name: 'A_B_AUTHORIZATION_2', of: 'header Authorization of a/b' },
  ])
})

test('comments say what needs a person, and a name in them stays in its line', () => {
  const tasks = [
    { key: 'x', task: { ...taskWith({ name: 'x\n# y\u202e' }), set: { name: 'other' } } },
    { key: 'y', task: taskWith({ name: 'twice', tls_profile: 'internal' }) },
  ]
  const { yaml } = exportFile(tasks, {
    set: undefined,
    variables: false,
    countOfName: (name) => (name === 'twice' ? 2 : 1),
  })
  expect(yaml.split('\n').filter((line) => line.trim().startsWith('#'))).toEqual([
    '# Name the set here (set: NAME), or with --set NAME.',
    '  # Belongs to the task set other: a plan of another set is refused.',
    '  # Has no key: --adopt finds it by its name, and gives it this one.',
    '  # Has no key, and 2 tasks have this name: give it the key first (duly task update 01a20cff-120b-72cd-a724-203a0c00e000 --key y).',
    '  # Needs the TLS profile internal.',
  ])
})

test('a key is made of a name, and is unique', () => {
  expect(keyOfName('Réports – Nightly (EU)', new Set())).toBe('reports-nightly-eu')
  expect(keyOfName('本', new Set(['task', 'task-2']))).toBe('task-3')
  expect(keyOfName('x'.repeat(300), new Set())).toHaveLength(100)
})
