import { beforeEach, expect, test } from 'bun:test'
import { closeLong, leastLongSeconds, type OpenRun, openLong } from '../../src/alerts/long.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertService, insertTask, type TestTask } from '../support/rows.ts'

let service: string

beforeEach(async () => {
  await emptyDatabase()
  service = await insertService()
})

const setPolicy = (fields: object) => sql`insert into alert_policy ${sql({ service_id: service, ...fields } as never)}`
const alertsOf = ({ id }: TestTask) =>
  sql`select error, execution_id, execution_created_at, closed_because from alert where kind = 'long' and task_id = ${id}`

/** A task with a run that has taken so many seconds. It may have waited in the queue for an hour before that. */
async function running(seconds: number, fields: object = {}, queuedSeconds = 0): Promise<TestTask & OpenRun> {
  const task = await insertTask({ service_id: service, ...fields })
  const [run] = await sql<{ id: string; created_at: string }[]>`
    insert into execution (service_id, task_id, id, slot_id, replica_id, created_at, started_at, scheduled_for, status)
    select ${service}, ${task.id}, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),
      now() - make_interval(secs => ${seconds + queuedSeconds}), now() - make_interval(secs => ${seconds}), now(), 'started'
    returning id, created_at`
  return { ...task, task_id: task.id, execution_id: run?.id ?? '', created_at: run?.created_at ?? '' }
}

/** What `openLong` returns for these runs, in their order; it has none of its own. */
async function judge(runs: readonly OpenRun[]): Promise<(number | null | undefined)[]> {
  const judged = new Map((await openLong(sql, service, runs)).map((run) => [run.execution_id, run.in_seconds]))
  return runs.map(({ execution_id }) => judged.get(execution_id))
}

const end = ({ execution_id }: OpenRun) =>
  sql`update execution set status = 'success' where task_id in (select id from task) and id = ${execution_id}`

test('no policy, no question', async () => {
  expect(await leastLongSeconds(sql)).toBeNull()
  await setPolicy({ long_seconds: 600 })
  await setPolicy({ task_id: Bun.randomUUIDv7(), long_seconds: 60 })
  expect(await leastLongSeconds(sql)).toBe(60)
})

test('a run that takes longer than its policy says has an alert until it ends', async () => {
  await setPolicy({ long_seconds: 60 })
  const [long, short] = [await running(61), await running(30)]
  const judged = await judge([long, short])
  expect(judged.map((inSeconds) => Math.round(inSeconds ?? 0))).toEqual([-1, 30])
  await openLong(sql, service, [long, short])
  expect(await alertsOf(long)).toMatchObject([
    {
      error: 'the run takes longer than 60 s',
      execution_id: long.execution_id,
      execution_created_at: long.created_at,
      closed_because: null,
    },
  ])
  expect(await alertsOf(short)).toHaveLength(0)
  expect(await closeLong(sql, service)).toBe(0)
  await end(long)
  expect(await closeLong(sql, service)).toBe(1)
  expect(await alertsOf(long)).toMatchObject([{ closed_because: 'ended' }])
})

test('the time in the queue does not count, and the policy of the task does', async () => {
  await setPolicy({ long_seconds: 60 })
  const [queued, patient] = [await running(30, {}, 3_600), await running(100)]
  await setPolicy({ task_id: patient.task_id, long_seconds: null })
  expect((await judge([queued, patient])).map((inSeconds) => inSeconds === null)).toEqual([false, true])
  expect(await sql`select from alert`).toHaveLength(0)
})

test('runs that have ended, and those of paused tasks, are not long', async () => {
  await setPolicy({ long_seconds: 10 })
  const [ended, paused] = [await running(60), await running(60, { status: 'paused' })]
  await end(ended)
  expect(await openLong(sql, service, [ended, paused])).toHaveLength(0)
})

test('an alert closes when the task is paused, disabled or deleted, or its run is gone', async () => {
  await setPolicy({ long_seconds: 10 })
  const tasks = [await running(60), await running(60), await running(60), await running(60)] as const
  const [paused, disabled, deleted, gone] = tasks
  await openLong(sql, service, tasks)
  await sql`update task set status = 'paused' where id = ${paused.id}`
  await sql`update task set status = 'disabled' where id = ${disabled.id}`
  await sql`update task set status = 'disabled', deleted_at = now() where id = ${deleted.id}`
  await sql`delete from execution where task_id = ${gone.id}`
  expect(await closeLong(sql, service)).toBe(4)
  for (const [task, because] of [
    [paused, 'paused'],
    [disabled, 'disabled'],
    [deleted, 'deleted'],
    [gone, 'ended'],
  ] as const)
    expect(await alertsOf(task)).toMatchObject([{ closed_because: because }])
})
