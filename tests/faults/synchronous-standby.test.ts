import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test'
import { createToken } from '../../src/services/credentials.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { type OwnDatabase, startOwnDatabase } from '../support/own-database.ts'
import { endEverything, endPrograms } from '../support/process.ts'
import { startReplica } from '../support/replica.ts'
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
  await awaitStandby('')
  stopTargets()
  await endPrograms()
  await database.sql`truncate task, execution, replica cascade`
})

/** Every commit waits for a standby of this name from now on; for none when it is empty. */
async function awaitStandby(name: string): Promise<void> {
  await database.sql.unsafe(`alter system set synchronous_standby_names = '${name}'`)
  await database.sql`select pg_reload_conf()`
}

test.each([1, 3])(
  'the synchronous standby is away for longer than any statement may take, with %i replicas: every slot is sent once',
  async (replicas) => {
    await Promise.all(Array.from({ length: replicas }, () => startReplica(account, { databaseUrl: database.url })))
    const tasks = 40
    await database.sql`
      insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at)
      select
        ${account.id}, gen_random_uuid(), 'many', ${target.url()}, 'GET', case when number % 2 = 0 then 1 end,
        case when number % 2 = 0 then 'hour' end, now() + interval '2 seconds'
      from generate_series(1, ${tasks}::integer) as number`
    await awaitStandby('nobody')
    await Bun.sleep(45_000)
    // Nothing is sent that is not committed.
    expect(target.sent).toEqual([])
    await awaitStandby('')
    await eventually(
      () => target.sent.length >= tasks,
      () => `${target.sent.length} of ${tasks} sends`,
      60_000,
    )
    await expectInvariants(target, { database: database.sql, withinMs: 40_000 })
    expect(target.sent).toHaveLength(tasks)
    expect(new Set(target.sent.map(({ task }) => task)).size).toBe(tasks)
  },
  180_000,
)
