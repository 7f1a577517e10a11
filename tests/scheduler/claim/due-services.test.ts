import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test'
import { listServicesLate } from '../../../src/alerts/late.ts'
import type { Sql } from '../../../src/database/sql.ts'
import { ExpiredWakes } from '../../../src/maintenance/expired-wakes.ts'
import { DueServices } from '../../../src/scheduler/claim/due-services.ts'
import { renewLease } from '../../../src/scheduler/lease/lease.ts'
import { claimSlots } from '../../../src/transitions/claim-slots.ts'
import { ClockedClaims } from '../../support/clocked-claims.ts'
import { emptyDatabase, sql } from '../../support/database.ts'
import { insertService, insertTask, insertTasks } from '../../support/rows.ts'
import { schedulerSql } from '../../support/scheduler.ts'

const url = 'http://127.0.0.1:9/'
const far = '2099-01-01T00:00:00Z'
let service_id: string
let services: DueServices
const due = async () => {
  const { slots, queued } = await services.look(schedulerSql, 660)
  return { slots, queued }
}
const none = { slots: [] as string[], queued: [] as string[] }

const clocked = new ClockedClaims('look_clock')
beforeAll(() => clocked.open())
afterAll(() => clocked.close())

beforeEach(async () => {
  await emptyDatabase()
  service_id = await insertService()
  services = new DueServices()
})

let commits: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const commit of commits) await commit()
  commits = []
})

/** Makes a due task in a transaction that stays open. Returns what commits it, which the end of the test does if nothing else has. */
async function insertInOpenTransaction(of: string): Promise<() => Promise<void>> {
  const inserted = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const writing = sql.begin(async (transaction) => {
    await insertTasks(1, { service_id: of, url }, transaction as unknown as Sql)
    inserted.resolve()
    await released.promise
  })
  const commit = async () => {
    released.resolve()
    await writing
  }
  commits.push(commit)
  await Promise.race([inserted.promise, writing])
  return commit
}

const changes: readonly (readonly [what: string, before: object, change: string, then: 'slots' | 'queued'])[] = [
  ['is moved to an earlier time', {}, 'scheduled_at = now()', 'slots'],
  ['is made active', { status: 'paused', scheduled_at: '2020-01-01T00:00:00Z' }, `status = 'active'`, 'slots'],
  [
    'is to run once more',
    { once_running: true, scheduled_at: '2020-01-01T00:00:00Z' },
    'once_running = false',
    'slots',
  ],
  ['leaves its flow', { flow: 'paced', scheduled_at: '2020-01-01T00:00:00Z' }, 'flow = null', 'slots'],
  [
    'is run now',
    {},
    'queued_for = now(), queued_created_at = now(), queued_id = gen_random_uuid(), queued_running = true',
    'queued',
  ],
]
test.each(changes)(
  'a task that %s is due at the next look, which is not at all services',
  async (_, more, change, then) => {
    await sql`insert into flow (service_id, name, concurrency) values (${service_id}, 'paced', 1)`
    const { id } = await insertTask({ service_id, scheduled_at: far, frequency: 1, unit: 'day', ...more })
    expect(await due()).toEqual(none)
    await sql`delete from wake`
    await sql.unsafe(`update task set ${change} where id = '${id}'`)
    expect(await due()).toEqual({ ...none, [then]: [service_id] })
  },
)

test('a task of a transaction that began before a look and is committed after it is due at the next', async () => {
  expect(await due()).toEqual(none)
  const commit = await insertInOpenTransaction(service_id)
  expect(await due()).toEqual(none)
  await insertTask({ service_id: await insertService(), scheduled_at: far })
  expect(await due()).toEqual(none)
  await commit()
  expect(await due()).toEqual({ ...none, slots: [service_id] })
})

test('a service is looked at when the slot comes due that an earlier look has seen ahead, and until nothing of it is due', async () => {
  const { id } = await insertTask({ service_id })
  await sql`update task set scheduled_at = now() + interval '150 ms' where id = ${id}`
  const { slots, nextInMs } = await services.look(schedulerSql, 660)
  expect(slots).toEqual([])
  expect(nextInMs).toBeLessThanOrEqual(150)
  // The time is counted from before the look was sent, so the first look may come some milliseconds too early.
  let again = await services.look(schedulerSql, 660)
  for (let looks = 0; looks < 100 && again.slots.length === 0; looks++) {
    await Bun.sleep(again.nextInMs)
    again = await services.look(schedulerSql, 660)
  }
  expect(again.slots).toEqual([service_id])
  expect(await due()).toEqual({ ...none, slots: [service_id] })
  await sql`update task set scheduled_at = ${far} where id = ${id}`
  expect(await due()).toEqual(none)
  expect((await services.look(schedulerSql, 660)).nextInMs).toBe(500)
})

test('what no transaction has told is seen after an error, when all services are looked at', async () => {
  expect(await due()).toEqual(none)
  await sql.begin(async (transaction) => {
    await transaction`set local session_replication_role = replica`
    await insertTasks(1, { service_id, url }, transaction as unknown as Sql)
  })
  expect(await due()).toEqual(none)
  services.forget()
  expect(await due()).toEqual({ ...none, slots: [service_id] })
})

test('a claim wakes no service', async () => {
  const replica = { id: Bun.randomUUIDv7(), host: 'here' }
  await renewLease(schedulerSql, replica, null)
  for (const more of [
    { frequency: 1, unit: 'minute' },
    { frequency: null, unit: null },
  ])
    await insertTask({ service_id, ...more })
  await sql`delete from wake`
  const { taken } = await claimSlots(schedulerSql, [{ service_id, seats: 10, after: undefined, fullTargets: [] }], {
    replicaId: replica.id,
    toleranceSeconds: 660,
    oldestOpenAt: '-infinity',
  })
  expect(taken).toHaveLength(2)
  expect(await sql`select from wake`).toHaveLength(0)
})

test('wakes are deleted once they have been kept, and those of another server, which would wake a service for ever', async () => {
  const wakes = async () =>
    (await sql<{ service_id: string }[]>`select service_id from wake`).map((row) => row.service_id)
  const expired = new ExpiredWakes(0)
  await insertTask({ service_id, scheduled_at: far })
  expect(await expired.delete(sql)).toBe(0)
  const later = await insertService()
  await insertTask({ service_id: later, scheduled_at: far })
  await sql`insert into wake (xid, service_id) values ('9000000000000000000', ${later})`
  expect(await wakes()).toHaveLength(3)
  expect(await expired.delete(sql)).toBe(2)
  expect(await wakes()).toEqual([later])
})

test('while a transaction stays open, looks and the deletion of wakes pass over what was committed after it began', async () => {
  const [early, late] = [await insertService(), await insertService()]
  const commit = await insertInOpenTransaction(early)
  await insertTask({ service_id, scheduled_at: far })
  expect(await due()).toEqual(none)
  const expired = new ExpiredWakes(0)
  await expired.delete(sql)
  expect(await expired.delete(sql)).toBe(1)
  expect(await sql`select from wake`).toHaveLength(0)
  await insertTasks(1, { service_id: late, url })
  expect(await due()).toEqual({ ...none, slots: [late] })
  await commit()
  expect((await due()).slots.toSorted()).toEqual([early, late].sort())
})

test("all services are looked at when the database's clock has jumped ahead", async () => {
  const startedAt = Date.now()
  const dueAt = async (ms: number) => {
    await clocked.setClock(new Date(ms).toISOString())
    return (await services.look(clocked.connection, 660)).slots
  }
  await insertTask({ service_id, scheduled_at: new Date(startedAt + 60_000).toISOString() })
  await dueAt(startedAt)
  expect(await dueAt(startedAt + 100)).toEqual([])
  expect(await dueAt(startedAt + 61_000)).toEqual([service_id])
})

test('the services with late slots are those that the search over all services finds, until they are late no more', async () => {
  await sql`insert into flow (service_id, name, concurrency) values (${service_id}, 'paced', 1)`
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
  const late = await insertTask({ scheduled_at: ago(60) })
  const others: readonly object[] = [
    { scheduled_at: ago(1) },
    { scheduled_at: far },
    { scheduled_at: ago(60), status: 'paused' },
    { scheduled_at: ago(60), once_running: true },
    { scheduled_at: ago(60), service_id, flow: 'paced' },
    { scheduled_at: far, queued_for: ago(60), queued_created_at: ago(60), queued_id: Bun.randomUUIDv7() },
  ]
  for (const other of others) await insertTask({ ...other })
  expect(services.lateServices(10)).toBeUndefined()
  await due()
  expect(services.lateServices(10)).toEqual([late.service_id])
  const found = async () => (await listServicesLate(sql, services.lateServices(10))).toSorted()
  expect(await found()).toEqual((await listServicesLate(sql, undefined)).toSorted())
  expect(await found()).toEqual([late.service_id, service_id].sort())
  expect(services.lateServices(70)).toEqual([])
  // What no trigger has told is seen by the next look at all services, as everything else: no other statement reads them all.
  const untold = await insertService()
  await sql.begin(async (transaction) => {
    await transaction`set local session_replication_role = replica`
    await insertTasks(1, { service_id: untold, url, scheduled_at: ago(60) }, transaction as unknown as Sql)
  })
  expect(await found()).not.toContain(untold)
  services.forget()
  expect(await found()).toContain(untold)
  await due()
  expect(await found()).toContain(untold)
  await sql`update task set scheduled_at = ${far} where id = ${late.id}`
  await due()
  expect(services.lateServices(10)).toEqual([untold])
})

test('each look, also at no service, says whether there is a flow', async () => {
  const hasFlows = async () => (await services.look(schedulerSql, 660)).hasFlows
  expect([await hasFlows(), await hasFlows()]).toEqual([false, false])
  await sql`insert into flow (service_id, name, concurrency) values (${service_id}, 'paced', 1)`
  expect(await hasFlows()).toBe(true)
  await sql`delete from flow`
  expect(await hasFlows()).toBe(false)
})
