import { beforeEach, expect, test } from 'bun:test'
import { createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const inAMinute = () => new Date(Date.now() + 60_000).toISOString()

beforeEach(emptyDatabase)

// biome-ignore lint/suspicious/noExplicitAny: a test reads the columns it names
type Row = any

const hourly = { name: 'Paused', url: 'http://127.0.0.1:9/', method: 'GET', frequency: 1, unit: 'hour' }

test('a pause that cannot be is refused, with what is wrong', async () => {
  const account = await createAccount()
  const said = async (path: string, body: object) => {
    const answer = await send(account, 'POST', path, body)
    const errors = answer.body.errors ?? []
    return [
      answer.status,
      ...errors.map((error: { path: string; message: string }) => `${error.path} ${error.message}`),
    ]
  }
  const past = '2020-01-01T00:00:00Z'
  const [isPast, isActive] = [
    `/paused_until must be in the future, or left out for a pause without an end; ${past} is past`,
    '/paused_until is only for a task that is paused: send status paused with it, or leave it out; the status is active',
  ]
  expect(await said('/tasks', { ...hourly, status: 'paused', paused_until: past })).toEqual([400, isPast])
  expect(await said('/tasks', { ...hourly, paused_until: inAMinute() })).toEqual([400, isActive])
  const { body: task } = await send(account, 'POST', '/tasks', hourly)
  const path = `/tasks/${task.id}`
  expect(await said(path, { paused_until: inAMinute() })).toEqual([400, isActive])
  expect(await said(path, { status: 'active', paused_until: inAMinute() })).toEqual([400, isActive])
  expect(await said(path, { status: 'paused', paused_until: past })).toEqual([400, isPast])
  const ids = [task.id]
  expect((await said('/tasks/status', { ids, status: 'active', until: inAMinute() }))[1]).toMatch(
    /^\/until is only for/,
  )
  expect((await said('/tasks/status', { ids, status: 'paused', until: past }))[1]).toMatch(
    /^\/until must be in the future/,
  )
})

test('what a change of the status makes of the time until which a task was paused', async () => {
  const account = await createAccount()
  const until = '2190-01-01T08:00:00Z'
  const { body: task } = await send(account, 'POST', '/tasks', { ...hourly, status: 'paused', paused_until: until })
  expect(task).toMatchObject({ status: 'paused', paused_until: until })
  const patch = async (body: object) => {
    const { status, body: answer } = await send(account, 'POST', `/tasks/${task.id}`, body)
    return [status, answer.status, answer.paused_until]
  }
  const pause = { status: 'paused', paused_until: until }
  // Another field leaves it.
  expect(await patch({ name: 'Another name' })).toEqual([200, 'paused', until])
  expect(await patch({ paused_until: '2190-01-01T09:00:00+01:00' })).toEqual([200, 'paused', until])
  expect(await patch({ paused_until: '2191-01-01T00:00:00Z' })).toEqual([200, 'paused', '2191-01-01T00:00:00Z'])
  expect(await patch({ status: 'paused' })).toEqual([200, 'paused', null])
  expect(await patch(pause)).toEqual([200, 'paused', until])
  expect(await patch({ paused_until: null })).toEqual([200, 'paused', null])
  expect(await patch(pause)).toEqual([200, 'paused', until])
  expect(await patch({ status: 'disabled' })).toEqual([200, 'disabled', null])
  await patch(pause)
  expect(await patch({ status: 'active' })).toEqual([200, 'active', null])
  await patch(pause)
  // What was read can be sent back, also when it is past by now.
  await sql`update task set paused_until = now() - interval '1 second'`
  const { body: read } = await send(account, 'GET', `/tasks/${task.id}`)
  expect((await send(account, 'PUT', `/tasks/${task.id}`, read)).body).toEqual(read)
})

test('POST /tasks/status pauses until a time; the audit has what changed', async () => {
  const account = await createAccount()
  const { body: task } = await send(account, 'POST', '/tasks', hourly)
  const set = async (body: object) => {
    const answer = await send(account, 'POST', '/tasks/status', { ids: [task.id], ...body })
    const { status, paused_until } = (await send(account, 'GET', `/tasks/${task.id}`)).body
    return [answer.body.updated, status, paused_until]
  }
  const [one, two] = ['2190-01-01T08:00:00Z', '2190-01-02T08:00:00Z']
  expect(await set({ status: 'paused', until: '2190-01-01T09:00:00+01:00' })).toEqual([1, 'paused', one])
  expect(await set({ status: 'paused', until: two })).toEqual([1, 'paused', two])
  expect(await set({ status: 'paused', until: two })).toEqual([1, 'paused', two])
  expect(await set({ status: 'paused' })).toEqual([1, 'paused', null])
  expect(await set({ status: 'active', until: null })).toEqual([1, 'active', null])
  const entries = [...(await sql<Row[]>`select before, after from audit where action = 'task_updated' order by at, id`)]
  expect(entries).toEqual([
    { before: { status: 'active', paused_until: null }, after: { status: 'paused', paused_until: one } },
    { before: { paused_until: one }, after: { paused_until: two } },
    { before: { paused_until: two }, after: { paused_until: null } },
    { before: { status: 'paused' }, after: { status: 'active' } },
  ])
})

test('a body that is sent to the same key again may go on stating a pause that is over', async () => {
  const account = await createAccount()
  const put = (until: string) =>
    send(account, 'PUT', '/tasks/by-key/nightly', { ...hourly, status: 'paused', paused_until: until })
  const until = inAMinute()
  expect(await put(until)).toMatchObject({ status: 201, body: { status: 'paused', paused_until: until } })
  const past = '2020-01-01T00:00:00Z'
  const again = await put(past)
  expect(again).toMatchObject({ status: 200, body: { status: 'active', paused_until: null } })
  expect(await put(past)).toMatchObject({ status: 200, body: { updated_at: again.body.updated_at } })
  const created = await send(account, 'PUT', '/tasks/by-key/other', { ...hourly, status: 'paused', paused_until: past })
  expect(created).toMatchObject({ status: 201, body: { status: 'active', paused_until: null } })
})
