import { expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { expectWithin } from '../support/promised.ts'
import { startReplica } from '../support/replica.ts'
import { awaitStatus, executionsOf, insertTasks } from '../support/rows.ts'
import { holdOpen, useScene } from '../support/scene.ts'
import { ask, overdueTask } from '../support/service.ts'

const scene = useScene()

const insertMany = (count: number) => insertTasks(count, { service_id: scene.account.id, url: scene.target.url() })
/** Cuts off every session of the service, as an operator or a failover does, or cancels what it is at. */
const cutSessions = (how: 'terminate' | 'cancel' = 'terminate') => sql`
  select case when ${how} = 'cancel' then pg_cancel_backend(pid) else pg_terminate_backend(pid) end
  from pg_stat_activity
  where datname = current_database()
    and application_name ~ '^duly (api|scheduler|upkeep)'`

test.each([
  ['its sessions are cut off', 'terminate', 250],
  ['its statements are cancelled', 'cancel', 5],
] as const)('%s again and again while many slots are due: every slot is sent once', async (_, how, everyMs) => {
  scene.target.answer = async () => {
    await Bun.sleep(20)
    return new Response('')
  }
  await startReplica(scene.account)
  await startReplica(scene.account)
  const tasks = 4_000
  await insertMany(tasks)
  for (const until = performance.now() + 3_000; performance.now() < until; await Bun.sleep(everyMs))
    await cutSessions(how)
  await scene.target.arrived(tasks)
  await eventually(
    async () => (await sql`select 1 from execution where status in ('started', 'queued') limit 1`).length === 0,
    'everything is recorded',
  )
  await expectInvariants(scene.target)
  expect(scene.target.sent).toHaveLength(tasks)
  expect(scene.target.bySlot().size).toBe(tasks)
})

test('the database is read-only for a while, as after a failover: nothing is sent or isolated, and work resumes', async () => {
  const replica = await startReplica(scene.account)
  scene.target.answer = () => new Response('an answer')
  scene.target.hold()
  const running = await scene.insertTask()
  await scene.target.arrived(1)
  const [row] = await sql<{ name: string }[]>`select current_database() as name`
  await sql.unsafe(`alter database ${row?.name} set default_transaction_read_only = on`)
  try {
    await cutSessions()
    scene.target.release()
    const due = await scene.insertTask()
    expect((await ask(replica, 'POST', '/tasks', overdueTask(scene.target.url()))).status).toBe(503)
    expect((await ask(replica, 'GET', '/tasks')).status).toBe(200)
    await Bun.sleep(1_500)
    expect(scene.target.sent).toHaveLength(1)
    await sql.unsafe(`alter database ${row?.name} reset default_transaction_read_only`)
    // The sessions stay read-only for as long as they live: they are given up.
    for (const task of [running, due]) {
      await awaitStatus(task, 'success')
      expect(await executionsOf(task)).toMatchObject([{ status: 'success', response: 'an answer', error: null }])
    }
  } finally {
    await sql.unsafe(`alter database ${row?.name} reset default_transaction_read_only`)
  }
  expect(replica.err).not.toContain('could not be written')
  await expectInvariants(scene.target)
})

test('the tables are rewritten while calls run: outcomes still find their rows', async () => {
  await startReplica(scene.account)
  scene.target.hold()
  await insertMany(150)
  await scene.target.arrived(150)
  await sql`delete from execution where id in (select id from execution order by id limit 20)`
  await sql`vacuum full execution`
  await sql`vacuum full task`
  scene.target.release()
  await eventually(
    () =>
      sql`select 1 from (select count(*) as n from execution where status = 'success' and status_code = 200) r where n = 130`,
    'all are recorded',
  )
  await expectInvariants(scene.target, { rowsGone: true })
})

test('another session locks whole tables for a while: the API answers 503 in time, and work resumes', async () => {
  const replica = await startReplica(scene.account)
  scene.target.hold()
  const running = await scene.insertTask({ retries: 1 })
  const due = await scene.insertTask({ scheduled_at: new Date(Date.now() + 500).toISOString() })
  await scene.target.arrived(1)
  const unlock = await holdOpen((other) => other`lock table task, execution in access exclusive mode`)
  scene.target.release()
  const asked = performance.now()
  expect((await ask(replica, 'GET', '/tasks?count=1')).status).toBe(503)
  expectWithin(5_000, asked)
  await Bun.sleep(2_000)
  await unlock()
  for (const task of [running, due]) await awaitStatus(task, 'success', 4_000)
  expect(scene.target.sent).toHaveLength(2)
  await expectInvariants(scene.target)
})
