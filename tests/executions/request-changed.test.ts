import { beforeEach, expect, test } from 'bun:test'
import { findExecutionById } from '../../src/executions/find-by-id.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
let id: string
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  id = (
    await createTask(owner, { method: 'POST', payload: 'one', header: { 'X-A': '1', Authorization: 'Bearer one' } })
  ).id
})

/** An execution of the task that was sent now. */
async function sent(): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into execution (service_id, task_id, id, slot_id, scheduled_for, status, started_at, replica_id)
    select ${owner.id}, ${id}, new, new, now(), 'started', now(), new
    from (select gen_random_uuid() as new) made
    returning id`
  return row?.id ?? ''
}
const read = async (execution: string) => (await send(owner, 'GET', `/tasks/${id}/executions/${execution}`)).body
const change = (fields: object) => send(owner, 'POST', `/tasks/${id}`, fields)

test('of an execution it is told what was changed since of what it sent, as it was before the first of the changes', async () => {
  await change({ payload: 'two' })
  const first = await sent()
  expect(await read(first)).toMatchObject({ request_changed: null, request_known: true })
  await change({ name: 'Another name', frequency: 2 })
  expect(await read(first)).toMatchObject({ request_changed: null, request_known: true })
  await change({ payload: 'three', url: 'http://127.0.0.1:9/b' })
  const between = await sent()
  await change({
    payload: 'four',
    host: 'b.example',
    expect: { status: ['2xx'] },
    header: { 'X-A': '2', Authorization: 'Bearer two' },
  })
  const [entry] = await sql`
    select at, actor, principal from audit where before ? 'url' order by at`
  expect(await read(first)).toMatchObject({
    request_known: true,
    request_changed: {
      ...{ at: expect.any(String), actor: 'token', principal: entry?.principal, secrets: ['authorization'] },
      before: {
        ...{ url: 'http://127.0.0.1:9/', payload: 'two', host: null, expect: null },
        header: { 'X-A': '1', Authorization: '********' },
      },
    },
  })
  expect(Date.parse((await read(first)).request_changed.at)).toBe(Date.parse(entry?.at))
  const { before } = (await read(between)).request_changed
  expect(Object.keys(before).toSorted()).toEqual(['expect', 'header', 'host', 'payload'])
  expect(before.payload).toBe('three')
  expect(await read(await sent())).toMatchObject({ request_changed: null, request_known: true })
})

test('what is queued will be sent as the task is', async () => {
  const { body } = await send(owner, 'POST', `/tasks/${id}/executions`)
  await change({ payload: 'two' })
  expect(await read(body.id)).toMatchObject({ request_changed: null, request_known: true })
})

test('where changes of that time are no longer kept, it says that it does not know, unless the task has not changed since', async () => {
  const execution = await sent()
  await sql`update execution set started_at = now() - interval '10 days'`
  await sql`update task set updated_at = now() - interval '11 days'`
  const known = async (days: number) => (await findExecutionById(sql, owner.id, id, execution, days))?.request_known
  expect(await known(9)).toBe(true)
  await change({ payload: 'two' })
  expect([await known(9), await known(11)]).toEqual([false, true])
})
