import { expect, test } from 'bun:test'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { useOwnDatabase } from '../support/own-database-scene.ts'
import { insertTasks } from '../support/rows.ts'
import { ask } from '../support/service.ts'

const scene = useOwnDatabase()

const insertDue = (count: number) =>
  insertTasks(count, { service_id: scene.account.id, url: scene.target.url() }, scene.database.sql)
/** Waits until every task has a success and nothing is open. */
const allDone = (count: number) =>
  eventually(
    async () => {
      const [row] = await scene.database.sql<{ done: number; open: number }[]>`
        select
          count(distinct task_id) filter (where status = 'success')::integer as done,
          count(*) filter (where status in ('started', 'queued'))::integer as open
        from execution`
      return row?.done === count && row.open === 0
    },
    'every task has a success',
    40_000,
  )

test.each(['immediate', 'fast'] as const)(
  'PostgreSQL is restarted in mode %s during a pass, twice: no slot is lost or sent twice',
  async (mode) => {
    scene.target.answer = async () => {
      await Bun.sleep(Math.random() * 100)
      return new Response('')
    }
    const replicas = [await scene.start(), await scene.start()]
    const tasks = 6_000
    await insertDue(tasks)
    for (const share of [0.1, 0.4]) {
      await eventually(() => scene.target.sent.length > tasks * share, 'the drain goes on')
      await scene.database.restart(mode)
    }
    await allDone(tasks)
    expect(replicas.every((replica) => replica.running)).toBe(true)
    await expectInvariants(scene.target, { database: scene.database.sql })
    // No replica died: what was sent is known, and what was claimed without its knowing was not sent.
    expect(scene.target.sent).toHaveLength(tasks)
    expect(scene.target.bySlot().size).toBe(tasks)
  },
)

test('PostgreSQL is restarted while calls run: they end, and are recorded once', async () => {
  const replica = await scene.start()
  scene.target.hold()
  await insertDue(50)
  await eventually(() => scene.target.sent.length === 50, '50 calls')
  await scene.database.restart('immediate')
  scene.target.release()
  await allDone(50)
  expect((await ask({ ...replica, ...scene.account }, 'GET', '/tasks?count=1')).status).toBe(200)
  expect(scene.target.sent).toHaveLength(50)
  await expectInvariants(scene.target, { database: scene.database.sql })
})
