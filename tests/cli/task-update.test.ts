import { afterAll, beforeAll, expect, test } from 'bun:test'
import { fieldEntries } from '../../src/task-fields/fields.ts'
import { endEverything } from '../support/process.ts'
import { ask, type Service, startService } from '../support/service.ts'
import { createFarTask, inShell, json, refusal, said } from './task-scene.ts'

afterAll(endEverything)

let service: Service
beforeAll(async () => {
  service = await startService({ env: { SCHEDULER_ENABLED: 'false' } })
})

const read = async (id: string) => (await ask(service, 'GET', `/tasks/${id}`)).body

test('update changes the fields that are given, and prints the task', async () => {
  const task = await createFarTask(service)
  expect(await said(service, 'update', task.id, '--name', 'Renamed', '--retries', '3')).toBe(
    `Updated ${task.id}: Renamed, every hour, next at 2099-01-01T00:00:00Z.\n`,
  )
  expect(await json(service, 'update', task.id, '--payload', 'a body')).toEqual(await read(task.id))
  expect(await read(task.id)).toMatchObject({ name: 'Renamed', retries: 3, payload: 'a body', frequency: 1 })
})

test('every option of a field of create is an option of update', async () => {
  const help = await said(service, 'update', '--help')
  for (const [, { option }] of fieldEntries) if ('flags' in option) expect(help).toContain(option.flags)
})

test('an empty value and --unset clear a field', async () => {
  const fields = { payload: 'x', timeout_seconds: 5, retries: 2, header: { A: '1' } }
  const task = await createFarTask(service, fields)
  await said(service, 'update', task.id, '--payload', '', '--retries', '', '--unset', 'timeout-seconds')
  expect(await read(task.id)).toMatchObject({ payload: null, timeout_seconds: null, retries: 0, header: { A: '1' } })
  await said(service, 'update', task.id, '--unset', 'header')
  expect(await read(task.id)).toMatchObject({ header: {} })
  await said(service, 'update', task.id, '--cron', '0 3 * * *', '--time-zone', 'Europe/Berlin')
  await said(service, 'update', task.id, '--cron', '', '--frequency', '2', '--unit', 'hour')
  expect(await read(task.id)).toMatchObject({ cron: null, time_zone: null, frequency: 2, unit: 'hour' })
})

test('--header sets and --unset header.NAME removes one header, and secret values stay', async () => {
  const task = await createFarTask(service, { header: { Authorization: 'Bearer geheim', 'X-Old': '1', Accept: 'a' } })
  await said(service, 'update', task.id, '--header', 'accept: b', '--header', 'X-New: 2', '--unset', 'header.x-old')
  expect((await read(task.id)).header).toEqual({ Authorization: '********', accept: 'b', 'X-New': '2' })
})

test('--label sets and --unset labels.NAME removes one label', async () => {
  const task = await json(
    service,
    ...['create', '--name', 'x', '--url', 'http://127.0.0.1:9/', '--method', 'GET', '--cron', '0 3 * * *'],
    ...['--label', 'team=billing', '--label', 'Team=a=b', '--label', 'old=', '--key', 'nightly/x'],
  )
  expect(task).toMatchObject({ labels: { team: 'billing', Team: 'a=b', old: '' }, key: 'nightly/x' })
  await said(service, 'update', task.id, '--label', 'team=sales', '--unset', 'labels.old')
  expect((await read(task.id)).labels).toEqual({ team: 'sales', Team: 'a=b' })
  expect(await refusal(service, 2, 'update', task.id, '--label', 'team')).toMatch(
    /--label team must look like team=bill/,
  )
  expect(await refusal(service, 2, 'update', task.id, '--label', 'a=1', '--label', 'a=2')).toMatch(/names a twice/)
})

test('a file has the fields to change, in YAML or JSON', async () => {
  const task = await createFarTask(service)
  for (const [text, expected] of [
    ['retries: 2\nname: no', { retries: 2, name: 'no' }],
    ['{"retries": 1}', { retries: 1, name: 'no' }],
  ] as const) {
    const { code, err } = await inShell(service, `$DULY_TASK update ${task.id} --file - <<< '${text}'`)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(await read(task.id)).toMatchObject(expected)
  }
})

test('an update that cannot be is refused with a sentence', async () => {
  const { id } = await createFarTask(service)
  for (const [args, sentence] of [
    [[id], /Nothing says what to change/],
    [[id, '--unset', 'name'], /--unset name is no field that can be cleared: those are header, payload, /],
    [[id, '--unset', 'retries.x'], /retries has no parts/],
    [[id, '--unset', 'retries', '--retries', '2'], /retries is both set and unset/],
    [[id, '--retries', '2', '--file', 'x.yaml'], /--file is sent unchanged, so all changes must be in the file/],
    [[id, '--timeout-seconds', 'x'], /--timeout-seconds is "x", but/],
  ] as const)
    expect(await refusal(service, 2, 'update', ...args)).toMatch(sentence)
  expect(await refusal(service, 1, 'update', id, '--name', '')).toMatch(/\/name must be a name/)
  const nobody = '01a20cff-120b-72cd-a724-203a0c00e000'
  for (const option of [
    ['--retries', '1'],
    ['--header', 'A: 1'],
  ])
    expect(await refusal(service, 1, 'update', nobody, ...option)).toContain(`has no task ${nobody}`)
})

test('why says what became of a task at a time, or so long ago', async () => {
  const { id } = await createFarTask(service)
  const past = await said(service, 'why', id, '--at', '2h')
  expect(past).toMatch(
    /^not_created: There was no such task at .* UTC: it was created at .* UTC by token \S+( from \S+)?\.\nchange: \S+\n$/,
  )
  expect(await said(service, 'why', id, '--at', '2099-01-01T01:00:00+01:00')).toBe(
    'future: 2099-01-01 00:00 UTC is still to come: it is due then.\n',
  )
  const { reason, next_due_at } = await json(service, 'why', id)
  expect({ reason, next_due_at }).toEqual({ reason: 'not_due', next_due_at: '2099-01-01T00:00:00Z' })
  expect(await refusal(service, 2, 'why', id, '--at', 'yesterday')).toContain('--at must be a time with its offset')
  expect(await refusal(service, 1, 'why', Bun.randomUUIDv7())).toEndWith('duly task list shows those it has.')
})

test('upcoming prints the next times, one per line', async () => {
  const { id } = await createFarTask(service)
  expect(await said(service, 'upcoming', id, '--limit', '2')).toBe('2099-01-01T00:00:00Z\n2099-01-01T01:00:00Z\n')
  expect((await json(service, 'upcoming', id)).upcoming).toHaveLength(5)
})
