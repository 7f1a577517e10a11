import { beforeEach, expect, test } from 'bun:test'
import { type Account, app, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
// biome-ignore lint/suspicious/noExplicitAny: a test reads any shape and says what it expects of it
let task: any
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = await createTask(owner, { payload: 'large', header: { a: 'b' } })
})

// Not `send`: a body without some fields is not the one that the OpenAPI document describes.
const read = async (path: string) => {
  const response = await app.fetch(
    new Request(`http://localhost${path}`, { headers: { service_id: owner.id, token: owner.token } }),
  )
  // biome-ignore lint/suspicious/noExplicitAny: a test reads any shape and says what it expects of it
  return { status: response.status, body: (await response.json()) as any }
}
const execution = { id: Bun.randomUUIDv7(), slot: Bun.randomUUIDv7() }
const insertExecution = () => sql`
  insert into execution (
    service_id, task_id, id, slot_id, scheduled_for, status, status_code, response, created_at, started_at, replica_id
  )
  values (
    ${owner.id}, ${task.id}, ${execution.id}, ${execution.slot}, now(), 'success', 200, 'large', now(), now(),
    gen_random_uuid()
  )`

test('fields leaves all others out, in every form of a list of tasks, and in one task', async () => {
  const shown = { id: task.id, name: task.name, scheduled_at: task.scheduled_at }
  for (const query of ['', '&pageNumber=0', '&sort=name'])
    expect((await read(`/tasks?fields=name,scheduled_at,id${query}`)).body).toEqual([shown])
  expect((await read('/tasks?fields=name,scheduled_at,id&limit=1')).body.records).toEqual([shown])
  expect((await read('/tasks?fields=name&include=recent')).body).toEqual([{ name: task.name, recent: [] }])
  expect((await read(`/tasks/${task.id}?fields=payload,created_at`)).body).toEqual({
    payload: 'large',
    created_at: task.created_at,
  })
})

test('recent_fields leaves the others out of the last results, and names what is no field', async () => {
  await insertExecution()
  const [{ recent }] = (await send(owner, 'GET', '/tasks?include=recent')).body
  expect(Object.keys(recent[0])).toHaveLength(8)
  for (const query of ['', '&pageNumber=0', '&sort=name'])
    expect(
      (await read(`/tasks?fields=name&include=recent&recent_fields=scheduled_for,status,queued_for${query}`)).body,
    ).toEqual([
      { name: task.name, recent: [{ status: 'success', scheduled_for: recent[0].scheduled_for, queued_for: null }] },
    ])
  for (const name of Object.keys(recent[0]))
    expect((await read(`/tasks?fields=name&include=recent&recent_fields=${name}`)).body).toEqual([
      { name: task.name, recent: [{ [name]: recent[0][name] }] },
    ])
  const { status, body } = await read('/tasks?include=recent&recent_fields=status,slot_id')
  expect([status, body.errors[0].path]).toEqual([400, '/recent_fields'])
})

test('payload=false leaves the payload out, and true does not', async () => {
  const { payload, ...rest } = task
  expect((await send(owner, 'GET', '/tasks?payload=false')).body).toEqual([rest])
  expect((await send(owner, 'GET', '/tasks?payload=false&count=5')).body).toEqual([rest])
  expect((await send(owner, 'GET', '/tasks?payload=false&limit=5')).body.records).toEqual([rest])
  expect((await send(owner, 'GET', '/tasks?payload=true')).body).toEqual([task])
  expect((await read('/tasks?payload=false&fields=payload,name')).body).toEqual([{ name: task.name }])
})

test('fields and response=false do the same for executions', async () => {
  await insertExecution()
  const address = `/tasks/${task.id}/executions`
  const [whole] = (await send(owner, 'GET', address)).body.records
  const { response, ...rest } = whole
  expect(response).toBe('large')
  expect((await send(owner, 'GET', `${address}?response=false`)).body.records).toEqual([rest])
  expect((await send(owner, 'GET', `${address}?response=false&limit=1`)).body.records).toEqual([rest])
  for (const query of ['', '&limit=1'])
    expect((await read(`${address}?fields=status,started_at${query}`)).body.records).toEqual([
      { status: 'success', started_at: whole.started_at },
    ])
})

test('response_characters cuts the responses of executions, in every form of their list', async () => {
  await insertExecution()
  const address = `/tasks/${task.id}/executions`
  const [whole] = (await send(owner, 'GET', address)).body.records
  for (const query of ['', '&limit=1'])
    expect((await send(owner, 'GET', `${address}?response_characters=3${query}`)).body.records).toEqual([
      { ...whole, response: 'lar' },
    ])
  expect((await read(`${address}?response_characters=3&fields=response,status`)).body.records).toEqual([
    { status: 'success', response: 'lar' },
  ])
  expect((await read(`${address}?response_characters=3&fields=status`)).body.records).toEqual([{ status: 'success' }])
  expect((await read(`${address}?response_characters=0`)).status).toBe(400)
})

test('a field that does not exist is refused by name, with those that do', async () => {
  for (const path of [
    '/tasks?fields=id,nme',
    `/tasks/${task.id}?fields=nme`,
    `/tasks/${task.id}/executions?fields=nme`,
  ]) {
    const { status, body } = await read(path)
    expect([status, body.errors[0].path]).toEqual([400, '/fields'])
    expect(body.message).toStartWith('fields names nme, which is not a field; fields are id, ')
  }
  for (const query of [
    'fields=',
    'fields=id,',
    'fields=id name',
    'fields=version',
    'payload=no',
    'fields=payload&payload=false',
  ])
    expect([query, (await read(`/tasks?${query}`)).status]).toEqual([query, 400])
})

test('what is left out is not read: a list without payloads reads none of their pages', async () => {
  // An analysis by autovacuum reads the payloads as well.
  await sql`alter table task set (autovacuum_enabled = false)`
  // Random text, so that PostgreSQL cannot compress it into the row.
  await sql`
    insert into task (service_id, id, name, url, method, payload, frequency, unit, scheduled_at)
    select ${owner.id}, gen_random_uuid(), 'large', 'http://127.0.0.1:9/', 'POST',
      (select string_agg(md5(random()::text || part), '') from generate_series(1, 8000 + n * 0) part), 1, 'hour', '2099-01-01'
    from generate_series(1, 20) n`
  const pages = async () => {
    await sql`select pg_stat_force_next_flush()`.catch(() => undefined)
    const [row] = await sql<{ read: number }[]>`
      select toast_blks_hit + toast_blks_read as read
      from pg_statio_user_tables
      where relname = 'task'`
    return row?.read ?? 0
  }
  const readBy = async (query: string) => {
    const before = await settled(pages)
    await send(owner, 'GET', `/tasks?${query}`)
    return (await settled(pages)) - before
  }
  expect(await readBy('limit=20')).toBeGreaterThan(100)
  expect(await readBy('limit=20&payload=false')).toBeLessThan(20)
  expect(await readBy('payload=false')).toBeLessThan(20)
})

/** A figure of the database once it has stopped changing: sessions report theirs with a delay. */
async function settled(figure: () => Promise<number>): Promise<number> {
  let last = -1
  for (let round = 0; round < 10; round++) {
    const now = await figure()
    if (now === last && round > 2) return now
    last = now
    await Bun.sleep(600)
  }
  return last
}
