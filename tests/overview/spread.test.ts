import { beforeAll, beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const quarter = 900_000
let owner: Account
beforeAll(emptyDatabase)
beforeEach(async () => {
  owner = await createAccount('team')
})

/** The beginning of the quarter hour after the next one, in ms: far enough that no test runs into it. */
const herdAt = () => (Math.floor(Date.now() / quarter) + 8) * quarter
const text = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')
const spread = (body: object) => send(owner, 'POST', '/overview/spread', body)
const busy = (upcoming: { at: string; count: number }[]) => upcoming.filter(({ count }) => count > 0)

/** Tasks that all run at one time each day, by an interval and by a pattern. */
async function makeHerd(at: number, count: number) {
  const time = new Date(at)
  const daily = { frequency: 1, unit: 'day', scheduled_at: text(at) }
  const pattern = { frequency: undefined, unit: undefined, scheduled_at: undefined }
  const cron = `${time.getUTCMinutes()} ${time.getUTCHours()} * * *`
  const tasks = Array.from({ length: count }, (_, n) => ({
    ...{ name: `task ${n}`, url: 'http://127.0.0.1:9/', method: 'GET' },
    ...(n % 2 === 0 ? daily : { ...pattern, cron }),
  }))
  return (await send(owner, 'POST', '/tasks/bulk', { tasks })).body.tasks as { id: string }[]
}

test('the runs of a quarter hour are spread, and a dry run says before what it comes to', async () => {
  const at = herdAt()
  await makeHerd(at, 40)
  const before = (await send(owner, 'GET', '/overview')).body.upcoming
  expect(busy(before)).toEqual([{ at: text(at), count: 40 }])
  const { body: planned } = await spread({ at: text(at), spread_seconds: 7_200, dry_run: true })
  expect(planned).toMatchObject({ tasks: 40, left: 0 })
  expect(busy((await send(owner, 'GET', '/overview')).body.upcoming)).toEqual(busy(before))
  const { status, body: done } = await spread({ at: text(at), spread_seconds: 7_200 })
  expect(planned.changed).toEqual([])
  expect([status, done]).toEqual([200, { ...planned, changed: expect.any(Array), versions: expect.any(Array) }])
  expect(done.changed).toHaveLength(40)
  expect(busy(done.upcoming).length).toBeGreaterThan(4)
  expect((await send(owner, 'GET', '/overview')).body.upcoming).toEqual(done.upcoming)
  const [row] = await sql`
    select count(*)::integer as count, count(distinct scheduled_at)::integer as times
    from task
    where service_id = ${owner.id} and spread_seconds = 7200 and scheduled_at between ${text(at)} and ${text(at + 7_200_000)}`
  expect(row?.count).toBe(40)
  expect(row?.times).toBeGreaterThan(30)
  // Each change is recorded once.
  const [audited] =
    await sql`select count(*)::integer as count from audit where service_id = ${owner.id} and after ? 'spread_seconds' and action = 'task_updated'`
  expect(audited?.count).toBe(40)
})

test('tasks that run too often, have a spread, are paused or run at another time stay as they are', async () => {
  const at = herdAt()
  const at_ = { scheduled_at: text(at) }
  const often = await createTask(owner, { ...at_, frequency: 1, unit: 'hour' })
  const spreadBefore = await createTask(owner, { ...at_, frequency: 1, unit: 'day', spread_seconds: 60 })
  const paused = await createTask(owner, { ...at_, frequency: 1, unit: 'day', status: 'paused' })
  const other = await createTask(owner, { scheduled_at: text(at + quarter), frequency: 1, unit: 'day' })
  const once = await createTask(owner, { ...at_, frequency: undefined, unit: undefined })
  const { body } = await spread({ at: text(at), spread_seconds: 3_600 })
  expect(body).toMatchObject({ tasks: 1, left: 2 })
  const read = async ({ id }: { id: string }) => (await send(owner, 'GET', `/tasks/${id}`)).body
  for (const task of [often, spreadBefore, paused, other]) expect(await read(task)).toEqual(task)
  expect(await read(once)).toMatchObject({ ...at_, spread_seconds: 3_600 })
})

test('the last run of a task that ends is spread too, and is counted where it then is', async () => {
  const at = herdAt()
  // As many as not to depend on the ids: some start more than a quarter hour after their slots.
  const fields = { frequency: 1, unit: 'hour', scheduled_at: text(at), ends_at: text(at + 3 * 3_600_000) }
  const tasks = await Promise.all(Array.from({ length: 12 }, () => createTask(owner, fields)))
  const cron = { frequency: undefined, unit: undefined, scheduled_at: undefined, ends_at: fields.ends_at }
  for (let n = 0; n < 12; n++) tasks.push(await createTask(owner, { ...cron, cron: '0,30 * * * *' }))
  const body = { ids: tasks.map(({ id }) => id), spread_seconds: 1_700 }
  const planned = (await spread({ ...body, dry_run: true })).body
  const done = (await spread(body)).body
  expect(done).toMatchObject({ tasks: 24, upcoming: planned.upcoming })
  expect(busy((await send(owner, 'GET', '/overview')).body.upcoming)).toEqual(busy(done.upcoming))
})

test('tasks that have been due for hours are counted as the overview does, before and after', async () => {
  const tasks = await Promise.all(Array.from({ length: 12 }, () => createTask(owner, { frequency: 1, unit: 'hour' })))
  for (const [n, { id }] of tasks.entries())
    await sql`update task set scheduled_at = now() - interval '3 hours' - make_interval(mins => ${n * 5}) where id = ${id}`
  const before = (await send(owner, 'GET', '/overview')).body.upcoming
  const done = (await spread({ ids: tasks.map(({ id }) => id), spread_seconds: 3_000 })).body
  expect(done).toMatchObject({ tasks: 12, before })
  expect((await send(owner, 'GET', '/overview')).body.upcoming).toEqual(done.upcoming)
})

test('a task that is changed after it was read is not spread by the schedule that it had', async () => {
  const at = herdAt()
  const daily = { frequency: 1, unit: 'day', scheduled_at: text(at) }
  const [changed, other] = [await createTask(owner, { name: 'changed', ...daily }), await createTask(owner, daily)]
  const waiting = () =>
    sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ 'duly:spread_tasks'`
  const request = await sql.begin(async (own) => {
    await own`update task set unit = 'minute', version = version + 1 where id = ${changed.id}`
    // In an object, so that it is not awaited here.
    const sent = { answer: spread({ ids: [changed.id, other.id], spread_seconds: 3_600 }) }
    await eventually(waiting, 'the spread does not wait for the change')
    return sent
  })
  expect((await request.answer).body).toMatchObject({
    ...{ tasks: 1, changed: [other.id], left: 1 },
    left_out: [{ name: 'changed', reason: 'changed' }],
  })
  expect((await send(owner, 'GET', `/tasks/${changed.id}`)).body).toMatchObject({ unit: 'minute', spread_seconds: 0 })
})

test('a spread is undone by its answer, but for tasks that were changed since or are on their way to a start', async () => {
  const at = herdAt()
  const daily = { frequency: 1, unit: 'day', scheduled_at: text(at) }
  // Ids by which they start later than their slots, whatever the spread.
  const make = async (name: string, digits: string) => {
    const { id } = await createTask(owner, { name, ...daily })
    const later = id.replace(/.{8}$/, digits)
    await sql`update task set id = ${later} where id = ${id}`
    return later
  }
  const ids = [
    await make('back', '00000a00'),
    await make('changed', '00000b00'),
    await make('starting', '00000d00'),
    await make('paused', '00000c00'),
  ]
  const read = async (id: string) => (await send(owner, 'GET', `/tasks/${id}`)).body
  await send(owner, 'POST', `/tasks/${ids[3]}`, { status: 'paused' })
  const before = await Promise.all(ids.map(read))
  const { body: done } = await spread({ ids, spread_seconds: 3_600 })
  const stored = await sql<{ id: string; version: number }[]>`
    select id, version from task where service_id = ${owner.id} and spread_seconds = 3600 order by id`
  expect([done.changed, done.versions]).toEqual([stored.map(({ id }) => id), stored.map(({ version }) => version)])
  expect(done.versions).toHaveLength(4)
  const undo = { ids: done.changed, versions: done.versions, spread_seconds: 0 }
  expect((await spread({ ...undo, dry_run: true })).body).toMatchObject({ tasks: 4, changed: [], versions: [] })
  await send(owner, 'POST', `/tasks/${ids[1]}`, { name: 'changed by a colleague' })
  // Its slot was a minute ago.
  await sql`update task set scheduled_at = now() - interval '1 minute' + make_interval(secs => spread_offset) where id = ${ids[2] as string}`
  const { status, body: undone } = await spread(undo)
  expect([status, undone]).toMatchObject([200, { tasks: 2, left: 2 }])
  type LeftOut = { name: string; reason: string }
  expect(Object.fromEntries(undone.left_out.map(({ name, reason }: LeftOut) => [name, reason]))).toEqual({
    ...{ 'changed by a colleague': 'changed', starting: 'past' },
  })
  const since = await Promise.all(ids.map(read))
  for (const place of [0, 3]) {
    const { updated_at, ...rest } = before[place]
    expect(since[place]).toMatchObject(rest)
  }
  for (const place of [1, 2]) expect(since[place].spread_seconds).toBe(3_600)
  const [entry] = (await send(owner, 'GET', `/tasks/${ids[0]}/audit`)).body.records
  expect(entry).toMatchObject({ before: { spread_seconds: 3_600 }, after: { spread_seconds: 0 } })
  // A second time there is nothing to undo.
  expect((await spread({ ids: ids.slice(0, 1), spread_seconds: 0 })).body).toMatchObject({
    ...{ tasks: 0, left_out: [{ reason: 'no_spread' }] },
  })
})

test.each([
  [{ ids: ['00000000-0000-4000-8000-000000000000'], versions: [1, 2], spread_seconds: 60 }, '/versions'],
  [{ at: text(herdAt()), versions: [1], spread_seconds: 60 }, '/versions'],
  [{ at: '2020-01-01T00:00:00Z', spread_seconds: 60 }, '/at'],
  [{ at: '2099-01-01T00:00:00Z', spread_seconds: 60 }, '/at'],
  [{ at: text(herdAt() + 1_000), spread_seconds: 60 }, '/at'],
  [{ at: text(herdAt()), spread_seconds: 0 }, '/spread_seconds'],
  [{ at: text(herdAt()) }, '/spread_seconds'],
])('is refused %#', async (body, path) => {
  expect(await spread(body)).toMatchObject({ status: 400, body: { errors: [{ path }] } })
})
