import { expect, test } from 'bun:test'
import { readManifests } from '../../../src/import/kubernetes/read-manifests.ts'
import { expectWork, workSoFar } from '../../support/promised.ts'

const job = (name: string, more = '') => `apiVersion: batch/v1
kind: CronJob
metadata: {name: ${name}, namespace: shop}
spec:
  schedule: "0 1 * * *"
${more}`

test('several documents and files, lists and JSON are read, with the lines of their file', () => {
  const { resources, broken } = readManifests([
    { name: 'a.yaml', text: `# jobs\n---\n${job('one')}---\n${job('two')}...\n---\n# nothing\n` },
    {
      name: 'b.json',
      text: JSON.stringify(
        {
          kind: 'List',
          apiVersion: 'v1',
          items: [{ kind: 'CronJob', apiVersion: 'batch/v1', metadata: { name: 'three', uid: 'x' } }],
        },
        null,
        '\t',
      ),
    },
    { name: 'c.yaml', text: 'kind: CronJobList\napiVersion: batch/v1\nitems:\n- metadata:\n    name: four\n' },
  ])
  expect(broken).toEqual([])
  expect(
    resources.map(({ kind, name, file, isFromCluster, ...one }) => [kind, name, file, one.lineOf(), isFromCluster]),
  ).toEqual([
    ['CronJob', 'one', 'a.yaml', 3, false],
    ['CronJob', 'two', 'a.yaml', 9, false],
    ['CronJob', 'three', 'b.json', 5, true],
    ['CronJob', 'four', 'c.yaml', 4, false],
  ])
  const windows = readManifests([{ text: `${job('one')}---\n${job('two')}...\n`.replaceAll('\n', '\r\n') }])
  expect(windows.broken).toEqual([])
  expect(windows.resources.map(({ name }) => name)).toEqual(['one', 'two'])
  expect(resources[1]?.lineOf(['spec', 'schedule'])).toBe(13)
  expect(resources[1]?.lineOf(['spec', 'jobTemplate', 'spec'])).toBe(13)
})

test('a document that cannot be read leaves the others alone', () => {
  const { resources, broken } = readManifests([
    {
      text: `${job('one')}---\n${job('two', '  suspend: {{ .Values.suspend }}\n  x: [\n')}---\n${job('three')}---\nkind: CronJob\nkind: CronJob\n`,
    },
  ])
  expect(resources.map(({ name }) => name)).toEqual(['one', 'three'])
  expect(broken.map(({ source, reason }) => [source, reason.slice(0, 30)])).toEqual([
    ['CronJob', 'There are templates ({{ … }}) '],
    ['CronJob', 'The YAML cannot be read: Map k'],
  ])
})

test.each([
  ['nested', '['.repeat(50_000)],
  ['nested in maps', `kind: CronJob\nspec: ${'{a: '.repeat(20_000)}`],
  [
    'aliases',
    `kind: CronJob\na: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'.replace(/./g, (name) => `${name}: &${name} [${Array(9).fill(`*${String.fromCharCode(name.charCodeAt(0) - 1)}`)}]\n`)}`,
  ],
  ['a tag', 'kind: CronJob\nspec: !!js/function x'],
  ['control characters', 'kind: CronJob\nmetadata: {name: "\u0007\u202e"}\u0000'],
])('%s is no trap', (_, text) => {
  const began = workSoFar()
  readManifests([{ text }])
  expectWork(2_000, began)
})
