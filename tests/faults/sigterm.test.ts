import { expect, test } from 'bun:test'
import { sql, testDatabaseUrl } from '../support/database.ts'
import { expectInvariants } from '../support/invariants.ts'
import { promised } from '../support/promised.ts'
import { DatabaseProxy } from '../support/proxy.ts'
import { startReplica } from '../support/replica.ts'
import { awaitStatus, executionsOf } from '../support/rows.ts'
import { endLeases, useScene } from '../support/scene.ts'
import type { Service } from '../support/service.ts'

const scene = useScene()

/** Sends SIGTERM, and gives the exit code and how long it took, in ms. */
async function terminate(service: Service) {
  const asked = performance.now()
  service.kill('SIGTERM')
  return { code: await service.exited, ms: performance.now() - asked }
}

test('SIGTERM when idle: exit 0 at once', async () => {
  const replica = await startReplica(scene.account)
  const { code, ms } = await terminate(replica)
  expect(code).toBe(0)
  expect(ms).toBeLessThan(promised(1_500))
  expect(await sql`select id from replica`).toHaveLength(0)
})

test('SIGTERM with short calls: they end and are recorded, and nothing more is claimed', async () => {
  scene.target.answer = async () => {
    await Bun.sleep(1_000)
    return new Response('done')
  }
  const replica = await startReplica(scene.account)
  const tasks = [await scene.insertTask(), await scene.insertTask()]
  await scene.target.arrived(2)
  const ending = terminate(replica)
  const late = await scene.insertTask()
  const { code, ms } = await ending
  expect(code).toBe(0)
  expect(ms).toBeLessThan(promised(3_000))
  for (const task of tasks) expect(await executionsOf(task)).toMatchObject([{ status: 'success', redelivery: 0 }])
  expect(await executionsOf(late)).toEqual([])
  await expectInvariants(scene.target)
})

test('SIGTERM with long calls: after the grace period they are interrupted, and queued again with the same key', async () => {
  scene.target.hold()
  const replica = await startReplica(scene.account, { env: { SHUTDOWN_GRACE_SECONDS: '1' } })
  const task = await scene.insertTask({ timeout_seconds: 600 })
  await scene.target.arrived(1)
  const { code, ms } = await terminate(replica)
  expect(code).toBe(0)
  expect(ms).toBeLessThan(promised(4_000))
  expect(await executionsOf(task)).toMatchObject([
    { status: 'failed', error: 'interrupted', status_code: null },
    { status: 'queued', redelivery: 1, attempt: 1 },
  ])
  scene.target.release()
  await startReplica(scene.account)
  await awaitStatus(task, 'success')
  expect(new Set(scene.target.sent.map((sent) => sent.key)).size).toBe(1)
  expect(scene.target.sent).toHaveLength(2)
  await expectInvariants(scene.target)
})

test('a second SIGTERM ends the grace period', async () => {
  scene.target.hold()
  const replica = await startReplica(scene.account)
  const task = await scene.insertTask()
  await scene.target.arrived(1)
  const ending = terminate(replica)
  await Bun.sleep(600)
  replica.kill('SIGTERM')
  const { code, ms } = await ending
  expect(code).toBe(0)
  expect(ms).toBeLessThan(promised(3_000))
  expect(await executionsOf(task)).toMatchObject([{ error: 'interrupted' }, { status: 'queued' }])
  await expectInvariants(scene.target)
})

test.each(['away', 'silent'])(
  'SIGTERM while the database is %s: the process ends in time, and nothing is lost',
  async (how) => {
    const proxy = await DatabaseProxy.start(testDatabaseUrl)
    scene.target.hold()
    const replica = await startReplica(scene.account, {
      databaseUrl: proxy.url,
      env: { SHUTDOWN_GRACE_SECONDS: '1' },
    })
    const task = await scene.insertTask()
    await scene.target.arrived(1)
    if (how === 'away') proxy.refuse()
    else proxy.stall()
    await scene.insertTask()
    await Bun.sleep(1_500)
    const { code, ms } = await terminate(replica)
    expect(code).toBe(0)
    // The grace of 1 s, and no more than 5 s on top.
    expect(ms).toBeLessThan(promised(6_000))
    scene.target.release()
    proxy.pass()
    await endLeases()
    await startReplica(scene.account)
    await awaitStatus(task, 'success')
    await expectInvariants(scene.target)
  },
)

test('SIGTERM while the answer of a claim is in flight: another replica recovers what it claimed and sends it once', async () => {
  const proxy = await DatabaseProxy.start(testDatabaseUrl)
  const replica = await startReplica(scene.account, { databaseUrl: proxy.url, env: { SHUTDOWN_GRACE_SECONDS: '1' } })
  const held = proxy.hold((statement) => statement.includes('insert into execution'), 'answer')
  const task = await scene.insertTask()
  await held.reached
  const { code, ms } = await terminate(replica)
  expect(code).toBe(0)
  expect(ms).toBeLessThan(promised(10_000))
  await endLeases()
  await startReplica(scene.account)
  await awaitStatus(task, 'success')
  expect(scene.target.sent).toHaveLength(1)
  await expectInvariants(scene.target)
})
