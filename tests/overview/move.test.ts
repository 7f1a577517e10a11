import { beforeAll, beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const quarter = 900_000
const minute = 60_000
let owner: Account
beforeAll(emptyDatabase)
beforeEach(async () => {
  owner = await createAccount('team')
})

/** The beginning of a quarter hour two hours from now, in ms: far enough that no test runs into it. */
const herdAt = () => (Math.floor(Date.now() / quarter) + 8) * quarter
const text = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')
const move = async (body: object) => (await send(owner, 'POST', '/overview/move', body)).body
const busy = (upcoming: { at: string; count: number }[]) => upcoming.filter(({ count }) => count > 0)
const read = async (id: string) => (await send(owner, 'GET', `/tasks/${id}`)).body
const daily = { frequency: 1, unit: 'day' }
const byPattern = { frequency: undefined, unit: undefined, scheduled_at: undefined }
const pattern = (at: number) => `${new Date(at).getUTCMinutes()} ${new Date(at).getUTCHours()} * * *`

test('the tasks of a quarter hour are moved with all their runs, and a dry run says before what it comes to', async () => {
  const at = herdAt()
  const interval = await createTask(owner, { ...daily, scheduled_at: text(at) })
  const cron = await createTask(owner, { ...byPattern, cron: pattern(at) })
  const spread = await createTask(owner, { ...byPattern, cron: pattern(at), spread_seconds: 240 })
  const once = await createTask(owner, { frequency: undefined, unit: undefined, scheduled_at: text(at + minute) })
  const planned = await move({ at: text(at), minutes: 40, dry_run: true })
  expect(planned).toMatchObject({ tasks: 4, left: 0, left_out: [] })
  expect(busy(planned.before)).toEqual([{ at: text(at), count: 4 }])
  expect(busy(planned.upcoming)).toEqual([{ at: text(at + 2 * quarter), count: 4 }])
  expect(await read(cron.id)).toEqual(cron)
  const ids = [interval, cron, spread, once].map(({ id }) => id)
  expect(planned.changed).toEqual([])
  expect(await move({ at: text(at), minutes: 40 })).toEqual({ ...planned, changed: ids.toSorted() })
  expect((await send(owner, 'GET', '/overview')).body.upcoming).toEqual(planned.upcoming)
  const later = (time: string) => text(Date.parse(time) + 40 * minute)
  expect(await read(interval.id)).toMatchObject({ scheduled_at: text(at + 40 * minute) })
  expect(await read(once.id)).toMatchObject({ scheduled_at: text(at + 41 * minute) })
  for (const { id, starts_at } of [cron, spread])
    expect(await read(id)).toMatchObject({
      ...{ cron: pattern(at + 40 * minute), scheduled_at: text(at + 40 * minute), starts_at: later(starts_at) },
    })
  const entries = (await send(owner, 'GET', `/tasks/${cron.id}/audit`)).body.records
  expect(entries[0]).toMatchObject({
    ...{ action: 'task_updated', before: { cron: pattern(at), scheduled_at: text(at) } },
    after: { cron: pattern(at + 40 * minute), scheduled_at: text(at + 40 * minute) },
  })
  // And back: as it was.
  expect(await move({ ids, minutes: -40 })).toMatchObject({
    tasks: 4,
    before: planned.upcoming,
    upcoming: planned.before,
  })
  for (const task of [interval, cron, spread, once])
    expect(await read(task.id)).toEqual({ ...task, updated_at: expect.any(String) })
})

test('a run is neither left out nor added: the next one is moved', async () => {
  const now = new Date()
  // Ran some minutes ago: the moved pattern has a time today, which is not run again.
  const ran = text(Math.floor(now.getTime() / minute) * minute - 5 * minute)
  const { id } = await createTask(owner, { ...byPattern, cron: pattern(Date.parse(ran)) })
  await move({ ids: [id], minutes: 10 })
  expect(await read(id)).toMatchObject({ scheduled_at: text(Date.parse(ran) + 86_400_000 + 10 * minute) })
  const often = await createTask(owner, { ...byPattern, cron: '*/20 * * * *' })
  await move({ ids: [often.id], minutes: 45 })
  expect(Date.parse((await read(often.id)).scheduled_at) - Date.parse(often.scheduled_at)).toBe(5 * minute)
})

test('a first run at a given time is moved by as much as the pattern, and stays the given one', async () => {
  const given = text(herdAt() + 13 * minute + 250)
  const other = new Date(herdAt() + 8 * 60 * minute)
  const { id } = await createTask(owner, { ...byPattern, cron: pattern(other.getTime()), scheduled_at: given })
  const moved = Date.parse(given) + 20 * minute
  expect(await move({ ids: [id], minutes: 20 })).toMatchObject({ tasks: 1, left: 0 })
  const { cron, scheduled_at } = await read(id)
  expect([cron, Date.parse(scheduled_at)]).toEqual([pattern(other.getTime() + 20 * minute), moved])
  const [row] = await sql`select given_at from task where id = ${id}`
  expect(Date.parse(row?.given_at)).toBe(moved)
})

test('tasks with some ids are spread too', async () => {
  const at = herdAt()
  const task = await createTask(owner, { ...daily, scheduled_at: text(at) })
  const hourly = await createTask(owner, { name: 'hourly', frequency: 1, unit: 'hour', scheduled_at: text(at) })
  const ids = [task.id, hourly.id]
  const { body } = await send(owner, 'POST', '/overview/spread', { ids, spread_seconds: 3_600 })
  expect(body).toMatchObject({ tasks: 1, left: 1, left_out: [{ id: hourly.id, name: 'hourly', reason: 'too_often' }] })
  expect(await read(task.id)).toMatchObject({ spread_seconds: 3_600, scheduled_at: text(at) })
})

test('a move and a spread wait for a change of a calendar, which counts the next slots of its tasks by what it has read', async () => {
  const at = herdAt()
  await send(owner, 'PUT', '/calendars/work', { weekend: [], days: [] })
  const make = () => createTask(owner, { ...byPattern, cron: pattern(at + 5 * minute), calendar: 'work' })
  const [moved, spread] = [await make(), await make()]
  const waiting = () =>
    sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ 'duly:(move|spread)_tasks'`
  const changes = [
    ['/overview/move', { ids: [moved.id], minutes: 1 }],
    ['/overview/spread', { ids: [spread.id], spread_seconds: 60 }],
  ] as const
  for (const [path, body] of changes) {
    const request = await sql.begin(async (own) => {
      await own`select from calendar where service_id = ${owner.id} for update`
      // In an object, so that it is not awaited here.
      const sent = { answer: send(owner, 'POST', path, body) }
      await eventually(waiting, `${path} does not wait for the calendar`)
      return sent
    })
    expect((await request.answer).body).toMatchObject({ tasks: 1, left: 0 })
  }
})

test.each([
  [{ at: text(herdAt()), minutes: 0 }, '/minutes'],
  [{ at: text(herdAt()), minutes: 1_440 }, '/minutes'],
  [{ at: text(herdAt()), ids: [Bun.randomUUIDv7()], minutes: 5 }, '/ids'],
  [{ minutes: 5 }, '/at'],
  [{ ids: [], minutes: 5 }, '/ids'],
  [{ at: '2020-01-01T00:00:00Z', minutes: 5 }, '/at'],
])('is refused %#', async (body, path) => {
  expect(await send(owner, 'POST', '/overview/move', body)).toMatchObject({ status: 400, body: { errors: [{ path }] } })
})
