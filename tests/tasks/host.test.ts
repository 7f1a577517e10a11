import { afterEach, beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'
import { endedExecutions } from '../support/rows.ts'
import { startScheduler, stopSchedulers } from '../support/scheduler.ts'
import { stopTargets, Target } from '../support/target.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})
afterEach(async () => {
  await stopSchedulers()
  stopTargets()
})

test('the host of a task is sent instead of that of its URL, by every kind of run', async () => {
  const target = new Target()
  await startScheduler()
  const fields = { url: target.url('/500', 'localhost'), host: 'app.example.com:8080' }
  const due = await createTask(owner, { ...fields, scheduled_at: '2020-01-01T00:00:00Z', retries: 1 })
  const far = await createTask(owner, { ...farTask, ...fields })
  await send(owner, 'POST', `/tasks/${far.id}/executions`)
  await endedExecutions({ service_id: owner.id, id: due.id }, 2)
  await endedExecutions({ service_id: owner.id, id: far.id })
  expect(target.sent.map(({ headers }) => headers.get('host'))).toEqual(Array(3).fill('app.example.com:8080'))
})

test.each([
  'h',
  'a_b.c-d',
  'localhost:80',
  '10.0.0.1',
  '[::1]',
  '[2001:db8::1]:443',
  'xn--bcher-kva.example',
  'a.b.',
  null,
])('%j is a host', async (host) => {
  const { status, body } = await send(owner, 'POST', '/tasks', { ...farTask, host })
  expect([status, body.host]).toEqual([201, host])
})

test.each<[unknown, string]>([
  ['', 'must be a host, such as app.example.com'],
  ['http://h', 'must be a host alone, without scheme and path'],
  ['h/x', 'must be a host alone, without scheme and path'],
  ['u@h', 'must be a host,'],
  ['h h', 'must be a host,'],
  ['h\r\nX: y', 'must be a host,'],
  ['h:0', 'must be a host,'],
  ['h:65536', 'must be a host,'],
  ['::1', 'must have an IPv6 address in brackets'],
  ['[:::1]', 'must be a host,'],
  ['bücher.example', 'must be ASCII: write an international name in Punycode'],
  ['h'.repeat(261), 'must be a host of at most 260 characters'],
  [5, 'must be a host with an optional port'],
])('%j is no host', async (host, message) => {
  const { status, body } = await send(owner, 'POST', '/tasks', { ...farTask, host })
  expect([status, body.errors]).toMatchObject([400, [{ path: '/host', message: expect.stringContaining(message) }]])
})

test('a header named Host is refused, and the field named', async () => {
  const { status, body } = await send(owner, 'POST', '/tasks', { ...farTask, header: { host: 'h' } })
  expect([status, body.errors]).toMatchObject([
    400,
    [{ path: '/header/host', message: 'cannot be given here: give its value in the field host of the task' }],
  ])
})
