import { beforeEach, expect, test } from 'bun:test'
import { sql, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { run } from '../support/process.ts'
import { expectWithin } from '../support/promised.ts'
import { DatabaseProxy } from '../support/proxy.ts'
import { replicaOptions, startReplica } from '../support/replica.ts'
import { awaitStatus, executionsOf } from '../support/rows.ts'
import { endLeases, useScene } from '../support/scene.ts'
import { ask, freePort, launchService, welcomed } from '../support/service.ts'

const scene = useScene()
let proxy: DatabaseProxy
beforeEach(async () => {
  proxy = await DatabaseProxy.start(testDatabaseUrl)
})

test('the database is unreachable for a while: calls end, nothing new is sent, 503, and work resumes', async () => {
  const replica = await startReplica(scene.account, { databaseUrl: proxy.url })
  scene.target.hold()
  const running = await Promise.all(Array.from({ length: 20 }, () => scene.insertTask()))
  await scene.target.arrived(20)
  proxy.refuse()
  scene.target.release()
  const due = await Promise.all(Array.from({ length: 20 }, () => scene.insertTask()))
  const asked = performance.now()
  expect((await ask(replica, 'GET', '/tasks')).status).toBe(503)
  expectWithin(5_000, asked)
  expect((await fetch(`${replica.base}/health/live`)).status).toBe(200)
  await Bun.sleep(4_000)
  expect(scene.target.sent).toHaveLength(20)
  expect(replica.running).toBe(true)
  proxy.pass()
  for (const task of [...running, ...due]) await awaitStatus(task, 'success')
  expect(scene.target.sent).toHaveLength(40)
  expect(await sql`select 1 from execution where status <> 'success'`).toHaveLength(0)
  await expectInvariants(scene.target)
})

test('unreachable for one replica past its lease: another takes over, and the late outcome changes nothing', async () => {
  await startReplica(scene.account, { databaseUrl: proxy.url })
  scene.target.hold()
  const task = await scene.insertTask()
  await scene.target.arrived(1)
  proxy.refuse()
  await endLeases()
  await startReplica(scene.account)
  await scene.target.arrived(2)
  scene.target.release()
  await awaitStatus(task, 'success')
  proxy.pass()
  await eventually(() => sql`select 1 from (select count(*) as n from replica) r where n = 2`, 'the first is back')
  await Bun.sleep(700)
  expect(await executionsOf(task)).toMatchObject([
    { status: 'failed', error: expect.stringContaining('lost'), status_code: null },
    { status: 'success', redelivery: 1 },
  ])
  await expectInvariants(scene.target, { overlap: true })
})

test.each(['away', 'silent'])(
  'the database is %s at the start: the process stays up, answers, and begins when the database is available',
  async (how) => {
    if (how === 'away') proxy.refuse()
    else proxy.stall()
    const task = await scene.insertTask()
    const port = freePort()
    const { program, dataDir } = launchService({
      ...replicaOptions(scene.account, { databaseUrl: proxy.url, env: { PORT: String(port) } }),
    })
    const base = `http://127.0.0.1:${port}`
    await eventually(
      async () => (await fetch(`${base}/health/live`).catch(() => undefined))?.status === 200,
      () => `it is live: ${program.out}${program.err}`,
    )
    expect((await fetch(`${base}/health/ready`)).status).toBe(503)
    const headers = { service_id: scene.account.id, token: scene.account.token }
    expect((await fetch(`${base}/tasks`, { headers })).status).toBe(503)
    await Bun.sleep(1_500)
    expect(program.running).toBe(true)
    proxy.pass()
    await welcomed(program, dataDir)
    await awaitStatus(task, 'success')
    expect((await fetch(`${base}/health/ready`)).status).toBe(200)
    await expectInvariants(scene.target)
  },
)

test('SIGTERM while the start waits for the database: exit 0 at once', async () => {
  proxy.refuse()
  const { command = [], env } = replicaOptions(scene.account, { databaseUrl: proxy.url, env: { PORT: '0' } })
  const program = run(command, env ? { env } : {})
  await eventually(
    () => program.err.includes('the start waits for it'),
    () => program.err,
  )
  const asked = performance.now()
  program.kill('SIGTERM')
  expect(await program.exited).toBe(0)
  expectWithin(3_000, asked)
})
