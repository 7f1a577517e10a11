import { beforeEach, expect, test } from 'bun:test'
import { closeFailing } from '../../src/alerts/close-failing.ts'
import { examineAgain, listServicesToExamine, openFailing } from '../../src/alerts/failing.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertTask, type TestTask } from '../support/rows.ts'

beforeEach(emptyDatabase)

/** Sets how many slots of a task have failed in a row, as the statements that end executions do. */
async function fail({ service_id, id }: TestTask, settled: number): Promise<void> {
  await sql`
    insert into failing_task (service_id, task_id, error, settled, alert_due, since)
    values (${service_id}, ${id}, 'the target answered 503', ${settled}, true, now() - interval '1 hour')
    on conflict (service_id, task_id) do update
    set settled = excluded.settled, alert_due = excluded.settled >= failing_task.alert_from`
}

/** Records settled failures of a task that ended so many seconds ago. */
async function failedBefore({ service_id, id }: TestTask, ...seconds: number[]): Promise<void> {
  for (const ago of seconds)
    await sql`
      insert into failed_execution (service_id, created_at, failed_at, id, task_id, reason, settled)
      values (${service_id}, now() - interval '1 day', now() - make_interval(secs => ${ago}), gen_random_uuid(), ${id}, 1, true)`
}

const succeed = ({ id }: TestTask) => sql`delete from failing_task where task_id = ${id}`
const setPolicy = (row: object) => sql`insert into alert_policy ${sql(row as Record<string, string>)}`
const alertsOf = ({ id }: TestTask) => sql`
  select kind, task_name, target, failures, error, is_event, closed_because from alert where task_id = ${id} order by opened_at, id`
const statesOf = async (task: TestTask) => (await alertsOf(task)).map(({ closed_because }) => closed_because)

/** What a replica does each second. */
async function look({ service_id }: TestTask): Promise<void> {
  await closeFailing(sql, service_id)
  await openFailing(sql, service_id)
}

test('a task fails once, and has one alert until it succeeds', async () => {
  const task = await insertTask({ url: 'http://127.0.0.1:9/x', name: 'nightly' })
  await fail(task, 1)
  expect(await listServicesToExamine(sql)).toEqual([task.service_id])
  await look(task)
  await fail(task, 2)
  await look(task)
  expect([...(await alertsOf(task))]).toEqual([
    {
      ...{
        kind: 'failing',
        task_name: 'nightly',
        target: '127.0.0.1:9',
        failures: 1,
        error: 'the target answered 503',
      },
      ...{ is_event: false, closed_because: null },
    },
  ])
  // Further failures have nothing examined.
  expect(await listServicesToExamine(sql)).toEqual([])
  await succeed(task)
  await look(task)
  expect(await statesOf(task)).toEqual(['recovered'])
  await fail(task, 1)
  await look(task)
  expect(await statesOf(task)).toEqual(['recovered', null])
})

test('with a policy of three, the third slot that fails in a row opens the alert', async () => {
  const task = await insertTask()
  await setPolicy({ service_id: task.service_id, failures: 3 })
  await fail(task, 1)
  await look(task)
  await fail(task, 2)
  expect(await listServicesToExamine(sql)).toEqual([])
  await look(task)
  expect(await statesOf(task)).toEqual([])
  await fail(task, 3)
  await look(task)
  expect(await statesOf(task)).toEqual([null])
})

test('with a window, slots that succeed in between do not hide the failures', async () => {
  const task = await insertTask()
  await setPolicy({ service_id: task.service_id, failures: null, window_failures: 3, window_seconds: 600 })
  await failedBefore(task, 700, 500, 1)
  await fail(task, 1)
  await look(task)
  expect(await statesOf(task)).toEqual([])
  await failedBefore(task, 0)
  await fail(task, 2)
  await look(task)
  expect(await statesOf(task)).toEqual([null])
  // Two in a row, and one before them.
  expect(await sql`select failures from alert`).toMatchObject([{ failures: 3 }])
  // It succeeds, but has still failed three times within ten minutes.
  await succeed(task)
  await look(task)
  expect(await statesOf(task)).toEqual([null])
  await sql`update failed_execution set failed_at = failed_at - interval '2 minutes'`
  await look(task)
  expect(await statesOf(task)).toEqual(['recovered'])
})

test("a task goes by its own policy, else by that of its first label that has one, else by the service's", async () => {
  const own = await insertTask({ labels: sql.json({ team: 'a' }) })
  const labelled = await insertTask({ service_id: own.service_id, labels: sql.json({ area: 'x', team: 'a' }) })
  const other = await insertTask({ service_id: own.service_id, labels: sql.json({ team: 'b' }) })
  const { service_id } = own
  await setPolicy({ service_id, failures: 9 })
  await setPolicy({ service_id, failures: 5, label_name: 'team', label_value: 'a' })
  await setPolicy({ service_id, failures: 2, task_id: own.id })
  for (const task of [own, labelled, other]) await fail(task, 1)
  await look(own)
  const from = async (task: TestTask) =>
    (await sql`select alert_from from failing_task where task_id = ${task.id}`)[0]?.alert_from
  expect([await from(own), await from(labelled), await from(other)]).toEqual([2, 5, 9])
})

test('a changed policy has failing tasks examined again', async () => {
  const task = await insertTask()
  await setPolicy({ service_id: task.service_id, failures: 5 })
  await fail(task, 2)
  await look(task)
  await sql`update alert_policy set failures = 2`
  await examineAgain(sql, sql`select ${task.service_id}::uuid as service_id, null::uuid as task_id`)
  await look(task)
  expect(await statesOf(task)).toEqual([null])
})

test.each(['paused', 'disabled', 'deleted'])(
  'the alert of a task that is %s closes, and opens again when it fails once resumed',
  async (how) => {
    const task = await insertTask()
    await fail(task, 1)
    await look(task)
    await (how === 'deleted'
      ? sql`update task set deleted_at = now(), status = 'disabled' where id = ${task.id}`
      : sql`update task set status = ${how} where id = ${task.id}`)
    await look(task)
    expect(await statesOf(task)).toEqual([how])
    await sql`update task set deleted_at = null, status = 'active' where id = ${task.id}`
    await look(task)
    expect(await statesOf(task)).toEqual([how])
    await fail(task, 2)
    await look(task)
    expect(await statesOf(task)).toEqual([how, null])
  },
)

test('a task that runs once has an alert that is an event, each time that it was set again', async () => {
  const task = await insertTask({ frequency: null, unit: null, status: 'disabled', scheduled_at: null })
  await fail(task, 1)
  await look(task)
  await look(task)
  expect([...(await alertsOf(task))]).toMatchObject([{ is_event: true, closed_because: 'event' }])
  await fail(task, 2)
  await look(task)
  expect(await statesOf(task)).toEqual(['event', 'event'])
})

test('replicas that look at the same time open one alert for each of 1,200 tasks, and close each once', async () => {
  const task = await insertTask()
  await sql`
    insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at)
    select ${task.service_id}, gen_random_uuid(), 'task ' || n, 'http://127.0.0.1:9/', 'GET', 1, 'day', '2099-01-01'
    from generate_series(1, 1199) as n`
  await sql`
    insert into failing_task (service_id, task_id, settled, alert_due)
    select service_id, id, 1, true from task`
  const times = [1, 2, 3]
  await Promise.all(
    times.map(async () => {
      while ((await openFailing(sql, task.service_id)) > 0);
    }),
  )
  const count = async () =>
    (
      await sql`
    select count(*)::int as all, count(distinct task_id)::int as tasks, count(closed_at)::int as closed from alert`
    )[0]
  expect(await count()).toEqual({ all: 1200, tasks: 1200, closed: 0 })
  await sql`delete from failing_task`
  await Promise.all(
    times.map(async () => {
      let after: string | undefined
      do after = (await closeFailing(sql, task.service_id, after)).last
      while (after !== undefined)
    }),
  )
  expect(await count()).toEqual({ all: 1200, tasks: 1200, closed: 1200 })
})

test('a task that fails again while another replica closes its alert, because it had succeeded, has an open alert', async () => {
  const task = await insertTask()
  await fail(task, 1)
  await look(task)
  await succeed(task)
  // The replica has seen the success, and closes the alert after the failure.
  const slow = sql.begin('isolation level repeatable read', async (replica) => {
    await replica`select from failing_task`
    await fail(task, 1)
    await openFailing(sql, task.service_id)
    return closeFailing(replica as unknown as typeof sql, task.service_id)
  })
  await expect(slow).rejects.toThrow('could not serialize access')
  await look(task)
  expect(await statesOf(task)).toEqual([null])
  // The replica has closed the alert, and commits after the failure.
  await succeed(task)
  let opening: Promise<number> | undefined
  const blocked = () =>
    sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%open_failing%'`
  await sql.begin(async (replica) => {
    await closeFailing(replica as unknown as typeof sql, task.service_id)
    await fail(task, 1)
    opening = openFailing(sql, task.service_id)
    while ((await blocked()).length === 0) await Bun.sleep(10)
  })
  await opening
  await look(task)
  expect(await statesOf(task)).toEqual(['recovered', null])
})
