import { expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { startReplica } from '../support/replica.ts'
import { killHard, useScene } from '../support/scene.ts'

const scene = useScene()

const insertMany = (count: number) => sql`
  insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at)
  select ${scene.account.id}, gen_random_uuid(), 'many', ${scene.target.url()}, 'GET', 1, 'hour', '2099-01-01'
  from generate_series(1, ${count}::integer)`

/** Waits until so many executions have ended, and nothing is open. */
const allEnded = (count: number, withinMs: number) =>
  eventually(
    async () => {
      const [row] = await sql<{ ended: number; open: number }[]>`
        select
          count(*) filter (where status in ('success', 'failed'))::integer as ended,
          count(*) filter (where status in ('started', 'queued'))::integer as open
        from execution`
      return row?.ended === count && row.open === 0
    },
    () => `${count} executions that ended`,
    withinMs,
  )

test('five replicas race over 5,000 due tasks, 20 times: each task is sent exactly once each time', async () => {
  const [tasks, rounds] = [5_000, 20]
  await insertMany(tasks)
  await Promise.all(Array.from({ length: 5 }, () => startReplica(scene.account)))
  for (let round = 1; round <= rounds; round++) {
    await sql`update task set scheduled_at = now()`
    await allEnded(tasks * round, 30_000)
  }
  const sends = Map.groupBy(scene.target.sent, (sent) => sent.task)
  expect(scene.target.sent).toHaveLength(tasks * rounds)
  expect([...sends.values()].every((sent) => sent.length === rounds)).toBe(true)
  expect([...scene.target.bySlot().values()].every((sent) => sent.length === 1)).toBe(true)
  expect(await sql`select 1 from execution where status <> 'success' or redelivery > 0 limit 1`).toHaveLength(0)
  await expectInvariants(scene.target)
})

test('three replicas are restarted one after another under load: each slot is sent once, and none fails', async () => {
  scene.target.answer = async () => {
    await Bun.sleep(20 + Math.random() * 200)
    return new Response('')
  }
  await insertMany(300)
  const start = () => startReplica(scene.account)
  const replicas = [await start(), await start(), await start()]
  let loading = true
  let due = 0
  const load = (async () => {
    while (loading) {
      // Only those that are not on their way: a slot that comes in mid-run would be passed over.
      const made = await sql`
        update task
        set scheduled_at = now()
        where scheduled_at > now()
          and not exists (
            select from execution
            where execution.service_id = task.service_id
              and execution.task_id = task.id
              and execution.status = 'started'
          )`
      due += made.count
      await Bun.sleep(300)
    }
  })()
  for (const [index, old] of replicas.entries()) {
    await Bun.sleep(500)
    old.kill('SIGTERM')
    expect(await old.exited).toBe(0)
    replicas[index] = await start()
  }
  loading = false
  await load
  await allEnded(due, 20_000)
  expect(due).toBeGreaterThan(1_000)
  expect(scene.target.sent).toHaveLength(due)
  expect([...scene.target.bySlot().values()].every((sent) => sent.length === 1)).toBe(true)
  expect(await sql`select 1 from execution where status <> 'success' or redelivery > 0 limit 1`).toHaveLength(0)
  await expectInvariants(scene.target)
})

test('two replicas of three are killed under load: every slot is sent, at most twice, and none is lost', async () => {
  scene.target.answer = async () => {
    await Bun.sleep(50)
    return new Response('')
  }
  const tasks = 1_500
  await insertMany(tasks)
  await startReplica(scene.account)
  const [survivor] = await sql<{ id: string }[]>`select id from replica`
  const doomed = await Promise.all([startReplica(scene.account), startReplica(scene.account)])
  await sql`update task set scheduled_at = now()`
  await eventually(() => scene.target.sent.length > 300, 'the drain begins')
  await Promise.all(doomed.map(killHard))
  await sql`update replica set lease_until = now() - interval '1 second' where id <> ${survivor?.id ?? ''}`
  await eventually(
    async () => {
      const [row] = await sql<{ done: number }[]>`
        select count(distinct task_id)::integer as done from execution where status = 'success'`
      return row?.done === tasks
    },
    'every task has a success',
    30_000,
  )
  await expectInvariants(scene.target, { overlap: true })
  expect(Math.max(...[...scene.target.bySlot().values()].map((sent) => sent.length))).toBeLessThanOrEqual(2)
})
