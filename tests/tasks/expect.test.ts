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

const due = '2020-01-01T00:00:00Z'
const expected = {
  status: ['2xx', 304, '400-404'],
  contains: 'done',
  not_contains: ['ERROR', 'WARN'],
  json: [
    { pointer: '/status', equals: 'ok' },
    { pointer: '/a~1b/0', not_equals: null },
    { pointer: '/errors', absent: true },
    { pointer: '', present: true },
    { pointer: '/count', at_least: 1.5 },
  ],
}

test('what a task expects is kept as it was given, changed, and removed', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', { ...farTask, expect: expected })
  expect(task.expect).toEqual(expected)
  const { body: same } = await send(owner, 'POST', `/tasks/${task.id}`, { name: 'New' })
  expect(same.expect).toEqual(expected)
  const { body: changed } = await send(owner, 'POST', `/tasks/${task.id}`, { expect: { status: [204] } })
  expect(changed.expect).toEqual({ status: [204] })
  const { body: replaced } = await send(owner, 'PUT', `/tasks/${task.id}`, farTask)
  expect(replaced.expect).toBeNull()
})

test.each<[unknown, string, string]>([
  [{}, '/expect', 'must be an object with status, contains, not_contains or json'],
  ['2xx', '/expect', 'must be an object with status'],
  [{ statuses: [200] }, '/expect/statuses', 'is not a known field; known fields are status, contains'],
  [{ status: [] }, '/expect/status', 'must be an array of 1 to 10 statuses'],
  [{ status: 200 }, '/expect/status', 'must be an array of 1 to 10 statuses'],
  [{ status: Array(11).fill(200) }, '/expect/status', 'must be an array of 1 to 10 statuses'],
  [{ status: ['2xx', '6xx'] }, '/expect/status/1', 'must be a status such as 404'],
  [{ status: [20] }, '/expect/status/0', 'must be a status such as 404'],
  [{ status: ['404-400'] }, '/expect/status/0', 'must begin with the smaller status: "400-404"'],
  [{ contains: '' }, '/expect/contains', 'must be a text of 1 to 200 characters'],
  [{ contains: 'x'.repeat(201) }, '/expect/contains', 'must be a text of 1 to 200 characters'],
  [{ contains: 'a\u0000' }, '/expect/contains', 'must be a text'],
  [{ contains: 7 }, '/expect/contains', 'must be a text'],
  [{ not_contains: [] }, '/expect/not_contains', 'must be an array of 1 to 5 texts'],
  [{ not_contains: ['a', ''] }, '/expect/not_contains/1', 'must be a text'],
  [{ json: [] }, '/expect/json', 'must be an array of 1 to 5 rules'],
  [{ json: [{ equals: 1 }] }, '/expect/json/0/pointer', 'is required'],
  [{ json: [{ pointer: 'status', equals: 1 }] }, '/expect/json/0/pointer', 'must be a JSON pointer (RFC 6901)'],
  [{ json: [{ pointer: '/~2', equals: 1 }] }, '/expect/json/0/pointer', 'must be a JSON pointer (RFC 6901)'],
  [{ json: [{ pointer: '/x' }] }, '/expect/json/0', 'must have one of equals, not_equals'],
  [{ json: [{ pointer: '/x', equals: 1, present: true }] }, '/expect/json/0', 'it has equals and present'],
  [{ json: [{ pointer: '/x', matches: 1 }] }, '/expect/json/0/matches', 'is not a known field'],
  [{ json: [{ pointer: '/x', absent: false }] }, '/expect/json/0/absent', 'must be true'],
  [{ json: [{ pointer: '/x', at_least: '1' }] }, '/expect/json/0/at_least', 'must be a number'],
  [{ json: [{ pointer: '/x', equals: 'x'.repeat(1000) }] }, '/expect/json/0/equals', 'at most 1000 characters of JSON'],
  [{ json: [{ pointer: '/x', equals: ['\u0000'] }] }, '/expect/json/0/equals', 'must not hold the character U+0000'],
  [{ json: [{ pointer: '/x', equals: { '\ud800': 1 } }] }, '/expect/json/0/equals', 'half of a surrogate pair'],
  [{ json: [{ pointer: '/x', at_most: 2 ** 53 }] }, '/expect/json/0/at_most', 'beyond 9007199254740991'],
  [{ json: [{ pointer: '/x', equals: [2 ** 53] }] }, '/expect/json/0/equals', 'beyond 9007199254740991'],
])('%j is refused at %s', async (wrong, path, message) => {
  const { id } = await createTask(owner, farTask)
  const given = { expect: wrong }
  const answers = [
    await send(owner, 'POST', '/tasks', { ...farTask, ...given }),
    await send(owner, 'POST', `/tasks/${id}`, given),
    await send(owner, 'PUT', `/tasks/${id}`, { ...farTask, ...given }),
  ]
  for (const { status, body } of answers)
    expect([status, body.errors]).toMatchObject([400, [{ path, message: expect.stringContaining(message) }]])
})

test('a number that no 64 bits hold is refused', async () => {
  const text = JSON.stringify({ ...farTask, expect: { json: [{ pointer: '/x', equals: [0.5] }] } })
  const { status, body } = await send(owner, 'POST', '/tasks', text.replace('0.5', '1e400'))
  expect([status, body.errors]).toMatchObject([
    400,
    [{ path: '/expect/json/0/equals', message: 'must be a number below 1.8e308' }],
  ])
})

test('with HEAD a task can expect a status, and nothing of the body', async () => {
  const head = { ...farTask, method: 'head' }
  expect((await send(owner, 'POST', '/tasks', { ...head, expect: { status: [200] } })).status).toBe(201)
  const { body } = await send(owner, 'POST', '/tasks', { ...head, expect: { contains: 'x', status: [200] } })
  expect(body.errors).toMatchObject([
    { path: '/expect/contains', message: 'cannot be checked with HEAD, whose answer has no body' },
  ])
})

test('an execution whose answer is not what the task expects has failed, says why, and is retried', async () => {
  const target = new Target()
  const bodies = ['{"status": "starting"}', '{"status": "ok"}']
  target.answer = () => new Response(bodies.shift())
  await startScheduler()
  const { id } = await createTask(owner, {
    url: target.url('/'),
    scheduled_at: due,
    retries: 1,
    expect: { json: [{ pointer: '/status', equals: 'ok' }] },
  })
  const [first, second] = await endedExecutions({ service_id: owner.id, id }, 2)
  expect(first).toMatchObject({
    status: 'failed',
    status_code: 200,
    response: '{"status": "starting"}',
    error: 'the target answered 200, but /status is "starting", not "ok"',
  })
  expect(second).toMatchObject({ status: 'success', attempt: 2, error: null })
})

test('a retry policy tells an answer that is not as expected from others', async () => {
  const target = new Target()
  await startScheduler()
  const task = {
    scheduled_at: due,
    retries: 1,
    expect: { contains: 'done' },
    retry: { on: ['expect'], min_backoff_seconds: 1 },
  }
  const unexpected = await createTask(owner, { ...task, url: target.url('/200') })
  const failed = await createTask(owner, { ...task, url: target.url('/500') })
  await endedExecutions({ service_id: owner.id, id: unexpected.id }, 2)
  expect(target.sent.filter(({ task }) => task === failed.id)).toHaveLength(1)
})

test('a secret that an error would quote is masked, also where the quotation ends within it', async () => {
  const target = new Target()
  const secret = 'geheim"geheim-geheim'
  target.answer = ({ headers }) =>
    Response.json({ short: headers.get('x-token'), long: `${'x'.repeat(90)}${headers.get('x-token')}` })
  await startScheduler()
  for (const pointer of ['/short', '/long', '']) {
    const { id } = await createTask(owner, {
      url: target.url('/'),
      header: { 'X-Token': secret },
      scheduled_at: due,
      expect: { json: [{ pointer, equals: 'ok' }] },
    })
    const [execution] = await endedExecutions({ service_id: owner.id, id })
    expect(execution.error).toContain('not "ok"')
    expect(execution.error).toContain('***')
    expect(JSON.stringify(execution)).not.toContain('geh')
  }
})
