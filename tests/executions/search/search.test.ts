import { afterEach, beforeEach, expect, test } from 'bun:test'
import { searchWindows } from '../../../src/executions/search/windows.ts'
import { type Account, createAccount, createTask, send } from '../../support/app.ts'
import { emptyDatabase, sql } from '../../support/database.ts'
import { endedExecutions } from '../../support/rows.ts'
import { startScheduler, stopSchedulers } from '../../support/scheduler.ts'
import { walk as pages } from '../../support/walk.ts'

let owner: Account
let task: Awaited<ReturnType<typeof createTask>>
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = await createTask(owner, { name: 'first' })
})
afterEach(stopSchedulers)

/** An execution as it is inserted. */
interface Given {
  readonly status?: string
  readonly error?: string | null
  readonly status_code?: number | null
  /** How long ago it was created, in minutes. */
  readonly ago?: number
  readonly taskId?: string
}

/** Inserts an execution, and its record if it has failed. @returns its id */
async function insert({ status = 'success', error = null, status_code = null, ago = 0, taskId = task.id }: Given = {}) {
  const id = Bun.randomUUIDv7()
  await sql`
    with made as (
      insert into execution (service_id, task_id, id, slot_id, scheduled_for, status, status_code, error, response, created_at, replica_id, started_at)
      values (
        ${owner.id}, ${taskId}, ${id}, ${id}, now(), ${status}, ${status_code}, ${error}, 'answer',
        now() - make_interval(secs => ${ago * 60}), gen_random_uuid(), now()
      )
      returning *
    ), reasoned as (
      insert into failure_reason (service_id, reason, status_code, error)
      select service_id, hashtextextended(concat(status_code, ' ', error), 0), status_code, error
      from made
      where status = 'failed'
      on conflict do nothing
    )
    insert into failed_execution (service_id, created_at, failed_at, id, task_id, reason, settled)
    select service_id, created_at, created_at, id, task_id, hashtextextended(concat(status_code, ' ', error), 0), true
    from made
    where status = 'failed'`
  return id
}

const search = (query = '') => send(owner, 'GET', `/executions${query}`)
const ids = ({ body }: { body: { records: { id: string }[] } }) => body.records.map(({ id }) => id)

/** All ids that a search finds, page by page. */
const walk = async (query: string) => ids({ body: { records: (await pages(owner, `/executions?${query}`)).flat() } })

test('lists the executions of all tasks, newest first, with the name of the task and without the answer', async () => {
  const other = await createTask(owner, { name: 'second', key: 'nightly/two' })
  const old = await insert({ ago: 60 * 24 * 3 })
  const middle = await insert({ taskId: other.id, ago: 5, status: 'skipped', error: 'passed over' })
  const newest = await insert({ status: 'failed', error: 'connection refused' })
  const answer = await search()
  expect(ids(answer)).toEqual([newest, middle, old])
  expect(answer.body.records[1]).toMatchObject({
    task_id: other.id,
    task_name: 'second',
    task_key: 'nightly/two',
    status: 'skipped',
  })
  expect(answer.body.records[2]).not.toHaveProperty('response')
  expect(answer.body.next_cursor).toBeNull()
  expect(answer.headers.get('link')).toBeNull()
  expect((await search('?include=response')).body.records[0]).toMatchObject({ response: 'answer', task_name: 'first' })
})

test('an execution that has just failed is found among the failures', async () => {
  await startScheduler()
  const failing = await createTask(owner, { url: 'http://127.0.0.1:9/', scheduled_at: '2020-01-01T00:00:00Z' })
  const [execution] = await endedExecutions({ ...failing, service_id: owner.id })
  const { body } = await search('?status=failed&text=REFUSED')
  expect(body.records).toMatchObject([{ id: execution.id, error: 'connection refused' }])
})

test('pages by cursor find each execution once, though others come', async () => {
  for (let n = 0; n < 7; n++) await insert({ ago: n % 3 })
  for (const query of ['limit=3', 'limit=3&status=success']) {
    const all = await walk(query)
    const found = await pages(owner, `/executions?${query}`, () => insert())
    expect(ids({ body: { records: found.flat() } })).toEqual(all)
    expect(found[0]).toHaveLength(3)
  }
})

test('failures too are found once each by cursor', async () => {
  const made = []
  for (let n = 0; n < 7; n++) made.unshift(await insert({ status: 'failed', error: n % 2 ? 'odd' : 'even' }))
  expect(await walk('status=failed&limit=2')).toEqual(made)
  expect(await walk('status=failed&limit=2&text=ODD')).toEqual(made.filter((_, at) => at % 2 === 1))
})

test.each(['', 'status=failed&'])('"%s": filters by time, task, status code and text', async (status) => {
  const other = await createTask(owner, { labels: { team: 'billing', env: 'prod' } })
  const old = await insert({ status: 'failed', error: '503 Service 100% busy', status_code: 503, ago: 120 })
  const refused = await insert({ status: 'failed', error: 'connection refused', taskId: other.id, ago: 60 })
  const newest = await insert({ status: 'failed', error: 'HTTP 500', status_code: 500 })
  const found = (query: string) => walk(`${status}${query}`)
  const at = (minutes: number) => encodeURIComponent(new Date(Date.now() - minutes * 60_000).toISOString())
  expect(await found(`from=${at(90)}`)).toEqual([newest, refused])
  expect(await found(`to=${at(30)}&from=${at(90)}`)).toEqual([refused])
  expect(await found(`to=${at(90)}`)).toEqual([old])
  expect(await found(`from=${at(30)}&to=${at(90)}`)).toEqual([])
  expect(await found(`task_id=${other.id}`)).toEqual([refused])
  expect(await found('status_code=503')).toEqual([old])
  expect(await found('text=100%25+BUSY')).toEqual([old])
  expect(await found('text=%25')).toEqual([old])
  expect(await found('text=_')).toEqual([])
  expect(await found(`text=refused&task_id=${task.id}`)).toEqual([])
  expect(await found('label=team=billing')).toEqual([refused])
  expect(await found('label=team&label=env=prod')).toEqual([refused])
  expect(await found('label=team=other')).toEqual([])
})

test.each(['', 'status=failed&', 'status=queued&'])('"%s": filters by the host that the task calls', async (status) => {
  const other = await createTask(owner, { url: 'https://API.example.com/x', scheduled_at: '2099-01-01T00:00:00Z' })
  const wanted =
    status === 'status=queued&'
      ? (await send(owner, 'POST', `/tasks/${other.id}/executions`)).body.id
      : await insert({ status: 'failed', error: 'x', taskId: other.id })
  const found = (host: string) => walk(`${status}host=${host}`)
  expect(await found('api.EXAMPLE.com')).toEqual([wanted])
  expect(await found('api.example.com:8443')).toEqual([])
  expect(await found('api.example.co')).toEqual([])
  await send(owner, 'POST', `/tasks/${other.id}`, { url: 'https://api.example.com:8443/x' })
  expect(await found('api.example.com')).toEqual([wanted])
  expect(await found('api.example.com:8443')).toEqual([wanted])
  await send(owner, 'POST', `/tasks/${other.id}`, { url: 'https://BÜCHER.example/x' })
  expect(await found('B%C3%9CCHER.EXAMPLE')).toEqual([wanted])
  expect((await search('?host=a/b')).body.errors).toMatchObject([{ path: '/host' }])
})

test.each(['', 'status=failed&', 'status=queued&'])(
  '"%s": filters by what the name of the task contains',
  async (status) => {
    const other = await createTask(owner, { name: 'Invoices: 100% of MÄRZ', scheduled_at: '2099-01-01T00:00:00Z' })
    const wanted =
      status === 'status=queued&'
        ? (await send(owner, 'POST', `/tasks/${other.id}/executions`)).body.id
        : await insert({ status: 'failed', error: 'first', taskId: other.id })
    const found = (name: string) => walk(`${status}task_name=${encodeURIComponent(name)}`)
    expect(await found('invoices: 100%')).toEqual([wanted])
    expect(await found('märz')).toEqual([wanted])
    expect(await found('first')).toEqual([])
    expect(await found('1_0')).toEqual([])
    expect(await walk(`${status}task_name=invoices&host=elsewhere.example`)).toEqual([])
    await send(owner, 'POST', `/tasks/${other.id}`, { name: 'Reminders' })
    expect([await found('invoices'), await found('REMIND')]).toEqual([[], [wanted]])
    expect((await search(`?task_name=${'x'.repeat(201)}`)).body.errors).toMatchObject([{ path: '/task_name' }])
  },
)

test('finds by one status or several', async () => {
  const made: Record<string, string> = {}
  for (const status of ['success', 'failed', 'skipped', 'started']) made[status] = await insert({ status })
  const { body: queued } = await send(owner, 'POST', `/tasks/${task.id}/executions`)
  made.queued = queued.id
  // What a replica has open is not older than it says.
  await sql`insert into replica (id, host, lease_until, oldest_open_at) values (gen_random_uuid(), 'here', now(), now() - interval '1 hour')`
  for (const [status, id] of Object.entries(made)) expect(await walk(`status=${status}`)).toEqual([id])
  expect(await walk('status=queued,started')).toEqual([queued.id, made.started as string])
  expect(await walk('status=success,failed,failed')).toEqual([made.failed as string, made.success as string])
})

test('failures of a task that is deleted are not shown', async () => {
  await insert({ status: 'failed' })
  await send(owner, 'DELETE', `/tasks/${task.id}`)
  for (const query of ['', '?status=failed']) expect((await search(query)).body.records).toEqual([])
})

test('a search that has taken its time ends early and goes on behind what it has searched', async () => {
  const [old, newest] = [await insert({ ago: 60 * 24 * 20 }), await insert({ ago: 1 })]
  const found: string[] = []
  let start: Parameters<typeof searchWindows>[2]
  let parts = 0
  for (; ; parts++) {
    const { keys, next } = await searchWindows(sql, { serviceId: owner.id }, start, 10, { budget: 0, first: 1 })
    found.push(...keys.map(({ id }) => id))
    if (next === undefined) break
    start = next
  }
  expect(found).toEqual([newest, old])
  expect(parts).toBeGreaterThan(3)
})

test.each([
  ['/status', ['', 'Failed', 'failed,', 'failed;success']],
  ['/limit', ['0', '1001', 'x', '']],
  ['/cursor', ['', 'x', 'bnVsbA']],
  ['/from', ['yesterday', '2026-02-30T00:00:00Z', '']],
  ['/status_code', ['99', '5xx', '0500']],
  ['/task_id', ['x']],
  ['/include', ['payload']],
])('refuses a wrong %s, and names it', async (path, values) => {
  for (const value of values) {
    const { status, body } = await search(`?${path.slice(1)}=${encodeURIComponent(value)}`)
    expect({ value, status, path: body.errors?.[0].path }).toEqual({ value, status: 400, path })
  }
})

test('HEAD reads nothing, and credentials are needed', async () => {
  expect((await send(owner, 'HEAD', '/executions')).status).toBe(200)
  expect((await send(undefined, 'GET', '/executions')).status).toBe(401)
  await insert()
  expect((await send(await createAccount(), 'GET', '/executions')).body.records).toEqual([])
})

test('an offset that PostgreSQL does not read is read', async () => {
  const span = `from=${encodeURIComponent('2026-11-29T00:00:00+20:00')}&to=${encodeURIComponent('2026-11-29T00:00:00-20:00')}`
  for (const path of ['/executions', '/failures'])
    expect((await send(owner, 'GET', `${path}?${span}`)).status).toBe(200)
})
