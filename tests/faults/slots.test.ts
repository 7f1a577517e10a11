import { expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { promised } from '../support/promised.ts'
import { startReplica } from '../support/replica.ts'
import { executionsOf, type TestTask, taskRow } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'

const scene = useScene()

const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
const ended = (task: TestTask, count = 1) =>
  eventually(
    async () => {
      const rows = await executionsOf(task)
      return rows.filter((row) => row.status === 'success').length >= count && rows
    },
    () => `${count} successes`,
  )
const day = 86_400_000

test('after an outage of a week each task runs once, and says how many slots were missed', async () => {
  const tasks = {
    minutely: await scene.insertTask({ unit: 'minute', scheduled_at: ago(7 * day) }),
    hourly: await scene.insertTask({ unit: 'hour', scheduled_at: ago(7 * day + 1_000) }),
    daily: await scene.insertTask({ unit: 'day', scheduled_at: ago(7 * day + 1_000) }),
    weekly: await scene.insertTask({ unit: 'week', scheduled_at: ago(7 * day + 1_000) }),
    monthly: await scene.insertTask({ unit: 'month', scheduled_at: ago(7 * day) }),
    ancient: await scene.insertTask({ unit: 'minute', scheduled_at: '0001-01-01T00:00:00Z' }),
    once: await scene.insertTask({ frequency: null, unit: null, scheduled_at: ago(7 * day) }),
  }
  await startReplica(scene.account)
  const missed: Record<string, number> = {}
  for (const [name, task] of Object.entries(tasks)) {
    const rows = await ended(task)
    expect(rows).toHaveLength(1)
    missed[name] = rows[0].missed_slots
  }
  expect(missed).toMatchObject({ minutely: 10_080, hourly: 168, daily: 7, weekly: 1, monthly: 0, once: 0 })
  expect(missed.ancient).toBeGreaterThan(1_000_000_000)
  expect(scene.target.sent).toHaveLength(Object.keys(tasks).length)
  for (const [name, task] of Object.entries(tasks)) {
    if (name === 'once') continue
    expect(Date.parse((await taskRow(task)).scheduled_at)).toBeGreaterThan(Date.now())
  }
  await expectInvariants(scene.target)
})

test('slots due while an execution runs are one skipped execution with their count', async () => {
  await startReplica(scene.account)
  const task = await scene.insertTask({ unit: 'minute' })
  for (const run of [1, 2]) {
    scene.target.hold()
    await eventually(
      () => scene.target.sent.length === run,
      () => `run ${run}`,
    )
    for (const count of [1, 2, 3]) {
      await sql`update task set scheduled_at = now()`
      await eventually(
        async () => {
          const skipped = (await executionsOf(task)).filter((row) => row.status === 'skipped')
          return skipped.length === run && skipped.at(-1).missed_slots === count
        },
        () => `run ${run} has one skipped execution that counts ${count}`,
      )
    }
    scene.target.release()
    await ended(task, run)
    await sql`update task set scheduled_at = now()`
  }
  const rows = await ended(task, 3)
  expect(rows.map((row) => row.status)).toEqual(['success', 'skipped', 'success', 'skipped', 'success'])
  expect(rows[1].error).toContain('still running')
  await expectInvariants(scene.target)
})

test('a slot due while a queued execution runs is skipped as well', async () => {
  scene.target.answer = ({ attempt }) => new Response('', { status: attempt === 1 ? 500 : 200 })
  await startReplica(scene.account)
  const task = await scene.insertTask({ retries: 1, unit: 'hour' })
  await eventually(async () => (await taskRow(task)).queued_id, 'a retry waits')
  scene.target.hold()
  await eventually(() => scene.target.sent.length === 2, 'the retry')
  await sql`update task set scheduled_at = now()`
  await eventually(
    async () => (await executionsOf(task)).some((row) => row.status === 'skipped'),
    'a skipped execution',
  )
  scene.target.release()
  expect((await ended(task)).map((row) => row.status)).toEqual(['failed', 'success', 'skipped'])
  expect(scene.target.sent).toHaveLength(2)
  await expectInvariants(scene.target, { retries: 1 })
})

test('a task that runs once is disabled after its run, and its time is null', async () => {
  await startReplica(scene.account)
  const task = await scene.insertTask({ frequency: null, unit: null })
  await ended(task)
  await eventually(async () => (await taskRow(task)).status === 'disabled', 'it is disabled')
  expect(await taskRow(task)).toMatchObject({ scheduled_at: null, once_running: false })
  await expectInvariants(scene.target)
})

test('a task created through a replica without a scheduler starts within a second', async () => {
  await startReplica(scene.account)
  const api = await startReplica(scene.account, { env: { SCHEDULER_ENABLED: 'false' } })
  const headers = { service_id: scene.account.id, token: scene.account.token, 'content-type': 'application/json' }
  for (let times = 1; times <= 4; times++) {
    const body = {
      name: 'Now',
      url: scene.target.url(),
      method: 'GET',
      frequency: 1,
      unit: 'hour',
      scheduled_at: ago(0),
    }
    const created = await fetch(`${api.base}/tasks`, { method: 'POST', headers, body: JSON.stringify(body) })
    const at = performance.now()
    expect(created.status).toBe(201)
    const { id } = (await created.json()) as { id: string }
    const sent = await eventually(() => scene.target.sent.find((one) => one.task === id), 'it starts')
    expect(sent.at - at).toBeLessThan(promised(1_000))
  }
  await expectInvariants(scene.target)
})
