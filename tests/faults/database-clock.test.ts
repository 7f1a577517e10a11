import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test'
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
const start = () => startReplica(account, { databaseUrl: database.url })

/** The `now()` that sessions find first is the real one and an interval that the test sets. */
beforeAll(async () => {
  database = await startOwnDatabase()
  const { sql } = database
  await start()
  await endPrograms()
  await sql.unsafe('create schema clock')
  await sql.unsafe(`create table clock.shift as select interval '0' as ahead`)
  await sql.unsafe(
    'create function clock.now() returns timestamptz language sql stable as $$ select pg_catalog.now() + ahead from clock.shift $$',
  )
  await sql.unsafe('alter database duly_faults set search_path = clock, pg_catalog, public')
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
  await database.sql`update clock.shift set ahead = interval '0'`
  await database.sql`truncate task, execution, replica cascade`
})

const setAhead = (ahead: string) => database.sql`update clock.shift set ahead = ${ahead}::interval`
const insertDue = (count: number) => database.sql`
  insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at)
  select
    ${account.id}, gen_random_uuid(), 'clock', ${target.url()}, 'GET', case when number % 2 = 0 then 1 end,
    case when number % 2 = 0 then 'day' end, clock.now()
  from generate_series(1, ${count}::integer) as number`
const sends = (count: number, withinMs = 20_000) =>
  eventually(
    () => target.sent.length >= count,
    () => `${target.sent.length} of ${count} sends`,
    withinMs,
  )
const leases = () => database.sql<{ id: string; left: number }[]>`
  select id, date_part('epoch', lease_until - pg_catalog.now())::float8 as left from replica order by id`

test.each(['1 hour', '-1 hour', '3 days'])(
  "the database's clock goes wrong by %s for a while and back: what runs is not sent again, and new work is",
  async (ahead) => {
    await Promise.all([start(), start()])
    target.hold()
    await insertDue(4)
    await sends(4)
    await setAhead(ahead)
    await insertDue(4)
    await sends(8)
    await Bun.sleep(12_000)
    await setAhead('0')
    await insertDue(4)
    await sends(12)
    await Bun.sleep(6_000)
    expect((await leases()).map(({ left }) => left > 0 && left < 60)).toEqual([true, true])
    expect(target.sent).toHaveLength(12)
    target.release()
    await expectInvariants(target, { database: database.sql })
    expect(target.sent).toHaveLength(12)
  },
  120_000,
)

test('a replica dies while the clock of the database is ahead: its lease of an hour is none, and its calls are found', async () => {
  const doomed = await start()
  target.hold()
  await setAhead('1 hour')
  await insertDue(2)
  await sends(2)
  await eventually(async () => (await leases()).every(({ left }) => left > 1_800), 'a lease of an hour')
  await killHard(doomed)
  await setAhead('0')
  target.release()
  await start()
  await sends(4, 60_000)
  await expectInvariants(target, { database: database.sql })
}, 120_000)
