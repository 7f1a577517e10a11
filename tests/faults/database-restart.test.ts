import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test'
import { createToken } from '../../src/services/credentials.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { type OwnDatabase, startOwnDatabase } from '../support/own-database.ts'
import { endEverything, endPrograms } from '../support/process.ts'
import { startReplica } from '../support/replica.ts'
import { ask } from '../support/service.ts'
import { stopTargets, Target } from '../support/target.ts'

let database: OwnDatabase
let target: Target
const account = { id: Bun.randomUUIDv7(), token: createToken() }
beforeAll(async () => {
  database = await startOwnDatabase()
})
afterAll(async () => {
  await database.stop()
  await endEverything()
})
beforeEach(() => {
  target = new Target()
})
afterEach(async () => {
  stopTargets()
  await endPrograms()
  await database.sql`truncate task, execution, replica cascade`
})

const start = () => startReplica(account, { databaseUrl: database.url })
const insertDue = (count: number) => database.sql`
  insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at)
  select ${account.id}, gen_random_uuid(), 'many', ${target.url()}, 'GET', 1, 'hour', now() - interval '1 second'
  from generate_series(1, ${count}::integer)`
/** Waits until every task has a success and nothing is open. */
const allDone = (count: number) =>
  eventually(
    async () => {
      const [row] = await database.sql<{ done: number; open: number }[]>`
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
  'PostgreSQL is restarted in mode %s in the middle of a pass, twice: no slot is lost or sent twice',
  async (mode) => {
    target.answer = async () => {
      await Bun.sleep(Math.random() * 100)
      return new Response('')
    }
    const replicas = [await start(), await start()]
    const tasks = 6_000
    await insertDue(tasks)
    for (const share of [0.1, 0.4]) {
      await eventually(() => target.sent.length > tasks * share, 'the drain goes on')
      await database.restart(mode)
    }
    await allDone(tasks)
    expect(replicas.every((replica) => replica.running)).toBe(true)
    await expectInvariants(target, { database: database.sql })
    // No replica died: what was sent is known, and what was claimed without its knowing was not sent.
    expect(target.sent).toHaveLength(tasks)
    expect(target.bySlot().size).toBe(tasks)
  },
  90_000,
)

test('PostgreSQL is restarted while calls are on their way: they end, and are recorded once', async () => {
  const replica = await start()
  target.hold()
  await insertDue(50)
  await eventually(() => target.sent.length === 50, '50 calls')
  await database.restart('immediate')
  target.release()
  await allDone(50)
  expect((await ask({ ...replica, ...account }, 'GET', '/tasks?count=1')).status).toBe(200)
  expect(target.sent).toHaveLength(50)
  await expectInvariants(target, { database: database.sql })
})
