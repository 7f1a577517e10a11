import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mergePending } from '../../src/tally/merge.ts'
import { listReplicas, recoverLeftOpen } from '../../src/transitions/close-lost.ts'
import type { SettledSlot } from '../../src/transitions/settled.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { endedExecutions, executionsOf, insertTask, type TestTask } from '../support/rows.ts'
import { startScheduler, stopSchedulers } from '../support/scheduler.ts'
import { Target } from '../support/target.ts'

beforeEach(emptyDatabase)
afterEach(stopSchedulers)

test('each slot that settles is reported once: on success, and after the last of its attempts', async () => {
  const target = new Target()
  const reported: SettledSlot[] = []
  const scheduler = await startScheduler()
  scheduler.settledSlots.listen((slots) => reported.push(...slots))
  const succeeding = await insertTask({ url: target.url('/status/200') })
  const failing = await insertTask({ url: 'http://127.0.0.1:9/' })
  const retried = await insertTask({ url: 'http://127.0.0.1:9/', retries: 1 })
  const once = await insertTask({ url: 'http://127.0.0.1:9/', frequency: null, unit: null })
  await endedExecutions(retried)
  await sql`update task set queued_for = now() where id = ${retried.id} and queued_for is not null`
  const [, last] = await endedExecutions(retried, 2)
  for (const task of [succeeding, failing, once]) await endedExecutions(task)
  await eventually(() => reported.length >= 4, 'four slots are reported')
  // A later slot has been recorded, and so everything before it has been reported.
  const later = await insertTask({ url: target.url('/status/200') })
  await eventually(() => reported.some(({ task_id }) => task_id === later.id), 'the later slot is reported')
  const of = (task: TestTask) => reported.filter(({ task_id }) => task_id === task.id)
  expect(of(succeeding)).toMatchObject([{ status: 'success', error: null }])
  expect(of(failing)).toMatchObject([{ status: 'failed' }])
  expect(of(once)).toMatchObject([{ status: 'failed' }])
  expect(of(retried)).toMatchObject([{ status: 'failed', execution_id: last.id, slot_id: last.slot_id }])
  target.stop()
})

test.each([
  ['is sent again', 0, 0],
  ['has been redelivered as often as allowed', 3, 1],
])(
  'a slot of a lost replica that %s is reported as settled: %i redeliveries, %i reports',
  async (_, redelivery, count) => {
    const lost = Bun.randomUUIDv7()
    const [id, created_at] = [Bun.randomUUIDv7(), new Date().toISOString()]
    const task = await insertTask({ current_execution_id: id, current_created_at: created_at })
    await sql`insert into replica (id, host, lease_until) values (${lost}, 'gone', '-infinity')`
    await sql`
    insert into execution (service_id, task_id, id, slot_id, replica_id, created_at, started_at, scheduled_for, redelivery, status)
    values (${task.service_id}, ${task.id}, ${id}, ${id}, ${lost}, ${created_at}, ${created_at}, ${created_at}, ${redelivery}, 'started')`
    await sql`update replica set oldest_open_at = now() - interval '1 hour'`
    const [replica] = await listReplicas(sql)
    const { count: closed, settled: slots } = await recoverLeftOpen(sql, replica as NonNullable<typeof replica>, [id])
    expect(closed).toBe(1)
    expect(slots).toHaveLength(count)
    expect(await executionsOf(task)).toHaveLength(2 - count)
    await mergePending(sql)
    expect(await sql`select settled, alert_due from failing_task`).toEqual([
      { settled: count, alert_due: count === 1 },
    ] as never)
  },
)
