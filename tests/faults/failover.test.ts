import { afterEach, beforeEach, expect, test } from 'bun:test'
import { createToken } from '../../src/services/credentials.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { type OwnDatabase, startOwnDatabase } from '../support/own-database.ts'
import { endEverything, endPrograms } from '../support/process.ts'
import { startReplica } from '../support/replica.ts'
import { killHard } from '../support/scene.ts'
import { stopTargets, Target } from '../support/target.ts'

let database: OwnDatabase
let target: Target
const account = { id: Bun.randomUUIDv7(), token: createToken() }
beforeEach(async () => {
  database = await startOwnDatabase()
  target = new Target()
})
afterEach(async () => {
  stopTargets()
  await endPrograms()
  await database.stop()
  await endEverything()
})

const start = () => startReplica(account, { databaseUrl: database.url })

/** Three tasks that are due in some seconds: one of an interval, one by a cron pattern, one that runs once. */
const insertTasks = (seconds: number) => database.sql`
  insert into task (service_id, id, name, url, method, frequency, unit, cron, time_zone, scheduled_at)
  select
    ${account.id}, gen_random_uuid(), kind, ${target.url()}, 'GET', case kind when 'interval' then 1 end,
    case kind when 'interval' then 'day' end, case kind when 'cron' then '0 0 1 1 *' end,
    case kind when 'cron' then 'UTC' end, now() + make_interval(secs => ${seconds})
  from unnest(array['interval', 'cron', 'once']) as kind`

const sends = (count: number, withinMs = 30_000) =>
  eventually(
    () => target.sent.length >= count,
    () => `${target.sent.length} of ${count} sends`,
    withinMs,
  )
const allSuccess = (count: number) =>
  eventually(
    async () => {
      const rows = await database.sql`select 1 from execution where status = 'success'`
      return rows.length === count
    },
    () => `${count} successes`,
    60_000,
  )

test.each([1, 2])(
  'a standby without the claims takes over, with %i replicas: what runs is known again, and nothing runs twice',
  async (replicas) => {
    for (let count = 0; count < replicas; count++) await start()
    await insertTasks(8)
    await database.makeStandby()
    target.hold()
    await sends(3)
    await database.failOver()
    // The database takes all three for due again.
    await eventually(
      async () => (await database.sql`select 1 from execution where status = 'started'`).length === 3,
      'three executions that run',
      20_000,
    )
    await Bun.sleep(1_500)
    expect(target.sent).toHaveLength(3)
    target.release()
    await allSuccess(3)
    await expectInvariants(target, { database: database.sql })
    expect(target.sent).toHaveLength(3)
    const tasks = await database.sql`
    select name, status, scheduled_at > now() + interval '20 hours' as is_next from task order by name`
    expect(tasks).toMatchObject([
      { name: 'cron', status: 'active', is_next: true },
      { name: 'interval', status: 'active', is_next: true },
      { name: 'once', status: 'disabled', is_next: null },
    ])
  },
  90_000,
)

test('a standby without the outcomes takes over: what nobody runs any more is closed and sent again', async () => {
  await start()
  target.hold()
  await insertTasks(0)
  await sends(3)
  await database.makeStandby()
  target.release()
  await allSuccess(3)
  await database.failOver()
  await allSuccess(3)
  await expectInvariants(target, { database: database.sql })
  expect(target.bySlot().size).toBe(3)
  expect(target.sent).toHaveLength(6)
}, 120_000)

test('the rows of living replicas are deleted: they enter themselves again, and what runs is not sent again', async () => {
  await Promise.all([start(), start()])
  target.hold()
  await insertTasks(0)
  await sends(3)
  await database.sql`delete from replica`
  await eventually(async () => (await database.sql`select 1 from replica`).length === 2, 'two rows')
  await Bun.sleep(20_000)
  target.release()
  await allSuccess(3)
  await expectInvariants(target, { database: database.sql })
  expect(target.sent).toHaveLength(3)
}, 90_000)

test.each([false, true])(
  'a replica is killed and its row is deleted: found, with another one at work: %p',
  async (another) => {
    const doomed = await start()
    target.hold()
    await insertTasks(0)
    await sends(3)
    if (another) await start()
    await killHard(doomed)
    await database.sql`
    delete from replica
    where id in (select replica_id from execution where status = 'started')`
    target.release()
    if (!another) await start()
    await sends(6, 60_000)
    await allSuccess(3)
    await expectInvariants(target, { database: database.sql })
    expect(target.bySlot().size).toBe(3)
  },
  120_000,
)
