import { beforeEach, expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import { renewLease } from '../../src/scheduler/lease/lease.ts'
import { lateLine } from '../../src/transitions/catch-up.ts'
import { claimSlots } from '../../src/transitions/claim-slots.ts'
import { emptyDatabase, sql, testDatabaseUrl } from '../support/database.ts'
import { insertService, insertTask, insertTasks } from '../support/rows.ts'
import { schedulerSql } from '../support/scheduler.ts'

const replica = { id: Bun.randomUUIDv7(), host: 'here' }
const hour = 3_600_000
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
let service: string

beforeEach(async () => {
  await emptyDatabase()
  service = await insertService()
  await renewLease(schedulerSql, replica, null)
})

const claimLate = async (seats = 100, services = [service]) => {
  const { taken } = await claimSlots(
    schedulerSql,
    services.map((service_id) => ({ service_id, seats, after: undefined })),
    {
      replicaId: replica.id,
      toleranceSeconds: 660,
      oldestOpenAt: '-infinity',
    },
    [],
    lateLine(ago(hour)),
  )
  return taken
}
const late = (count: number, service_id = service) =>
  insertTasks(count, { service_id, url: 'http://127.0.0.1:9/', scheduled_at: ago(8 * hour) })
const limit = (perSecond: number, tatMsAgo: number, service_id = service) => sql`
  insert into catch_up (service_id, per_second, next_free_at)
  values (${service_id}, ${perSecond}, clock_timestamp() - make_interval(secs => ${tatMsAgo / 1000}))
  on conflict (service_id) do update set per_second = excluded.per_second, next_free_at = excluded.next_free_at`

test('a claim of late slots takes late ones only, and all of them without a limit', async () => {
  await insertTask({ service_id: service, scheduled_at: ago(1_000) })
  await late(20)
  expect(await claimLate()).toHaveLength(20)
  expect(await claimLate()).toHaveLength(0)
})

test('a limit that was not used for a while begins with one start, and gives no further one before its time', async () => {
  await late(50)
  // One in a second: no two claims on a busy machine take as long.
  await limit(1, 60_000)
  expect(await claimLate()).toHaveLength(1)
  const [row] = await sql`
    select date_part('epoch', next_free_at - max(started_at)) as ahead
    from catch_up cross join execution
    group by next_free_at`
  expect(row?.ahead).toBeCloseTo(1, 3)
  expect(await claimLate()).toHaveLength(0)
})

test('time that a claim did not use counts up to 200 ms, and what a claim takes is taken off', async () => {
  await late(100)
  const began = performance.now()
  // A second without a start would begin anew: no two statements are further apart on a busy machine.
  await limit(100, 200)
  // 200 ms, and the start that is allowed at their end.
  expect(await claimLate(5)).toHaveLength(5)
  const rest = (await claimLate()).length
  expect(rest).toBeGreaterThanOrEqual(16)
  // One more for each 10 ms that the claims took.
  expect(rest).toBeLessThanOrEqual(17 + (performance.now() - began) / 10)
})

test('each service has its own limit, and one without a limit has none', async () => {
  const other = await insertService()
  await Promise.all([late(50), late(50, other)])
  await limit(10, 60_000)
  const taken = await claimLate(100, [service, other])
  expect(taken.filter(({ service_id }) => service_id === service)).toHaveLength(1)
  expect(taken.filter(({ service_id }) => service_id === other)).toHaveLength(50)
})

test('while another claim spends from the limit, none of its late slots are taken, and nothing waits', async () => {
  await late(10)
  await limit(100, 100)
  const other = connect(testDatabaseUrl, { max: 1, statementTimeoutSeconds: 20, name: 'another claim' })
  await other.unsafe('begin')
  await other`select from catch_up for update`
  expect(await claimLate()).toHaveLength(0)
  await other.unsafe('rollback')
  await other.end()
  expect((await claimLate()).length).toBeGreaterThan(0)
})
