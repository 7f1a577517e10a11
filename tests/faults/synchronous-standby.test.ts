import { expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import { createToken } from '../../src/services/credentials.ts'
import { expectInvariants } from '../support/invariants.ts'
import { useOwnDatabase } from '../support/own-database-scene.ts'
import { startReplica } from '../support/replica.ts'
import { Target } from '../support/target.ts'

const scene = useOwnDatabase({ restore: () => awaitStandby('') })
const tasks = 40

/** Every commit on the server waits for a standby of this name from now on; for none when it is empty. */
async function awaitStandby(name: string): Promise<void> {
  await scene.database.sql.unsafe(`alter system set synchronous_standby_names = '${name}'`)
  await scene.database.sql`select pg_reload_conf()`
}

/** Starts so many replicas on one database of the server. */
async function startReplicas(count: number, database: string) {
  const account = { id: Bun.randomUUIDv7(), token: createToken() }
  const url = new URL(scene.database.url)
  url.pathname = database
  // The first one makes the database.
  for (let started = 0; started < count; started++) await startReplica(account, { databaseUrl: url.href })
  const sql = connect(url.href, { max: 2, statementTimeoutSeconds: 20, name: 'duly test own' })
  const target = new Target()
  return { count, account, target, sql }
}

test('the synchronous standby is unreachable for longer than any statement may take, with 1 replica and with 3: every slot is sent once', async () => {
  // Side by side: most of this is the time for which the standby is away.
  const all = await Promise.all([startReplicas(1, 'duly'), startReplicas(3, 'duly_of_three')])
  for (const { account, target, sql } of all)
    await sql`
      insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at)
      select
        ${account.id}, gen_random_uuid(), 'many', ${target.url()}, 'GET', case when number % 2 = 0 then 1 end,
        case when number % 2 = 0 then 'hour' end, now() + interval '2 seconds'
      from generate_series(1, ${tasks}::integer) as number`
  await awaitStandby('nobody')
  await Bun.sleep(45_000)
  // Nothing is sent that is not committed.
  for (const { count, target } of all) expect([count, target.sent]).toEqual([count, []])
  await awaitStandby('')
  for (const { count, target, sql } of all) {
    await target.arrived(tasks, 60_000)
    await expectInvariants(target, { database: sql, withinMs: 40_000 })
    expect([count, target.sent.length]).toEqual([count, tasks])
    expect(new Set(target.sent.map(({ task }) => task)).size).toBe(tasks)
    await sql.end({ timeout: 1 })
  }
})
