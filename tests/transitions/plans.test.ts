import { beforeEach, expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import type { Sql } from '../../src/database/sql.ts'
import { listDueServices } from '../../src/scheduler/claim/look.ts'
import { renewLease } from '../../src/scheduler/lease/lease.ts'
import { claimQueued } from '../../src/transitions/claim-queued.ts'
import { claimSlots } from '../../src/transitions/claim-slots.ts'
import type { Claimed } from '../../src/transitions/claimed.ts'
import { closeInPlace, closeWithFollowUp } from '../../src/transitions/close.ts'
import { closeByKey } from '../../src/transitions/close-by-key.ts'
import type { OutcomeRow } from '../../src/transitions/outcome.ts'
import { skipSlots } from '../../src/transitions/skip.ts'
import { purgeStopRequests } from '../../src/transitions/stop.ts'
import { freshTables, sql, testDatabaseUrl } from '../support/database.ts'
import { insertService, insertTask } from '../support/rows.ts'

beforeEach(freshTables)

const replica = { id: Bun.randomUUIDv7(), host: 'test' }
/** Tasks of each kind, and how many of them a statement works on. */
const many = 3000
const few = 100
/** Rows that a statement may read in tables for each row that it works on; a plan that reads a table through reads thousands. */
const readsPerRow = 12

/** Tasks of a service with a run that is queued, and tasks of another whose slot is due. */
async function insertTasks(count: number): Promise<{ queued: string; due: string }> {
  const [queued, due] = [await insertService(), await insertService()]
  await sql`
    with made as (
      insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at, retries, queued_for, queued_created_at, queued_id)
      select ${queued}, gen_random_uuid(), 'queued', 'http://127.0.0.1:9/', 'GET', 1, 'day', now() + interval '1 day', 3,
        now() - interval '1 second', now() - number * interval '1 microsecond', gen_random_uuid()
      from generate_series(1, ${count}::integer) number
      returning service_id, id, queued_created_at, queued_id
    )
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status)
    select service_id, id, queued_id, queued_id, queued_created_at, queued_created_at, 'queued'
    from made`
  await sql`
    insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at)
    select ${due}, gen_random_uuid(), 'due', 'http://127.0.0.1:9/', 'GET', 1, 'minute', now() - interval '1 hour'
    from generate_series(1, ${count}::integer)`
  return { queued, due }
}

const ended = (claimed: Claimed, rest: Partial<OutcomeRow> = {}): OutcomeRow => ({
  status: 'failed',
  status_code: 500,
  response: null,
  response_truncated: false,
  duration_ms: 1,
  waited_ms: null,
  lookup_ms: null,
  answer_ms: 1,
  sent_twice: false,
  error: '500',
  retry_in_ms: null,
  redeliver: false,
  ...claimed,
  ...rest,
})

/** How many rows of tasks and executions a transaction has read so far. */
async function readSoFar(transaction: Sql): Promise<number> {
  const [row] = await transaction<{ reads: number }[]>`
    select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as reads
    from pg_stat_xact_user_tables
    where relname = 'task'
      or relname like 'execution%'`
  return row?.reads ?? Number.NaN
}

/** Runs every statement of the scheduler on so many rows, and gives how many rows each of them read. */
async function readsOf(connection: Sql, services: { queued: string; due: string }, seats: number) {
  const reads = new Map<string, number>()
  const measured = async <T>(what: string, work: (sql: Sql) => Promise<T>): Promise<T> =>
    (await connection.begin(async (transaction) => {
      const own = transaction as unknown as Sql
      const before = await readSoFar(own)
      const result = await work(own)
      reads.set(what, Math.max(reads.get(what) ?? 0, (await readSoFar(own)) - before))
      return result
    })) as T
  const options = {
    replicaId: replica.id,
    toleranceSeconds: 660,
    oldestOpenAt: new Date(Date.now() - 60_000).toISOString(),
  }
  const queued = [{ service_id: services.queued, seats, after: undefined }]
  const due = [{ service_id: services.due, seats, after: undefined }]
  const partition = (taken: readonly Claimed[]) => taken[0]?.partition ?? ''
  for (let times = 0; times < 2; times++) {
    const waited = await measured('claimQueued', (sql) => claimQueued(sql, queued, options))
    expect(waited).toHaveLength(seats)
    expect(
      await measured('closeWithFollowUp', (sql) =>
        closeWithFollowUp(
          sql,
          replica.id,
          partition(waited),
          waited.map((one) => ended(one, { retry_in_ms: 3_600_000 })),
        ),
      ),
    ).toBeDefined()
  }
  const waited = await measured('claimQueued', (sql) => claimQueued(sql, queued, options))
  await measured('closeByKey', (sql) =>
    closeByKey(
      sql,
      replica.id,
      waited.map((one) => ended(one)),
    ),
  )
  const { taken } = await measured('claimSlots', (sql) => claimSlots(sql, due, options))
  expect(taken).toHaveLength(seats)
  await measured('record', (sql) =>
    closeInPlace(
      sql,
      replica.id,
      partition(taken),
      taken.map((one) => ended(one)),
    ),
  )
  const runs = await claimSlots(connection, due, options)
  await connection`
    update task
    set scheduled_at = '2020-01-01T00:00:00Z'
    where id = any(${runs.taken.map((slot) => slot.task_id)}::uuid[])`
  const { running } = await measured('claimSlots', (sql) => claimSlots(sql, due, options))
  expect(running).toHaveLength(seats)
  expect(await measured('skipSlots', (sql) => skipSlots(sql, running, 660))).toBe(seats)
  const { snapshot } = await measured('listDueServices', (sql) => listDueServices(sql, 11))
  const known = { services: due.map(({ service_id }) => service_id), wokenSince: snapshot }
  await measured('listDueServices, of those known', (sql) => listDueServices(sql, 11, known))
  return reads
}

/** `analyze` of these tables at these moments; plans are made when a statement runs for the first time. */
const states: readonly (readonly [what: string, plannedWhenEmpty: boolean, whenEmpty: string, whenFull: string])[] = [
  ['planned while the tables were empty, without statistics', true, '', ''],
  ['planned while the tables were empty, and known to be', true, 'task, execution', ''],
  ['planned while the tables were empty, and analyzed later', true, '', 'task, execution'],
  ['planned on full tables without statistics', false, '', ''],
  ['planned on full tables that were empty when they were analyzed', false, 'task, execution', ''],
  ["planned with statistics of tasks, and none of the day's executions", false, '', 'task'],
  ['planned with all statistics', false, '', 'task, execution'],
]
test.each(states)('statements of the scheduler read a few rows for each one they work on: %s', async (_, ...state) => {
  const [plannedWhenEmpty, whenEmpty, whenFull] = state
  const connection = connect(testDatabaseUrl, {
    max: 1,
    statementTimeoutSeconds: 20,
    name: 'duly test',
    byKey: true,
  })
  try {
    if (whenEmpty) await sql.unsafe(`analyze ${whenEmpty}`)
    await renewLease(connection, replica, null)
    if (plannedWhenEmpty) {
      await readsOf(connection, await insertTasks(4), 1)
      await sql`delete from execution`
      await sql`delete from task`
    }
    const services = await insertTasks(many)
    if (whenFull) await sql.unsafe(`analyze ${whenFull}`)
    const reads = await readsOf(connection, services, few)
    expect([...reads].filter(([, count]) => count > readsPerRow * few)).toEqual([])
  } finally {
    await connection.end()
  }
})

test('requests to stop are looked up by key, and the history is not read for them', async () => {
  const service_id = await insertService()
  const key = { service_id, task_id: (await insertTask({ service_id })).id }
  await sql`
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status)
    select ${service_id}, ${key.task_id}, id, id, at, at, 'success'
    from (select gen_random_uuid() as id, now() - n * interval '1 second' as at from generate_series(1, ${many}::integer) n) ended`
  await sql`
    insert into stop_request (replica_id, service_id, task_id, execution_created_at, execution_id)
    select ${replica.id}, service_id, task_id, created_at, id
    from execution
    limit 5`
  // Of few requests there are never statistics.
  await sql`analyze execution`
  const read = await sql.begin(async (transaction) => {
    const own = transaction as unknown as Sql
    const before = await readSoFar(own)
    await purgeStopRequests(own)
    return (await readSoFar(own)) - before
  })
  expect(read).toBeLessThan(readsPerRow * 5)
  expect(await sql`select from stop_request`).toHaveLength(0)
})
