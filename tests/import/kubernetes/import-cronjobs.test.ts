// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of references
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import fc from 'fast-check'
import { checkResult } from '../../../src/import/check-result.ts'
import { stateOf } from '../../../src/import/job-state.ts'
import { importCronJobs } from '../../../src/import/kubernetes/import-cronjobs.ts'
import { suspendCommands } from '../../../src/import/kubernetes/suspend-commands.ts'
import { taskFields, writeTasksFile } from '../../../src/import/tasks-file.ts'

const text = await Bun.file(join(import.meta.dir, 'shapes.yaml')).text()
const result = checkResult(importCronJobs([{ name: 'shapes.yaml', text }]))
const jobs = new Map(result.jobs.map((job) => [job.source.replace('CronJob shop/', ''), job]))
const lineOf = (words: string) => text.slice(0, text.indexOf(words)).split('\n').length
const tasksOf = (name: string): Record<string, unknown>[] =>
  (jobs.get(name)?.tasks ?? []).map((task) => ({ key: task.key, ...taskFields(task) }))

test('every CronJob of the shapes is what it should be', () => {
  expect(Object.fromEntries([...jobs].map(([name, job]) => [name, stateOf(job)]))).toEqual({
    'entry-point': 'ready',
    'block-scalar': 'noted',
    'basic-auth': 'noted',
    'escaped-json': 'noted',
    'two-containers': 'noted',
    'busybox-wget': 'noted',
    'secret-in-path': 'person',
    insecure: 'person',
    'token-file': 'person',
    'mounted-secret': 'ready',
    'mounted-script': 'ready',
    'init-first': 'person',
    'local-host': 'person',
    proxied: 'person',
    'unknown-entry-point': 'person',
    'unset-variable': 'person',
    'service-variable': 'person',
    parallel: 'person',
    backup: 'other',
    'own-program': 'other',
  })
})

test('limits, schedules and labels become fields of the task', () => {
  expect(tasksOf('entry-point')).toEqual([
    {
      key: 'shop/entry-point',
      url: 'http://vectors.shop.svc.cluster.local:8000/v1/compact',
      method: 'POST',
      header: { 'X-API-Key': '${secret.SHOP_VECTORS_API_KEY}' },
      expect: { status: ['2xx', '3xx'] },
      cron: '0 4 * * *',
      time_zone: 'Etc/UTC',
      timeout_seconds: 900,
      labels: { namespace: 'shop' },
    },
  ])
  expect(tasksOf('block-scalar')).toMatchObject([
    {
      timeout_seconds: 300,
      retries: 5,
      retry: { min_backoff_seconds: 10, max_backoff_seconds: 360, on: ['no_answer'] },
    },
  ])
  expect(tasksOf('mounted-script')).toMatchObject([
    { method: 'PUT', status: 'paused', late_limit_seconds: 300, timeout_seconds: 60 },
  ])
  expect(tasksOf('busybox-wget')).toMatchObject([
    { method: 'GET', timeout_seconds: 3600, cron: '0 * * * *', retries: 1 },
  ])
  expect(tasksOf('two-containers').map(({ key, url }) => [key, url])).toEqual([
    ['shop/two-containers/one', 'http://one.example.test/ping'],
    ['shop/two-containers/two', 'http://two.example.test/ping'],
  ])
})

test('a reason names what is not known, on its line', () => {
  const reasonsOf = (name: string) => (jobs.get(name)?.reasons ?? []).map(({ text }) => text).join(' ')
  expect(reasonsOf('init-first')).toContain('init container wait')
  expect(reasonsOf('local-host')).toContain('the pod itself')
  expect(reasonsOf('proxied')).toContain('HTTPS_PROXY')
  expect(reasonsOf('unknown-entry-point')).toContain('registry.example.com:5000/tools/http:1')
  expect(reasonsOf('unset-variable')).toContain('BASE_URL')
  expect(reasonsOf('service-variable')).toContain('API_SERVICE_HOST')
  expect(reasonsOf('parallel')).toContain('parallelism is 3')
  expect(reasonsOf('secret-in-path')).toContain('secret')
  expect(jobs.get('parallel')?.reasons[0]?.line).toBe(lineOf('parallelism: 3'))
  expect(jobs.get('init-first')?.reasons[0]?.line).toBe(lineOf('initContainers:'))
})

test('CronJobs that are tasks now have a command that suspends them, and one that takes it back', () => {
  const { suspend, resume } = suspendCommands(result.jobs)
  expect(suspend[0]).toBe(`kubectl patch cronjob -n shop entry-point -p '{"spec":{"suspend":true}}'`)
  expect(resume[0]).toBe(`kubectl patch cronjob -n shop entry-point -p '{"spec":{"suspend":false}}'`)
  // Those that need a person, make no request, or are suspended already are not in the list.
  expect(suspend).toHaveLength(7)
})

test('no input makes an importer fail, however broken', () => {
  const words = text.split(/(?<=[\s:{}[\]",])/)
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 5 })), { maxLength: 60 }),
      fc.nat(text.length),
      fc.nat(400),
      (pieces, at, length) => {
        const broken = text.slice(at, at + 2_000).replace(text.slice(at + 100, at + 100 + length), pieces.join(''))
        const found = checkResult(importCronJobs([{ text: `apiVersion: batch/v1\nkind: CronJob\n${broken}` }]))
        writeTasksFile(found, { set: 'x', command: 'x' })
      },
    ),
    { numRuns: 60 },
  )
})

/** Imports one CronJob whose container has these fields. */
function importContainer(container: object, pod: object = {}) {
  const job = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'job', namespace: 'shop' },
    spec: {
      schedule: '0 1 * * *',
      timeZone: 'Etc/UTC',
      jobTemplate: {
        spec: {
          activeDeadlineSeconds: 60,
          template: { spec: { ...pod, containers: [{ name: 'c', image: 'curlimages/curl', ...container }] } },
        },
      },
    },
  }
  const [found] = checkResult(importCronJobs([{ text: JSON.stringify(job) }])).jobs
  if (!found) throw new Error('no job')
  return {
    state: stateOf(found),
    said: [...found.reasons, ...found.notes].map(({ text }) => text).join(' '),
    tasks: found.tasks,
  }
}
const script = (text: string) => ({ command: ['sh', '-c', text] })

test('the call that ends a sidecar is left out, and a sidecar of a mesh is passed over', () => {
  const end = 'curl -fsS -X POST http://localhost:15020/quitquitquit'
  for (const text of [`curl -f http://api/x && ${end}`, `trap "${end}" EXIT\ncurl -f http://api/x`]) {
    const { state, said, tasks } = importContainer(script(text))
    expect({ text, state, urls: tasks.map(({ request }) => request.url) }).toEqual({
      text,
      state: 'noted',
      urls: [['http://api.shop.svc.cluster.local/x']],
    })
    expect(said).toContain('ends the sidecar')
  }
})

test.each<[string, object, string, string]>([
  [
    'a program that makes requests in its own way',
    { command: ['http', 'POST', 'api/x'] },
    'person',
    'http is not read',
  ],
  ['code of an interpreter', { command: ['python3', '-c', 'get("http://api")'] }, 'person', 'python3 is not read'],
  ['a program without a URL', { command: ['php', 'artisan', 'schedule:run'] }, 'other', ''],
  ['a command of one word', { command: ['curl -s http://api'] }, 'person', 'one word'],
  [
    'a variable that no shell fills',
    { args: ['-f', '-H', 'X: ${TOKEN}', 'http://api'] },
    'person',
    '${TOKEN} is sent as it is',
  ],
  ['a number as an argument', { args: ['-m', 5, 'http://api'] }, 'person', 'lists of strings'],
  [
    'a value that only the pod knows',
    {
      args: ['-f', 'http://api/$(POD)'],
      env: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    },
    'person',
    'metadata.name',
  ],
  [
    'a command that looks like a variable',
    { ...script('curl -f -H "X: $(hostname)" http://api'), envFrom: [{ secretRef: { name: 'k' } }] },
    'person',
    'hostname runs',
  ],
  [
    'a payload with a secret',
    {
      args: ['-f', '-d', 'a=$(KEY)', 'http://api'],
      env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'k', key: 'k' } } }],
    },
    'person',
    'payload contains a secret',
  ],
  [
    'a proxy that the host is excepted from',
    {
      args: ['-f', 'https://api.example.com/'],
      env: [
        { name: 'HTTPS_PROXY', value: 'http://p:1' },
        { name: 'NO_PROXY', value: 'x,.example.com' },
      ],
    },
    'ready',
    '',
  ],
])('%s', (_, container, state, said) => {
  const found = importContainer(container)
  expect(found.state as string).toBe(state)
  expect(found.said).toContain(said)
})

test('two keys that would share a name have names of their own, and a key that is used twice has one', () => {
  const env = ['a-b', 'a_b', 'a-b'].map((key, at) => ({
    name: `K${at}`,
    valueFrom: { secretKeyRef: { name: 'keys', key } },
  }))
  const { tasks } = importContainer({
    args: ['-f', '-H', 'A: $(K0)', '-H', 'B: $(K1)', '-H', 'C: $(K2)', 'http://api'],
    env,
  })
  const names = Object.values(tasks[0]?.request.header ?? {}).map((value) => (value[0] as { name: string }).name)
  expect(names[0]).toMatch(/^SHOP_KEYS_A_B_[0-9A-F]{8}$/)
  expect(names[1]).toMatch(/^SHOP_KEYS_A_B_[0-9A-F]{8}$/)
  expect([names[0] === names[1], names[0] === names[2]]).toEqual([false, true])
})
