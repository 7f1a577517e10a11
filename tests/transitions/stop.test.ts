import { beforeEach, expect, test } from 'bun:test'
import { openFailing } from '../../src/alerts/failing.ts'
import type { Sql } from '../../src/database/sql.ts'
import { renewLease } from '../../src/scheduler/lease/lease.ts'
import { mergePending } from '../../src/tally/merge.ts'
import { closeWithFollowUp } from '../../src/transitions/close.ts'
import { closeByKey } from '../../src/transitions/close-by-key.ts'
import { listReplicas, recoverLeftOpen } from '../../src/transitions/close-lost.ts'
import { closeOrphans } from '../../src/transitions/close-orphans.ts'
import type { OutcomeRow } from '../../src/transitions/outcome.ts'
import { listStopRequests, purgeStopRequests, stopWaiting } from '../../src/transitions/stop.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { executionsOf, insertTask, type TestTask, taskRow } from '../support/rows.ts'
import { schedulerSql } from '../support/scheduler.ts'

const replicaId = Bun.randomUUIDv7()
beforeEach(emptyDatabase)

interface Started extends TestTask {
  readonly key: { service_id: string; task_id: string; created_at: string; id: string }
}

/** A task whose execution runs, as a claim leaves both. */
async function started(fields: object = {}, runBy = replicaId): Promise<Started> {
  const [id, created_at] = [Bun.randomUUIDv7(), new Date().toISOString()]
  const task = await insertTask({
    ...{ retries: 3, scheduled_at: '2099-01-01T00:00:00Z' },
    ...{ current_created_at: created_at, current_execution_id: id, ...fields },
  })
  const key = { service_id: task.service_id, task_id: task.id, created_at, id }
  const row = { ...key, slot_id: id, replica_id: runBy, started_at: created_at, scheduled_for: created_at }
  await sql`insert into execution ${sql({ ...row, status: 'started' } as unknown as Record<string, string>)}`
  return { ...task, key }
}

const stop = ({ key }: Started, database: Sql = sql) =>
  database`with ${stopWaiting(database, key)} select id from stopped`

/** Where the row of an execution is, and how its call has ended: it failed, and is to be tried again at once. */
async function failure({ key }: Started): Promise<OutcomeRow> {
  const [row] = await sql<{ partition: string; ctid: string }[]>`
    select tableoid::regclass::text as partition, ctid::text from execution where id = ${key.id}`
  return {
    ...{ ...key, ...(row as { partition: string; ctid: string }), execution_id: key.id, slot_id: key.id },
    ...{ status: 'failed', status_code: 500, response: null, response_truncated: false, error: '500' },
    ...{ duration_ms: 1, waited_ms: null, lookup_ms: null, answer_ms: 1, sent_twice: false },
    ...{ retry_in_ms: 0, redeliver: false },
  }
}

test('only a running execution is stopped, once, and its replica finds the request', async () => {
  const [running, other] = [await started(), await started()]
  expect(await listStopRequests(sql, replicaId)).toEqual([])
  expect(await stop(running)).toMatchObject([{ id: running.key.id }])
  const [{ stop_requested_at: at }] = (await executionsOf(running)) as [{ stop_requested_at: string }]
  expect(await stop(running)).toHaveLength(0)
  expect(await executionsOf(running)).toMatchObject([{ status: 'started', stop_requested_at: at }])
  expect(await executionsOf(other)).toMatchObject([{ status: 'started', stop_requested_at: null }])
  expect(await listStopRequests(sql, replicaId)).toEqual([running.key.id])
  expect(await listStopRequests(sql, Bun.randomUUIDv7())).toEqual([])
  await sql`update execution set status = 'success' where id = ${other.key.id}`
  expect(await stop(other)).toHaveLength(0)
})

test('no retry follows a call that fails by itself after the request, and its slot has settled', async () => {
  const task = await started()
  const outcome = await failure(task)
  await stop(task)
  expect(await closeWithFollowUp(sql, replicaId, outcome.partition, [outcome])).toBeUndefined()
  const { closed, followed } = await closeByKey(sql, replicaId, [outcome])
  expect([[...closed], [...followed]]).toEqual([[task.key.id], []])
  expect(await executionsOf(task)).toMatchObject([{ status: 'failed', status_code: 500 }])
  expect(await sql`select settled from failed_execution where id = ${task.key.id}`).toMatchObject([{ settled: true }])
})

test('a stopped execution opens no alert: it counts neither in a row nor within a time, and the others do', async () => {
  const [task, other] = [await started(), await started()]
  for (const { service_id } of [task, other]) {
    const policy = { service_id, failures: 1, window_failures: 1, window_seconds: 3600 }
    await sql`insert into alert_policy ${sql(policy)}`
  }
  await stop(task)
  for (const one of [task, other]) await closeByKey(sql, replicaId, [{ ...(await failure(one)), retry_in_ms: null }])
  await mergePending(sql)
  expect(await sql`select task_id, settled from failing_task`).toMatchObject([{ task_id: other.id, settled: 1 }])
  // A failure before the stopped one has it examined: of a window of two, one has failed.
  await sql`update alert_policy set failures = 2, window_failures = 2 where service_id = ${task.service_id}`
  await sql`insert into failing_task (service_id, task_id, settled, alert_due) values (${task.service_id}, ${task.id}, 1, true)`
  await sql`
    insert into failed_execution (service_id, created_at, id, task_id, reason, settled)
    values (${task.service_id}, now() - interval '1 minute', gen_random_uuid(), ${task.id}, 1, true)`
  for (const { service_id } of [task, other]) await openFailing(sql, service_id)
  expect(await sql`select task_id, execution_id from alert`).toMatchObject([
    { task_id: other.id, execution_id: other.key.id },
  ])
  await sql`update execution set stop_requested_at = null where id = ${task.key.id}`
  await sql`update failing_task set alert_due = true where task_id = ${task.id}`
  await openFailing(sql, task.service_id)
  expect(await sql`select failures from alert where task_id = ${task.id}`).toMatchObject([{ failures: 2 }])
})

/** Runs a statement in a transaction of its own. Returns what commits it. */
async function uncommitted(work: (session: Sql) => Promise<unknown>): Promise<() => Promise<void>> {
  const [begun, ending] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const transaction = sql.begin(async (session) => {
    await work(session as unknown as Sql)
    begun.resolve()
    await ending.promise
  })
  await Promise.race([begun.promise, transaction])
  return async () => {
    ending.resolve()
    await transaction
  }
}

/** Waits until a statement waits for a row that another transaction has locked. */
const waitsForLock = (name: string) =>
  eventually(async () => {
    const waiting = await sql`
      select from pg_stat_activity
      where datname = current_database()
        and wait_event_type = 'Lock'
        and query like ${`%${name}%`}`
    return waiting.length > 0
  }, `${name} waits for a lock`)

test('nor one whose failure is being recorded at the moment of the request', async () => {
  const task = await started()
  const outcome = await failure(task)
  const commit = await uncommitted((session) => stop(task, session))
  // It has begun, and sees nothing of the request: only the row tells.
  const closing = closeWithFollowUp(schedulerSql, replicaId, outcome.partition, [outcome])
  await waitsForLock('duly:close_with_follow_up')
  await commit()
  expect(await closing).toBeUndefined()
  await closeByKey(schedulerSql, replicaId, [outcome])
  expect(await executionsOf(task)).toMatchObject([{ status: 'failed', status_code: 500 }])
})

test('a request while an outcome is being recorded changes nothing: the outcome was first', async () => {
  const task = await started()
  const commit = await uncommitted(
    (session) => session`update execution set status = 'success' where id = ${task.key.id}`,
  )
  const asking = stop(task, schedulerSql).execute()
  await waitsForLock('stop_requested_at')
  await commit()
  expect(await asking).toHaveLength(0)
  expect(await executionsOf(task)).toMatchObject([{ status: 'success', stop_requested_at: null }])
})

test('an execution of a lost replica is not sent again after the request, others are', async () => {
  await renewLease(sql, { id: replicaId, host: 'there' }, new Date(Date.now() - 60_000).toISOString())
  await sql`update replica set lease_until = '-infinity'`
  const [lost] = await listReplicas(sql)
  const [stopped, other] = [await started(), await started()]
  await stop(stopped)
  const { count, settled } = await recoverLeftOpen(sql, lost as never, [stopped.key.id, other.key.id])
  expect([count, settled.map(({ execution_id }) => execution_id)]).toEqual([2, [stopped.key.id]])
  expect(await executionsOf(stopped)).toMatchObject([
    {
      status: 'failed',
      error: expect.stringMatching(/^lost: .*; not sent again, because a person had stopped waiting/),
    },
  ])
  await mergePending(sql)
  expect(await sql`select task_id from failing_task`).toMatchObject([{ task_id: other.id }])
  expect(await executionsOf(other)).toMatchObject([
    { status: 'failed', error: expect.stringMatching(/whether it arrived is not known$/) },
    { status: 'queued', redelivery: 1 },
  ])
})

test('nor is one that nobody owns, and a task that runs once has ended with it', async () => {
  const task = await started({ frequency: null, unit: null, once_running: true })
  await stop(task)
  const orphan = { ...task.key, status: 'started' as const }
  await closeOrphans(sql, [orphan], { id: replicaId, host: 'here' })
  expect(await executionsOf(task)).toMatchObject([
    { status: 'failed', error: expect.stringContaining('stopped waiting') },
  ])
  expect(await taskRow(task)).toMatchObject({
    status: 'disabled',
    scheduled_at: null,
    queued_id: null,
    once_running: false,
  })
})

test('requests are kept until their executions have ended', async () => {
  const [running, ended, gone] = [await started(), await started(), await started()]
  for (const task of [running, ended, gone]) await stop(task)
  await sql`update execution set status = 'failed' where id = ${ended.key.id}`
  await sql`delete from execution where id = ${gone.key.id}`
  await purgeStopRequests(sql)
  expect(await listStopRequests(sql, replicaId)).toEqual([running.key.id])
})
