// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of shells
import { expect, test } from 'bun:test'
import { importCronJobs } from '../../../src/import/kubernetes/import-cronjobs.ts'

const job = (
  command: readonly string[],
  { container = {}, spec = {}, metadata = {} }: { container?: object; spec?: object; metadata?: object } = {},
) => {
  const containers = [{ name: 'job', image: 'curlimages/curl', command, ...container }]
  const manifest = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'x', namespace: 'shop', ...metadata },
    spec: { schedule: '0 3 * * *', ...spec, jobTemplate: { spec: { template: { spec: { containers } } } } },
  }
  const [found] = importCronJobs([{ text: JSON.stringify(manifest) }]).jobs
  const texts = (remarks: readonly { readonly text: string }[] = []) => remarks.map(({ text }) => text).join('\n')
  return { reasons: texts(found?.reasons), notes: texts(found?.notes), isOther: found?.isOther }
}
const curl = ['curl', '-f', 'http://api/x']

test('what a container does besides its command needs a person', () => {
  expect(job(curl).reasons).toBe('')
  const hook = { lifecycle: { postStart: { httpGet: { path: '/hook', port: 80 } } } }
  expect(job(curl, { container: hook }).reasons).toContain('postStart')
  const atEnd = { lifecycle: { preStop: { exec: { command: ['true'] } } } }
  expect(job(curl, { container: atEnd }).reasons).toBe('')
})

test('a suspend that is no boolean needs a person', () => {
  expect(job(curl, { spec: { suspend: 'true' } }).reasons).toContain('suspend is "true"')
  expect(job(curl, { spec: { suspend: null } }).reasons).toBe('')
})

test('a variable that a script sends unexpanded is told', () => {
  const script = (quoted: string) => job(['sh', '-c', `curl -f -H ${quoted} http://api/x`])
  expect(script("'X-Key: ${KEY}'").notes).toContain('${KEY} is sent as it is')
  expect(script('"X-Key: b"').notes).not.toContain('as it is')
  const words = ['curl', '-f', '-H', 'X-Key: $KEY', 'http://api/x']
  expect(job(words).reasons).toContain('$KEY is sent as it is')
  expect(job(words, { metadata: { uid: 'x' } })).toMatchObject({ reasons: '', notes: expect.stringContaining('$KEY') })
})

test('a request that is written by hand is no job without requests', () => {
  expect(job(['sh', '-c', "printf 'GET /x HTTP/1.0\\r\\n\\r\\n' | nc api 80"]).reasons).toContain('nc is not read')
  expect(job(['sh', '-c', 'exec 3<>/dev/tcp/api/80; echo "GET /x HTTP/1.1" >&3']).isOther).toBe(false)
  expect(job(['sh', '-c', 'nc -z db 5432']).isOther).toBe(true)
})

test('what is no CronJob but runs by a schedule, or is misspelt, is told', () => {
  for (const kind of ['CronWorkflow', 'PingSource', 'Cronjob'])
    expect(importCronJobs([{ text: `apiVersion: x/v1\nkind: ${kind}\nmetadata: {name: p}\n` }]).jobs).toMatchObject([
      { reasons: [{ text: expect.stringContaining('is not a CronJob of Kubernetes') }] },
    ])
})
