import { beforeEach, expect, test } from 'bun:test'
import { insertUrlChannel } from '../support/alerts.ts'
import { sql, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { duly, run } from '../support/process.ts'
import { startReplica } from '../support/replica.ts'
import { executionsOf, type TestTask, taskRow } from '../support/rows.ts'
import { holdOpen, makeDue, useScene } from '../support/scene.ts'

const scene = useScene()
const day = 86_400_000
const env = { DATABASE_URL: testDatabaseUrl }
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
const once = { frequency: null, unit: null }
const skipMissed = (...args: string[]) => duly(['skip-missed', '--json', ...args], env)

beforeEach(async () => {
  await sql`truncate outage, alert cascade`
  await sql`update pass_beat set at = now() - interval '1 day'`
})

/** Tasks of one kind, as a backup of yesterday has them: due since then. Numbers keep them from being due all at once. */
const insertMany = (count: number, fields: object, apartSeconds = 1) => sql`
  insert into task (service_id, id, name, url, method, frequency, unit, cron, time_zone, scheduled_at)
  select service_id, gen_random_uuid(), 'A task', url, 'GET', frequency, unit, cron, time_zone,
    now() - interval '1 day' + make_interval(secs => number * ${apartSeconds}::float8)
  from
    generate_series(1, ${count}::integer) as number,
    jsonb_populate_record(null::task, ${sql.json({ service_id: scene.account.id, url: scene.target.url(), ...fields })})`

/** A call that was under way, or had been queued, when the backup was made. */
async function insertOpen(task: TestTask, status: 'started' | 'queued', attempt = 1) {
  const [id, created_at] = [Bun.randomUUIDv7(), ago(day)]
  const replica = status === 'started' ? { replica_id: lost, started_at: created_at } : {}
  const key = { ...task, task_id: task.id, id, slot_id: Bun.randomUUIDv7(), created_at, scheduled_for: created_at }
  const { service_id, task_id, slot_id } = key
  const row = { service_id, task_id, id, slot_id, created_at, scheduled_for: created_at, status, attempt, ...replica }
  await sql`insert into execution ${sql(row as unknown as Record<string, string>)}`
  const state =
    status === 'started'
      ? { current_execution_id: id, current_created_at: created_at }
      : { queued_id: id, queued_created_at: created_at, queued_for: created_at }
  await sql`update task set ${sql(state as unknown as Record<string, string>)} where id = ${task.id}`
}
const lost = Bun.randomUUIDv7()
const insertLostReplica = () => sql`
  insert into replica (id, host, lease_until, oldest_open_at)
  values (${lost}, 'yesterday', now() - interval '1 day', now() - interval '25 hours')`

test('after a restore from yesterday only what comes due from now on is called, and nobody is alerted', async () => {
  await insertUrlChannel(scene.account.id, scene.target.url('/channel'))
  await insertMany(300, { frequency: 1, unit: 'hour' })
  await insertMany(300, { cron: '*/30 * * * *', time_zone: 'Europe/Berlin' })
  await insertMany(200, { frequency: 1, unit: 'month' })
  await insertMany(200, once)
  await insertLostReplica()
  const overdue = { scheduled_at: ago(day) }
  const retried = await scene.insertTask(overdue)
  const running = await scene.insertTask(overdue)
  const ranOnce = await scene.insertTask({ ...overdue, ...once, once_running: true })
  const retriedOnce = await scene.insertTask({ ...overdue, ...once, once_running: true })
  await insertOpen(retried, 'queued', 2)
  await insertOpen(running, 'started')
  await insertOpen(ranOnce, 'started')
  await insertOpen(retriedOnce, 'queued', 2)
  const next = await scene.insertTask({ scheduled_at: new Date(Date.now() + 3_600_000).toISOString() })
  const paused = await scene.insertTask({ ...overdue, status: 'paused' })

  const counts = { repeating: 802, run_once: 200, queued: 2, started: 2 }
  const dry = await skipMissed('--dry-run')
  expect(JSON.parse(dry.out)).toMatchObject({ ...counts, dry_run: true })
  expect((await executionsOf(running)).map(({ status }) => status)).toEqual(['started'])
  const began = Date.now()
  const done = await skipMissed()
  expect({ code: done.code, err: done.err }).toEqual({ code: 0, err: '' })
  expect(JSON.parse(done.out)).toMatchObject({ ...counts, dry_run: false })

  const [due] = await sql<{ count: number }[]>`
    select count(*)::integer as count from task where status = 'active' and scheduled_at <= ${new Date(began).toISOString()}`
  expect(due?.count).toBe(0)
  const reason = 'missed, and skipped by an operator with duly skip-missed'
  expect(await executionsOf(running)).toMatchObject([
    { status: 'failed', error: expect.stringMatching(/^lost: Duly stopped or was restored/) },
    { status: 'skipped', error: reason, missed_slots: 25 },
  ])
  expect(await executionsOf(retried)).toMatchObject([
    { status: 'failed', error: expect.stringMatching(/^not sent: it waited/) },
    { status: 'skipped' },
  ])
  for (const task of [ranOnce, retriedOnce])
    expect(await taskRow(task)).toMatchObject({ status: 'disabled', scheduled_at: null, once_running: false })
  expect(await taskRow(paused)).toMatchObject({ status: 'paused', scheduled_at: expect.anything() })

  await startReplica(scene.account)
  await makeDue(next)
  await eventually(() => scene.target.sent.some(({ task }) => task === next.id), 'the task that came due')
  await scene.laterTaskEnds()
  const called = await sql<{ early: number }[]>`
    select count(*) filter (where scheduled_for < ${new Date(began).toISOString()})::integer as early
    from execution
    where status = 'success'`
  expect(called[0]?.early).toBe(0)
  expect(await sql`select kind from alert`).toHaveLength(0)
  expect(await sql`select began_at from outage`).toHaveLength(1)
  await expectInvariants(scene.target)
})

test('what comes due while it works is no part of the outage, and nobody is told of it', async () => {
  await insertUrlChannel(scene.account.id, scene.target.url('/channel'))
  await insertMany(3_000, { frequency: 1, unit: 'hour' }, 0.01)
  expect((await skipMissed()).code).toBe(0)
  const [due] = await sql<{ count: number }[]>`select count(*)::integer as count from task where scheduled_at <= now()`
  expect(due?.count).toBeGreaterThan(0)
  expect(await sql`select began_at from outage`).toHaveLength(1)
  expect(await sql`select kind from alert`).toHaveLength(0)
})

test('a running replica is named, and nothing is skipped', async () => {
  await startReplica(scene.account)
  await insertMany(1, once)
  const { code, out, err } = await skipMissed()
  expect({ code, out }).toEqual({ code: 1, out: '' })
  const [replica] = await sql<{ id: string; host: string }[]>`select id, host from replica`
  expect(JSON.parse(err).message).toStartWith(`A replica holds a lease: ${replica?.host} (${replica?.id}, until `)
  expect(await sql`select id from execution where status = 'skipped'`).toHaveLength(0)
})

test('--older-than leaves what is newer, and --run-once keep what runs once', async () => {
  await insertLostReplica()
  const [old, recent] = [
    await scene.insertTask({ scheduled_at: ago(day) }),
    await scene.insertTask({ scheduled_at: ago(60_000) }),
  ]
  const ranOnce = await scene.insertTask({ scheduled_at: ago(day), ...once, once_running: true })
  const future = await scene.insertTask({ scheduled_at: ago(day), ...once })
  await insertOpen(ranOnce, 'started')
  const { out } = await skipMissed('--older-than', '5m', '--run-once', 'keep')
  expect(JSON.parse(out)).toMatchObject({ repeating: 1, run_once: 0, queued: 0, started: 0 })
  expect(await executionsOf(old)).toMatchObject([{ status: 'skipped', missed_slots: 25 }])
  for (const task of [recent, future]) expect(await executionsOf(task)).toEqual([])
  expect(await executionsOf(ranOnce)).toMatchObject([{ status: 'started' }])
  expect((await duly(['skip-missed', '--older-than', 'soon'], env)).code).toBe(2)
})

test('what cannot be moved is left and named, and everything else is moved', async () => {
  const overdue = { scheduled_at: ago(day) }
  const unreadable = await scene.insertTask({
    ...overdue,
    frequency: null,
    unit: null,
    cron: '0 0 * * *',
    time_zone: 'Mars/Olympus',
  })
  const locked = await scene.insertTask(overdue)
  await insertMany(20, { frequency: 1, unit: 'week' })
  const release = await holdOpen((other) => other`select from task where id = ${locked.id} for update`)
  const { code, out, err } = await skipMissed()
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({ repeating: 20 })
  const { message } = JSON.parse(err)
  expect(message).toStartWith('2 tasks are still due, and 0 executions still queued or running: ')
  for (const { id } of [unreadable, locked]) expect(message).toContain(id)
  await release()
  expect(JSON.parse((await skipMissed()).out)).toMatchObject({ repeating: 1 })
})

test('killed half way, it is run again and does the rest: each task is skipped once', async () => {
  await insertMany(30_000, { frequency: 1, unit: 'week' })
  const doomed = run(['bun', 'src/start.ts', 'duly', 'skip-missed'], { env })
  await eventually(
    async () => (await sql`select from execution where status = 'skipped' limit 1`).length === 1,
    'the first batch',
  )
  doomed.kill('SIGKILL')
  await doomed.exited
  const left = JSON.parse((await skipMissed('--dry-run')).out).repeating
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThan(30_000)
  expect(JSON.parse((await skipMissed()).out).repeating).toBeLessThanOrEqual(left)
  const [row] = await sql<{ tasks: number; executions: number; due: number }[]>`
    select
      (select count(*)::integer from execution) as executions,
      (select count(distinct task_id)::integer from execution) as tasks,
      (select count(*)::integer from task where scheduled_at <= now()) as due`
  expect(row).toEqual({ tasks: 30_000, executions: 30_000, due: 0 })
})
