import { beforeEach, expect, test } from 'bun:test'
import { renewLease } from '../../src/scheduler/lease/lease.ts'
import { claimSlots } from '../../src/transitions/claim-slots.ts'
import type { Claimed } from '../../src/transitions/claimed.ts'
import { closeInPlace } from '../../src/transitions/close.ts'
import { isPassedOver, skipSlots } from '../../src/transitions/skip.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { executionsOf, insertService, insertTask, taskRow } from '../support/rows.ts'
import { schedulerSql } from '../support/scheduler.ts'

let service: string
const here = { id: Bun.randomUUIDv7(), host: 'here' }
const there = { id: Bun.randomUUIDv7(), host: 'there' }
const success = {
  status: 'success',
  status_code: 200,
  response: 'ok',
  response_truncated: false,
  duration_ms: 3,
  waited_ms: null,
  lookup_ms: null,
  answer_ms: 1,
  sent_twice: false,
  error: null,
  retry_in_ms: null,
  redeliver: false,
} as const

beforeEach(async () => {
  await emptyDatabase()
  service = await insertService()
  await renewLease(schedulerSql, here, null)
  await renewLease(schedulerSql, there, null)
})

function claim(replicaId = here.id, seats = 100, more: { fullTargets?: string[]; service_id?: string } = {}) {
  return claimSlots(
    schedulerSql,
    [{ service_id: more.service_id ?? service, seats, after: undefined, fullTargets: more.fullTargets ?? [] }],
    {
      replicaId,
      toleranceSeconds: 660,
      oldestOpenAt: '-infinity',
    },
  )
}

const close = (claimed: readonly Claimed[], replicaId = here.id) =>
  closeInPlace(
    schedulerSql,
    replicaId,
    claimed[0]?.partition ?? '',
    claimed.map((slot) => ({ ...success, ...slot })),
  )

test('claims due active tasks, oldest first, and no others', async () => {
  const at = (ms: number) => new Date(Date.now() + ms).toISOString()
  const second = await insertTask({ service_id: service, scheduled_at: at(-1000) })
  const first = await insertTask({ service_id: service, scheduled_at: at(-2000) })
  await insertTask({ service_id: service, scheduled_at: at(60_000) })
  await insertTask({ service_id: service, status: 'paused' })
  await insertTask({ service_id: service, status: 'disabled' })
  await insertTask()
  expect((await claim()).taken.map((slot) => slot.task_id)).toEqual([first.id, second.id])
  expect((await claim()).taken).toEqual([])
})

test('claims no more than asked for, and the rest with the next claim', async () => {
  for (let n = 0; n < 5; n++) await insertTask({ service_id: service })
  expect((await claim(here.id, 3)).taken).toHaveLength(3)
  expect((await claim(there.id, 3)).taken).toHaveLength(2)
})

test('each claimed slot has the place of its own execution, also where a claim leaves rows out', async () => {
  const other = await insertService()
  for (let n = 0; n < 300; n++) await insertTask({ service_id: n % 3 ? service : other, retries: n % 4 })
  const first = await claim(here.id, 40)
  const running = await claim(here.id, 40)
  await close(running.taken.filter((_, n) => n % 2 === 0))
  await sql`update task set scheduled_at = now() - interval '1 s', anchor_day = null`
  const { taken } = await claimSlots(
    schedulerSql,
    [service, other].map((service_id) => ({ service_id, seats: 1000, after: undefined, fullTargets: [] })),
    { replicaId: here.id, toleranceSeconds: 660, oldestOpenAt: '-infinity' },
  )
  const stored = await sql<{ id: string; ctid: string; partition: string }[]>`
    select id, ctid::text as ctid, tableoid::regclass::text as partition from execution`
  const placeOf = new Map(stored.map(({ id, ctid, partition }) => [id, `${partition} ${ctid}`]))
  expect(taken.length).toBeGreaterThan(200)
  for (const { execution_id, ctid, partition } of [...first.taken, ...taken])
    expect(`${partition} ${ctid}`).toBe(placeOf.get(execution_id) ?? 'none')
})

test('two replicas claiming at once never take the same slot', async () => {
  await schedulerSql`
    insert into task (service_id, id, name, url, method, scheduled_at, frequency, unit)
    select ${service}, gen_random_uuid(), 'n', 'http://127.0.0.1:9/', 'GET', now() - interval '1 second', 1, 'hour'
    from generate_series(1, 2000)`
  const taken: string[] = []
  const take = async (replica: string) => {
    for (let rows = (await claim(replica, 50)).taken; rows.length > 0; rows = (await claim(replica, 50)).taken)
      taken.push(...rows.map((row) => row.task_id))
  }
  await Promise.all([take(here.id), take(there.id), take(here.id), take(there.id)])
  expect(taken).toHaveLength(2000)
  expect(new Set(taken).size).toBe(2000)
})

test('claims nothing for a replica whose lease has ended', async () => {
  await insertTask({ service_id: service })
  await sql`update replica set lease_until = now() - interval '1 second' where id = ${here.id}`
  expect((await claim()).taken).toEqual([])
  expect((await claim(there.id)).taken).toHaveLength(1)
})

test('excludes a row that another session holds locked', async () => {
  const held = await insertTask({ service_id: service })
  const free = await insertTask({ service_id: service })
  await sql.begin(async (other) => {
    await other`select 1 from task where id = ${held.id} for update`
    expect((await claim()).taken.map((slot) => slot.task_id)).toEqual([free.id])
  })
  expect((await claim()).taken.map((slot) => slot.task_id)).toEqual([held.id])
})

test('excludes the tasks of a target that has no free seat', async () => {
  await insertTask({ service_id: service, url: 'http://HUNG.example:81/x' })
  expect((await claim(here.id, 10, { fullTargets: ['hung.example:81'] })).taken).toEqual([])
  expect((await claim()).taken).toHaveLength(1)
})

test('a slot due while the last execution runs is skipped, and counted in one skipped execution', async () => {
  const task = await insertTask({ service_id: service })
  const [first] = (await claim()).taken
  for (let slot = 1; slot <= 3; slot++) {
    await sql`update task set scheduled_at = now() - interval '1 second' where id = ${task.id}`
    const [held] = (await claim(there.id)).running
    expect(held).toMatchObject({ execution_id: first?.execution_id as string })
    await skipSlots(schedulerSql, held ? [held] : [], 660)
  }
  const executions = await executionsOf(task)
  expect(executions.map(({ status, error }) => isPassedOver({ status, error }))).toEqual([false, true])
  expect(executions).toMatchObject([
    { status: 'started' },
    { status: 'skipped', missed_slots: 3, error: expect.stringContaining('still running') },
  ])
  expect(Date.parse((await taskRow(task)).scheduled_at)).toBeGreaterThan(Date.now())
  await close(first ? [first] : [])
  await sql`update task set scheduled_at = now() - interval '1 second' where id = ${task.id}`
  expect((await claim()).taken).toHaveLength(1)
})

test('a task set back to a time it ran at gets a slot of its own', async () => {
  const time = new Date(Date.now() - 5000).toISOString()
  const task = await insertTask({ service_id: service, scheduled_at: time })
  const first = (await claim()).taken
  await close(first)
  await sql`update task set scheduled_at = ${time} where id = ${task.id}`
  const second = (await claim()).taken
  expect(second).toHaveLength(1)
  expect(second[0]?.slot_id).not.toBe(first[0]?.slot_id as string)
})

test('an outcome is recorded once, and by the replica that has the execution', async () => {
  await insertTask({ service_id: service })
  const claimed = (await claim()).taken
  expect(await close(claimed, there.id)).toBeUndefined()
  expect(await close(claimed)).toBeDefined()
  expect(await close(claimed)).toBeUndefined()
})

test('a claim, a look and a record find their rows without reading whole tables', async () => {
  await schedulerSql`
    insert into task (service_id, id, name, url, method, scheduled_at, frequency, unit)
    select ${service}, gen_random_uuid(), 'n', 'http://127.0.0.1:9/', 'GET', now() - interval '1 second', 1, 'hour'
    from generate_series(1, 20000)`
  const read = async () => {
    await schedulerSql`select pg_stat_force_next_flush()`
    const [row] = await sql<{ rows: number }[]>`
      select sum(seq_tup_read)::int as rows from pg_stat_user_tables where relname = 'task' or relname like 'execution%'`
    return row?.rows ?? 0
  }
  await close((await claim()).taken)
  const before = await read()
  for (let n = 0; n < 10; n++) await close((await claim()).taken)
  expect((await read()) - before).toBeLessThan(20_000)
})
