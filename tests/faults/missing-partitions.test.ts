import { afterEach, beforeEach, expect, test } from 'bun:test'
import { maintainPartitions } from '../../src/maintenance/partitions.ts'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { startReplica } from '../support/replica.ts'
import { executionsOf, type TestTask, taskRow } from '../support/rows.ts'
import { clearScene, endLeases, killHard, type Scene, setScene } from '../support/scene.ts'

let scene: Scene
beforeEach(async () => {
  scene = await setScene()
})
afterEach(async () => {
  await clearScene()
  // The next test finds what it had.
  await sql`truncate execution`
  await maintainPartitions(sql, 30)
})

const success = (task: TestTask, count = 1) =>
  eventually(
    async () => (await executionsOf(task)).filter((row) => row.status === 'success').length >= count,
    () => `${count} successes`,
  )

async function dropToday(): Promise<void> {
  const [today] = await sql<{ name: string }[]>`
    select 'execution_' || to_char(now() at time zone 'UTC', 'YYYY_MM_DD') as name`
  await sql.unsafe(`drop table ${today?.name}`)
}

test("today's partition is missing: nothing fails, and its executions are stored", async () => {
  await startReplica(scene.account)
  await dropToday()
  const tasks = await Promise.all(Array.from({ length: 20 }, () => scene.insertTask()))
  for (const task of tasks) await success(task)
  await expectInvariants(scene.target)
})

test("today's partition is dropped while calls run: nothing is delayed, and their tasks run again", async () => {
  scene.target.answer = ({ attempt, path }) =>
    new Response('', { status: attempt === 1 && path === '/twice' ? 500 : 200 })
  await startReplica(scene.account)
  const waiting = await scene.insertTask({ retries: 1, url: scene.target.url('/twice') })
  await eventually(async () => (await taskRow(waiting)).queued_id, 'a retry waits')
  await sql`update task set queued_for = now() + interval '1 hour' where id = ${waiting.id}`
  scene.target.hold()
  const running = await Promise.all([
    scene.insertTask(),
    scene.insertTask({ retries: 1 }),
    scene.insertTask({ frequency: null, unit: null }),
  ])
  await scene.target.arrived(4)
  await dropToday()
  scene.target.release()
  const fresh = await scene.insertTask()
  await success(fresh)
  await sql`update task set queued_for = now() where id = ${waiting.id}`
  await eventually(async () => (await taskRow(waiting)).queued_id === null, 'what waited is forgotten')
  await sql`update task set scheduled_at = now() where status = 'active' and not once_running`
  for (const task of [...running.slice(0, 2), waiting]) await success(task)
  // The only slot of this one was sent, and its outcome came.
  expect(await taskRow(running[2] as TestTask)).toMatchObject({ status: 'disabled', scheduled_at: null })
  await expectInvariants(scene.target, { retries: 1, rowsGone: true })
})

test("today's partition is dropped and its replica killed: tasks whose executions are gone run again", async () => {
  scene.target.answer = () => new Response('', { status: 500 })
  const doomed = await startReplica(scene.account)
  const [retried, plain] = [
    await scene.insertTask({ retries: 1 }),
    await scene.insertTask({ scheduled_at: '2099-01-01T00:00:00Z' }),
  ]
  await scene.target.arrived(1)
  scene.target.hold()
  await sql`update task set scheduled_at = now() where id = ${plain.id}`
  await scene.target.arrived(3)
  await dropToday()
  await killHard(doomed)
  scene.target.release()
  scene.target.answer = () => new Response('')
  expect((await taskRow(retried)).queued_running).toBe(true)
  await sql`update task set scheduled_at = now()`
  await endLeases()
  await startReplica(scene.account)
  for (const task of [retried, plain]) await success(task)
  await expectInvariants(scene.target, { retries: 1, rowsGone: true })
})

test('partitions past retention are dropped under load, with the queued executions in them', async () => {
  const old = '2026-01-15'
  await sql.unsafe(
    `create table execution_2026_01_15 partition of execution for values from ('${old} 00:00+00') to ('2026-01-16 00:00+00')`,
  )
  const task = await scene.insertTask({ scheduled_at: '2099-01-01T00:00:00Z' })
  await sql`
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status)
    select service_id, task.id, made.id, made.id, ${`${old}T12:00:00Z`}, ${`${old}T12:00:00Z`}, 'queued'
    from task, (select gen_random_uuid() as id) made`
  await sql`
    update task
    set queued_for = now() + interval '2 seconds', queued_created_at = execution.created_at, queued_id = execution.id
    from execution`
  await startReplica(scene.account)
  await eventually(() => sql`select 1 where to_regclass('execution_2026_01_15') is null`, 'the old partition is gone')
  await eventually(async () => (await taskRow(task)).queued_id === null, 'what waited in it is forgotten')
  await sql`update task set scheduled_at = now()`
  await success(task)
  await endLeases()
  await expectInvariants(scene.target)
})
