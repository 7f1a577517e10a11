import { beforeEach, expect, test } from 'bun:test'
import { type ChangedField, changedFields } from '../../src/dashboard/changes/changed-fields.ts'
import { actionLabel, actorLabel } from '../../src/dashboard/changes/labels.ts'
import type { Change } from '../../src/dashboard/client/api.ts'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
})

/** The lines of a task's last change, as `label: before -> after`, each as it would be read. */
async function lastOf(id: string): Promise<string[]> {
  const { body } = await send(account, 'GET', `/tasks/${id}/audit?count=1`)
  return changedFields(body.records[0]).map(read)
}

function read({ label, before, after, words }: ChangedField): string {
  const told = [before, after].filter((value) => value !== undefined).map((value) => value ?? 'none')
  return `${label}: ${words ?? told.join(' -> ')}`
}

/** What these changes, one after the other, are told as; the last of them. */
async function told(start: object, ...changes: object[]): Promise<string[]> {
  const { id } = await createTask(account, start)
  for (const change of changes) await send(account, 'POST', `/tasks/${id}`, change)
  return lastOf(id)
}

/** A change that no server of today makes. */
const made = (part: Partial<Change>): Change => ({
  ...{ id: '', at: '', task_id: null, name: 'A task', action: 'task_updated', actor: 'token', principal: '3fa9c1d2' },
  ...{ address: null, user_agent: null, request_id: null, before: null, after: null, secrets: [] },
  ...part,
})

test('a new task is told by what is not usual in it', async () => {
  expect(await told({})).toEqual([
    'Name: A task',
    'Method: GET',
    'URL: http://127.0.0.1:9/',
    'Schedule: every hour',
    'Next run: 2099-01-01T00:00:00Z',
  ])
  const more = { status: 'paused', timeout_seconds: 5, retries: 2, payload: '{}' }
  expect((await told({ ...more, header: { Accept: '*/*', Cookie: 'a=b' } })).slice(5)).toEqual([
    'Status: paused',
    'Time for an answer: 5 seconds',
    'Retries: 2',
    'Payload: {}',
    'Header Accept: */*',
    'Header Cookie: was set',
  ])
})

test('an update tells each field as it was and as it is', async () => {
  const change = { name: 'New', url: 'http://127.0.0.1:9/new', status: 'paused', timeout_seconds: 20, payload: '' }
  expect(await told({}, change)).toEqual([
    'Name: A task -> New',
    'URL: http://127.0.0.1:9/ -> http://127.0.0.1:9/new',
    'Status: active -> paused',
    'Time for an answer: the server’s default -> 20 seconds',
    'Payload: none -> ',
  ])
})

const cron = { cron: '30 2 * * MON-FRI', time_zone: 'Europe/Berlin' }
const byCron = { ...cron, frequency: null, unit: null }

test.each<[object, object, string]>([
  [{}, cron, 'Schedule: every hour -> at 02:30 on weekdays, Europe/Berlin'],
  [{}, { frequency: null, unit: null }, 'Schedule: every hour -> once'],
  [{}, { frequency: 2, unit: 'day' }, 'Schedule: every hour -> every 2 days'],
  [byCron, { cron: null, scheduled_at: farTask.scheduled_at }, 'Schedule: at 02:30 on weekdays, Europe/Berlin -> once'],
  [{ frequency: null, unit: null }, { frequency: 6, unit: 'day' }, 'Schedule: once -> every 6 days'],
  [{}, { frequency: 2 }, 'Schedule: every hour -> every 2 hours'],
  [{}, { unit: 'day' }, 'Schedule: every hour -> every day'],
  [byCron, { cron: '0 9 * * *' }, 'Schedule: at 02:30 on weekdays, Europe/Berlin -> at 09:00 every day, Europe/Berlin'],
  [byCron, { time_zone: 'UTC' }, 'Schedule: at 02:30 on weekdays, Europe/Berlin -> at 02:30 on weekdays, UTC'],
  // In words the two are the same.
  [byCron, { cron: '30 2 * * 1-5' }, 'Pattern: 30 2 * * MON-FRI -> 30 2 * * 1-5'],
])('the schedule of %j changed by %j is told as %j', async (start, change, line) => {
  const [schedule, ...more] = await told(start, change)
  expect(schedule).toBe(line)
  // Most of them count the next run anew.
  expect(more.filter((one) => !one.startsWith('Next run: '))).toEqual([])
})

test('headers are told one by one, and of secret ones that they were set', async () => {
  const start = { header: { Authorization: 'Bearer geheim', Accept: '*/*', 'X-Team': 'a' } }
  expect(await told(start, { header: { Authorization: '********', 'X-Team': 'b', 'X-New': 'c' } })).toEqual([
    'Header Accept: */* -> none',
    'Header X-Team: a -> b',
    'Header X-New: none -> c',
  ])
  expect(await told(start, { header: { Authorization: 'Bearer anew', Accept: '*/*', 'X-Team': 'a' } })).toEqual([
    'Header Authorization: was set anew',
  ])
  expect(await told(start, { header: { Authorization: 'Bearer anew', 'X-Api-Key': 'geheim' } })).toEqual([
    'Header Accept: */* -> none',
    'Header X-Team: a -> none',
    'Header Authorization: was set anew',
    'Header X-Api-Key: was set',
  ])
  expect(await told(start, { header: {} })).toContain('Header Authorization: ******** -> none')
})

test('a secret that was set anew by itself is named as headers are written', () => {
  expect(changedFields(made({ secrets: ['x-api-key'] })).map(read)).toEqual(['Header X-Api-Key: was set anew'])
})

test('long texts are cut to where they differ', async () => {
  const same = 'ä'.repeat(500)
  const [line] = await told({ payload: `${same}one${same}` }, { payload: `${same}two${same}` })
  const lead = 'ä'.repeat(40)
  const rest = 'ä'.repeat(117)
  expect(line).toBe(`Payload: …${lead}one${rest}… -> …${lead}two${rest}…`)
  // Behind what the audit keeps of it the two differ in what it says of the rest.
  const [far] = await told({ payload: `${same}${same}1` }, { payload: `${same}${same}2` })
  const [, was, is] = /^Payload: …(.*) -> …(.*)$/.exec(far ?? '') ?? []
  expect([was, is]).toEqual([expect.stringContaining('SHA-256'), expect.stringContaining('SHA-256')])
  expect(was).not.toBe(is)
  const [grown] = await told({ payload: same.slice(0, 300) }, { payload: same.slice(0, 301) })
  expect(grown).toEndWith(`${lead} -> …${lead}ä`)
  expect((await told({ payload: same })).at(-1)).toBe(`Payload: ${'ä'.repeat(160)}…`)
})

test('characters of two halves are not cut in the middle', async () => {
  const [line] = await told({ payload: '🦆'.repeat(400) }, { payload: `${'🦆'.repeat(300)}end` })
  expect(line?.isWellFormed()).toBe(true)
  expect(line).toStartWith('Payload: …🦆')
})

test('who and what are words, and what a newer server tells is shown as it comes', () => {
  const from = { address: '10.1.2.3' }
  expect(actorLabel(made(from))).toBe('token 3fa9c1d2 from 10.1.2.3')
  expect(actorLabel(made({}))).toBe('token 3fa9c1d2')
  expect(actorLabel(made({ actor: 'command_line', principal: 'deploy' }))).toBe('command line, user deploy')
  expect(actorLabel(made({ actor: 'command_line', principal: null }))).toBe('command line')
  const server = { actor: 'server', principal: null } as const
  expect(actorLabel(made({ ...server, action: 'service_created' }))).toBe('the server, at its start')
  expect(actorLabel(made(server))).toBe('the server, at the end of a pause')
  expect(actorLabel(made({ ...server, action: 'channel_updated' }))).toBe('the server')
  expect(actionLabel(made({ action: 'token_rotated' }))).toBe('Token replaced')
  const labels = ['secret_set', 'flow_deleted', 'task_run', 'execution_stopped', 'alert_sent'].map((action) =>
    actionLabel(made({ action })),
  )
  expect(labels).toEqual(['Secret set', 'Flow deleted', 'Run by hand', 'Stopped waiting', 'Alert sent'])
  for (const [grace_seconds, words] of [
    [86_400, '24 hours'],
    [60, '1 minute'],
    [90, '90 seconds'],
    [0, '0 seconds'],
  ] as const) {
    const rotated = made({ before: { token: 'aaaaaaaa' }, after: { token: 'bbbbbbbb', grace_seconds } })
    expect(changedFields(rotated).map(read)).toEqual(['Token: aaaaaaaa -> bbbbbbbb', `The old one works for: ${words}`])
  }
  expect(changedFields(made({ before: { rate: 1 }, after: { rate: { per: 'minute' } } })).map(read)).toEqual([
    'rate: 1 -> {"per":"minute"}',
  ])
})

test('the secrets of a channel are no headers, and the fields of an alert policy have names', () => {
  const channel = made({
    action: 'channel_created',
    task_id: null,
    after: { enabled: true },
    secrets: ['url', 'secret'],
  })
  expect(changedFields(channel).map(read)).toEqual(['URL: was set', 'Secret: was set'])
  const before = { late_seconds: 300, remind_hours: null, recovered: true }
  const after = { late_seconds: null, remind_hours: 24, recovered: false }
  const policy = made({ action: 'alert_policy_set', task_id: null, before, after })
  expect(changedFields(policy).map(({ label, before, after }) => [label, before, after])).toEqual([
    ['Not started for', '5 minutes', null],
    ['Reminder every', null, '1 day'],
    ['Told when it is over', 'yes', 'no'],
  ])
})

test('an apply of a task set is told by its revision, its source and what became of the tasks', async () => {
  const task = { url: 'http://api.example/x', method: 'GET', cron: '0 3 1 1 *' }
  const tasks = { a: task, b: task }
  const applied = async (body: object) => {
    expect((await send(account, 'POST', '/task-sets/shop/apply', body)).status).toBe(200)
    const { body: audit } = await send(account, 'GET', '/audit?count=20')
    const change = (audit.records as Change[]).find(({ action }) => action === 'task_set_applied')
    return change && changedFields(change).map(read)
  }
  expect(await applied({ tasks })).toEqual(['Revision: 0 -> 1', 'Tasks: 2 created'])
  expect(await applied({ tasks: { ...tasks, b: { ...task, retries: 2 } }, source: '3f9c2e1' })).toEqual([
    'Revision: 1 -> 2',
    'Source: 3f9c2e1',
    'Tasks: 1 updated, 1 unchanged',
  ])
})
