import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const policy = {
  min_backoff_seconds: 10,
  max_backoff_seconds: 600,
  max_doublings: 3,
  max_duration_seconds: 3600,
  on: ['5xx', 408, 429, '500-504', 'no_answer', 'expect'],
}

test('a task with max_runs says how many are left; it can be sent back as it is', async () => {
  const task = await createTask(owner, { max_runs: 3, key: 'three' })
  expect(task).toMatchObject({ max_runs: 3, runs_left: 3 })
  await sql`update task set runs_left = 2 where id = ${task.id}`
  const path = `/tasks/${task.id}`
  const { body: read, headers } = await send(owner, 'GET', path)
  expect(read).toEqual({ ...task, runs_left: 2 })
  expect((await send(owner, 'GET', '/tasks')).body).toMatchObject([{ max_runs: 3, runs_left: 2 }])
  expect((await send(owner, 'POST', path, read, { 'if-match': headers.get('etag') ?? '' })).body).toEqual(read)
  // What is left follows from max_runs and what has run, whatever a client says.
  const { body: more } = await send(owner, 'POST', path, { max_runs: 5, runs_left: 9 })
  expect(more).toMatchObject({ max_runs: 5, runs_left: 4 })
  expect((await send(owner, 'POST', path, { max_runs: null })).body).toMatchObject({ max_runs: null, runs_left: null })
  expect(await createTask(owner)).toMatchObject({ runs_left: null })
  const { status, body } = await send(owner, 'PUT', '/tasks/by-key/new', { ...farTask, runs_left: 1 })
  expect([status, body.errors]).toEqual([400, [expect.objectContaining({ path: '/runs_left' })]])
})

test('a retry policy, a latest start, the choices for missed slots and for the phase are kept, changed and cleared', async () => {
  const task = await createTask(owner, {
    retries: 3,
    retry: policy,
    late_limit_seconds: 60,
    missed: 'all',
    phase: 'restart',
  })
  expect(task).toMatchObject({ retry: policy, late_limit_seconds: 60, missed: 'all', phase: 'restart' })
  const path = `/tasks/${task.id}`
  expect((await send(owner, 'GET', path)).body).toEqual(task)
  const changed = await send(owner, 'POST', path, { retry: { max_doublings: 0 }, missed: 'none' })
  expect(changed.body).toMatchObject({
    retry: { max_doublings: 0 },
    late_limit_seconds: 60,
    missed: 'none',
    phase: 'restart',
  })
  const cleared = await send(owner, 'POST', path, {
    retry: null,
    late_limit_seconds: null,
    missed: 'one',
    phase: 'keep',
  })
  expect(cleared.body).toMatchObject({ retry: null, late_limit_seconds: null, missed: 'one', phase: 'keep' })
  expect(await createTask(owner, {})).toMatchObject({
    retry: null,
    late_limit_seconds: null,
    missed: 'one',
    phase: 'keep',
  })
})

test.each([
  [{ retry: [] }, '/retry'],
  [{ retry: 'often' }, '/retry'],
  [{ retry: { min_backoff_seconds: 0 } }, '/retry/min_backoff_seconds'],
  [{ retry: { min_backoff_seconds: 20, max_backoff_seconds: 10 } }, '/retry/max_backoff_seconds'],
  [{ retry: { max_backoff_seconds: 4 } }, '/retry/max_backoff_seconds'],
  [{ retry: { max_doublings: 17 } }, '/retry/max_doublings'],
  [{ retry: { max_duration_seconds: 604_801 } }, '/retry/max_duration_seconds'],
  [{ retry: { on: [] } }, '/retry/on'],
  [{ retry: { on: ['5xx', '6xx'] } }, '/retry/on/1'],
  [{ retry: { on: [99] } }, '/retry/on/0'],
  [{ retry: { on: ['5xx', '504-500'] } }, '/retry/on/1'],
  [{ retry: { on: ['timeout'] } }, '/retry/on/0'],
  [{ retry: { backoff: 1 } }, '/retry/backoff'],
  [{ late_limit_seconds: 0 }, '/late_limit_seconds'],
  [{ missed: 'some' }, '/missed'],
  [{ missed: null }, '/missed'],
  [{ phase: 'some' }, '/phase'],
])('%j is refused where it is wrong', async (fields, path) => {
  const valid = { name: 'n', url: 'http://127.0.0.1:9/', method: 'GET', frequency: 1, unit: 'hour' }
  const created = await send(owner, 'POST', '/tasks', { ...valid, ...fields })
  expect(created.status).toBe(400)
  expect(created.body.errors).toMatchObject([{ path }])
  const task = await createTask(owner, {})
  const changed = await send(owner, 'POST', `/tasks/${task.id}`, fields)
  expect(changed.body.errors).toMatchObject([{ path }])
})
