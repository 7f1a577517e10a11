import { beforeEach, expect, test } from 'bun:test'
import { openTestAlerts } from '../support/alerts.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const groups = async (query = '') => (await send(owner, 'GET', `/overview${query}`)).body.failing_groups
const list = async (query = '') => (await send(owner, 'GET', `/overview/failing${query}`)).body

interface Failure {
  readonly minutesAgo: number
  readonly error?: string
  readonly url?: string
  readonly more?: object
}

/** Creates a task that has failed since so many minutes. */
async function failing(name: string, { minutesAgo, error = 'connection refused', url, more }: Failure) {
  const task = await createTask(owner, { name, url: url ?? 'http://api.example.com/x', ...more })
  await sql`
    insert into failing_task (service_id, task_id, since, last_failed_at, consecutive, settled, error)
    values (
      ${owner.id}, ${task.id}, now() - make_interval(mins => ${minutesAgo}), now() - make_interval(mins => ${minutesAgo}),
      27, 9, ${error}
    )`
  return task
}

const shown = (part: { listed: { target: string; error: string; tasks: number; newest: { name: string } }[] }) =>
  part.listed.map(({ target, error, tasks, newest }) => [error, target, tasks, newest.name])

test('failing tasks are grouped by error and host: what broke in the last hour, what did before, what is not tried again', async () => {
  await failing('a', { minutesAgo: 50 })
  await failing('b', { minutesAgo: 10 })
  await failing('c', { minutesAgo: 20, error: 'timeout after 30 s' })
  await failing('d', { minutesAgo: 30, url: 'http://other.example.com:8080/' })
  await failing('e', { minutesAgo: 70 })
  await failing('paused', { minutesAgo: 5, more: { status: 'paused' } })
  const disabled = await failing('disabled', { minutesAgo: 5, more: { status: 'disabled' } })
  const [alert] = await openTestAlerts(owner.id, { task_ids: [disabled.id] })
  const { recent, older, stopped } = await groups()
  expect(shown(recent)).toEqual([
    ['connection refused', 'api.example.com', 2, 'b'],
    ['timeout after 30 s', 'api.example.com', 1, 'c'],
    ['connection refused', 'other.example.com:8080', 1, 'd'],
  ])
  expect([recent.tasks, recent.groups]).toEqual([4, 3])
  expect(recent.listed[0].newest).toMatchObject({ consecutive: 27, settled: 9, status: 'active', alert: null })
  expect(Date.parse(recent.listed[0].newest.since) - Date.parse(recent.listed[0].since)).toBeWithin(
    2_390_000,
    2_410_000,
  )
  expect([older.tasks, shown(older)]).toEqual([1, [['connection refused', 'api.example.com', 1, 'e']]])
  expect([stopped.tasks, stopped.listed[0].tasks]).toEqual([2, 2])
  const page = await list('?part=stopped')
  expect(page.records.map(({ name, status }: { name: string; status: string }) => [name, status])).toEqual([
    ['disabled', 'disabled'],
    ['paused', 'paused'],
  ])
  expect(page.records[0].alert).toMatchObject({ id: alert, kind: 'failing' })
})

test('a task that runs once is recent when it has just failed, and an hour later is not tried again', async () => {
  const just = await failing('just', { minutesAgo: 5 })
  const long = await failing('long', { minutesAgo: 61 })
  await sql`update task set status = 'disabled', scheduled_at = null where id in ${sql([just.id, long.id])}`
  const { recent, older, stopped } = await groups()
  expect([recent, older, stopped].map(({ tasks, listed }) => [tasks, listed[0]?.newest.name])).toEqual([
    [1, 'just'],
    [0, undefined],
    [1, 'long'],
  ])
})

test('of many groups as many are listed as are asked for, the newest first; the counts are of all', async () => {
  for (let n = 1; n <= 22; n++) await failing(`t${n}`, { minutesAgo: 40 - n, error: `error ${n}` })
  const { recent } = await groups()
  expect([recent.tasks, recent.groups, recent.listed.length, recent.listed[0].newest.name]).toEqual([22, 22, 20, 't22'])
  expect((await groups('?groups=1000')).recent.listed).toHaveLength(22)
  expect((await groups('?groups=1')).recent.listed).toHaveLength(1)
  expect((await send(owner, 'GET', '/overview?groups=0')).status).toBe(400)
})

test('the tasks of a group are listed by page, those that broke last first', async () => {
  for (let n = 1; n <= 5; n++) await failing(`t${n}`, { minutesAgo: 40 - n })
  await failing('other', { minutesAgo: 1, error: 'timeout' })
  const [, { group }] = (await groups()).recent.listed
  const names = async (query: string) => {
    const { total_count, records } = await list(`?group=${group}&${query}`)
    return [total_count, ...records.map(({ name }: { name: string }) => name)]
  }
  expect(await names('part=recent')).toEqual([5, 't5', 't4', 't3', 't2', 't1'])
  expect(await names('part=recent&count=2')).toEqual([5, 't5', 't4'])
  expect(await names('part=recent&count=2&pageNumber=2')).toEqual([5, 't1'])
  expect(await names('part=recent&count=2&pageNumber=3')).toEqual([5])
  expect(await names('part=older')).toEqual([0])
  expect((await list()).total_count).toBe(6)
  expect((await list('?label=team')).total_count).toBe(0)
  for (const query of ['?part=new', '?group=x', '?count=1001', '?limit=3'])
    expect((await send(owner, 'GET', `/overview/failing${query}`)).status).toBe(400)
  const other = await createAccount('other')
  expect((await send(other, 'GET', '/overview/failing')).body).toMatchObject({ total_count: 0, records: [] })
})
