import { afterAll, beforeAll, expect, test } from 'bun:test'
import { insertChannel, openTestAlerts } from '../support/alerts.ts'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'
import { duly, endEverything } from '../support/process.ts'
import { startReplica } from '../support/replica.ts'
import type { Service } from '../support/service.ts'

afterAll(endEverything)

let account: Account
let service: Service
let task: string
beforeAll(async () => {
  await emptyDatabase()
  account = await createAccount()
  service = await startReplica(account, { env: { SCHEDULER_ENABLED: 'false' } })
  task = (await createTask(account, { key: 'reports/nightly', name: 'Nightly report' })).id
})

const run = (...args: string[]) =>
  duly(args, { DULY_URL: service.base, SERVICE_ID: account.id, SERVICE_TOKEN: account.token })

test('alerts are listed as lines with tabs, shown, and muted until a time or for a while', async () => {
  const [id = ''] = await openTestAlerts(account.id, { task_ids: [task], error: 'it\u202e failed' })
  const { code, out, err } = await run('alert', 'list', '--state', 'open', '--task', 'reports/nightly')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out.trimEnd().split('\t')).toEqual([
    ...[id, 'open', 'failing', expect.any(String), 'task 000001', 'api:443', '-', 'it\\u{202e} failed'],
  ])
  expect((await run('alert', 'get', id)).out).toContain('kind            failing\nstate           open\n')
  const until = '2100-01-01T00:00:00Z'
  expect((await run('alert', 'mute', id, '--until', until)).out).toBe(`The alert ${id} is muted until ${until}.\n`)
  expect(JSON.parse((await run('alert', 'list', '--state', 'muted', '--json')).out)).toMatchObject([
    { id, muted_until: until },
  ])
  expect((await run('alert', 'mute', id, '--end')).out).toBe(`The alert ${id} is not muted.\n`)
  const { muted_until } = JSON.parse((await run('alert', 'mute', id, '--for', '2h', '--json')).out)
  expect(Date.parse(muted_until) - Date.now()).toBeWithin(7_100_000, 7_300_000)
  const seconds = JSON.parse((await run('alert', 'mute', id, '--for', '90s', '--json')).out)
  expect(Date.parse(seconds.muted_until) - Date.now()).toBeWithin(30_000, 91_000)
  expect(await run('alert', 'mute', id)).toMatchObject({ code: 2 })
  expect(await run('alert', 'mute', id, '--end', '--for', '2h')).toMatchObject({ code: 2 })
  expect(await run('alert', 'get', crypto.randomUUID())).toMatchObject({ code: 1 })
}, 30_000)

test('silences are created for a host or a label, listed with who and why, and ended', async () => {
  const create = (...args: string[]) => run('alert-silence', 'create', ...args)
  const made = await create(
    '--host',
    'API',
    '--label',
    'team=billing',
    '--until',
    '2100-01-01T00:00:00Z',
    '--reason',
    'New disks',
  )
  const id = /[0-9a-f-]{36}/.exec(made.out)?.[0] ?? ''
  expect(made).toEqual({ code: 0, out: `Silence ${id} holds until 2100-01-01T00:00:00Z.\n`, err: '' })
  const short = JSON.parse((await create('--host', 'b', '--for', '2h', '--reason', 'x', '--json')).out)
  expect(Date.parse(short.until) - Date.now()).toBeWithin(7_100_000, 7_300_000)
  const { out } = await run('alert-silence', 'list')
  expect(
    out
      .split('\n')
      .map((line) => line.split('\t'))
      .slice(0, 2),
  ).toEqual([
    [short.id, 'b', '-', expect.any(String), expect.any(String), 'x'],
    [id, 'api', 'team=billing', '2100-01-01T00:00:00Z', expect.any(String), 'New disks'],
  ])
  expect((await run('alert-silence', 'delete', id)).out).toBe(`Ended the silence ${id}.\n`)
  expect(await run('alert-silence', 'delete', id)).toMatchObject({
    code: 1,
    err: expect.stringContaining('or it is over'),
  })
  expect(JSON.parse((await run('alert-silence', 'list', '--json')).out)).toMatchObject([short])
  for (const wrong of [
    ['--for', '2h', '--reason', 'x'],
    ['--host', 'a', '--for', '2h'],
    ['--host', 'a', '--reason', 'x'],
  ])
    expect([wrong, (await create(...wrong)).code]).toEqual([wrong, 2])
}, 30_000)

test('alert policies of the service, of a label and of a task are set, changed, shown and deleted', async () => {
  const ops = await insertChannel(account.id, { name: 'ops' })
  expect((await run('alert-policy', 'get')).out).toStartWith(
    'For          default (built in: none is set)\nFailures     1 in a row\n',
  )
  expect(await run('alert-policy', 'get', '--task', 'reports/nightly')).toMatchObject({
    code: 1,
    err: expect.stringContaining('the first of its labels, by name, that has one holds, else the default'),
  })
  const first = await run('alert-policy', 'set', '--failures', '3', '--late', '90s', '--channel', 'ops')
  expect(first).toMatchObject({ code: 0, err: '' })
  expect(first.out).toContain(`Failures     3 in a row\nLate         90 s\nLong         never\n`)
  const changed = JSON.parse((await run('alert-policy', 'set', '--window', '5/1h', '--remind', '1d', '--json')).out)
  expect(changed).toMatchObject({
    ...{
      failures: 3,
      window_failures: 5,
      window_seconds: 3600,
      late_seconds: 90,
      remind_hours: 24,
      channels: [ops.id],
    },
  })
  const label = ['--label', 'team=billing']
  const ofLabel = JSON.parse(
    (await run('alert-policy', 'set', ...label, '--failures', 'never', '--none-told', '--json')).out,
  )
  expect(ofLabel).toMatchObject({ label: 'team=billing', failures: null, channels: [], late_seconds: 300 })
  const ofTask = JSON.parse(
    (await run('alert-policy', 'set', '--task', 'reports/nightly', '--mute', '2h', '--json')).out,
  )
  expect(ofTask).toMatchObject({ task_id: task, failures: 1, muted_until: expect.any(String) })
  expect((await run('alert-policy', 'get')).out).toContain('Channels     ops\n')
  expect((await run('alert-policy', 'list')).out.split('\n')[0]).toEndWith('\tops')
  expect((await run('alert-policy', 'list')).out.split('\n').map((line) => line.split('\t')[0])).toEqual([
    ...['default', 'label team=billing', 'task Nightly report', ''],
  ])
  expect((await run('alert-policy', 'delete', ...label)).out).toBe(
    'Deleted the alert policy of the label team=billing.\n',
  )
  expect(await run('alert-policy', 'get', ...label)).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no alert policy of the label team=billing.'),
  })
  expect(await run('alert-policy', 'set', '--channel', 'nobody')).toMatchObject({ code: 1 })
  for (const wrong of [
    ['--late', '1w'],
    ['--window', '3'],
    ['--remind', '30m'],
    ['--label', 'x', '--task', 'y'],
    ['--failures', 'x'],
  ])
    expect([wrong, (await run('alert-policy', 'set', ...wrong)).code]).toEqual([wrong, 2])
}, 60_000)
