import { beforeEach, expect, test } from 'bun:test'
import { sql, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { expectWithin } from '../support/promised.ts'
import { DatabaseProxy } from '../support/proxy.ts'
import { startReplica } from '../support/replica.ts'
import { awaitStatus, executionsOf } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'
import { ask } from '../support/service.ts'
import { isClaim } from '../support/statements.ts'

const scene = useScene()
let proxy: DatabaseProxy
beforeEach(async () => {
  proxy = await DatabaseProxy.start(testDatabaseUrl)
})

test('a connection to the database that is stalled half-open: 503 within 5 s, nothing is sent, and work resumes when it ends', async () => {
  const replica = await startReplica(scene.account, { databaseUrl: proxy.url })
  await scene.insertTask()
  await scene.target.arrived(1, 5_000)
  proxy.stall()
  await scene.insertTask()
  const asked = performance.now()
  expect((await ask(replica, 'GET', '/tasks?count=1')).status).toBe(503)
  expectWithin(5_000, asked)
  expect(scene.target.sent).toHaveLength(1)
  proxy.pass()
  await scene.target.arrived(2, 5_000)
  expect((await ask(replica, 'GET', '/tasks?count=1')).status).toBe(200)
  await expectInvariants(scene.target)
  expect(scene.target.sent).toHaveLength(2)
})

test('connections that never answer again are replaced by new ones', async () => {
  const replica = await startReplica(scene.account, { databaseUrl: proxy.url })
  await Promise.all(Array.from({ length: 30 }, () => ask(replica, 'GET', '/tasks?count=1')))
  proxy.stallOpen()
  const task = await scene.insertTask()
  await Promise.all([
    scene.target.arrived(1, 20_000),
    eventually(
      async () => (await ask(replica, 'GET', '/tasks?count=1')).status === 200,
      'the API answers again',
      20_000,
    ),
  ])
  await awaitStatus(task, 'success')
  await expectInvariants(scene.target)
  expect(scene.target.sent).toHaveLength(1)
  // The pass that stalled must not have been what kept the lease.
  expect(await executionsOf(task)).toMatchObject([{ status: 'success', redelivery: 0 }])
})

test('a claim whose answer never comes: what it claimed is sent once, by the same replica', async () => {
  await startReplica(scene.account, { databaseUrl: proxy.url })
  const held = proxy.hold(isClaim, 'answer')
  const task = await scene.insertTask()
  await held.reached
  await scene.target.arrived(1, 25_000)
  await awaitStatus(task, 'success')
  await expectInvariants(scene.target)
  expect(scene.target.sent).toHaveLength(1)
})

test('a claim that arrives long after its timeout: all that it claims is sent', async () => {
  await startReplica(scene.account, { databaseUrl: proxy.url })
  const held = proxy.hold(isClaim, 'statement')
  const task = await scene.insertTask({
    scheduled_at: new Date(Date.now() + 500).toISOString(),
    frequency: 1,
    unit: 'minute',
  })
  await held.reached
  await scene.target.arrived(1, 25_000)
  // Not before it has ended: a slot that comes while it runs would be passed over.
  await awaitStatus(task, 'success')
  // Due once more at the moment when the old claim comes by.
  await sql`update task set scheduled_at = now() - interval '1 second' where id = ${task.id}`
  held.release()
  await scene.target.arrived(2, 10_000)
  await Bun.sleep(500)
  await expectInvariants(scene.target)
  expect(await executionsOf(task)).toMatchObject([{ status: 'success' }, { status: 'success' }])
})
