import { beforeAll, beforeEach, expect, test } from 'bun:test'
import type { ChangedTask } from '../../src/overview/chosen.ts'
import { inBatches } from '../../src/overview/runs-change.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

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
const read = async (id: string) => (await send(owner, 'GET', `/tasks/${id}`)).body
const daily = { frequency: 1, unit: 'day' }
const byPattern = { frequency: undefined, unit: undefined, scheduled_at: undefined }
const pattern = (at: number) => `${new Date(at).getUTCMinutes()} ${new Date(at).getUTCHours()} * * *`

test('each task that is left out is named, with why', async () => {
  const at = herdAt()
  const stranger = await createTask(await createAccount('others'), daily)
  const named = async (name: string, body: object) => (await createTask(owner, { name, ...body })).id
  const ids = [
    await named('every minute', { ...byPattern, cron: '* * * * *' }),
    await named('weekly', { ...byPattern, cron: '10 0 * * MON' }),
    await named('soon', { ...daily, scheduled_at: text(Date.now() + 20 * minute) }),
    await named('overdue', { ...daily, scheduled_at: text(at) }),
    await named('over', { frequency: undefined, unit: undefined, scheduled_at: text(at) }),
    await named('every half hour', { frequency: 30, unit: 'minute', scheduled_at: text(at) }),
    await named('well', { ...daily, scheduled_at: text(at) }),
    await named('paused', { ...byPattern, cron: '30 5 * * *', status: 'paused' }),
    stranger.id,
  ]
  await sql`
    update task set scheduled_at = now() - interval '1 minute'
    where service_id = ${owner.id} and name in ('overdue', 'every minute')`
  await sql`update task set scheduled_at = null, status = 'disabled' where service_id = ${owner.id} and name = 'over'`
  const { tasks, left, left_out } = await move({ ids, minutes: -30 })
  expect([tasks, left]).toEqual([2, 7])
  type LeftOut = { name: string | null; reason: string; message: string }
  const reasons = Object.fromEntries(left_out.map(({ name, reason }: LeftOut) => [name, reason]))
  expect(reasons).toEqual({
    ...{ 'every minute': 'pattern', weekly: 'pattern', soon: 'past', overdue: 'due', over: 'no_run_to_come' },
    ...{ 'every half hour': 'pattern', null: 'not_found' },
  })
  expect(left_out.find(({ name }: LeftOut) => name === 'weekly').message).toBe(
    'It would run on another day, and its pattern names days.',
  )
  expect(await read(ids[7] as string)).toMatchObject({ cron: '0 5 * * *', status: 'paused' })
})

test('a pattern or a zone that this server cannot read, and a calendar that is being changed, are the reasons given', async () => {
  await send(owner, 'PUT', '/calendars/work', { weekend: [], days: [] })
  const make = async (name: string, body = {}) =>
    (await createTask(owner, { name, ...byPattern, cron: pattern(herdAt()), ...body })).id
  const ids = [
    await make('zone'),
    await make('syntax'),
    await make('calendar', { calendar: 'work' }),
    await make('well'),
  ]
  // As a replica of another release stores them, and a task that was read just before its calendar was changed.
  await sql`update task set time_zone = 'Mars/Olympus' where id = ${ids[0] as string}`
  await sql`update task set cron = 'new syntax' where id = ${ids[1] as string}`
  await sql.begin(async (own) => {
    await own`set local session_replication_role = replica`
    await own`update task set calendar_use = gen_random_uuid() || ' skip' where id = ${ids[2] as string}`
  })
  const unreadable = ['pattern', 'It has a pattern or a time zone that this replica cannot read.']
  const told = {
    ...{ zone: unreadable, syntax: unreadable, calendar: ['changed', 'Its calendar is being changed: try again.'] },
  }
  for (const [path, change] of [
    ['/overview/move', { minutes: 20 }],
    ['/overview/spread', { spread_seconds: 3_600 }],
  ] as const) {
    const { status, body } = await send(owner, 'POST', path, { ids, ...change })
    expect([status, body.changed]).toEqual([200, ids.slice(3)])
    type LeftOut = { name: string; reason: string; message: string }
    const reasons = body.left_out.map(({ name, reason, message }: LeftOut) => [name, [reason, message]])
    expect(Object.fromEntries(reasons)).toEqual(told)
  }
})

test('a task that would start after the year 9999 is left out, and hinders no other one', async () => {
  const once = { frequency: undefined, unit: undefined, scheduled_at: '9999-12-31T23:59:00Z' }
  const last = await createTask(owner, { name: 'last', ...once })
  // So that its offset by a spread of an hour is more than the minute that is left.
  const id = last.id.replace(/.{8}$/, '00000e00')
  await sql`update task set id = ${id} where id = ${last.id}`
  const other = await createTask(owner, daily)
  for (const [path, change] of [
    ['/overview/move', { minutes: 1 }],
    ['/overview/spread', { spread_seconds: 3_600 }],
  ] as const)
    expect((await send(owner, 'POST', path, { ids: [id, other.id], ...change })).body).toMatchObject({
      ...{ changed: [other.id], left_out: [{ name: 'last', reason: 'out_of_range' }] },
    })
})

test('a task ends, and waits for a retry, at its own times', async () => {
  const at = herdAt()
  const ending = await createTask(owner, { ...daily, scheduled_at: text(at), ends_at: text(at + 10 * minute) })
  const retried = await createTask(owner, { ...daily, scheduled_at: text(at) })
  const queued = text(at - 5 * minute)
  await sql`
    update task set queued_for = ${queued}, queued_created_at = ${queued}, queued_id = gen_random_uuid() where id = ${retried.id}`
  const left = async (minutes: number) =>
    (await move({ at: text(at), minutes, dry_run: true })).left_out.map(({ reason }: { reason: string }) => reason)
  expect(await left(10)).toEqual([])
  expect(await left(11)).toEqual(['ends'])
  expect(await left(-5)).toEqual(['retry'])
  expect(await read(ending.id)).toEqual(ending)
})

test('if the database fails after some tasks were changed, the answer says which, and the others are left out', async () => {
  const ids = Array.from({ length: 3_500 }, (_, index) => `task ${index}`)
  const planned = ids.map((id) => ({ task: { id, name: id } }) as unknown as ChangedTask)
  /** Each batch succeeds until one fails with this code. */
  const changing = (failing: number, code: string) => {
    const errors: unknown[] = []
    let batches = 0
    const change = async (batch: readonly ChangedTask[]) => {
      if (batches++ === failing) throw Object.assign(new Error('no'), { code })
      return batch.slice(1).map(({ task }) => task.id)
    }
    return { result: inBatches(planned, change, (error) => errors.push(error), Number.POSITIVE_INFINITY), errors }
  }
  for (const [code, inDoubt] of [
    ['55P03', /before it was changed/],
    ['CONNECTION_CLOSED', /while it was changed: look/],
  ] as const) {
    const { result, errors } = changing(2, code)
    const { changed, leftOut } = await result
    expect(changed.map(({ task }) => task.id)).toEqual([...ids.slice(1, 1_000), ...ids.slice(1_001, 2_000)])
    expect(leftOut.map(({ id }) => id)).toEqual([ids[0], ids[1_000], ...ids.slice(2_000)] as string[])
    expect(leftOut.map(({ reason }) => reason)).toEqual(['changed', 'changed', ...Array(1_500).fill('database')])
    expect(leftOut[1_001]?.message).toMatch(inDoubt)
    expect(leftOut[1_002]?.message).toMatch(/before it was changed/)
    expect(errors).toMatchObject([{ code }])
  }
  await expect(changing(0, '55P03').result).rejects.toMatchObject({ code: '55P03' })
})

test('if the time of a request is over after some tasks were changed, the answer says which, and the others are left out', async () => {
  const ids = Array.from({ length: 2_500 }, (_, index) => `task ${index}`)
  const planned = ids.map((id) => ({ task: { id, name: id } }) as unknown as ChangedTask)
  const change = async (batch: readonly ChangedTask[]) => batch.map(({ task }) => task.id)
  const { changed, leftOut } = await inBatches(planned, change, () => {}, performance.now() - 1)
  expect(changed.map(({ task }) => task.id)).toEqual(ids.slice(0, 1_000))
  expect(leftOut.map(({ id, reason }) => [id, reason])).toEqual(ids.slice(1_000).map((id) => [id, 'no_time']))
})
