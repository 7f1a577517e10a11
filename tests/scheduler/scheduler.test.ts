import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectWithin, promised } from '../support/promised.ts'
import { endedExecutions, executionsOf, insertService, insertTask, insertTasks, taskRow } from '../support/rows.ts'
import { startScheduler, stopSchedulers } from '../support/scheduler.ts'
import { Target } from '../support/target.ts'

let target: Target
beforeAll(() => {
  target = new Target()
})
afterAll(() => target.stop())
beforeEach(async () => {
  await emptyDatabase()
  target.sent.length = 0
})
afterEach(stopSchedulers)

test('a task a day past runs within two seconds, once, and is next due at its own time', async () => {
  await startScheduler()
  const slot = Date.now() - 86_400_000
  const task = await insertTask({ url: target.url('/200'), scheduled_at: new Date(slot).toISOString() })
  const [execution] = await endedExecutions(task, 1, 2000)
  expect(execution).toMatchObject({ status: 'success', status_code: 200, response: 'ok', missed_slots: 24, attempt: 1 })
  const { scheduled_at } = await taskRow(task)
  expect(Date.parse(scheduled_at)).toBe(slot + 25 * 3_600_000)
  expect(target.sent).toHaveLength(1)
})

test('the call carries its slot, execution, task, time and attempt', async () => {
  await startScheduler()
  const task = await insertTask({
    url: target.url('/200'),
    method: 'POST',
    payload: 'body',
    header: sql.json({ 'X-Team': 'blue' }) as never,
  })
  const [execution] = await endedExecutions(task)
  const [seen] = target.sent
  expect(seen).toMatchObject({ method: 'POST', body: 'body' })
  expect(Object.fromEntries(seen?.headers ?? [])).toMatchObject({
    'x-team': 'blue',
    'idempotency-key': execution.slot_id,
    'duly-execution-id': execution.id,
    'duly-task-id': task.id,
    'duly-scheduled-for': execution.scheduled_for,
    'duly-attempt': '1',
  })
})

test('a task written by another session and due in a moment starts within a second of its time', async () => {
  await startScheduler()
  const due = Date.now() + 1500
  const task = await insertTask({ url: target.url('/200'), scheduled_at: new Date(due).toISOString() })
  const [execution] = await endedExecutions(task)
  const late = Date.parse(execution.started_at) - due
  expect(late).toBeGreaterThanOrEqual(0)
  expect(late).toBeLessThan(promised(1000))
})

test('without on-time wake-ups nothing runs until the pass timer comes, and then what is due', async () => {
  const scheduler = await startScheduler({ schedulerOnTime: false, schedulerCron: '0 0 1 1 *' })
  const task = await insertTask({ url: target.url('/200') })
  await Bun.sleep(1500)
  expect(await executionsOf(task)).toEqual([])
  scheduler.passNow()
  await endedExecutions(task)
})

test('a service whose target hangs holds up no other service', async () => {
  await startScheduler({ schedulerConcurrency: 20 })
  const hung = await insertService()
  for (let n = 0; n < 60; n++) await insertTask({ service_id: hung, url: target.url('/slow?ms=20000') })
  await eventually(() => target.sent.length >= 16, 'the hung calls to start')
  const other = new Target()
  const started = performance.now()
  const otherService = await insertTask({ url: other.url('/200') })
  await endedExecutions(otherService, 1, promised(2000))
  expectWithin(2000, started)
  other.stop()
})

test('more due tasks than seats all run, each once', async () => {
  const service = await insertService()
  await insertTasks(1_000, { service_id: service, url: target.url('/200') })
  await startScheduler({ schedulerConcurrency: 32 })
  await eventually(
    async () => {
      const [row] = await sql<{ n: number }[]>`select count(*)::int as n from execution where status = 'success'`
      return row?.n === 1000
    },
    'all to succeed',
    15_000,
  )
  expect(target.sent).toHaveLength(1000)
  expect(new Set(target.sent.map((seen) => seen.headers.get('idempotency-key'))).size).toBe(1000)
}, 20_000)

test('a task that runs once is disabled when its outcome is recorded, and has no next time', async () => {
  await startScheduler()
  const task = await insertTask({ url: target.url('/500'), frequency: null, unit: null })
  await endedExecutions(task)
  await eventually(async () => (await taskRow(task)).status === 'disabled', 'the task to be disabled')
  expect(await taskRow(task)).toMatchObject({ scheduled_at: null, once_running: false })
  expect(target.sent).toHaveLength(1)
})

test('a failed attempt is tried again as often as the task says, under the same key', async () => {
  await startScheduler()
  const task = await insertTask({ url: target.url('/500'), retries: 2 })
  for (let attempt = 1; attempt <= 2; attempt++) {
    await eventually(
      async () => (await executionsOf(task)).length === attempt + 1,
      () => `attempt ${attempt + 1} to be queued`,
    )
    await sql`update task set queued_for = now() where id = ${task.id} and queued_for is not null`
  }
  const executions = await endedExecutions(task, 3)
  expect(executions.map((execution) => [execution.attempt, execution.status])).toEqual([
    [1, 'failed'],
    [2, 'failed'],
    [3, 'failed'],
  ])
  expect(new Set(target.sent.map((seen) => seen.headers.get('idempotency-key'))).size).toBe(1)
  expect(target.sent.map((seen) => seen.headers.get('duly-attempt'))).toEqual(['1', '2', '3'])
  expect(await taskRow(task)).toMatchObject({ queued_for: null, queued_running: false, status: 'active' })
})

test('what a stop cuts off is recorded as interrupted and sent again under the same key', async () => {
  const scheduler = await startScheduler()
  const task = await insertTask({ url: target.url('/slow?ms=20000') })
  const [first] = await eventually(async () => {
    const rows = await executionsOf(task)
    return rows.length > 0 && rows
  }, 'the call to start')
  await scheduler.stop(Promise.resolve())
  const [interrupted, queued] = await executionsOf(task)
  expect(interrupted).toMatchObject({ id: first.id, status: 'failed', error: 'interrupted' })
  expect(queued).toMatchObject({ status: 'queued', slot_id: first.slot_id, redelivery: 1 })
  await sql`update task set url = ${target.url('/200')} where id = ${task.id}`
  await startScheduler()
  const ended = await endedExecutions(task, 2)
  expect(ended[1]).toMatchObject({ status: 'success', slot_id: first.slot_id })
})

test('stops at once when idle', async () => {
  const scheduler = await startScheduler({ shutdownGraceSeconds: 25 })
  const started = performance.now()
  await scheduler.stop(new Promise(() => {}))
  expectWithin(500, started)
  expect(await sql`select 1 from replica`).toHaveLength(0)
})

test('a stop closes what is open in its name and no call holds any more, and its slot is sent again', async () => {
  const scheduler = await startScheduler()
  const [replica] = await sql<{ id: string }[]>`select id from replica`
  const id = Bun.randomUUIDv7()
  const created_at = new Date().toISOString()
  const task = await insertTask({
    scheduled_at: '2099-01-01T00:00:00Z',
    current_execution_id: id,
    current_created_at: created_at,
  })
  await sql`
    insert into execution (service_id, task_id, id, slot_id, replica_id, created_at, started_at, scheduled_for, status)
    values (${task.service_id}, ${task.id}, ${id}, ${id}, ${replica?.id ?? ''}, ${created_at}, now(), now(), 'started')`
  await scheduler.stop(Promise.resolve())
  expect(await executionsOf(task)).toMatchObject([
    { id, status: 'failed', error: expect.stringContaining('lost') },
    { status: 'queued', slot_id: id, redelivery: 1 },
  ])
  expect(await sql`select 1 from replica`).toHaveLength(0)
})

test('lets a running call finish within the grace and records it', async () => {
  const scheduler = await startScheduler({ shutdownGraceSeconds: 10 })
  const task = await insertTask({ url: target.url('/slow?ms=800') })
  await eventually(() => target.sent.length === 1, 'the call to start')
  await scheduler.stop(new Promise(() => {}))
  expect(await executionsOf(task)).toMatchObject([{ status: 'success', response: 'late' }])
})
