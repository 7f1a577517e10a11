import { afterEach, beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})
afterEach(emptyDatabase)

const base = { name: 'A task', url: 'http://127.0.0.1:9/', method: 'POST' }
const create = async (fields: object) => (await send(owner, 'POST', '/tasks', { ...base, ...fields })).body
const due = '2026-01-01T00:00:06Z'
/** A task whose slot is due and not taken. */
const createDue = async (fields: object) => {
  const task = await create(fields)
  await sql`update task set scheduled_at = ${due} where id = ${task.id}`
  return task
}
const ran = (id: string, slot: string, count = 1) => sql`
  insert into execution (service_id, task_id, id, slot_id, scheduled_for, created_at, status)
  select ${owner.id}, ${id}, gen_random_uuid(), gen_random_uuid(), at, at, 'success'
  from generate_series(0, ${count - 1}) n
  cross join lateral (select ${slot}::timestamptz + n * interval '1 minute' as at) slot`

test.each([
  ['0 */6 * * *', '0 0,6,12,18 * * *', 'UTC'],
  ['* * * * *', '0-59 0-23 * * *', 'UTC'],
  ['*/15 3 * * *', '0,15,30,45 3 * * *', 'Asia/Kolkata'],
  // Berlin skips and repeats 02:00 to 03:00, and none of these times lies there.
  ['0 */6 * * *', '0 0,6,12,18 * * *', 'Europe/Berlin'],
  ['0 9 L,15W * *', '0 9 15w,l * *', 'Europe/Berlin'],
  ['0 9 * * FRIL,MON#2', '0 0 9 * * 1#2,5L', 'Europe/Berlin'],
  ['0 9 * * MON-FRI; 0 11 * * SAT', '0 11 * * 6; 0 9 * * 1-5', 'Europe/Berlin'],
  ['every 7 days from 2026-11-30', 'EVERY 7 DAY AT 0:00 FROM 2026-11-30', 'Europe/Berlin'],
])('%s and %s have the same times in %s: the slot stays', async (one, other, time_zone) => {
  const { id } = await createDue({ cron: one, time_zone })
  const { body } = await send(owner, 'PUT', `/tasks/${id}`, { ...base, cron: other, time_zone })
  expect([body.scheduled_at, body.cron]).toEqual([due, other])
})

test.each([
  ['*/30 * * * *', '0,30 0-23 * * *'],
  ['*/30 2 * * *', '0,30 2 * * *'],
  ['0 9 L * *', '0 9 L-1 * *'],
  ['0 9 * * MON; 0 11 * * SAT', '0 9 * * MON'],
  ['every 2 weeks from 2026-11-30', 'every 2 weeks from 2026-12-07'],
])(
  '%s and %s have other times, if only on the nights when the clocks of Berlin change, and count anew',
  async (one, other) => {
    const { id } = await createDue({ cron: one, time_zone: 'Europe/Berlin' })
    const { body } = await send(owner, 'POST', `/tasks/${id}`, { cron: other })
    expect(Date.parse(body.scheduled_at)).toBeGreaterThan(Date.now())
  },
)

test.each([
  ['Asia/Calcutta', 'Asia/Kolkata'],
  ['UTC', 'Etc/UTC'],
  ['US/Eastern', 'America/New_York'],
])('%s and %s are one zone: the slot stays, and the new name is kept', async (one, other) => {
  const { id } = await createDue({ cron: '0 2 * * *', time_zone: one })
  const { body } = await send(owner, 'POST', `/tasks/${id}`, { time_zone: other })
  expect([body.scheduled_at, body.time_zone]).toEqual([due, other])
  const moved = await send(owner, 'POST', `/tasks/${id}`, { time_zone: 'Asia/Tokyo' })
  expect(Date.parse(moved.body.scheduled_at)).toBeGreaterThan(Date.now())
})

test('a PUT whose scheduled_at is null is one without: repeated, it loses no slot', async () => {
  const empty = { scheduled_at: null, header: {}, payload: null, timeout_seconds: null }
  for (const schedule of [
    { frequency: 1, unit: 'hour', cron: null, time_zone: null },
    { frequency: null, unit: null, cron: '0 2 * * *', time_zone: 'UTC' },
  ]) {
    const { id } = await createDue(schedule)
    const { body } = await send(owner, 'PUT', `/tasks/${id}`, { ...base, ...schedule, ...empty })
    expect(body.scheduled_at).toBe(due)
  }
})

test('a slot that ran a day and 1,500 runs ago is known', async () => {
  const task = await create({ frequency: 1, unit: 'minute' })
  const first = new Date(Date.now() - 1_500 * 60_000).toISOString()
  await ran(task.id, first, 1_500)
  for (const method of ['PUT', 'POST']) {
    const { body } = await send(owner, method, `/tasks/${task.id}`, {
      ...task,
      updated_at: undefined,
      scheduled_at: first,
    })
    expect([body.scheduled_at, body.message]).toEqual([task.scheduled_at, undefined])
  }
})

test('the file of a task whose first run is long past is not run for another interval in it', async () => {
  const first = new Date(Date.now() - 60 * 86_400_000).toISOString()
  const file = { ...base, frequency: 1, unit: 'day', scheduled_at: first }
  const { id } = await create(file)
  // It has run, and its executions are gone.
  await sql`update task set scheduled_at = now() + interval '1 hour' where id = ${id}`
  const { body } = await send(owner, 'PUT', `/tasks/${id}`, { ...file, frequency: 2 })
  expect(Date.parse(body.scheduled_at) - Date.parse(body.updated_at)).toBe(2 * 86_400_000)
})

test('a task that has run once does not become active without a new time, in whatever way', async () => {
  const slot = new Date(Date.now() - 60_000).toISOString()
  const task = await create({ scheduled_at: slot })
  await ran(task.id, slot)
  await sql`update task set status = 'disabled', scheduled_at = null where id = ${task.id}`
  const read = async () => (await send(owner, 'GET', `/tasks/${task.id}`)).body
  const spent = await read()
  for (const [method, path, body] of [
    ['POST', `/tasks/${task.id}`, { status: 'active', scheduled_at: slot }],
    ['POST', `/tasks/${task.id}`, { status: 'paused', scheduled_at: slot }],
    ['POST', `/tasks/${task.id}`, { scheduled_at: slot }],
    ['PUT', `/tasks/${task.id}`, { ...base, scheduled_at: slot }],
    ['POST', `/tasks/${task.id}`, { status: 'active' }],
    ['POST', '/tasks/status', { ids: [task.id], status: 'active' }],
    ['PUT', `/tasks/${task.id}`, { ...spent, status: 'active' }],
  ] as const) {
    const answer = await send(owner, method, path, body)
    expect([200, 400]).toContain(answer.status)
    expect({ ...(await read()), updated_at: 0 }).toEqual({ ...spent, updated_at: 0 })
  }
  const revived = await send(owner, 'PUT', `/tasks/${task.id}`, { ...base, scheduled_at: '2098-01-01T00:00:00Z' })
  expect(revived.body).toMatchObject({ status: 'active', scheduled_at: '2098-01-01T00:00:00Z' })
})

const clients: Record<string, (time: string) => string> = {
  'cut to milliseconds': (time) => new Date(time).toISOString(),
  'cut to seconds': (time) => time.replace(/\.\d+Z$/, 'Z'),
  'in another zone, with nine digits': (time) =>
    new Date(Date.parse(time) - 4.5 * 3_600_000).toISOString().slice(0, 19).concat('.123456000-04:30'),
}
test.each(Object.keys(clients))('a task is sent back with its times %s, before it runs and after', async (how) => {
  const write = clients[how] as (time: string) => string
  const [{ at } = { at: '' }] = await sql<{ at: string }[]>`
    select date_trunc('second', now()) - interval '1 minute' + interval '123456 us' as at`
  const task = await create({ frequency: 1, unit: 'hour' })
  await sql`update task set scheduled_at = ${at}, created_at = ${at}, updated_at = ${at} where id = ${task.id}`
  const read = async () => (await send(owner, 'GET', `/tasks/${task.id}`)).body
  const due = await read()
  const sent = { ...due, created_at: write(due.created_at), scheduled_at: write(due.scheduled_at) }
  expect(due.scheduled_at).toEndWith('.123456Z')
  for (const method of ['PUT', 'POST']) {
    await sql`update task set updated_at = ${at} where id = ${task.id}`
    const { status, body } = await send(owner, method, `/tasks/${task.id}`, {
      ...sent,
      updated_at: write(due.updated_at),
    })
    expect([status, body.scheduled_at]).toEqual([200, due.scheduled_at])
  }
  await ran(task.id, at)
  await sql`update task set scheduled_at = '2098-01-01T00:00:00.5Z' where id = ${task.id}`
  for (const method of ['PUT', 'POST']) {
    const { body } = await send(owner, method, `/tasks/${task.id}`, { ...sent, updated_at: undefined })
    expect(body.scheduled_at).toBe('2098-01-01T00:00:00.5Z')
  }
  const other = await send(owner, 'POST', `/tasks/${task.id}`, { created_at: '2020-01-01T00:00:00Z', name: 'x' })
  expect(other.body.errors).toMatchObject([{ path: '/created_at' }])
})

test('a claim that comes first while the update waits for the task is not undone by it', async () => {
  const slot = new Date(Date.now() - 1_000).toISOString()
  const task = await create({ frequency: 1, unit: 'hour' })
  await sql`update task set scheduled_at = ${slot} where id = ${task.id}`
  const waits = () => sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  let answer: ReturnType<typeof send> | undefined
  await sql.begin(async (claim) => {
    await claim`update task set scheduled_at = '2098-01-01T00:00:00Z' where id = ${task.id}`
    await claim`
      insert into execution (service_id, task_id, id, slot_id, scheduled_for, status)
      values (${owner.id}, ${task.id}, gen_random_uuid(), gen_random_uuid(), ${slot}, 'success')`
    answer = send(owner, 'PUT', `/tasks/${task.id}`, { ...task, scheduled_at: slot })
    while ((await waits()).length === 0) await Bun.sleep(5)
  })
  expect((await answer)?.body.scheduled_at).toBe('2098-01-01T00:00:00Z')
})

test('a PUT of a cron task without a further time computes its next time again', async () => {
  const body = { ...base, cron: '0 2 * * *', time_zone: 'UTC' }
  const { id } = await create(body)
  await sql`update task set status = 'disabled', scheduled_at = null where id = ${id}`
  const put = await send(owner, 'PUT', `/tasks/${id}`, body)
  expect([put.status, put.body.status]).toEqual([200, 'active'])
  expect(Date.parse(put.body.scheduled_at)).toBeGreaterThan(Date.now())
})
