import { afterEach, beforeEach, expect, test } from 'bun:test'
import { sql, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { expectWithin } from '../support/promised.ts'
import { DatabaseProxy } from '../support/proxy.ts'
import { startReplica } from '../support/replica.ts'
import { executionsOf, insertTask } from '../support/rows.ts'
import { clearScene, type Scene, setScene } from '../support/scene.ts'
import { ask } from '../support/service.ts'
import { isClaim } from '../support/statements.ts'

let scene: Scene
let proxy: DatabaseProxy
beforeEach(async () => {
  scene = await setScene()
  proxy = await DatabaseProxy.start(testDatabaseUrl)
})
afterEach(clearScene)

const dueTask = (fields: object = {}) =>
  insertTask({ service_id: scene.account.id, url: scene.target.url(), ...fields })
const sends = (count: number, withinMs: number) =>
  eventually(
    () => scene.target.sent.length >= count,
    () => `${scene.target.sent.length} of ${count} sends arrived`,
    withinMs,
  )

test('a connection to the database that is stalled half-open: 503 within 5 s, nothing sent, and on when it ends', async () => {
  const replica = await startReplica(scene.account, { databaseUrl: proxy.url })
  await dueTask()
  await sends(1, 5_000)
  proxy.stall()
  await dueTask()
  const asked = performance.now()
  expect((await ask(replica, 'GET', '/tasks?count=1')).status).toBe(503)
  expectWithin(5_000, asked)
  expect(scene.target.sent).toHaveLength(1)
  proxy.pass()
  await sends(2, 5_000)
  expect((await ask(replica, 'GET', '/tasks?count=1')).status).toBe(200)
  await expectInvariants(scene.target)
  expect(scene.target.sent).toHaveLength(2)
})

test('connections that never answer again are replaced by new ones', async () => {
  const replica = await startReplica(scene.account, { databaseUrl: proxy.url })
  await Promise.all(Array.from({ length: 30 }, () => ask(replica, 'GET', '/tasks?count=1')))
  proxy.stallOpen()
  const task = await dueTask()
  await Promise.all([
    sends(1, 20_000),
    eventually(
      async () => (await ask(replica, 'GET', '/tasks?count=1')).status === 200,
      'the API answers again',
      20_000,
    ),
  ])
  await eventually(() => sql`select id from execution where task_id = ${task.id} and status = 'success'`, 'an outcome')
  await expectInvariants(scene.target)
  expect(scene.target.sent).toHaveLength(1)
  // The pass that stalled must not have been what kept the lease.
  expect(await executionsOf(task)).toMatchObject([{ status: 'success', redelivery: 0 }])
}, 60_000)

test('a claim whose answer never comes: what it took is sent once, by the replica that asked for it', async () => {
  await startReplica(scene.account, { databaseUrl: proxy.url })
  const held = proxy.hold(isClaim, 'answer')
  const task = await dueTask()
  await held.reached
  await sends(1, 25_000)
  await eventually(() => sql`select id from execution where task_id = ${task.id} and status = 'success'`, 'an outcome')
  await expectInvariants(scene.target)
  expect(scene.target.sent).toHaveLength(1)
}, 60_000)

test('a claim that arrives long after it was given up takes nothing that is not sent', async () => {
  await startReplica(scene.account, { databaseUrl: proxy.url })
  const held = proxy.hold(isClaim, 'statement')
  const task = await dueTask({ scheduled_at: new Date(Date.now() + 500).toISOString(), frequency: 1, unit: 'minute' })
  await held.reached
  await sends(1, 25_000)
  // Not before it has ended: a slot that comes while it runs would be passed over.
  await eventually(() => sql`select id from execution where task_id = ${task.id} and status = 'success'`, 'an outcome')
  // Due once more at the moment when the old claim comes by.
  await sql`update task set scheduled_at = now() - interval '1 second' where id = ${task.id}`
  held.release()
  await sends(2, 10_000)
  await Bun.sleep(500)
  await expectInvariants(scene.target)
  expect(await executionsOf(task)).toMatchObject([{ status: 'success' }, { status: 'success' }])
}, 60_000)
