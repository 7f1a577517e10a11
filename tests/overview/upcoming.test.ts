import { beforeAll, beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const quarter = 900_000
let owner: Account
beforeAll(emptyDatabase)
beforeEach(async () => {
  owner = await createAccount('team')
})

/** The beginning of a quarter hour some quarter hours from now, in ms: no test runs into it. */
const inQuarters = (count: number) => (Math.floor(Date.now() / quarter) + count) * quarter
const text = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')
const list = async (at: number, query = '') =>
  (await send(owner, 'GET', `/overview/upcoming?at=${text(at)}${query}`)).body

test('the tasks of a quarter hour are those that the overview counts in it, with when they start', async () => {
  const at = inQuarters(8)
  const minute = new Date(at).getUTCMinutes()
  const cron = { frequency: undefined, unit: undefined, scheduled_at: undefined }
  const daily = { frequency: 1, unit: 'day' }
  const tasks = [
    await createTask(owner, { name: 'a daily', ...daily, scheduled_at: text(at + 60_000) }),
    await createTask(owner, { name: 'b pattern', ...cron, cron: `${minute + 2} * * * *`, time_zone: 'Europe/Berlin' }),
    await createTask(owner, { name: 'c minutes', frequency: 4, unit: 'minute', scheduled_at: text(at - 4 * 60_000) }),
    await createTask(owner, { name: 'd once', frequency: undefined, unit: undefined, scheduled_at: text(at + 1_000) }),
    await createTask(owner, { name: 'e spread', ...daily, scheduled_at: text(at), spread_seconds: 800 }),
    await createTask(owner, { name: 'f limited', frequency: 5, unit: 'minute', scheduled_at: text(at), max_runs: 2 }),
  ]
  await createTask(owner, { name: 'g before', ...daily, scheduled_at: text(at - 1_000) })
  await createTask(owner, { name: 'h after', ...daily, scheduled_at: text(at + quarter) })
  await createTask(owner, { name: 'i paused', ...daily, scheduled_at: text(at), status: 'paused' })
  await createTask(owner, {
    name: 'j ended',
    frequency: 1,
    unit: 'hour',
    scheduled_at: text(at - 3_600_000),
    ends_at: text(at - 1_000),
  })
  const { total_count, records } = await list(at)
  expect(records.map(({ name, runs }: { name: string; runs: number }) => [name, runs])).toEqual([
    ['a daily', 1],
    ['b pattern', 1],
    ['c minutes', 4],
    ['d once', 1],
    ['e spread', 1],
    ['f limited', 2],
  ])
  expect(total_count).toBe(6)
  expect(records[1]).toEqual({
    ...{ id: tasks[1]?.id, name: 'b pattern', frequency: null, unit: null },
    ...{ cron: `${minute + 2} * * * *`, time_zone: 'Europe/Berlin', spread_seconds: 0, runs: 1 },
    starts: [text(at + 120_000)],
  })
  expect(records[2].starts).toEqual([text(at), text(at + 240_000), text(at + 480_000)])
  expect(records[4].starts).toEqual([tasks[4]?.starts_at])
  const { upcoming } = (await send(owner, 'GET', '/overview')).body
  const sum = records.reduce((all: number, { runs }: { runs: number }) => all + runs, 0)
  expect(upcoming.find((one: { at: string }) => one.at === text(at)).count).toBe(sum)
})

test('the list has pages, leaves out other services, and has what is overdue in the quarter hour of now', async () => {
  const stranger = await createAccount('others')
  const at = inQuarters(8)
  for (const name of ['a', 'b', 'c'])
    await createTask(owner, { name, frequency: 1, unit: 'day', scheduled_at: text(at) })
  await createTask(stranger, { name: 'foreign', frequency: 1, unit: 'day', scheduled_at: text(at) })
  const page = await list(at, '&count=2&pageNumber=1')
  expect(page).toMatchObject({ total_count: 3, page_number: 1, count: 2, records: [{ name: 'c' }] })
  expect(await list(at + quarter)).toMatchObject({ total_count: 0, records: [] })
  await sql`update task set scheduled_at = now() - interval '3 hours 7 minutes' where service_id = ${owner.id} and name = 'b'`
  expect(await list(inQuarters(0))).toMatchObject({ total_count: 1, records: [{ name: 'b', runs: 1 }] })
})

test('tasks that have been due for hours are due now, and then at the times of their interval, or from now on', async () => {
  const now = inQuarters(0)
  const [hours, ago] = [3_600_000, (ms: number) => text(inQuarters(1) - ms)]
  const make = (name: string, fields: object) => createTask(owner, { name, ...fields })
  await make('a hourly', { frequency: 1, unit: 'hour' })
  await make('b daily', { frequency: 1, unit: 'day' })
  await make('c anew', { frequency: 2, unit: 'hour', phase: 'restart' })
  await make('d once', { frequency: undefined, unit: undefined })
  // Three hours before the next quarter hour, and a minute later.
  const late = ago(3 * hours - 60_000)
  await sql`update task set scheduled_at = ${late} where service_id = ${owner.id}`
  const named = async (at: number) => (await list(at)).records.map(({ name }: { name: string }) => name)
  expect(await named(now)).toEqual(['a hourly', 'b daily', 'c anew', 'd once'])
  expect(await named(inQuarters(1))).toEqual(['a hourly'])
  expect(await named(inQuarters(5))).toEqual(['a hourly'])
  expect(await named(inQuarters(8))).toEqual(['c anew'])
  expect(await named(inQuarters(1) + 21 * hours)).toEqual(['a hourly', 'b daily'])
  const { upcoming } = (await send(owner, 'GET', '/overview')).body
  const counts = new Map(upcoming.map(({ at, count }: { at: string; count: number }) => [at, count]))
  for (const [quarters, count] of [
    [0, 4],
    [1, 1],
    [4, 0],
    [8, 1],
    [85, 2],
  ] as const)
    expect([quarters, counts.get(text(inQuarters(quarters)))]).toEqual([quarters, count])
})

test('a task whose pattern or zone this server cannot read counts with its next run, and hides no other task', async () => {
  const at = inQuarters(8)
  const minute = new Date(at).getUTCMinutes()
  const pattern = { frequency: undefined, unit: undefined, scheduled_at: text(at), cron: `${minute} * * * *` }
  for (const name of ['a zone', 'b pattern', 'c readable', 'd paused']) await createTask(owner, { name, ...pattern })
  await createTask(owner, { name: 'e later', ...pattern, scheduled_at: text(at + 30 * 3_600_000) })
  // As a replica of another release stores them.
  await sql`update task set time_zone = 'Mars/Olympus' where service_id = ${owner.id} and name <> 'c readable'`
  await sql`update task set cron = 'new syntax', time_zone = 'UTC' where service_id = ${owner.id} and name = 'b pattern'`
  await sql`update task set status = 'paused' where service_id = ${owner.id} and name = 'd paused'`
  const { status, body } = await send(owner, 'GET', '/overview')
  expect([status, body.unreadable, body.tasks.active]).toEqual([200, 2, 4])
  const countAt = (time: number) => body.upcoming.find((one: { at: string }) => one.at === text(time)).count
  expect([countAt(at), countAt(at + 4 * quarter)]).toEqual([3, 1])
  const named = async (time: number) => (await list(time)).records.map(({ name }: { name: string }) => name)
  expect([await named(at), await named(at + 4 * quarter)]).toEqual([
    ['a zone', 'b pattern', 'c readable'],
    ['c readable'],
  ])
})

test.each(['2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z', text(inQuarters(3) + 1_000), 'now'])(
  'a time that begins no quarter hour of the coming day is refused: %s',
  async (at) => {
    const answer = await send(owner, 'GET', `/overview/upcoming?at=${at}`)
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: '/at' }] } })
  },
)
