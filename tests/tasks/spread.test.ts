import { beforeAll, beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

let owner: Account
beforeAll(emptyDatabase)
beforeEach(async () => {
  owner = await createAccount('team')
})

const patch = (id: string, change: object) => send(owner, 'POST', `/tasks/${id}`, change)
const offsetOf = (id: string, spread: number) => Number.parseInt(id.slice(-8), 16) % spread
const later = (time: string, seconds: number) =>
  new Date(Date.parse(time) + seconds * 1000).toISOString().replace('.000Z', 'Z')
const far = farTask.scheduled_at as string

test('a task with a spread starts by its id after its slot, and is answered and listed so', async () => {
  const task = await createTask(owner, { spread_seconds: 3_000 })
  const starts_at = later(far, offsetOf(task.id, 3_000))
  expect(task).toMatchObject({ scheduled_at: far, starts_at, spread_seconds: 3_000 })
  expect((await send(owner, 'GET', `/tasks/${task.id}`)).body).toEqual(task)
  expect((await send(owner, 'GET', '/tasks?limit=10&sort=scheduled_at')).body.records).toMatchObject([
    { scheduled_at: far, starts_at },
  ])
  const { body } = await send(owner, 'GET', `/tasks/${task.id}/upcoming?count=2`)
  expect([body.upcoming[0], body.starts[0]]).toEqual([far, starts_at])
  expect(Date.parse(body.starts[1]) - Date.parse(body.upcoming[1])).toBe(offsetOf(task.id, 3_000) * 1000)
})

test('a task that is sent back as it was read is not changed', async () => {
  const task = await createTask(owner, { spread_seconds: 3_000 })
  for (const method of ['POST', 'PUT'])
    expect(await send(owner, method, `/tasks/${task.id}`, task)).toMatchObject({ status: 200, body: task })
})

test('a change of the spread moves the start and not the slot; 0 ends it', async () => {
  const task = await createTask(owner, {})
  const { body: spread } = await patch(task.id, { spread_seconds: 600 })
  expect(spread).toMatchObject({ scheduled_at: far, starts_at: later(far, offsetOf(task.id, 600)) })
  const { body: moved } = await patch(task.id, { scheduled_at: '2098-01-01T00:00:00Z' })
  expect(moved).toMatchObject({
    scheduled_at: '2098-01-01T00:00:00Z',
    starts_at: later('2098-01-01T00:00:00Z', offsetOf(task.id, 600)),
  })
  const { body: ended } = await patch(task.id, { spread_seconds: 0 })
  expect(ended).toMatchObject({
    scheduled_at: '2098-01-01T00:00:00Z',
    starts_at: '2098-01-01T00:00:00Z',
    spread_seconds: 0,
  })
  const [row] = await sql`select spread_seconds, spread_offset from task where id = ${task.id}`
  expect(row).toEqual({ spread_seconds: null, spread_offset: null })
})

test('a spread that is not shorter than the time between two slots is refused, whichever of the two is changed', async () => {
  const refused = { status: 400, body: { errors: [{ path: '/spread_seconds' }] } }
  const body = { ...farTask, frequency: 1, unit: 'hour' }
  expect(await send(owner, 'POST', '/tasks', { ...body, spread_seconds: 3_600 })).toMatchObject(refused)
  const cron = { ...farTask, frequency: undefined, unit: undefined, cron: '0,10 9 * * *' }
  expect(await send(owner, 'POST', '/tasks', { ...cron, spread_seconds: 600 })).toMatchObject(refused)
  const { body: task } = await send(owner, 'POST', '/tasks', { ...body, spread_seconds: 3_599 })
  expect(await patch(task.id, { unit: 'minute' })).toMatchObject(refused)
  expect(await patch(task.id, { cron: '*/5 * * * *' })).toMatchObject(refused)
  expect(await patch(task.id, { cron: '0 */2 * * *', spread_seconds: 7_199 })).toMatchObject({ status: 200 })
  expect(await patch(task.id, { spread_seconds: 7_200 })).toMatchObject(refused)
  expect(await patch(task.id, { time_zone: 'Europe/Berlin' })).toMatchObject({ status: 200 })
  expect(
    await send(owner, 'POST', '/schedule/preview', { frequency: 1, unit: 'hour', spread_seconds: 3_600 }),
  ).toMatchObject(refused)
})

test('the starts of 1,000 tasks are spread evenly', async () => {
  const spread = 3_600
  const created = Array.from({ length: 1_000 }, () => ({ ...farTask, unit: 'day', spread_seconds: spread }))
  const { body } = await send(owner, 'POST', '/tasks/bulk', { tasks: created })
  const buckets = Array<number>(20).fill(0)
  for (const { starts_at } of body.tasks as { starts_at: string }[]) {
    const offset = (Date.parse(starts_at) - Date.parse(far)) / 1000
    expect(offset).toBeWithin(0, spread)
    ;(buckets[Math.floor((offset / spread) * 20)] as number)++
  }
  // Chi-square with 19 degrees of freedom is above 50 once in 7,000 runs.
  expect(buckets.reduce((sum, count) => sum + (count - 50) ** 2 / 50, 0)).toBeLessThan(55)
})

test('the coming day counts runs when they start', async () => {
  const first = new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000).toISOString()
  await createTask(owner, {
    cron: '0 * * * *',
    frequency: undefined,
    unit: undefined,
    scheduled_at: first,
    spread_seconds: 3_599,
  })
  const [task] =
    await sql`update task set scheduled_at = ${first}::timestamptz + interval '30 minutes', spread_offset = 1800 where service_id = ${owner.id} returning id`
  expect(task).toBeDefined()
  const { body } = await send(owner, 'GET', '/overview')
  const busy = body.upcoming
    .filter(({ count }: { count: number }) => count > 0)
    .map(({ at }: { at: string }) => at.slice(14, 16))
  expect(new Set(busy)).toEqual(new Set(['30']))
  expect(busy.length).toBeGreaterThanOrEqual(23)
})

test('what a change is checked by is what it changes: another change at the same moment is seen', async () => {
  const waiting = () =>
    sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ 'duly:update_task'`
  const hourly = { frequency: 1, unit: 'hour', scheduled_at: '2099-01-01T00:00:00Z' }
  const cases = [
    [{ spread_seconds: 600 }, { unit: 'minute' }, '/spread_seconds'],
    [{ spread_seconds: 600 }, { unit: 'day' }, undefined],
    [{ ends_at: '2099-06-01T00:00:00Z' }, { frequency: null, unit: null }, '/ends_at'],
    [{ paused_until: '2099-06-01T00:00:00Z' }, { status: 'active' }, '/paused_until'],
  ] as const
  for (const [body, meanwhile, path] of cases) {
    const { id } = await createTask(owner, { ...hourly, status: 'paused' })
    const request = await sql.begin(async (own) => {
      await own`update task set ${own(meanwhile)}, version = version + 1 where id = ${id}`
      // In an object, so that it is not awaited here.
      const sent = { answer: send(owner, 'POST', `/tasks/${id}`, body) }
      await eventually(waiting, 'the change does not wait for the other one')
      return sent
    })
    const expected = path === undefined ? { status: 200, body } : { status: 400, body: { errors: [{ path }] } }
    expect(await request.answer).toMatchObject(expected)
  }
  // A condition of the request itself is kept to.
  const task = await createTask(owner, hourly)
  const withMatch = (etag: string) =>
    send(owner, 'POST', `/tasks/${task.id}`, { spread_seconds: 60 }, { 'if-match': etag })
  expect((await withMatch('"7"')).status).toBe(412)
  expect((await withMatch('"1"')).status).toBe(200)
})
