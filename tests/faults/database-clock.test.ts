import { beforeAll, expect, test } from 'bun:test'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { useOwnDatabase } from '../support/own-database-scene.ts'
import { endPrograms } from '../support/process.ts'
import { killHard } from '../support/scene.ts'

const scene = useOwnDatabase({
  restore: async () => {
    await setAhead('0')
  },
})

/** The `now()` that sessions find first is the real one and an interval that the test sets. */
beforeAll(async () => {
  const { sql } = scene.database
  await scene.start()
  await endPrograms()
  await sql.unsafe('create schema clock')
  await sql.unsafe(`create table clock.shift as select interval '0' as ahead`)
  await sql.unsafe(
    'create function clock.now() returns timestamptz language sql stable as $$ select pg_catalog.now() + ahead from clock.shift $$',
  )
  await sql.unsafe('alter database duly set search_path = clock, pg_catalog, public')
})

const setAhead = (ahead: string) => scene.database.sql`update clock.shift set ahead = ${ahead}::interval`
const insertDue = (count: number) => scene.database.sql`
  insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at)
  select
    ${scene.account.id}, gen_random_uuid(), 'clock', ${scene.target.url()}, 'GET', case when number % 2 = 0 then 1 end,
    case when number % 2 = 0 then 'day' end, clock.now()
  from generate_series(1, ${count}::integer) as number`
const leases = () => scene.database.sql<{ id: string; left: number }[]>`
  select id, date_part('epoch', lease_until - pg_catalog.now())::float8 as left from replica order by id`

test.each(['1 hour', '-1 hour', '3 days'])(
  "the database's clock is wrong by %s for a while: running calls are not sent again, and new slots are sent",
  async (ahead) => {
    await Promise.all([scene.start(), scene.start()])
    scene.target.hold()
    await insertDue(4)
    await scene.target.arrived(4)
    await setAhead(ahead)
    await insertDue(4)
    await scene.target.arrived(8)
    await Bun.sleep(12_000)
    await setAhead('0')
    await insertDue(4)
    await scene.target.arrived(12)
    await Bun.sleep(6_000)
    expect((await leases()).map(({ left }) => left > 0 && left < 60)).toEqual([true, true])
    expect(scene.target.sent).toHaveLength(12)
    scene.target.release()
    await expectInvariants(scene.target, { database: scene.database.sql })
    expect(scene.target.sent).toHaveLength(12)
  },
)

test('a replica dies while the clock of the database is ahead: its overlong lease does not count, and its calls are sent again', async () => {
  const doomed = await scene.start()
  scene.target.hold()
  await setAhead('1 hour')
  await insertDue(2)
  await scene.target.arrived(2)
  await eventually(async () => (await leases()).every(({ left }) => left > 1_800), 'a lease of an hour')
  await killHard(doomed)
  await setAhead('0')
  scene.target.release()
  await scene.start()
  await scene.target.arrived(4, 60_000)
  await expectInvariants(scene.target, { database: scene.database.sql })
})
