import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const create = async (body: object) => (await send(owner, 'POST', '/tasks', body)).body
const row = async (id: string) => (await sql`select task::text as text from task where id = ${id}`)[0]?.text
/** The names of the secret headers that each change of a task set. */
const entries = async () =>
  (await sql<{ secrets: string[] }[]>`select secrets from audit where action = 'task_updated' order by at`).map(
    ({ secrets }) => secrets,
  )
/** Sends a change, which must leave everything as it was. */
const expectNothing = async (method: string, id: string, body: object) => {
  const before = await row(id)
  const answer = await send(owner, method, `/tasks/${id}`, body)
  expect([answer.status, answer.headers.get('etag'), answer.body]).toEqual([
    200,
    '"1"',
    (await send(owner, 'GET', `/tasks/${id}`)).body,
  ])
  expect(await row(id)).toBe(before)
  expect(await entries()).toEqual([])
}

const { name, url, method } = farTask
const needed = { name, url, method }
const bodies: Record<string, object> = {
  'an interval': { ...needed, frequency: 1, unit: 'hour' },
  'an interval with its first run': {
    ...needed,
    frequency: 1,
    unit: 'hour',
    scheduled_at: '2099-01-01T00:00:00.5+01:00',
  },
  'an interval whose first run is past': {
    ...needed,
    frequency: 1,
    unit: 'hour',
    scheduled_at: '2020-01-01T00:00:00Z',
  },
  months: { ...needed, frequency: 1, unit: 'month', scheduled_at: '2099-01-31T00:00:00Z' },
  'a pattern': { ...needed, cron: '0 8 * * MON-FRI', time_zone: 'Europe/Berlin' },
  'a single run': { ...needed, scheduled_at: '2099-01-01T00:00:00Z' },
  'a paused task': { ...needed, frequency: 1, unit: 'day', status: 'paused' },
  'every other field': {
    ...{
      ...needed,
      frequency: 2,
      unit: 'week',
      header: { B: '2', A: '1' },
      payload: 'p',
      timeout_seconds: 9,
      retries: 3,
    },
    ...{
      retry: { on: ['5xx', 408], max_doublings: 2 },
      late_limit_seconds: 60,
      missed: 'all',
      phase: 'restart',
      host: 'app.example.com',
    },
    ...{ expect: { contains: ['done'], status: ['2xx', 304] }, key: 'a/b', labels: { team: 'billing', env: 'prod' } },
  },
}
for (const [kind, body] of Object.entries(bodies))
  test(`the same PUT again changes nothing: ${kind}`, async () => {
    const { id } = await create(body)
    await expectNothing('PUT', id, body)
    await expectNothing('POST', id, body)
    await expectNothing('POST', id, {})
  })

test('the same PUT again changes nothing after a run that the task has had', async () => {
  const body = bodies['a single run'] as object
  const { id } = await create(body)
  await sql`
    update task set status = 'disabled', scheduled_at = null, given_at = '2020-01-01T00:00:00Z'
    where id = ${id}`
  await expectNothing('PUT', id, { ...body, scheduled_at: '2020-01-01T00:00:00Z' })
})

test('the same secret value again changes nothing; another one does, and the audit names only that header', async () => {
  const header = { Authorization: 'Bearer one', 'X-Api-Key': 'two', Accept: 'text/plain' }
  const { id } = await create({ ...farTask, header })
  await expectNothing('POST', id, { header })
  await expectNothing('POST', id, { header: { ...header, Authorization: '********' } })
  await expectNothing('PUT', id, { ...farTask, header })
  const answer = await send(owner, 'POST', `/tasks/${id}`, { header: { ...header, 'X-Api-Key': 'three' } })
  expect(answer.headers.get('etag')).toBe('"2"')
  expect(await entries()).toEqual([['x-api-key']])
  const gone = await send(owner, 'POST', `/tasks/${id}`, { header: { Authorization: 'Bearer one' } })
  expect([gone.headers.get('etag'), gone.body.header]).toEqual(['"3"', { Authorization: '********' }])
})

test('what changes is still changed: each field, and a count from now that was asked for', async () => {
  const { id } = await create(bodies['every other field'] as object)
  const changes = [
    ...[
      { name: 'Another' },
      { header: { A: '1' } },
      { payload: null },
      { expect: null },
      { retry: { max_doublings: 1 } },
    ],
    ...[{ key: 'c' }, { labels: { team: 'sales' } }, { status: 'paused' }, { frequency: 3 }, { scheduled_at: null }],
  ]
  for (const [index, change] of changes.entries()) {
    const answer = await send(owner, 'POST', `/tasks/${id}`, change)
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, `"${index + 2}"`])
  }
})

test('the last of racing changes wins, also if it is what was stored before them', async () => {
  const { id } = await create({ ...farTask, name: 'n0' })
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => send(owner, 'POST', `/tasks/${id}`, { name: `n${index % 2}` })),
    )
    // Each answer shows the value that its request gave, whichever of the others came before.
    expect(answers.map(({ body }) => body.name)).toEqual(answers.map((_, index) => `n${index % 2}`))
    const versions = Math.max(...answers.map(({ headers }) => Number(headers.get('etag')?.slice(1, -1))))
    const last = await send(owner, 'GET', `/tasks/${id}`)
    expect(last.headers.get('etag')).toBe(`"${versions}"`)
  }
})

test('setting a status that tasks have leaves them as they are, and counts them', async () => {
  const { id } = await create(farTask)
  const before = await row(id)
  expect((await send(owner, 'POST', '/tasks/status', { ids: [id], status: 'active' })).body).toMatchObject({
    updated: 1,
  })
  expect(await row(id)).toBe(before)
})

test('the same secret URL again changes nothing, another one does', async () => {
  const body = { ...farTask, url: 'http://127.0.0.1:9/hook/one?token=1', secret_url: true }
  const { id, url } = await create(body)
  await expectNothing('PUT', id, body)
  await expectNothing('POST', id, { url: body.url, secret_url: true })
  await expectNothing('POST', id, { url: body.url })
  await expectNothing('PUT', id, { ...body, url })
  const answer = await send(owner, 'PUT', `/tasks/${id}`, { ...body, url: 'http://127.0.0.1:9/hook/two?token=1' })
  expect([answer.headers.get('etag'), await entries()]).toEqual(['"2"', [['/url']]])
})
