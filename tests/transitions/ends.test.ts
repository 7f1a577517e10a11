import { afterEach, beforeEach, expect, test } from 'bun:test'
import { renewLease } from '../../src/scheduler/lease/lease.ts'
import { claimQueued } from '../../src/transitions/claim-queued.ts'
import { claimSlots } from '../../src/transitions/claim-slots.ts'
import { listReplicas, recoverLeftOpen } from '../../src/transitions/close-lost.ts'
import { skipSlots } from '../../src/transitions/skip.ts'
import { skipLateSlots } from '../../src/transitions/skip-late.ts'
import { createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { endedExecutions, insertTask, type TestTask, taskRow } from '../support/rows.ts'
import { schedulerSql, startScheduler, stopSchedulers } from '../support/scheduler.ts'

const replica = { id: Bun.randomUUIDv7(), host: 'here' }
const minute = 60_000
const from = (ms: number) => new Date(Date.now() + ms).toISOString()

beforeEach(async () => {
  await emptyDatabase()
  await renewLease(schedulerSql, replica, null)
})

afterEach(stopSchedulers)

const options = { replicaId: replica.id, toleranceSeconds: 660, missedAfterSeconds: 60, oldestOpenAt: '-infinity' }
const allotments = (task: TestTask) => [{ service_id: task.service_id, seats: 10, after: undefined }]
const claim = (task: TestTask) => claimSlots(schedulerSql, allotments(task), options)
const minutely = { frequency: 1, unit: 'minute', scheduled_at: from(-1_000) }

test.each([
  ['a slot after this one', 62_000, false],
  ['exactly on the next slot', minute, false],
  ['just before the next slot', minute - 1, true],
  ['exactly on this slot', 0, true],
])('ends_at %s', async (_, after, isLast) => {
  const slot = Date.now() - 1_000
  const at = (ms: number) => new Date(slot + ms).toISOString()
  const task = await insertTask({ frequency: 1, unit: 'minute', scheduled_at: at(0), ends_at: at(after) })
  expect((await claim(task)).taken).toMatchObject([{ once: isLast }])
  const row = await taskRow(task)
  expect(row).toMatchObject({ once_running: isLast, status: 'active' })
  expect(Date.parse(row.scheduled_at ?? '')).toBe(slot + (isLast ? 0 : minute))
})

test('slots after the end are not missed ones of a task that ended during an outage', async () => {
  const slot = Date.now() - 10.5 * minute
  const at = (minutes: number) => new Date(slot + minutes * minute).toISOString()
  const task = await insertTask({ frequency: 1, unit: 'minute', scheduled_at: at(0), ends_at: at(3) })
  expect((await claim(task)).taken).toMatchObject([{ once: true }])
  expect(await sql`select missed_slots from execution`).toMatchObject([{ missed_slots: 3 }])
})

test('a task that runs each missed slot runs those up to its end', async () => {
  const slot = Date.now() - 10.5 * minute
  const at = (minutes: number) => new Date(slot + minutes * minute).toISOString()
  const task = await insertTask({ frequency: 1, unit: 'minute', scheduled_at: at(0), ends_at: at(2), missed: 'all' })
  const once: unknown[] = []
  for (let turn = 0; turn < 4; turn++) {
    once.push(...(await claim(task)).taken.map((one) => one.once))
    await sql`update execution set status = 'success' where status = 'started'`
  }
  expect(once).toEqual([false, false, true])
})

test('the last slot of a monthly task at the end of a month is found by its day', async () => {
  const task = await insertTask({
    frequency: 1,
    unit: 'month',
    anchor_day: 31,
    scheduled_at: '2026-01-31T10:00:00Z',
    ends_at: '2026-03-30T10:00:00Z',
  })
  await claim(task)
  // 28 February is its last slot: 31 March is later than the end.
  expect(await sql`select missed_slots from execution`).toMatchObject([{ missed_slots: 1 }])
  expect(await taskRow(task)).toMatchObject({ once_running: true })
})

test('the last slot waits while the task is running, and is not skipped', async () => {
  const task = await insertTask({ ...minutely, ends_at: from(10 * minute) })
  await claim(task)
  await sql`update task set scheduled_at = now() - interval '1 second', ends_at = now()`
  const { taken, running } = await claim(task)
  expect([taken.length, running.length]).toEqual([0, 1])
  expect(await skipSlots(schedulerSql, running, 660)).toBe(0)
  await sql`update execution set status = 'success' where status = 'started'`
  expect((await claim(task)).taken).toMatchObject([{ once: true }])
})

test('a task whose last slot is too late is disabled', async () => {
  const task = await insertTask({ ...minutely, scheduled_at: from(-300_000), ends_at: from(-200_000), missed: 'none' })
  const { late } = await claim(task)
  await skipLateSlots(schedulerSql, late)
  expect(await taskRow(task)).toMatchObject({ status: 'disabled', scheduled_at: null })
  expect(await sql`select status, missed_slots from execution`).toMatchObject([{ status: 'skipped', missed_slots: 2 }])
})

test('max_runs counts slots that are started, and the last one ends the task', async () => {
  const task = await insertTask({ ...minutely, max_runs: 3, runs_left: 3 })
  const left: unknown[] = []
  for (let turn = 0; turn < 4; turn++) {
    const { taken } = await claim(task)
    const row = await taskRow(task)
    left.push([taken.length, row.runs_left, row.once_running])
    // The slot is skipped while the task runs, which counts no run.
    await sql`update task set scheduled_at = now() - interval '1 second' where not once_running`
    await skipSlots(schedulerSql, (await claim(task)).running, 660)
    await sql`update execution set status = 'success' where status = 'started'`
    await sql`update task set scheduled_at = now() - interval '1 second' where not once_running`
  }
  expect(left).toEqual([
    [1, 2, false],
    [1, 1, false],
    [1, 0, true],
    [0, 0, true],
  ])
})

test('the last slot keeps its retries, and the end of the last of them disables the task', async () => {
  const task = await insertTask({ ...minutely, url: 'http://127.0.0.1:9/', retries: 1, ends_at: from(0) })
  await startScheduler()
  await endedExecutions(task)
  expect(await taskRow(task)).toMatchObject({ status: 'active', once_running: true })
  await sql`update task set queued_for = now() where queued_for is not null`
  expect(await endedExecutions(task, 2)).toMatchObject([{ attempt: 1 }, { attempt: 2 }])
  await eventually(async () => (await taskRow(task)).status === 'disabled', 'the task is disabled')
  expect(await taskRow(task)).toMatchObject({ scheduled_at: null, once_running: false })
})

test('a slot that is sent again because its replica was lost counts once', async () => {
  const task = await insertTask({ ...minutely, max_runs: 2, runs_left: 2 })
  await claim(task)
  await sql`update replica set lease_until = '-infinity', oldest_open_at = now() - interval '1 hour'`
  const [lost] = await listReplicas(sql)
  const open = await sql<{ id: string }[]>`select id from execution`
  await recoverLeftOpen(
    sql,
    lost as NonNullable<typeof lost>,
    open.map(({ id }) => id),
  )
  await renewLease(schedulerSql, replica, null)
  expect(await claimQueued(schedulerSql, allotments(task), options)).toMatchObject([{ redelivery: 1 }])
  expect(await taskRow(task)).toMatchObject({ runs_left: 1, once_running: false })
})

const target = { name: 'Ends', url: 'http://127.0.0.1:9/', method: 'GET' }
const hourly = { ...target, frequency: 1, unit: 'hour' }

test('an end that cannot be is refused, with what is wrong', async () => {
  const account = await createAccount()
  const refused = async (fields: object) => {
    const { status, body } = await send(account, 'POST', '/tasks', { ...target, ...fields })
    return [status, ...body.errors.map(({ path, message }: { path: string; message: string }) => `${path} ${message}`)]
  }
  const every = { frequency: 1, unit: 'hour' }
  expect(await refused({ ...every, ends_at: '2020-01-01T00:00:00Z' })).toEqual([
    400,
    '/ends_at must be in the future, or null for no end; 2020-01-01T00:00:00Z is past',
  ])
  expect(await refused({ ...every, scheduled_at: '2190-01-02T00:00:00Z', ends_at: '2190-01-01T00:00:00Z' })).toEqual([
    400,
    '/ends_at must not be before scheduled_at, 2190-01-02T00:00:00Z',
  ])
  expect((await refused({ ...every, ends_at: from(30 * minute) }))[1]).toMatch(
    /^\/ends_at must not be before the first run/,
  )
  expect((await refused({ scheduled_at: '2190-01-01T00:00:00Z', max_runs: 2 }))[1]).toMatch(
    /^\/max_runs is only for a task that repeats/,
  )
  expect((await refused({ ...every, max_runs: 0 }))[0]).toBe(400)
  const { body: task } = await send(account, 'POST', '/tasks', hourly)
  const change = await send(account, 'POST', `/tasks/${task.id}`, { ends_at: '2020-01-01T00:00:00Z' })
  expect(change.body.errors[0].path).toBe('/ends_at')
})

test('an end before the next run disables the task; a later end and the status start it again', async () => {
  const account = await createAccount()
  const { body: task } = await send(account, 'POST', '/tasks', { ...hourly, ends_at: from(180 * minute) })
  const patch = (body: object) => send(account, 'POST', `/tasks/${task.id}`, body)
  expect((await patch({ ends_at: from(30 * minute) })).body).toMatchObject({ status: 'disabled', scheduled_at: null })
  expect((await patch({ status: 'active' })).body).toMatchObject({ status: 'disabled' })
  await sql`update task set ends_at = now() - interval '1 minute'`
  const after = await patch({ status: 'active' })
  expect([after.status, after.body.errors[0].path]).toEqual([400, '/status'])
  // What was read can be sent back.
  const { body: read } = await send(account, 'GET', `/tasks/${task.id}`)
  expect((await send(account, 'PUT', `/tasks/${task.id}`, read)).body).toEqual(read)
  expect((await patch({ status: 'active', ends_at: null })).body).toMatchObject({ status: 'active', ends_at: null })
})

test('another max_runs counts what has run; a task that is set active again begins anew', async () => {
  const account = await createAccount()
  const { body: task } = await send(account, 'POST', '/tasks', { ...hourly, max_runs: 3 })
  const patch = (body: object) => send(account, 'POST', `/tasks/${task.id}`, body)
  const left = async () => (await sql`select runs_left from task`)[0]?.runs_left
  await sql`update task set runs_left = 1`
  await patch({ max_runs: 5 })
  expect(await left()).toBe(3)
  expect((await patch({ max_runs: 2 })).body).toMatchObject({ status: 'disabled', scheduled_at: null })
  // Sent again as a whole, it does not begin anew.
  const again = await send(account, 'PUT', `/tasks/${task.id}`, { ...hourly, max_runs: 2 })
  expect(again.body).toMatchObject({ status: 'disabled' })
  expect((await patch({ status: 'active' })).body).toMatchObject({ status: 'active', max_runs: 2 })
  expect(await left()).toBe(2)
  await patch({ max_runs: null })
  expect(await left()).toBeNull()
})

test('a change of the end while the last slot is being run', async () => {
  const account = await createAccount()
  const { body: created } = await send(account, 'POST', '/tasks', { ...hourly, max_runs: 1 })
  const task = { service_id: account.id, id: created.id }
  await sql`update task set scheduled_at = now()`
  await claim(task)
  const patch = (body: object) => send(account, 'POST', `/tasks/${task.id}`, body)
  await patch({ name: 'Another name' })
  expect(await taskRow(task)).toMatchObject({ once_running: true, status: 'active', runs_left: 0 })
  await patch({ max_runs: 2 })
  const row = await taskRow(task)
  expect(row).toMatchObject({ once_running: false, status: 'active', runs_left: 1 })
  expect(Date.parse(row.scheduled_at)).toBeGreaterThan(Date.now() + 50 * minute)
})

test('the preview and the coming runs stop at the end', async () => {
  const account = await createAccount()
  const preview = await send(account, 'POST', '/schedule/preview', {
    cron: '0 3 * * *',
    scheduled_at: '2190-01-01T03:00:00Z',
    ends_at: '2190-01-03T03:00:00Z',
  })
  expect(preview.body.upcoming).toEqual(['2190-01-01T03:00:00Z', '2190-01-02T03:00:00Z', '2190-01-03T03:00:00Z'])
  const { body: task } = await send(account, 'POST', '/tasks', { ...hourly, max_runs: 4 })
  await sql`update task set runs_left = 2`
  expect((await send(account, 'GET', `/tasks/${task.id}/upcoming`)).body.upcoming).toHaveLength(2)
  const { body: overview } = await send(account, 'GET', '/overview')
  expect(overview.upcoming.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(2)
})
