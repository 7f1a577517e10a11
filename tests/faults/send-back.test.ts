import { afterEach, beforeEach, expect, test } from 'bun:test'
import { formatTime } from '../../src/formats/time.ts'
import { type Account, createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { endedExecutions, executionsOf, taskRow } from '../support/rows.ts'
import { startScheduler, stopSchedulers } from '../support/scheduler.ts'
import { Target } from '../support/target.ts'

let owner: Account
let target: Target
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  target = new Target()
})
afterEach(async () => {
  await stopSchedulers()
  target.stop()
})

const minuteMs = 60_000
const create = async (fields: object) =>
  (await send(owner, 'POST', '/tasks', { name: 'A task', url: target.url('/200'), method: 'POST', ...fields })).body
const read = (id: string) => send(owner, 'GET', `/tasks/${id}`)
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
/** As a replica that is away leaves it: the slot is due and not taken. */
const makeDue = (id: string, time: string) => sql`update task set scheduled_at = ${time} where id = ${id}`
const needed = ({ name, url, method, frequency, unit, cron, time_zone }: Record<string, unknown>) => ({
  ...{ name, url, method },
  ...(cron ? { cron, time_zone } : { frequency, unit }),
})

const schedules = {
  interval: { frequency: 1, unit: 'hour' },
  cron: { cron: '0 2 * * *', time_zone: 'Europe/Berlin' },
}

for (const [kind, schedule] of Object.entries(schedules))
  test(`a PUT and a POST with the same ${kind} keep the due slot, and it runs`, async () => {
    const task = await create(schedule)
    const due = ago(6_000)
    await makeDue(task.id, due)
    for (const [method, body] of [
      ['PUT', needed(task)],
      ['POST', schedule],
      ['POST', { name: 'Renamed' }],
    ] as const)
      expect((await send(owner, method, `/tasks/${task.id}`, body)).body.scheduled_at).toBe(formatTime(Date.parse(due)))
    await startScheduler()
    expect(await endedExecutions(task)).toMatchObject([{ status: 'success', missed_slots: 0 }])
  })

test.each([
  ['0 8 * * MON-FRI', '00 08 * * 1,2,3,4,5'],
  ['0 0 * * 7', '0 0 * * sun'],
  ['0,15,30,45 3 * * *', '0-59/15 3 * * *'],
  ['0 8 1-31 * MON', '0 8 * * *'],
  ['0 0 1 jan,feb *', '0 0 1 1-2 *'],
])('%s and %s are the same pattern: the slot stays, and the new spelling is kept', async (one, other) => {
  const task = await create({ cron: one, time_zone: 'Europe/Berlin' })
  await makeDue(task.id, '2026-01-01T00:00:06Z')
  const { body } = await send(
    owner,
    'PUT',
    `/tasks/${task.id}`,
    needed({ ...task, cron: other, time_zone: 'europe/berlin' }),
  )
  expect([body.scheduled_at, body.cron]).toEqual(['2026-01-01T00:00:06Z', other])
})

test.each([
  ['0 8 * * MON-FRI', '0 8 * * MON-SAT', 'UTC'],
  // Evenly through the nights when clocks change, and at certain times of the day.
  ['* * * * *', '0-59 0-23 * * *', 'Europe/Berlin'],
  ['0 0 1 * MON', '0 0 */31 * MON', 'UTC'],
])('%s and %s are not the same pattern, and count anew', async (one, other, time_zone) => {
  const task = await create({ cron: one, time_zone })
  await makeDue(task.id, '2026-01-01T00:00:06Z')
  const { body } = await send(owner, 'POST', `/tasks/${task.id}`, { cron: other })
  expect(Date.parse(body.scheduled_at)).toBeGreaterThan(Date.now())
})

test('60 minutes are an hour: the slot stays; 30 days and a month are two things', async () => {
  const task = await create({ frequency: 60, unit: 'minute' })
  const hour = await send(owner, 'POST', `/tasks/${task.id}`, { frequency: 1, unit: 'hour' })
  expect(hour.body).toMatchObject({ frequency: 1, unit: 'hour', scheduled_at: task.scheduled_at })
  const days = await create({ frequency: 30, unit: 'day' })
  await makeDue(days.id, '2026-01-01T00:00:00Z')
  const { body } = await send(owner, 'POST', `/tasks/${days.id}`, { frequency: 1, unit: 'month' })
  expect(Date.parse(body.scheduled_at)).toBeGreaterThan(Date.now())
})

test('another interval counts anew, also where what was read is sent back with it', async () => {
  const task = await create({ frequency: 30, unit: 'day' })
  for (const body of [
    { frequency: 1, unit: 'minute' },
    { ...task, updated_at: undefined, frequency: 2, unit: 'minute', scheduled_at: undefined },
  ]) {
    const { body: changed } = await send(owner, 'POST', `/tasks/${task.id}`, body)
    const inMs = Date.parse(changed.scheduled_at) - Date.parse(changed.updated_at)
    expect(inMs).toBe((body.frequency as number) * minuteMs)
  }
  const other = await create({ frequency: 30, unit: 'day' })
  const { body: put } = await send(owner, 'PUT', `/tasks/${other.id}`, { ...other, frequency: 1, unit: 'minute' })
  expect(Date.parse(put.scheduled_at) - Date.parse(put.updated_at)).toBe(minuteMs)
})

test('a first run that was given stays when the interval behind it changes', async () => {
  const first = '2098-01-01T00:00:00Z'
  const task = await create({ frequency: 30, unit: 'day', scheduled_at: first })
  expect((await send(owner, 'POST', `/tasks/${task.id}`, { frequency: 1, unit: 'minute' })).body.scheduled_at).toBe(
    first,
  )
})

const kinds = { once: { scheduled_at: ago(6_000) }, ...schedules }
for (const [kind, schedule] of Object.entries(kinds))
  for (const method of ['PUT', 'POST'])
    for (const match of [true, false])
      test(`a task (${kind}) that was read, has run and is sent back by ${method}${match ? ' with If-Match' : ''} does not run again`, async () => {
        const { id } = await create(schedule)
        if (kind !== 'once') await makeDue(id, ago(6_000))
        const { body: task, headers } = await read(id)
        await startScheduler()
        await endedExecutions({ service_id: owner.id, id })
        const after = (await read(id)).body
        const condition: Record<string, string> = match ? { 'if-match': headers.get('etag') ?? '' } : {}
        const answer = await send(owner, method, `/tasks/${id}`, { ...task, name: 'Renamed' }, condition)
        expect([answer.status, answer.body]).toEqual([
          200,
          { ...after, name: 'Renamed', updated_at: answer.body.updated_at },
        ])
        // A later task of the same service runs, and this one does not.
        const later = await create({ scheduled_at: ago(1_000) })
        await endedExecutions(later)
        expect(await executionsOf({ service_id: owner.id, id })).toHaveLength(1)
      })

test('a slot that ran before others is known, too, and a run-once task is revived by a new time', async () => {
  const task = await create({ frequency: 1, unit: 'hour' })
  await startScheduler()
  const first = ago(7_200_000)
  await makeDue(task.id, first)
  await endedExecutions(task)
  await makeDue(task.id, ago(3_600_000))
  await endedExecutions(task, 2)
  const stored = (await read(task.id)).body.scheduled_at
  expect((await send(owner, 'POST', `/tasks/${task.id}`, { scheduled_at: first })).body.scheduled_at).toBe(stored)

  const once = await create({ scheduled_at: ago(6_000) })
  await endedExecutions(once)
  const revived = await send(owner, 'POST', `/tasks/${once.id}`, { scheduled_at: ago(5_000), status: 'active' })
  expect(revived.body.status).toBe('active')
  await endedExecutions(once, 2)
})

test('the file of a task that began at a time that is past can be put again and again', async () => {
  const file = {
    name: 'A task',
    url: target.url('/200'),
    method: 'POST',
    ...schedules.interval,
    scheduled_at: ago(9_000),
  }
  const { body: task } = await send(owner, 'POST', '/tasks', file)
  await startScheduler()
  await endedExecutions(task)
  // Its executions have been deleted since.
  await sql`delete from execution where task_id = ${task.id}`
  const stored = (await read(task.id)).body.scheduled_at
  for (let time = 0; time < 3; time++)
    expect((await send(owner, 'PUT', `/tasks/${task.id}`, file)).body.scheduled_at).toBe(stored)
})

test('a task that has run once can be sent back as it is answered', async () => {
  const { id } = await create({ scheduled_at: ago(6_000) })
  await startScheduler()
  await endedExecutions({ service_id: owner.id, id })
  const { body: task } = await read(id)
  expect(task).toMatchObject({ status: 'disabled', scheduled_at: null })
  for (const method of ['PUT', 'POST']) {
    const { body: current } = await read(id)
    expect((await send(owner, method, `/tasks/${id}`, current)).status).toBe(200)
  }
  expect((await send(owner, 'PUT', `/tasks/${id}`, { ...task, updated_at: undefined, status: 'active' })).status).toBe(
    400,
  )
})

test('what a client with dates of milliseconds read can be sent back', async () => {
  const task = await create(schedules.interval)
  await sql`update task set scheduled_at = '2098-01-01T00:00:00.123456Z' where id = ${task.id}`
  const current = (await read(task.id)).body
  const dates = Object.fromEntries(
    ['created_at', 'updated_at', 'scheduled_at'].map((name) => [name, new Date(current[name]).toISOString()]),
  )
  for (const method of ['PUT', 'POST']) {
    const { updated_at } = (await read(task.id)).body
    const revived = { ...current, ...dates, updated_at: new Date(updated_at).toISOString() }
    const { status, body } = await send(owner, method, `/tasks/${task.id}`, revived)
    expect([status, body.scheduled_at]).toEqual([200, '2098-01-01T00:00:00.123456Z'])
  }
  const other = await send(owner, 'POST', `/tasks/${task.id}`, { created_at: '2020-01-01T00:00:00.000Z' })
  expect(other.body.errors).toMatchObject([{ path: '/created_at' }])
})

test('a monthly task that is counted from the 31st keeps the 31st', async () => {
  const task = await create({ frequency: 1, unit: 'month' })
  const today = new Date(task.created_at).getUTCDate()
  expect((await taskRow(task)).anchor_day).toBe(today)
  // As if it had been made on the 31st.
  await sql`update task set anchor_day = 31, scheduled_at = '2027-02-28T10:00:00Z' where id = ${task.id}`
  const { body } = await send(owner, 'GET', `/tasks/${task.id}/upcoming?count=3`)
  expect(body.upcoming).toEqual(['2027-02-28T10:00:00Z', '2027-03-31T10:00:00Z', '2027-04-30T10:00:00Z'])
  const again = await send(owner, 'POST', `/tasks/${task.id}`, { scheduled_at: null })
  expect([again.status, (await taskRow(task)).anchor_day]).toEqual([200, today])
})
