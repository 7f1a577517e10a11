import { expect, test } from 'bun:test'
import type { Sql } from '../../src/database/sql.ts'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { promised } from '../support/promised.ts'
import { startReplica } from '../support/replica.ts'
import { awaitStatus, executionsOf } from '../support/rows.ts'
import { awaitSent, holdOpen, makeDue, useScene } from '../support/scene.ts'

const scene = useScene()

const later = new Date(Date.now() + 3_600_000).toISOString()

test.each([
  ['the rows of services', (other: Sql) => other`select from service for update`],
  ['rows of failing_task', (other: Sql) => other`select from failing_task for update`],
  ['rows of tally', (other: Sql) => other`select from tally for update`],
  ['the table tally', (other: Sql) => other`lock table tally in exclusive mode`],
  ['the table failing_task', (other: Sql) => other`lock table failing_task in exclusive mode`],
])(
  '%s are locked: every outcome is written and every slot runs on time; counts and failures follow once unlocked',
  async (what, lock) => {
    scene.target.answer = ({ path }) =>
      new Response('', path === '/fails' ? { status: 500, headers: { 'retry-after': '600' } } : {})
    await startReplica(scene.account)
    // One that fails and will succeed, and one that fails and goes on failing.
    const [healing, failing] = [
      await scene.insertTask({ url: scene.target.url('/fails') }),
      await scene.insertTask({ url: scene.target.url('/fails') }),
    ]
    for (const task of [healing, failing]) await awaitStatus(task, 'failed')
    const others = await Promise.all(Array.from({ length: 4 }, () => scene.insertTask({ scheduled_at: later })))
    const fresh = await scene.insertTask({ url: scene.target.url('/fails'), retries: 1, scheduled_at: later })
    const unlock = await holdOpen(lock)
    // A row of tally that is written to needs its service no more; a new one does.
    if (what === 'the rows of services') await sql`update tally set at = at - interval '1 hour'`
    await sql`update task set url = ${scene.target.url()} where id = ${healing.id}`
    await makeDue(healing, failing)
    for (const other of others) {
      await makeDue(other)
      await awaitStatus(other, 'success', promised(1_500))
    }
    await awaitStatus(healing, 'success', promised(1_500))
    await makeDue(fresh)
    await awaitStatus(fresh, 'queued', promised(1_500))
    await eventually(
      async () => (await executionsOf(failing)).filter(({ status }) => status === 'failed').length === 2,
      'it has failed twice',
      promised(1_500),
    )
    expect(await sql`select from execution where status = 'skipped'`).toHaveLength(0)
    await unlock()
    await eventually(
      () => sql`
      select 1
      from (
        select sum(success) as success, sum(failed) as failed
        from tally
      ) tally
      where not exists (select from tally_pending)
        and not exists (select from failing_pending)
        and failed = (select count(*) from execution where status = 'failed')
        and (success = (select count(*) from execution where status = 'success'))`,
      'everything is counted',
      6_000,
    )
    const marks = await sql`select task_id, consecutive from failing_task order by consecutive`
    expect(marks).toMatchObject([
      { task_id: fresh.id, consecutive: 1 },
      { task_id: failing.id, consecutive: 2 },
    ])
    await expectInvariants(scene.target, { retries: 1 })
  },
)

test("the replica's own row is locked: slots run on time, and claims that must write that row follow once unlocked", async () => {
  scene.target.answer = () => new Response('', { status: 500, headers: { 'retry-after': '600' } })
  await startReplica(scene.account)
  const retried = await scene.insertTask({ retries: 1 })
  await awaitStatus(retried, 'queued')
  // One that has waited so long that taking it must be noted in the replica's row.
  await sql`update execution set created_at = created_at - interval '1 hour' where status = 'queued'`
  await sql`update task set queued_created_at = queued_created_at - interval '1 hour', current_created_at = current_created_at - interval '2 hours'`
  await sql`update execution set created_at = created_at - interval '2 hours' where status = 'failed'`
  await sql`update failed_execution set created_at = created_at - interval '2 hours'`
  const unlock = await holdOpen((other) => other`select from replica for update`)
  scene.target.answer = () => new Response('')
  await sql`update task set queued_for = now()`
  for (let times = 0; times < 4; times++) {
    const task = await scene.insertTask()
    await awaitSent(scene, task, 2_000)
    await awaitStatus(task, 'success', 1_500)
  }
  expect((await executionsOf(retried)).map((row) => row.status)).toEqual(['failed', 'queued'])
  await unlock()
  await awaitStatus(retried, 'success', 4_000)
  await expectInvariants(scene.target, { retries: 1 })
})

test('another session holds a long transaction while partitions are missing: everything runs on time', async () => {
  const [day] = await sql<{ name: string }[]>`
    select 'execution_' || to_char((now() at time zone 'UTC')::date + 5, 'YYYY_MM_DD') as name`
  await sql.unsafe(`drop table ${day?.name}`)
  const busy = await scene.insertTask({ scheduled_at: later })
  const close = await holdOpen(async (other) => {
    await other`select count(*) from execution`
    await other`update task set name = 'changed' where id = ${busy.id}`
  })
  await startReplica(scene.account)
  const late: number[] = []
  for (let times = 0; times < 12; times++) {
    const due = performance.now()
    const task = await scene.insertTask()
    await awaitSent(scene, task, 5_000)
    late.push(performance.now() - due)
  }
  expect(Math.max(...late)).toBeLessThan(promised(1_000))
  await close()
  await eventually(() => sql`select 1 from pg_class where relname = ${day?.name ?? ''}`, 'the partition', 20_000)
  await expectInvariants(scene.target)
})
