import { beforeEach, expect, setSystemTime, test } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { promised } from '../support/promised.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const create = async (changes: object) => (await send(owner, 'POST', '/tasks', { ...farTask, ...changes })).body
const preview = (body: object) => send(owner, 'POST', '/schedule/preview', body)

test('answers with the next five times, or as many as asked for', async () => {
  const task = await create({ frequency: 6, unit: 'hour' })
  const times = [0, 6, 12, 18]
    .map((hour) => `2099-01-01T${String(hour).padStart(2, '0')}:00:00Z`)
    .concat('2099-01-02T00:00:00Z')
  expect((await send(owner, 'GET', `/tasks/${task.id}/upcoming`)).body).toEqual({
    ...{ upcoming: times, starts: times, left_out: [], warnings: [] },
  })
  expect((await send(owner, 'GET', `/tasks/${task.id}/upcoming?count=2`)).body.upcoming).toHaveLength(2)
})

test('a monthly task keeps its day where the month has it', async () => {
  const task = await create({ unit: 'month', scheduled_at: '2099-01-31T12:00:00Z' })
  expect((await send(owner, 'GET', `/tasks/${task.id}/upcoming?count=3`)).body.upcoming).toEqual([
    ...['2099-01-31T12:00:00Z', '2099-02-28T12:00:00Z', '2099-03-31T12:00:00Z'],
  ])
})

test('one that runs once has one time, and one that is paused none', async () => {
  const once = await create({ frequency: null, unit: null })
  const paused = await create({ status: 'paused' })
  expect((await send(owner, 'GET', `/tasks/${once.id}/upcoming`)).body.upcoming).toEqual([farTask.scheduled_at])
  expect((await send(owner, 'GET', `/tasks/${paused.id}/upcoming`)).body.upcoming).toEqual([])
})

test('one that is paused until a time has those that the end of the pause leaves', async () => {
  const paused = { status: 'paused', paused_until: '2098-06-01T10:30:00Z' }
  const hourly = { cron: null, time_zone: null, frequency: 1, unit: 'hour' }
  const times = async (fields: object) => {
    const { body } = await send(owner, 'POST', '/tasks', { ...farTask, ...paused, ...fields })
    return (await send(owner, 'GET', `/tasks/${body.id}/upcoming?count=2`)).body.upcoming
  }
  const at = (scheduled_at: string) => ({ ...hourly, scheduled_at })
  expect(await times(at('2098-01-01T00:15:00Z'))).toEqual(['2098-06-01T11:15:00Z', '2098-06-01T12:15:00Z'])
  expect(await times(at('2098-01-01T00:30:00Z'))).toEqual(['2098-06-01T10:30:00Z', '2098-06-01T11:30:00Z'])
  expect(await times(at('2098-07-01T00:00:00Z'))).toEqual(['2098-07-01T00:00:00Z', '2098-07-01T01:00:00Z'])
  expect(await times({ ...at('2098-01-01T00:15:00Z'), max_runs: 1 })).toEqual(['2098-06-01T11:15:00Z'])
  const daily = { frequency: null, unit: null, cron: '0 9 * * *', time_zone: 'Europe/Berlin', scheduled_at: null }
  expect(await times(daily)).toEqual(['2098-06-02T07:00:00Z', '2098-06-03T07:00:00Z'])
  const once = { frequency: null, unit: null, scheduled_at: '2098-01-01T00:00:00Z' }
  expect(await times(once)).toEqual(['2098-06-01T10:30:00Z'])
})

test('a preview shows the times of a schedule, and stores nothing', async () => {
  const { status, body } = await preview({
    frequency: 1,
    unit: 'day',
    scheduled_at: '2099-03-01T08:00:00+01:00',
    count: 2,
  })
  expect(status).toBe(200)
  const times = ['2099-03-01T07:00:00Z', '2099-03-02T07:00:00Z']
  expect(body).toEqual({ upcoming: times, starts: times, left_out: [], warnings: [] })
  const soon = await preview({ frequency: 5, unit: 'minute', count: 1 })
  expect(Math.abs(Date.parse(soon.body.upcoming[0]) - Date.now() - 300_000)).toBeLessThan(promised(2000))
})

test.each([
  [{}],
  [{ frequency: 1 }],
  [{ unit: 'hour' }],
  [{ frequency: 9999, unit: 'month' }],
  [{ frequency: 1, unit: 'hour', count: 0 }],
  [{ frequency: 1, unit: 'hour', name: 'x' }],
])('a preview refuses what no task could have %#', async (body) => {
  expect((await preview(body)).status).toBe(400)
})

test.each(['count=0', 'count=101', 'count=x', 'more=1'])('refuses %s', async (query) => {
  const task = await create({})
  expect((await send(owner, 'GET', `/tasks/${task.id}/upcoming?${query}`)).status).toBe(400)
})

test("is a 404 for another service's task, and a 401 without credentials", async () => {
  const task = await create({})
  expect((await send(await createAccount(), 'GET', `/tasks/${task.id}/upcoming`)).status).toBe(404)
  expect((await send(undefined, 'GET', `/tasks/${task.id}/upcoming`)).status).toBe(401)
  expect((await send(undefined, 'POST', '/schedule/preview', {})).status).toBe(401)
})

test('a task that is a little late keeps its phase here as it does when it runs', async () => {
  const late = (ms: number) => new Date(Date.now() - ms).toISOString()
  const next = (body: { upcoming: string[] }) => body.upcoming[1] as string
  const fiveMinutes = late(300_000)
  const task = await create({ frequency: 1, unit: 'hour', scheduled_at: fiveMinutes })
  const hourLater = new Date(Date.parse(fiveMinutes) + 3_600_000).toISOString()
  const stored = await send(owner, 'GET', `/tasks/${task.id}/upcoming`)
  const thought = await preview({ frequency: 1, unit: 'hour', scheduled_at: fiveMinutes })
  expect([stored.body, thought.body].map((body) => Date.parse(next(body)))).toEqual([
    Date.parse(hourLater),
    Date.parse(hourLater),
  ])
  // Later than a pass and a minute: with phase restart it counts from the late run.
  const later = late(2_000_000)
  const restarts = await create({ frequency: 1, unit: 'hour', scheduled_at: later, phase: 'restart' })
  const { body } = await send(owner, 'GET', `/tasks/${restarts.id}/upcoming`)
  expect(Date.parse(next(body)) - Date.parse(body.upcoming[0])).toBe(3_600_000)
  const kept = await preview({ frequency: 1, unit: 'hour', scheduled_at: later })
  expect(Date.parse(next(kept.body)) - Date.parse(later)).toBe(3_600_000)
})

test('a task whose only run is under way has no times to come', async () => {
  const task = await create({ frequency: null, unit: null })
  await sql`update task set once_running = true, scheduled_at = now() where id = ${task.id}`
  expect((await send(owner, 'GET', `/tasks/${task.id}/upcoming`)).body.upcoming).toEqual([])
})

test('a slot due while the task still runs counts as skipped here as well', async () => {
  for (const fields of [{}, { frequency: null, unit: null, cron: '0 0 1 1 *' }]) {
    const task = await create(fields)
    await sql`
      with opened as (
        insert into execution (service_id, task_id, id, slot_id, replica_id, scheduled_for, started_at, status)
        values (${owner.id}, ${task.id}, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now(), now(), 'started')
        returning created_at, id
      )
      update task
      set scheduled_at = now() - interval '1 minute', current_created_at = opened.created_at, current_execution_id = opened.id
      from opened
      where task.id = ${task.id}`
    const { upcoming } = (await send(owner, 'GET', `/tasks/${task.id}/upcoming?count=3`)).body
    expect(upcoming).toHaveLength(3)
    expect(Date.parse(upcoming[0])).toBeGreaterThan(Date.now() + 60_000)
  }
})

test("a preview counts from the database's clock, whatever that of the process shows", async () => {
  const real = Date.now()
  await preview({ frequency: 5, unit: 'minute', count: 1 })
  setSystemTime(new Date(real - 3_600_000))
  try {
    const { body } = await preview({ frequency: 5, unit: 'minute', count: 1 })
    expect(Math.abs(Date.parse(body.upcoming[0]) - real - 300_000)).toBeLessThan(promised(2000))
  } finally {
    setSystemTime()
  }
})
