import { beforeEach, expect, test } from 'bun:test'
import { fieldNames } from '../../src/task-fields/fields.ts'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const minute = 60_000
/** From the creation to the first run, in ms. */
const wait = (task: { scheduled_at: string; created_at: string }) =>
  Date.parse(task.scheduled_at) - Date.parse(task.created_at)

test('creates the task of the seed, payload on a GET included', async () => {
  const body = {
    name: 'Task Name',
    url: 'https://example.com',
    header: { Accept: 'application/json' },
    payload: '{}',
    scheduled_at: '2025-08-14T12:00:00Z',
    status: 'active',
    frequency: 1,
    unit: 'hour',
    method: 'GET',
  }
  const { status, body: task, headers } = await send(owner, 'POST', '/tasks', body)
  expect(status).toBe(201)
  expect(task).toMatchObject({ ...body, service_id: owner.id })
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('content-type')).toStartWith('application/json')
  expect(headers.get('location')).toBe(`/tasks/${task.id}`)
  expect(headers.get('etag')).toBe('"1"')
})

test('fills in omitted fields, and answers with every field', async () => {
  const { name, url, method, frequency, unit } = farTask
  const { body: task } = await send(owner, 'POST', '/tasks', { name, url, method, frequency, unit })
  expect(Object.keys(task)).toEqual([
    'id',
    'service_id',
    ...fieldNames,
    'starts_at',
    'runs_left',
    'created_at',
    'updated_at',
  ])
  expect(fieldNames.slice(0, 17)).toEqual([
    ...(['name', 'url', 'method', 'header', 'payload', 'status', 'scheduled_at', 'frequency'] as const),
    ...([
      'unit',
      'cron',
      'time_zone',
      'calendar',
      'calendar_rule',
      'phase',
      'spread_seconds',
      'timeout_seconds',
      'retries',
    ] as const),
  ])
  expect(task).toMatchObject({ header: {}, payload: null, status: 'active', timeout_seconds: null, retries: 0 })
  expect(wait(task)).toBe(60 * minute)
  expect(task.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/)
  expect(task.updated_at).toBe(task.created_at)
})

test.each([
  ['minute', 3, 3 * minute],
  ['hour', 2, 2 * 60 * minute],
  ['day', 2, 2 * 1440 * minute],
  ['week', 1, 7 * 1440 * minute],
])('without scheduled_at the first run is one interval from now: %s', async (unit, frequency, expected) => {
  expect(wait(await createTask(owner, { scheduled_at: undefined, unit, frequency }))).toBe(expected)
  expect(wait(await createTask(owner, { scheduled_at: null, unit, frequency }))).toBe(expected)
})

test('without scheduled_at a monthly task first runs on the same day of the next month, or on its last', async () => {
  const task = await createTask(owner, { scheduled_at: null, unit: 'month' })
  const created = new Date(task.created_at)
  const lastOfNext = new Date(Date.UTC(created.getUTCFullYear(), created.getUTCMonth() + 2, 0))
  const day = Math.min(created.getUTCDate(), lastOfNext.getUTCDate())
  expect(task.scheduled_at.slice(0, 10)).toBe(`${lastOfNext.toISOString().slice(0, 8)}${String(day).padStart(2, '0')}`)
  expect(task.scheduled_at.slice(10)).toBe(task.created_at.slice(10))
})

test('without a frequency it runs once, at scheduled_at', async () => {
  const { body } = await send(owner, 'POST', '/tasks', { ...farTask, frequency: undefined, unit: undefined })
  expect(body).toMatchObject({ frequency: null, unit: null, scheduled_at: '2099-01-01T00:00:00Z' })
})

test.each(['get', 'Post', 'PUT', 'dElEtE', 'options'])('takes the method in any case: %s', async (method) => {
  expect((await createTask(owner, { method })).method).toBe(method.toUpperCase())
})

test.each([
  ['2099-01-01T02:00:00+02:00', '2099-01-01T00:00:00Z'],
  ['2098-12-31T18:15:00-05:45', '2099-01-01T00:00:00Z'],
  ['2099-01-01T00:00:00-00:00', '2099-01-01T00:00:00Z'],
  ['2099-01-01t00:00:00z', '2099-01-01T00:00:00Z'],
  ['2099-01-01T00:00:00.120Z', '2099-01-01T00:00:00.12Z'],
  ['2099-01-01T00:00:00.123456789Z', '2099-01-01T00:00:00.123456Z'],
  ['2096-02-29T00:00:00Z', '2096-02-29T00:00:00Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
  ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
  ['9999-12-31T23:59:59+23:59', '9999-12-31T00:00:59Z'],
])('answers with times in UTC: %s', async (given, answered) => {
  expect((await createTask(owner, { scheduled_at: given })).scheduled_at).toBe(answered)
})

test.each([
  ['a name of 200 emoji', { name: '😀'.repeat(200) }],
  ['a name of one letter', { name: 'é' }],
  ['a URL of 4,096 characters', { url: `http://h/${'x'.repeat(4087)}` }],
  ['a URL with a port, a query and a fragment', { url: 'HTTPS://Example.com:65535/a?b=%20c#d' }],
  ['a URL with an IPv6 address', { url: 'http://[::1]:8080' }],
  ['a URL with @ behind the host', { url: 'http://example.com/@me?mail=a@b' }],
  ['a payload of 256 KiB', { payload: 'ä'.repeat(131_072) }],
  ['an empty payload', { payload: '' }],
  ['64 headers', { header: Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`X-${index}`, 'v'])) }],
  ['a header name of 128 characters', { header: { ['X'.repeat(128)]: 'v' } }],
  ['a header value of 4,096 characters', { header: { 'X-Long': '~'.repeat(4096) } }],
  ['an empty header value', { header: { 'X-Empty': '' } }],
  ['header names that JavaScript knows', { header: JSON.parse('{"__proto__":"a","constructor":"b","toString":"c"}') }],
  ['a header of its own Idempotency-Key', { header: { 'Idempotency-Key': 'mine' } }],
  ['the shortest and the longest timeout', { timeout_seconds: 1 }],
  ['the longest timeout', { timeout_seconds: 3600 }],
  ['ten retries', { retries: 10 }],
  ['a whole number written with a point', { frequency: 5.0 }],
  ['ten years of minutes', { frequency: 5_259_600, unit: 'minute' }],
  ['ten years of hours', { frequency: 87_660, unit: 'hour' }],
  ['ten years of days', { frequency: 3652, unit: 'day' }],
  ['ten years of weeks', { frequency: 521, unit: 'week' }],
  ['ten years of months', { frequency: 120, unit: 'month' }],
])('takes what is just within a limit, and gives it back as it was: %s', async (_, fields) => {
  const task = await createTask(owner, fields)
  expect(task).toMatchObject(fields)
  expect((await send(owner, 'GET', `/tasks/${task.id}`)).body).toEqual(task)
})

test('keeps the ten years when the first run is counted from now', async () => {
  for (const [unit, frequency] of Object.entries({ minute: 5_259_600, hour: 87_660, day: 3652, week: 521, month: 120 }))
    expect(wait(await createTask(owner, { scheduled_at: null, unit, frequency }))).toBeGreaterThan(3600 * 1440 * minute)
})

test('creates each of many sent at once under an id of its own', async () => {
  const tasks = await Promise.all(Array.from({ length: 50 }, (_, index) => createTask(owner, { name: `n${index}` })))
  expect(new Set(tasks.map(({ id }) => id)).size).toBe(50)
  expect(await sql`select 1 from task where service_id = ${owner.id}`).toHaveLength(50)
})

test('is a 401 without credentials, whatever the body is', async () => {
  expect((await send(undefined, 'POST', '/tasks', farTask)).status).toBe(401)
  expect((await send(undefined, 'POST', '/tasks', '{"broken')).status).toBe(401)
  expect(await sql`select 1 from task`).toHaveLength(0)
})
