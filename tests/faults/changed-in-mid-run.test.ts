import { expect, test } from 'bun:test'
import { createTask, send } from '../support/app.ts'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { startReplica } from '../support/replica.ts'
import { executionsOf, type TestTask, taskRow } from '../support/rows.ts'
import { endLeases, killHard, useScene } from '../support/scene.ts'

const scene = useScene()

const soon = () => new Date(Date.now() - 1_000).toISOString()
const once = { frequency: null, unit: null }
const create = async (fields: object = {}) => {
  const task = await createTask(scene.account, { url: scene.target.url(), scheduled_at: soon(), ...fields })
  return { service_id: scene.account.id, id: task.id as string, scheduled_at: task.scheduled_at as string }
}
const change = async (task: TestTask, fields: object) => {
  const { status, body } = await send(scene.account, 'POST', `/tasks/${task.id}`, fields)
  expect(status).toBe(200)
  return body
}
const ended = (task: TestTask, count = 1) =>
  eventually(
    async () => {
      const rows = await executionsOf(task)
      return rows.filter((row) => ['success', 'failed'].includes(row.status)).length >= count && rows
    },
    () => `${count} executions that ended`,
  )
const until = (task: TestTask, fields: object) =>
  eventually(
    async () => {
      const row = await taskRow(task)
      return Object.entries(fields).every(([name, value]) => row[name] === value) && row
    },
    () => `the task has ${JSON.stringify(fields)}`,
  )

test('edited while running: the call ends unchanged, and the next one uses the edit', async () => {
  scene.target.hold()
  await startReplica(scene.account)
  const task = await create()
  await scene.target.arrived(1)
  await change(task, { url: scene.target.url('/moved'), method: 'POST', payload: 'new', scheduled_at: soon() })
  scene.target.release()
  await ended(task, 2)
  expect(scene.target.sent).toMatchObject([
    { path: '/', method: 'GET' },
    { path: '/moved', method: 'POST', body: 'new' },
  ])
  expect(new Set(scene.target.sent.map((sent) => sent.key)).size).toBe(2)
  await expectInvariants(scene.target)
})

test('set back while running to the time that just ran: that is a new slot, which is skipped or sent', async () => {
  scene.target.hold()
  await startReplica(scene.account)
  const task = await create()
  await scene.target.arrived(1)
  // Sent back over the API it changes nothing.
  await change(task, { scheduled_at: task.scheduled_at })
  expect(Date.parse((await taskRow(task)).scheduled_at)).toBeGreaterThan(Date.now())
  await sql`update task set scheduled_at = ${task.scheduled_at} where id = ${task.id}`
  await eventually(
    async () => (await executionsOf(task)).some((row) => row.status === 'skipped'),
    'a skipped execution',
  )
  scene.target.release()
  const rows = await ended(task)
  expect(rows).toMatchObject([{ status: 'success' }, { status: 'skipped', missed_slots: 1 }])
  expect(rows[0].slot_id).not.toBe(rows[1].slot_id)
  await expectInvariants(scene.target)
})

test('paused while running: the outcome is recorded, no retry follows, and nothing starts', async () => {
  scene.target.answer = () => new Response('', { status: 500 })
  scene.target.hold()
  await startReplica(scene.account)
  const task = await create({ retries: 3, frequency: 1, unit: 'minute' })
  await scene.target.arrived(1)
  await change(task, { status: 'paused' })
  await sql`update task set scheduled_at = now()`
  scene.target.release()
  await ended(task)
  await scene.laterTaskEnds()
  expect(await executionsOf(task)).toMatchObject([{ status: 'failed', status_code: 500 }])
  expect(scene.target.sent.filter((sent) => sent.task === task.id)).toHaveLength(1)
  await expectInvariants(scene.target)
})

test('paused while running and its replica killed: the execution ends as lost, and nothing starts', async () => {
  scene.target.hold()
  const doomed = await startReplica(scene.account)
  const task = await create()
  await scene.target.arrived(1)
  await change(task, { status: 'paused' })
  await killHard(doomed)
  await endLeases()
  await startReplica(scene.account)
  await ended(task)
  scene.target.release()
  await scene.laterTaskEnds()
  expect(await executionsOf(task)).toMatchObject([{ status: 'failed', error: expect.stringContaining('lost') }])
  await expectInvariants(scene.target)
})

test('deleted while running: gone at once, with all its rows soon after, and the end of the call causes no error', async () => {
  scene.target.hold()
  await startReplica(scene.account)
  const [task, other] = [await create({ retries: 1 }), await create()]
  await scene.target.arrived(2)
  expect((await send(scene.account, 'DELETE', `/tasks/${task.id}`)).status).toBe(204)
  await eventually(
    async () => (await sql`select id from task where id = ${task.id}`).length === 0,
    'the rows of the deleted task go',
  )
  scene.target.release()
  await ended(other)
  const fresh = await create()
  await ended(fresh)
  expect(await executionsOf(task)).toEqual([])
  await expectInvariants(scene.target, { rowsGone: true })
})

test('deleted while its retry is queued, and while its replica is lost: nothing of it is sent, and no row remains', async () => {
  scene.target.answer = () => new Response('', { status: 500, headers: { 'retry-after': '600' } })
  const doomed = await startReplica(scene.account)
  const waiting = await create({ retries: 1 })
  await eventually(async () => (await taskRow(waiting)).queued_id, 'a retry waits')
  scene.target.hold()
  const running = await create()
  await scene.target.arrived(2)
  await killHard(doomed)
  for (const { id } of [waiting, running])
    expect((await send(scene.account, 'DELETE', `/tasks/${id}`)).status).toBe(204)
  await endLeases()
  await startReplica(scene.account)
  await eventually(
    () =>
      sql`select 1 from (select (select count(*) from task) + (select count(*) from execution) as n) rows where n = 0`,
    'no row is left',
  )
  expect(scene.target.sent).toHaveLength(2)
})

test('a task that runs once, given an interval and its old time while running: it runs again one interval later', async () => {
  scene.target.hold()
  await startReplica(scene.account)
  const task = await create(once)
  await scene.target.arrived(1)
  const changed = await change(task, { frequency: 1, unit: 'hour', scheduled_at: task.scheduled_at })
  expect(Date.parse(changed.scheduled_at)).toBeGreaterThan(Date.now() + 3_500_000)
  scene.target.release()
  await ended(task)
  await scene.laterTaskEnds()
  expect(await taskRow(task)).toMatchObject({ status: 'active', once_running: false })
  await expectInvariants(scene.target)
})

test('a recurring task, made to run once while running: it runs once more, and is then disabled', async () => {
  scene.target.hold()
  await startReplica(scene.account)
  const task = await create()
  await scene.target.arrived(1)
  await change(task, { ...once, scheduled_at: soon() })
  scene.target.release()
  await until(task, { status: 'disabled', scheduled_at: null })
  expect(await executionsOf(task)).toMatchObject([{ status: 'success' }, { status: 'success' }])
  await expectInvariants(scene.target)
})

test('a task that runs once, given a new time while running: it runs again at that time', async () => {
  scene.target.hold()
  await startReplica(scene.account)
  const task = await create(once)
  await scene.target.arrived(1)
  await change(task, { scheduled_at: new Date(Date.now() + 1_000).toISOString() })
  scene.target.release()
  await ended(task)
  expect((await taskRow(task)).status).toBe('active')
  await until(task, { status: 'disabled', scheduled_at: null })
  expect(await executionsOf(task)).toMatchObject([{ status: 'success' }, { status: 'success' }])
  expect(scene.target.sent).toHaveLength(2)
  await expectInvariants(scene.target)
})

test('a run now while the task runs is refused; a run now and a slot due at the same time never overlap', async () => {
  scene.target.answer = async () => {
    await Bun.sleep(150)
    return new Response('')
  }
  await startReplica(scene.account)
  await startReplica(scene.account)
  const task = await create({ frequency: 1, unit: 'minute' })
  for (let times = 0; times < 15; times++) {
    const run = await send(scene.account, 'POST', `/tasks/${task.id}/executions`)
    expect([202, 409]).toContain(run.status)
    await sql`update task set scheduled_at = now()`
    await Bun.sleep(100)
  }
  await eventually(
    async () => !(await executionsOf(task)).some((row) => ['queued', 'started'].includes(row.status)),
    'everything has ended',
  )
  expect(scene.target.sent.length).toBeGreaterThan(2)
  await expectInvariants(scene.target)
})
