import { beforeEach, expect, test } from 'bun:test'
import { closeLate, listServicesLate, type Obstacles, openLate, takeTurn } from '../../src/alerts/late.ts'
import { saysItWaitsFor } from '../../src/alerts/late-lines.ts'
import { listServicesTooLate, openTooLate } from '../../src/alerts/too-late.ts'
import { skipLateSlots } from '../../src/transitions/skip-late.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertService, insertTask, type TestTask } from '../support/rows.ts'
import { holdOpen } from '../support/scene.ts'

const none: Obstacles = { service: null, targets: {}, unreadable: [] }
let service: string

beforeEach(async () => {
  await emptyDatabase()
  await sql`truncate outage`
  await sql`update pass_beat set at = now(), noticed_at = '-infinity'`
  service = await insertService()
  await sql`insert into replica (id, host, lease_until) values (gen_random_uuid(), 'one', now() + interval '1 minute')`
})

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()

/** A task that has been due for so many seconds. */
const dueFor = (seconds: number, fields: object = {}) =>
  insertTask({ service_id: service, scheduled_at: ago(seconds), updated_at: ago(100_000), ...fields })

const setPolicy = (fields: object) => sql`insert into alert_policy ${sql({ service_id: service, ...fields } as never)}`
const look = (obstacles: Partial<Obstacles> = {}) => openLate(sql, service, { ...none, ...obstacles }, 60)
const alertsOf = (task: TestTask) => sql`
  select task_name, target, error, is_event, closed_because, since from alert
  where kind = 'late' and task_id = ${task.id}
  order by opened_at`
const reasonOf = async (task: TestTask) => (await alertsOf(task))[0]?.error
const closedAs = async (task: TestTask) => {
  await closeLate(sql, service)
  return (await alertsOf(task)).map(({ closed_because }) => closed_because)
}

test('a task that is due for five minutes and has not started has one alert until it starts', async () => {
  const task = await dueFor(301, { name: 'nightly', url: 'http://127.0.0.1:9/x' })
  const quick = await dueFor(290)
  expect(await listServicesLate(sql, undefined)).toEqual([service])
  expect(await look()).toBe(1)
  expect(await look()).toBe(0)
  expect(await alertsOf(task)).toMatchObject([
    { task_name: 'nightly', target: '127.0.0.1:9', is_event: false, closed_because: null },
  ])
  expect(await alertsOf(quick)).toHaveLength(0)
  const [same] = await sql`select since = scheduled_at as same from alert join task on task.id = task_id`
  expect(same?.same).toBe(true)
  expect(await closedAs(task)).toEqual([null])
  await sql`update task set scheduled_at = now() + interval '1 hour', current_created_at = now() where id = ${task.id}`
  expect(await closedAs(task)).toEqual(['started'])
})

test('a task that is not due, paused, disabled or deleted is not late', async () => {
  await dueFor(-60)
  await dueFor(400, { status: 'paused' })
  await dueFor(400, { status: 'disabled', deleted_at: ago(1) })
  expect(await listServicesLate(sql, undefined)).toEqual([])
  expect(await look()).toBe(0)
})

test('how late a task may be is in its policy', async () => {
  const [own, labelled, never, other] = [
    await dueFor(60),
    await dueFor(60, { labels: sql.json({ team: 'billing' }) }),
    await dueFor(100_000),
    await dueFor(60),
  ]
  await setPolicy({ task_id: own.id, late_seconds: 30 })
  await setPolicy({ label_name: 'team', label_value: 'billing', late_seconds: 50 })
  await setPolicy({ task_id: never.id, late_seconds: null })
  await setPolicy({ late_seconds: 90 })
  expect(await look()).toBe(2)
  expect(await alertsOf(own)).toHaveLength(1)
  expect(await alertsOf(labelled)).toHaveLength(1)
  expect(await alertsOf(other)).toHaveLength(0)
})

test('the alert says why it has not started', async () => {
  const seats = await dueFor(400)
  await look({ service: 'all 64 seats are taken' })
  expect(await reasonOf(seats)).toBe('all 64 seats are taken')
  const target = await dueFor(400, { url: 'http://slow.example/' })
  await look({ service: 'seats', targets: { 'slow.example': 'its target has as many calls as one target may' } })
  expect(await reasonOf(target)).toBe('its target has as many calls as one target may')
  const cron = await dueFor(400, { frequency: null, unit: null, cron: '0 0 * * *', time_zone: 'Moon/Base' })
  await look({ service: 'seats', unreadable: ['Moon/Base 0 0 * * *'] })
  expect(await reasonOf(cron)).toStartWith('its cron pattern or time zone cannot be read')
  const unknown = await dueFor(400)
  await look()
  expect(await reasonOf(unknown)).toStartWith('the replica that looked has room for it')
  const locked = await dueFor(400)
  const release = await holdOpen((connection) => connection`select from task where id = ${locked.id} for update`)
  await look()
  await release()
  expect(await reasonOf(locked)).toBe('another session of the database holds a lock on its row')
  await sql`update replica set lease_until = now()`
  const leaseless = await dueFor(400)
  await look({ service: 'seats' })
  expect(await reasonOf(leaseless)).toBe('no replica holds a lease, without which nothing is claimed')
})

test('the alert of a task in a full or paused flow names the flow, its limits, and how many are before it', async () => {
  await sql`
    insert into flow (service_id, name, concurrency, rate, period_seconds, burst, calls, paused_at, next_free_at)
    values
      (${service}, 'full', 2, null, null, null, '{"a": 1, "b": 1}', null, default),
      (${service}, 'slow', null, 1, 300, 2, '{}', null, now() + interval '301 seconds'),
      (${service}, 'paused', null, null, null, null, '{}', now(), default),
      (${service}, 'idle', 10, 100, 60, 20, '{}', null, default)`
  const [first, second] = [await dueFor(402, { flow: 'full' }), await dueFor(401, { flow: 'full' })]
  const [slow, paused] = [await dueFor(400, { flow: 'slow' }), await dueFor(400, { flow: 'paused' })]
  const [head, next] = [await dueFor(401, { flow: 'idle' }), await dueFor(400, { flow: 'idle' })]
  expect(await listServicesLate(sql, undefined)).toEqual([service])
  expect(await look({ targets: { '127.0.0.1:9': 'its target is full' } })).toBe(6)
  expect(await reasonOf(first)).toBe('it waits for the flow full (2 at once)')
  expect(await reasonOf(second)).toBe('it waits for the flow full (2 at once), 1 before it')
  expect(await reasonOf(slow)).toBe('it waits for the flow slow (1 in 300 seconds, burst 2)')
  expect(await reasonOf(paused)).toBe('it waits for the flow paused, which is paused')
  const words = await reasonOf(slow)
  expect(['slow', 'slo', 'paused'].map((flow) => saysItWaitsFor(words, flow))).toEqual([true, false, false])
  expect(saysItWaitsFor(await reasonOf(paused), 'paused')).toBe(true)
  expect(await reasonOf(head)).not.toContain('flow')
  await sql`delete from alert`
  await look()
  expect(await reasonOf(head)).toStartWith('the replica that looked has room for it')
  expect(await reasonOf(next)).toBe('it waits for the flow idle (10 at once, 100 a minute, burst 20), 1 before it')
  await sql`update task set scheduled_at = now() + interval '1 hour', current_created_at = now() where id = ${second.id}`
  expect(await closedAs(second)).toEqual(['started'])
})

test('of one flow the hundred oldest are told, and a long line hides no task outside it', async () => {
  await sql`insert into flow (service_id, name, paused_at) values (${service}, 'long', now())`
  await sql`
    insert into task (service_id, id, name, url, method, scheduled_at, created_at, updated_at, frequency, unit, flow)
    select ${service}, gen_random_uuid(), n::text, 'http://127.0.0.1:9/', 'GET', now() - interval '2 hours', now(), ${ago(100_000)}, 1, 'hour', 'long'
    from generate_series(1, 1200) n`
  const free = await dueFor(400)
  expect(await look()).toBe(101)
  expect(await alertsOf(free)).toHaveLength(1)
})

test('a late slot of a service whose late slots have a limit says so', async () => {
  await sql`insert into catch_up (service_id, per_second) values (${service}, 5)`
  const [first, second] = [await dueFor(401), await dueFor(400)]
  await look()
  expect(await reasonOf(first)).toBe('late slots of the service start at most 5 times a second')
  expect(await reasonOf(second)).toBe('late slots of the service start at most 5 times a second, 1 before it')
})

/** Has a task run once: since when, and for how many seconds; without the latter it still runs. */
async function ran({ service_id, id }: TestTask, since: number, seconds?: number): Promise<void> {
  await sql`
    with run as (
      insert into execution (service_id, task_id, id, slot_id, replica_id, created_at, started_at, scheduled_for, status, duration_ms)
      select ${service_id}, ${id}, made.id, made.id, made.id, ${ago(since)}, ${ago(since)}, ${ago(since)},
        ${seconds === undefined ? 'started' : 'success'}, ${seconds === undefined ? null : seconds * 1000}
      from (select gen_random_uuid() as id) made
      returning task_id, id, created_at
    )
    update task
    set current_execution_id = run.id, current_created_at = run.created_at
    from run
    where task.id = run.task_id`
}

test('a task whose previous run goes on is not late, and after it the time counts from its end', async () => {
  const running = await dueFor(1_000, { missed: 'all' })
  await ran(running, 2_000)
  const ended = await dueFor(1_000, { missed: 'all' })
  await ran(ended, 2_000, 1_900)
  const idle = await dueFor(1_000, { missed: 'all' })
  await ran(idle, 2_000, 1_600)
  expect(await look()).toBe(1)
  expect(await alertsOf(idle)).toHaveLength(1)
})

test('after an outage the time counts from its end, and while one goes on nothing is late', async () => {
  await dueFor(4_000)
  await sql`update pass_beat set at = now() - interval '61 seconds'`
  expect(await look()).toBe(0)
  await sql`update pass_beat set at = now()`
  await sql`insert into outage values (now() - interval '1 hour', now() - interval '299 seconds')`
  expect(await look()).toBe(0)
  await sql`update outage set ended_at = now() - interval '301 seconds'`
  expect(await look()).toBe(1)
})

test('where passes run on a pattern only, the time that every slot waits for the next pass is added', async () => {
  await dueFor(800)
  const everyTenMinutes = 60 + 2 * 600
  expect(await openLate(sql, service, none, everyTenMinutes)).toBe(0)
  await sql`update task set scheduled_at = scheduled_at - interval '110 seconds'`
  expect(await openLate(sql, service, none, everyTenMinutes)).toBe(1)
})

test('a task that was changed is late by the time since then', async () => {
  await dueFor(4_000, { updated_at: ago(200) })
  expect(await look()).toBe(0)
})

test('an alert closes when the task is paused, disabled or deleted, or it is given another time', async () => {
  const tasks = await Promise.all(Array.from({ length: 6 }, () => dueFor(400)))
  const [paused, disabled, deleted, gone, skipped, once] = tasks as [TestTask, ...TestTask[]] as never as TestTask[]
  expect(await look()).toBe(6)
  const set = (task: TestTask | undefined, fields: object) =>
    sql`update task set ${sql(fields as never)} where id = ${task?.id as string}`
  await set(paused, { status: 'paused' })
  await set(disabled, { status: 'disabled' })
  await set(deleted, { status: 'disabled', deleted_at: ago(0) })
  await sql`delete from task where id = ${gone?.id as string}`
  await set(skipped, { scheduled_at: ago(-3_600), updated_at: ago(-1) })
  await set(once, { frequency: null, unit: null, once_running: true, current_created_at: ago(0) })
  await closeLate(sql, service)
  for (const [task, because] of [
    [paused, 'paused'],
    [disabled, 'disabled'],
    [deleted, 'deleted'],
    [gone, 'deleted'],
    [skipped, 'skipped'],
    [once, 'started'],
  ] as const)
    expect((await alertsOf(task as TestTask))[0]?.closed_because).toBe(because)
})

test('another late slot of the same task has an alert of its own', async () => {
  const task = await dueFor(400)
  await look()
  await sql`update task set scheduled_at = scheduled_at + interval '30 seconds', current_created_at = now() - interval '350 seconds'`
  expect(await closedAs(task)).toEqual(['started'])
  await look()
  expect(await closedAs(task)).toEqual(['started', null])
})

/** Has slots of tasks skipped as a pass does that finds them too late. */
const skip = (tasks: readonly TestTask[], late_limit_seconds: number) =>
  sql<{ id: string; scheduled_at: string; now: string }[]>`
    select id, scheduled_at, now() as now from task where id = any(${tasks.map(({ id }) => id)}::uuid[])`.then((rows) =>
    skipLateSlots(
      sql,
      rows.map(({ id, scheduled_at, now }) => ({
        ...{
          service_id: service,
          task_id: id,
          scheduled_at,
          spread_offset: 0,
          now,
          cron: null,
          time_zone: null,
          calendar_use: '',
        },
        ...{ after_seconds: late_limit_seconds, late_limit_seconds },
      })),
    ),
  )

test('a slot that was skipped because it was too late did not start: its alert closes when another one does', async () => {
  const task = await dueFor(130, { frequency: 1, unit: 'minute', late_limit_seconds: 60 })
  expect(await skip([task], 60)).toBe(1)
  expect(await listServicesTooLate(sql)).toEqual([service])
  expect(await openTooLate(sql, service)).toBe(1)
  expect(await listServicesTooLate(sql)).toEqual([])
  expect(await reasonOf(task)).toBe('skipped: too late: it could not start within late_limit_seconds, 60 s (2 slots)')
  expect(await closedAs(task)).toEqual([null])
  await sql`update task set current_created_at = now()`
  expect(await closedAs(task)).toEqual(['started'])
})

test('a late task whose slot is skipped keeps its alert until it starts', async () => {
  const task = await dueFor(400, { late_limit_seconds: 350 })
  await look()
  await skip([task], 350)
  await openTooLate(sql, service)
  expect(await closedAs(task)).toEqual([null])
})

test('a task that runs once and was too late is told as an event', async () => {
  const task = await dueFor(130, { frequency: null, unit: null, late_limit_seconds: 60 })
  await skip([task], 60)
  await openTooLate(sql, service)
  expect(await alertsOf(task)).toMatchObject([{ is_event: true, closed_because: 'event' }])
})

test('what an outage explains, and a time that was given in the past, are not told as too late', async () => {
  const [outage, given, never] = [await dueFor(130), await dueFor(130, { updated_at: ago(100) }), await dueFor(100_000)]
  await setPolicy({ task_id: never.id, late_seconds: null })
  await skip([never], 60)
  expect(await openTooLate(sql, service)).toBe(1)
  await sql`insert into outage values (now() - interval '120 seconds', now() - interval '10 seconds')`
  await skip([outage, given], 60)
  expect(await listServicesTooLate(sql)).toEqual([])
  expect(await sql`select from alert`).toHaveLength(0)
})

test('one replica of several takes the turn, and the next is free after 10 s', async () => {
  const taken = await Promise.all(Array.from({ length: 5 }, () => takeTurn(sql, 10)))
  expect(taken.filter(Boolean)).toHaveLength(1)
  await sql`update pass_beat set noticed_at = now() - interval '11 seconds'`
  expect(await takeTurn(sql, 10)).toBe(true)
  // The clock of the database was set back.
  await sql`update pass_beat set noticed_at = now() + interval '1 hour'`
  expect(await takeTurn(sql, 10)).toBe(true)
})

test('two replicas that look at once open one alert', async () => {
  const task = await dueFor(400)
  await Promise.all([look(), look(), look()])
  expect(await alertsOf(task)).toHaveLength(1)
})
