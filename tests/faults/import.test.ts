import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { duly, endEverything, temporaryFolder } from '../support/process.ts'
import { type Service, startService } from '../support/service.ts'

afterAll(endEverything)

let service: Service
beforeAll(async () => {
  service = await startService({ env: { SCHEDULER_ENABLED: 'false' } })
})

const folder = temporaryFolder()
const environment = () => ({ DATA_DIR: service.dataDir, DULY_URL: service.base })
const write = async (name: string, text: string) => {
  const path = join(folder, name)
  await Bun.write(path, text)
  return path
}

const jobs = await write(
  'jobs.yaml',
  `apiVersion: batch/v1
kind: CronJob
metadata: {name: reindex, namespace: shop}
spec:
  schedule: "30 2 * * *"
  timeZone: Europe/Berlin
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          containers:
            - name: c
              image: curlimages/curl
              args: [-fsS, -m, "60", -H, "X-Api-Key: $(API_KEY)", -u, "$(NAME):$(PASSWORD)", "https://shop.example/reindex"]
              env:
                - {name: API_KEY, valueFrom: {secretKeyRef: {name: api, key: key}}}
                - {name: NAME, valueFrom: {secretKeyRef: {name: api, key: name}}}
                - {name: PASSWORD, valueFrom: {secretKeyRef: {name: api, key: password}}}
`,
)
const value = 'a-secret-word'
const base64 = (text: string) => Buffer.from(text).toString('base64')
const secrets = await write(
  'secrets.yaml',
  `apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Secret, metadata: {name: api, namespace: shop}, data: {key: ${base64(value)}, name: ${base64('ann')}, password: ${base64(`${value}2`)}, cert: ${base64('a\nb')}}}
`,
)

test('the file of tasks goes to stdout and the report to stderr, or the file to --output, or both as JSON', async () => {
  const plain = await duly(['import', 'cronjob', '-f', jobs, '--set', 'shop-prod'], {})
  expect(plain.code).toBe(0)
  expect(parse(plain.out)).toMatchObject({ set: 'shop-prod', tasks: { 'shop/reindex': { cron: '30 2 * * *' } } })
  expect(plain.err).toStartWith('1 job: 1 ready, ')
  expect(plain.err).toContain(`kubectl patch cronjob -n shop reindex -p '{"spec":{"suspend":true}}'`)
  const output = join(folder, 'tasks.yaml')
  const toFile = await duly(['import', 'cronjob', '-f', jobs, '--set', 'shop-prod', '--output', output], {})
  expect([toFile.out, readFileSync(output, 'utf8')]).toEqual(['', plain.out])
  expect(toFile.err).toContain(`duly apply -f ${output}`)
  const json = await duly(['import', 'cronjob', '-f', jobs, '--json'], {})
  expect([json.code, json.err]).toEqual([0, ''])
  expect(JSON.parse(json.out)).toMatchObject({
    summary: { ready: 1, noted: 0, person: 0, other: 0 },
    jobs: [{ source: 'CronJob shop/reindex', file: jobs, line: 1, state: 'ready' }],
  })
})

test('an input without a job is exit code 1, and wrong usage exit code 2', async () => {
  const empty = await write('empty.yaml', 'kind: Service\n')
  expect(await duly(['import', 'cronjob', '-f', empty], {})).toEqual({
    code: 1,
    out: '',
    err: 'duly: There is no CronJob in the input: see whether it is the right file.\n',
  })
  for (const wrong of [
    ['-f', join(folder, 'missing.yaml')],
    ['-f', jobs, '--set', 'Shop Prod'],
    ['-f', jobs, '--output', join(folder, 'no/such/folder')],
  ])
    expect(await duly(['import', 'cronjob', ...wrong], {})).toMatchObject({ code: 2, out: '' })
})

test('the secrets of a cluster are set by the names that the tasks have, and no value is printed', async () => {
  const set = (...args: string[]) =>
    duly(['secret', 'set', '--from-kubernetes', secrets, '--only-used-in', ...args], environment())
  const tasks = await write('from.yaml', (await duly(['import', 'cronjob', '-f', jobs], {})).out)
  const dry = await set(tasks, '--dry-run')
  expect([dry.code, dry.out.trimEnd().split('\n').length]).toEqual([0, 2])
  expect(dry.out).toContain('Would set the secret SHOP_API_KEY (key key of Secret shop/api).')
  expect(JSON.parse((await duly(['secret', 'list', '--json'], environment())).out)).toEqual([])
  const done = await set(jobs)
  expect(done).toMatchObject({ code: 0, err: '' })
  expect(done.out.replaceAll('Created', 'Would set')).toBe(dry.out)
  const again = await set(tasks, '--json')
  expect(JSON.parse(again.out).secrets.map(({ result }: { result: string }) => result)).toEqual(['changed', 'changed'])
  for (const said of [dry, done, again]) expect(said.out + said.err).not.toContain(value)
})

test('secrets that cannot be set are refused by name, and the others are set', async () => {
  const all = await duly(['secret', 'set', '--from-kubernetes', secrets], environment())
  expect(all.code).toBe(1)
  expect(all.err).toContain('Not set: SHOP_API_CERT (key cert of Secret shop/api) has line ends')
  expect(all.err).toContain('duly: 1 of 4 secrets cannot be set')
  expect(all.out).toContain('the secret SHOP_API_NAME')
  expect(await duly(['secret', 'set', 'X', '--from-kubernetes', secrets], environment())).toMatchObject({ code: 2 })
  expect(await duly(['secret', 'set', 'X', '--dry-run'], environment())).toMatchObject({ code: 2 })
  expect(await duly(['secret', 'set'], environment())).toMatchObject({ code: 2 })
})
