import { expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { startReplica } from '../support/replica.ts'
import { awaitStatus, executionsOf, type TestTask, taskRow } from '../support/rows.ts'
import { endLeases, killHard, useScene } from '../support/scene.ts'

const scene = useScene()

const sendsOf = (task: TestTask) => scene.target.sent.filter((sent) => sent.task === task.id)
const sends = (task: TestTask, count: number) =>
  eventually(
    () => sendsOf(task).length >= count,
    () => `${sendsOf(task).length} of ${count} sends`,
  )

test('frozen past its lease and woken, twice: another replica takes over each time, and the late outcome changes nothing', async () => {
  const frozen = await startReplica(scene.account)
  for (let times = 1; times <= 2; times++) {
    scene.target.hold()
    const task = await scene.insertTask({ retries: 3 })
    await sends(task, 1)
    frozen.kill('SIGSTOP')
    await endLeases()
    const other = await startReplica(scene.account)
    await sends(task, 2)
    frozen.kill('SIGCONT')
    // Both calls end with a failure, after which only the living one's may be retried.
    scene.target.answer = () => new Response('', { status: 500, headers: { 'retry-after': '600' } })
    scene.target.release()
    await eventually(async () => (await taskRow(task)).queued_id, 'a retry waits')
    await Bun.sleep(700)
    const rows = await executionsOf(task)
    expect(rows).toMatchObject([
      { status: 'failed', error: expect.stringContaining('lost'), status_code: null },
      { status: 'failed', redelivery: 1, status_code: 500 },
      { status: 'queued', attempt: 2, redelivery: 0 },
    ])
    await expectInvariants(scene.target, { retries: 3, overlap: true })
    await killHard(other)
    await endLeases()
    scene.target.answer = () => new Response('')
    // The woken one goes on with a lease of its own.
    await sends(await scene.insertTask(), 1)
  }
})

test('frozen past its lease and woken: it sends none of the calls that another replica has taken over', async () => {
  const replica = await startReplica(scene.account)
  await sends(await scene.insertTask(), 1)
  replica.kill('SIGSTOP')
  await endLeases()
  await startReplica(scene.account)
  await eventually(() => sql`select 1 from (select count(*) as n from replica) r where n = 1`, 'the lease is gone')
  const tasks = await Promise.all(Array.from({ length: 20 }, () => scene.insertTask()))
  replica.kill('SIGCONT')
  for (const task of tasks) await sends(task, 1)
  await Bun.sleep(1_000)
  expect(tasks.map((task) => sendsOf(task).length)).toEqual(tasks.map(() => 1))
  await expectInvariants(scene.target)
})

test('a call with a timeout of ten minutes is sent again within 90 s when its replica is killed', async () => {
  scene.target.hold()
  const doomed = await startReplica(scene.account)
  const task = await scene.insertTask({ timeout_seconds: 600 })
  await sends(task, 1)
  const [lease] = await sql<{ left: number }[]>`
    select date_part('epoch', lease_until - now())::float8 as left from replica`
  await killHard(doomed)
  expect(lease?.left).toBeLessThanOrEqual(60)
  await startReplica(scene.account)
  // The rest of the lease is cut short: what is measured is how long it takes from its end.
  await sql`update replica set lease_until = now() where id = (select replica_id from execution where task_id = ${task.id})`
  const ended = performance.now()
  await sends(task, 2)
  expect((lease?.left ?? 0) * 1000 + performance.now() - ended).toBeLessThan(90_000)
  scene.target.release()
  await awaitStatus(task, 'success')
  await expectInvariants(scene.target)
})
