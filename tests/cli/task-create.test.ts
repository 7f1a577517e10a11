import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { endEverything, temporaryFolder } from '../support/process.ts'
import { ask, type Service, startService } from '../support/service.ts'
import { farTask, inShell, json, refusal, said } from './task-scene.ts'

afterAll(endEverything)

let service: Service
beforeAll(async () => {
  service = await startService({ env: { SCHEDULER_ENABLED: 'false' } })
})

const target = ['--name', 'Made', '--url', 'http://127.0.0.1:9/', '--method', 'post']
const hourly = ['--frequency', '1', '--unit', 'hour', '--scheduled-at', '2099-01-01T00:00:00Z']

test('every field has an option', async () => {
  const made = await json(
    service,
    ...['create', ...target, ...hourly, '--status', 'paused', '--timeout-seconds', '7', '--retries', '3'],
    ...['--header', 'Accept: text/plain; q=1', '--header', 'X-Empty:', '--payload', 'a text: - @'],
  )
  const { body } = await ask(service, 'GET', `/tasks/${made.id}`)
  expect(body).toEqual(made)
  expect(made).toMatchObject({
    name: 'Made',
    url: 'http://127.0.0.1:9/',
    method: 'POST',
    header: { Accept: 'text/plain; q=1', 'X-Empty': '' },
    payload: 'a text: - @',
    status: 'paused',
    scheduled_at: '2099-01-01T00:00:00Z',
    frequency: 1,
    unit: 'hour',
    timeout_seconds: 7,
    retries: 3,
  })
})

test('prints the task that was created and its next run', async () => {
  expect(await said(service, 'create', ...target, ...hourly)).toMatch(
    /^Created [0-9a-f-]{36}: Made, every hour, next at 2099-01-01T00:00:00Z\.\n$/,
  )
  expect(await said(service, 'create', ...target, ...hourly, '--status', 'disabled')).toMatch(
    /: Made, every hour, disabled, so it does not run\.\n$/,
  )
})

test('without a method it is GET, and the help says so and what is required', async () => {
  const made = await json(service, 'create', ...target.slice(0, 4), ...hourly)
  expect((await ask(service, 'GET', `/tasks/${made.id}`)).body).toMatchObject({ name: 'Made', method: 'GET' })
  const help = (await said(service, 'create', '--help')).replace(/\s+/g, ' ')
  for (const words of [
    ...['name of 1 to 200 characters (required)', 'http or https URL to call (required)', 'OPTIONS (default: GET)'],
    ...['(required: this, --cron, or --scheduled-at alone)', '(required with --frequency)'],
  ])
    expect(help).toContain(words)
  expect((await said(service, 'update', '--help')).replace(/\s+/g, ' ')).not.toContain('(required)')
  // What a file holds is sent as it is.
  const { method, ...without } = farTask
  const folder = temporaryFolder()
  await Bun.write(join(folder, 'without.json'), JSON.stringify(without))
  expect(await refusal(service, 1, 'create', '--file', `${folder}/without.json`)).toContain('/method is required')
})

test('cron and a time zone are sent', async () => {
  const made = await json(service, 'create', ...target, '--cron', '30 2 * * MON-FRI', '--time-zone', 'Europe/Berlin')
  expect(made).toMatchObject({ cron: expect.any(String), time_zone: 'Europe/Berlin', frequency: null })
  expect(await said(service, 'get', made.id)).toContain('\nSchedule  at 02:30 on weekdays, Europe/Berlin\n')
})

test('the payload and the whole body can be read from a file or stdin, and bytes are sent unchanged', async () => {
  const folder = temporaryFolder()
  const payload = '\ufeff{"a": "ü\r\n🐘"}\n'
  await Bun.write(join(folder, 'payload'), payload)
  expect((await json(service, 'create', ...target, ...hourly, '--payload', `@${folder}/payload`)).payload).toBe(payload)
  const flags = '--name Made --url http://127.0.0.1:9/ --method POST --frequency 1 --unit hour --json'
  const piped = await inShell(service, `$DULY_TASK create ${flags} --payload - < ${folder}/payload`)
  expect(JSON.parse(piped.out).payload).toBe(payload)
  await Bun.write(join(folder, 'task.json'), JSON.stringify({ ...farTask, name: 'As it stands' }))
  expect(await json(service, 'create', '--file', `${folder}/task.json`)).toMatchObject({
    ...farTask,
    name: 'As it stands',
  })
  const fromStdin = await inShell(service, `$DULY_TASK create --file - --json < ${folder}/task.json`)
  expect(JSON.parse(fromStdin.out).name).toBe('As it stands')
})

test('with an idempotency key a repeat returns the same task, and another body is refused', async () => {
  const create = ['create', ...target, ...hourly, '--idempotency-key', 'once-only']
  expect(await json(service, ...create)).toEqual(await json(service, ...create))
  expect(await refusal(service, 1, ...create, '--retries', '1')).toMatch(/^duly: .*Idempotency-Key/)
})

test('invalid fields are reported one by one', async () => {
  expect(await refusal(service, 1, 'create', '--name', 'x', '--frequency', '0')).toMatch(
    /^duly: The service does not take it:\n( {2}\/\w+ .*\n)+ {2}\/\w+ .*$/,
  )
  const folder = temporaryFolder()
  await Bun.write(join(folder, 'broken'), '{')
  expect(await refusal(service, 1, 'create', '--file', `${folder}/broken`)).toMatch(/^duly: .*JSON/)
  const hostile = { ...farTask, 'no\u001b[2Jsuch\u202e': 1 }
  await Bun.write(join(folder, 'hostile'), JSON.stringify(hostile))
  const said = await refusal(service, 1, 'create', '--file', `${folder}/hostile`)
  expect(said).toContain('no\\x1b[2Jsuch\\u{202e}')
  expect(said).not.toContain('\u001b')
})

test('wrong usage is exit code 2, and nothing is sent', async () => {
  const before = (await ask(service, 'GET', '/tasks')).body.length
  const folder = temporaryFolder()
  await Bun.write(join(folder, 'latin1'), new Uint8Array([0xe4]))
  await Bun.write(join(folder, 'large'), new Uint8Array(70_000_000))
  const valid = ['create', ...target, ...hourly]
  for (const [args, sentence] of [
    [['create'], /Nothing says what to create: give --name/],
    [[...valid, '--retries', 'many'], /--retries is "many", but it must be a whole number from 0 to/],
    [[...valid, '--frequency', '-1'], /--frequency is "-1", but/],
    [
      [...valid, '--expect', '2xx'],
      /--expect must be JSON, such as '{"status": \["2xx", 304\], "contains": "done"}'\.$/,
    ],
    [[...valid, '--secret-url', 'yes'], /--secret-url must be true or false\.$/],
    [[...valid, '--header', 'a-secret-word'], /--header must look like 'Name: value'/],
    [[...valid, '--header', 'A: 1', '--header', 'A: 2'], /--header names A twice/],
    [[...valid, '--file', 'x.json'], /--file is sent unchanged, so name, url, method, .* must be in the file/],
    [[...valid, '--payload', `@${folder}/none`], /--payload cannot read ".*none" \(ENOENT\)/],
    [[...valid, '--payload', `@${folder}/latin1`], /--payload is not UTF-8 text/],
    [['create', '--file', `${folder}/large`], /--file is larger than 64 MiB/],
    [['create', '--file', folder], /--file cannot read/],
    [[...valid, '--idempotency-key', 'a b'], /--idempotency-key must be 1 to 255 visible ASCII/],
  ] as const) {
    const text = await refusal(service, 2, ...args)
    expect(text).toMatch(sentence)
    expect(text).not.toContain('a-secret-word')
  }
  expect((await ask(service, 'GET', '/tasks')).body).toHaveLength(before)
})
