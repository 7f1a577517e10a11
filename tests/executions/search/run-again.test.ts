import { beforeEach, expect, test } from 'bun:test'
import { runAgain } from '../../../src/executions/search/run-again.ts'
import { type Account, createAccount, createTask, send } from '../../support/app.ts'
import { emptyDatabase, sql } from '../../support/database.ts'

let owner: Account
let invoices: Awaited<ReturnType<typeof createTask>>
let backup: Awaited<ReturnType<typeof createTask>>
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  invoices = await createTask(owner, { name: 'Invoices', key: 'invoices', labels: { team: 'billing' } })
  backup = await createTask(owner, { name: 'Backup', url: 'http://127.0.0.1:8/' })
})

const hour = 3_600_000
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
const from = ago(2 * hour)

/** Inserts so many ended executions of a task. @param since how long ago they were created and failed, in ms */
async function insert(taskId: string, status = 'failed', count = 1, since = hour) {
  await sql`
    with made as (
      insert into execution (service_id, task_id, id, slot_id, scheduled_for, status, error, created_at, replica_id, started_at)
      select
        ${owner.id}, ${taskId}, gen_random_uuid(), gen_random_uuid(), now(), ${status}, 'boom ' || number,
        now() - make_interval(secs => ${since / 1000} + number), gen_random_uuid(), now()
      from generate_series(1, ${count}) number
      returning *
    ), reasoned as (
      insert into failure_reason (service_id, reason, error)
      select distinct service_id, hashtextextended(error, 0), error
      from made
      on conflict do nothing
    )
    insert into failed_execution (service_id, created_at, failed_at, id, task_id, reason, settled)
    select service_id, created_at, created_at, id, task_id, hashtextextended(error, 0), true
    from made
    where status = 'failed'`
}

/** Has a run now of a task been taken by a replica. */
async function run(taskId: string) {
  await send(owner, 'POST', `/tasks/${taskId}/executions`)
  await sql`update execution set status = 'started', started_at = now(), replica_id = gen_random_uuid() where task_id = ${taskId} and status = 'queued'`
  await sql`update task set queued_running = true where id = ${taskId}`
}

const again = (body: object, headers = {}, account: Account = owner) =>
  send(account, 'POST', '/executions/run-again', { status: ['failed'], from, ...body }, headers)
const queued = () =>
  sql<{ task_id: string; id: string }[]>`select task_id, id from execution where status = 'queued' order by task_id`
const entries = async () => (await send(owner, 'GET', '/audit?action=task_run')).body.records

test('each task of what failed within a time is run once, after a dry run that says the same and queues nothing', async () => {
  await insert(invoices.id, 'failed', 3)
  await insert(backup.id, 'failed', 2)
  await insert((await createTask(owner, { name: 'Well' })).id, 'success')
  await insert((await createTask(owner, { name: 'Earlier' })).id, 'failed', 1, 3 * hour)
  await send(owner, 'POST', `/tasks/${backup.id}`, { status: 'paused' })
  const planned = await again({ dry_run: true })
  expect(planned).toMatchObject({
    status: 200,
    body: {
      executions: 5,
      left_out: [],
      tasks: [
        {
          task_id: backup.id,
          task_name: 'Backup',
          task_key: null,
          task_status: 'paused',
          executions: 2,
          execution_id: null,
        },
        { task_id: invoices.id, task_name: 'Invoices', task_key: 'invoices', task_status: 'active', executions: 3 },
      ],
    },
  })
  expect([[...(await queued())], await entries()]).toEqual([[], []])
  // What fails after the dry run is not run by the request that follows it.
  await insert((await createTask(owner, { name: 'Later' })).id, 'failed', 1, -hour / 100)
  const { body } = await again({ to: planned.body.to })
  const without = (answer: { tasks: object[] }) => ({
    ...answer,
    tasks: answer.tasks.map((task) => ({ ...task, execution_id: null })),
  })
  expect(without(body)).toEqual(planned.body)
  const rows = await queued()
  expect(
    body.tasks.map(({ task_id, execution_id }: Record<string, string>) => ({ task_id, id: execution_id })),
  ).toEqual(expect.arrayContaining([...rows]))
  expect(rows).toHaveLength(2)
  // Who asked is told of each run.
  expect(await entries()).toHaveLength(2)
  const [{ id } = { id: '' }] = rows.filter(({ task_id }) => task_id === backup.id)
  expect((await send(owner, 'GET', `/tasks/${backup.id}/executions/${id}`)).body.asked_by).toMatchObject({
    actor: 'token',
  })
})

test('tasks that are queued, running or deleted are left out, and why is said', async () => {
  const [running, deleted] = [
    await createTask(owner, { name: 'Running' }),
    await createTask(owner, { name: 'Deleted' }),
  ]
  for (const { id } of [invoices, backup, running, deleted]) await insert(id)
  await send(owner, 'POST', `/tasks/${backup.id}/executions`)
  await run(running.id)
  await send(owner, 'DELETE', `/tasks/${deleted.id}`)
  const planned = (await again({ dry_run: true })).body
  const { body } = await again({})
  expect(body.left_out).toEqual(planned.left_out)
  expect(body.tasks).toMatchObject([{ task_name: 'Invoices' }])
  expect(body.left_out).toEqual([
    {
      task_id: backup.id,
      task_name: 'Backup',
      executions: 1,
      reason: 'busy',
      message: expect.stringContaining('queued or'),
    },
    { task_id: deleted.id, task_name: 'Deleted', executions: 1, reason: 'deleted', message: 'It has been deleted.' },
    { task_id: running.id, task_name: 'Running', executions: 1, reason: 'busy', message: expect.anything() },
  ])
  // Now the first one is queued too.
  expect((await again({})).body).toMatchObject({ tasks: [], left_out: { length: 4 } })
})

test('with only_failing the tasks that are well since are left out, and named, also by a dry run', async () => {
  const [running, deleted] = [
    await createTask(owner, { name: 'Running' }),
    await createTask(owner, { name: 'Deleted' }),
  ]
  for (const { id } of [invoices, backup, running, deleted]) await insert(id)
  await insert(backup.id, 'success', 1, hour / 2)
  await sql`
    insert into failing_task (service_id, task_id, since, consecutive, error)
    select ${owner.id}, id, now(), 1, 'boom 1' from unnest(${[invoices.id, running.id]}::uuid[]) id`
  await run(running.id)
  await send(owner, 'DELETE', `/tasks/${deleted.id}`)
  const planned = (await again({ only_failing: true, dry_run: true })).body
  const key = { 'idempotency-key': 'failing' }
  const { body } = await again({ only_failing: true, to: planned.to }, key)
  for (const answer of [planned, body])
    expect(answer).toMatchObject({
      ...{ executions: 4, tasks: [{ task_name: 'Invoices' }] },
      left_out: [
        {
          task_id: backup.id,
          task_name: 'Backup',
          executions: 1,
          reason: 'well',
          message: 'It is not failing any more.',
        },
        { task_id: deleted.id, reason: 'deleted' },
        { task_id: running.id, reason: 'busy' },
      ],
    })
  expect((await queued()).map(({ task_id }) => task_id)).toEqual([invoices.id])
  expect((await again({ only_failing: true, to: planned.to }, key)).body).toEqual(body)
  // Without it the request is another one.
  expect((await again({ to: planned.to }, key)).status).toBe(409)
  expect((await again({ only_failing: false })).body.tasks).toMatchObject([{ task_name: 'Backup' }])
})

test.each([
  [{ label: ['team=billing'] }, ['Invoices']],
  [{ label: ['team'] }, ['Invoices']],
  [{ host: '127.0.0.1:8', text: 'BOOM' }, ['Backup']],
  [{ task_name: 'INVOI' }, ['Invoices']],
  [{ text: 'nothing' }, []],
  [{ status_code: 500 }, []],
  [{ status: ['success', 'failed'] }, ['Backup', 'Invoices', 'Well']],
  [{ status: undefined, to: ago(0) }, ['Backup', 'Invoices', 'Well']],
])('the filters are those of the list: %j', async (filter, names) => {
  await insert(invoices.id)
  await insert(backup.id)
  await insert((await createTask(owner, { name: 'Well', url: 'http://other.example/' })).id, 'success')
  const { body } = await again(filter)
  expect(body.tasks.map(({ task_name }: { task_name: string }) => task_name)).toEqual(names)
})

test('a request that is repeated with its key has the same answer, and runs nothing more', async () => {
  await insert(invoices.id)
  const key = { 'idempotency-key': 'a' }
  // A dry run does not use the key.
  await again({ dry_run: true }, key)
  const to = ago(0)
  const first = await again({ to }, key)
  expect(first.body.tasks).toHaveLength(1)
  expect((await again({ to }, key)).body).toEqual(first.body)
  await sql`delete from execution where status = 'queued'`
  await sql`update task set queued_id = null, queued_for = null, queued_created_at = null`
  expect(await again({ to }, key)).toMatchObject({ status: 200, body: first.body })
  expect([...(await queued())]).toEqual([])
  expect((await again({ to, text: 'x' }, key)).status).toBe(409)
  expect((await send(owner, 'POST', `/tasks/${backup.id}/executions`, undefined, key)).status).toBe(409)
  // One that had nothing to run has not used its key.
  await send(owner, 'POST', `/tasks/${invoices.id}/executions`)
  const other = { 'idempotency-key': 'b' }
  expect((await again({ to }, other)).body.left_out).toHaveLength(1)
  expect((await again({ to, text: 'x' }, other)).status).toBe(200)
  // After a day it is free for another request, of any kind.
  await sql`update idempotency_key set created_at = now() - interval '25 hours'`
  expect((await send(owner, 'POST', `/tasks/${backup.id}/executions`, undefined, key)).status).toBe(202)
  await sql`update idempotency_key set created_at = now() - interval '25 hours'`
  await sql`delete from execution where status = 'queued'`
  await sql`update task set queued_id = null, queued_for = null, queued_created_at = null`
  expect((await again({}, key)).body.tasks).toHaveLength(1)
})

test('requests at the same time with one key queue once, and all have the same answer', async () => {
  await insert(invoices.id)
  await insert(backup.id)
  const to = ago(0)
  const answers = await Promise.all(Array.from({ length: 8 }, () => again({ to }, { 'idempotency-key': 'a' })))
  expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1)
  expect(answers[0]?.body.tasks).toHaveLength(2)
  expect(await queued()).toHaveLength(2)
})

test('more than one request takes is refused, also by a dry run, and nothing is run', async () => {
  await insert(invoices.id, 'failed', 3)
  await insert(backup.id)
  const caller = { serviceId: owner.id } as never
  const ask = (limits: { tasks: number; executions: number; ms: number }, dry_run: boolean) =>
    runAgain(sql, caller, { status: ['failed'], from, dry_run }, undefined, Date.now(), limits)
  for (const dry_run of [true, false]) {
    await expect(ask({ tasks: 1, executions: 10, ms: 1_000 }, dry_run)).rejects.toThrow(
      'more than 1 tasks match: choose a shorter',
    )
    await expect(ask({ tasks: 10, executions: 3, ms: 1_000 }, dry_run)).rejects.toThrow(
      'more than 3 executions that match',
    )
    await expect(ask({ tasks: 10, executions: 10, ms: -1 }, dry_run)).rejects.toThrow('cannot all be looked for')
  }
  expect([...(await queued())]).toEqual([])
})

test.each([
  [{ from: undefined }, '/from'],
  [{ from: 'yesterday' }, '/from'],
  [{ status: ['broken'] }, '/status/0'],
  [{ label: ['='] }, '/label'],
  [{ status_code: 99 }, '/status_code'],
  [{ cursor: 'x' }, '/cursor'],
  [{ only_failing: 'yes' }, '/only_failing'],
])('%j is refused', async (fields, path) => {
  const { status, body } = await again(fields)
  expect([status, body.errors?.[0]?.path]).toEqual([400, path])
})

test('a token without the scope run may not, and another service finds nothing', async () => {
  await insert(invoices.id)
  const { body: token } = await send(owner, 'POST', '/tokens', { name: 'reader', scopes: ['read', 'write'] })
  expect((await again({}, {}, { id: owner.id, token: token.token })).status).toBe(403)
  expect((await again({}, {}, await createAccount())).body).toMatchObject({ executions: 0, tasks: [], left_out: [] })
})
