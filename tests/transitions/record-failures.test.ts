import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mergePending } from '../../src/tally/merge.ts'
import { postponeSlot } from '../../src/transitions/postpone.ts'
import { purgeDeleted, purgeExpiredFailures, purgeUnusedReasons } from '../../src/transitions/purge.ts'
import { createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { expectInvariants } from '../support/invariants.ts'
import { endedExecutions, insertTask, type TestTask } from '../support/rows.ts'
import { startScheduler, stopSchedulers } from '../support/scheduler.ts'
import { Target } from '../support/target.ts'

let target: Target
beforeEach(async () => {
  await emptyDatabase()
  target = new Target()
})
afterEach(async () => {
  await stopSchedulers()
  target.stop()
})

/** The records of a task's failures, oldest first. */
const recorded = async ({ service_id, id }: TestTask): Promise<unknown[]> =>
  sql<{ id: string; settled: boolean; status_code: number | null; error: string }[]>`
    select failed_execution.id, settled, status_code, error
    from failed_execution
    join failure_reason using (service_id, reason)
    where service_id = ${service_id}
      and task_id = ${id}
    order by failed_execution.created_at, failed_execution.id`
/** How often the slots and the attempts of a failing task have failed in a row, after all that is pending is merged. */
const counted = async ({ id }: TestTask): Promise<unknown> => {
  await mergePending(sql)
  const [row] = await sql`select settled, consecutive, alert_due from failing_task where task_id = ${id}`
  return row
}
const dueAgain = (task: TestTask) =>
  sql`update task set queued_for = now() where id = ${task.id} and queued_for is not null`

test('each failed execution is recorded with its reason, and says whether an attempt at its slot follows; successes are not', async () => {
  await startScheduler()
  const succeeding = await insertTask({ url: target.url('/200') })
  const failing = await insertTask({ url: target.url('/500') })
  const retried = await insertTask({ url: target.url('/500'), retries: 1 })
  await endedExecutions(retried)
  await dueAgain(retried)
  const [first, second] = await endedExecutions(retried, 2)
  for (const task of [succeeding, failing]) await endedExecutions(task)
  expect(await recorded(succeeding)).toEqual([])
  expect(await recorded(failing)).toMatchObject([
    { settled: true, status_code: 500, error: expect.stringContaining('500') },
  ])
  expect(await recorded(retried)).toMatchObject([
    { id: first.id, settled: false, status_code: 500, error: first.error },
    { id: second.id, settled: true, error: second.error },
  ])
  // The attempts of one slot count once.
  expect(await counted(succeeding)).toBeUndefined()
  expect(await counted(failing)).toEqual({ settled: 1, consecutive: 1, alert_due: true })
  expect(await counted(retried)).toEqual({ settled: 1, consecutive: 2, alert_due: true })
  await expectInvariants(target, { retries: 1 })
})

test('a retry that is cancelled, because its task is paused or its next slot has come, is recorded as settled', async () => {
  await startScheduler()
  const account = await createAccount()
  const paused = await createTask(account, {
    url: 'http://127.0.0.1:9/',
    retries: 1,
    scheduled_at: '2020-01-01T00:00:00Z',
  })
  const overtaken = await createTask(account, {
    url: 'http://127.0.0.1:9/',
    retries: 1,
    scheduled_at: '2020-01-01T00:00:00Z',
  })
  for (const task of [paused, overtaken]) {
    task.service_id = account.id
    await endedExecutions(task)
    await sql`update task set queued_for = now() + interval '1 hour' where id = ${task.id} and queued_for is not null`
  }
  await send(account, 'POST', '/tasks/status', { ids: [paused.id], status: 'paused' })
  await sql`update task set scheduled_at = now() where id = ${overtaken.id}`
  await endedExecutions(overtaken, 2)
  await sql`update task set queued_for = now() where id = ${overtaken.id}`
  await endedExecutions(overtaken, 3)
  expect(await recorded(paused)).toMatchObject([
    { settled: false },
    { settled: true, status_code: null, error: expect.stringContaining('paused before this retry') },
  ])
  expect(await counted(paused)).toEqual({ settled: 1, consecutive: 1, alert_due: true })
  // The second slot has no retry of its own, while that of the first one is queued.
  expect(await counted(overtaken)).toEqual({ settled: 2, consecutive: 2, alert_due: true })
  const [, overtakenRetry] = await recorded(overtaken)
  expect(overtakenRetry).toMatchObject({ settled: true, error: expect.stringContaining('before this retry') })
})

test('a slot that the database refuses is recorded', async () => {
  const task = await insertTask({ url: target.url('/200') })
  await postponeSlot(sql, { service_id: task.service_id, seats: 1, after: undefined }, new Error('refused'))
  expect(await recorded(task)).toMatchObject([{ settled: true, error: expect.stringContaining('put off by an hour') }])
})

test('records go with the executions of a deleted task', async () => {
  await startScheduler()
  const task = await insertTask({ url: target.url('/500') })
  await endedExecutions(task)
  await stopSchedulers()
  await sql`update task set status = 'disabled', deleted_at = now() where id = ${task.id}`
  while ((await purgeDeleted(sql, 100)) > 0);
  expect(await recorded(task)).toEqual([])
})

test('records go with the retention of executions, and reasons that no record has any more', async () => {
  const { id } = await createAccount()
  const day = 86_400_000
  const midnight = Math.floor(Date.now() / day) * day
  const times = [midnight - 30 * day - 1, midnight - 30 * day, Date.now()].map((ms) => new Date(ms).toISOString())
  await sql`
    insert into failed_execution (service_id, created_at, failed_at, id, task_id, reason, settled)
    select ${id}, at, at, gen_random_uuid(), gen_random_uuid(), reason, true
    from unnest(${times}::text[]::timestamptz[]) with ordinality as one (at, reason)`
  await sql`insert into failure_reason (service_id, reason, error) select ${id}, n, n from generate_series(1, 3) n`
  expect(await purgeExpiredFailures(sql, 30, 100)).toBe(1)
  expect(await purgeExpiredFailures(sql, 30, 100)).toBe(0)
  await purgeUnusedReasons(sql)
  expect((await sql`select reason from failure_reason order by reason`).map(({ reason }) => reason)).toEqual([2, 3])
})
