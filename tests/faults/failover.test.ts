import { expect, test } from 'bun:test'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { useOwnDatabase } from '../support/own-database-scene.ts'
import { killHard } from '../support/scene.ts'

const scene = useOwnDatabase({ perTest: true })

/** Three tasks that are due in some seconds: one of an interval, one by a cron pattern, one that runs once. */
const insertTasks = (seconds: number) => scene.database.sql`
  insert into task (service_id, id, name, url, method, frequency, unit, cron, time_zone, scheduled_at)
  select
    ${scene.account.id}, gen_random_uuid(), kind, ${scene.target.url()}, 'GET', case kind when 'interval' then 1 end,
    case kind when 'interval' then 'day' end, case kind when 'cron' then '0 0 1 1 *' end,
    case kind when 'cron' then 'UTC' end, now() + make_interval(secs => ${seconds})
  from unnest(array['interval', 'cron', 'once']) as kind`

const allSuccess = (count: number) =>
  eventually(
    async () => {
      const rows = await scene.database.sql`select 1 from execution where status = 'success'`
      return rows.length === count
    },
    () => `${count} successes`,
    60_000,
  )

test.each([1, 2])(
  'a standby without the claims takes over, with %i replicas: running calls are entered again, and nothing is sent twice',
  async (replicas) => {
    for (let count = 0; count < replicas; count++) await scene.start()
    await insertTasks(8)
    await scene.database.makeStandby()
    scene.target.hold()
    await scene.target.arrived(3)
    await scene.database.failOver()
    // The database takes all three for due again.
    await eventually(
      async () => (await scene.database.sql`select 1 from execution where status = 'started'`).length === 3,
      'three executions that run',
      20_000,
    )
    await Bun.sleep(1_500)
    expect(scene.target.sent).toHaveLength(3)
    scene.target.release()
    await allSuccess(3)
    await expectInvariants(scene.target, { database: scene.database.sql })
    expect(scene.target.sent).toHaveLength(3)
    const tasks = await scene.database.sql`
    select name, status, scheduled_at > now() + interval '20 hours' as is_next from task order by name`
    expect(tasks).toMatchObject([
      { name: 'cron', status: 'active', is_next: true },
      { name: 'interval', status: 'active', is_next: true },
      { name: 'once', status: 'disabled', is_next: null },
    ])
  },
)

test('a standby without the outcomes takes over: executions that no replica runs are closed and sent again', async () => {
  await scene.start()
  scene.target.hold()
  await insertTasks(0)
  await scene.target.arrived(3)
  await scene.database.makeStandby()
  scene.target.release()
  await allSuccess(3)
  await scene.database.failOver()
  await allSuccess(3)
  await expectInvariants(scene.target, { database: scene.database.sql })
  expect(scene.target.bySlot().size).toBe(3)
  expect(scene.target.sent).toHaveLength(6)
})

test('the rows of living replicas are deleted: they enter themselves again, and running calls are not sent again', async () => {
  await Promise.all([scene.start(), scene.start()])
  scene.target.hold()
  await insertTasks(0)
  await scene.target.arrived(3)
  await scene.database.sql`delete from replica`
  await eventually(async () => (await scene.database.sql`select 1 from replica`).length === 2, 'two rows')
  await Bun.sleep(20_000)
  scene.target.release()
  await allSuccess(3)
  await expectInvariants(scene.target, { database: scene.database.sql })
  expect(scene.target.sent).toHaveLength(3)
})

test.each([false, true])(
  'a replica is killed and its row is deleted: its calls are sent again (another replica at work: %p)',
  async (another) => {
    const doomed = await scene.start()
    scene.target.hold()
    await insertTasks(0)
    await scene.target.arrived(3)
    if (another) await scene.start()
    await killHard(doomed)
    await scene.database.sql`
    delete from replica
    where id in (select replica_id from execution where status = 'started')`
    scene.target.release()
    if (!another) await scene.start()
    await scene.target.arrived(6, 60_000)
    await allSuccess(3)
    await expectInvariants(scene.target, { database: scene.database.sql })
    expect(scene.target.bySlot().size).toBe(3)
  },
)
