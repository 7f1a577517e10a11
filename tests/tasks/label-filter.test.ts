import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
let names: Record<string, string>
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  names = {}
  for (const [name, fields] of Object.entries({
    billing: { key: 'a', labels: { team: 'billing', env: 'prod' } },
    test: { key: 'a/b', labels: { team: 'billing', env: 'test' }, status: 'paused' },
    odd: { labels: { team: 'a=b, c&d+ü' } },
    none: {},
  }))
    names[(await createTask(owner, { name, ...fields })).id] = name
  await createTask(await createAccount(), { labels: { team: 'billing' }, key: 'a' })
})

const list = async (query: string) => {
  const { status, body } = await send(owner, 'GET', `/tasks?${query}`)
  return status === 200 ? (body.records ?? body).map(({ id }: { id: string }) => names[id]) : body.errors[0].path
}

test.each([
  ['label=team=billing', ['test', 'billing']],
  ['label=team=billing&label=env=test', ['test']],
  ['label=team', ['odd', 'test', 'billing']],
  ['label=team&label=env', ['test', 'billing']],
  ['label=team=', []],
  ['label=team=Billing', []],
  [`label=${encodeURIComponent('team=a=b, c&d+ü')}`, ['odd']],
  ['label=team=billing&status=paused&search=test', ['test']],
  ['label=team&sort=name', ['billing', 'odd', 'test']],
  ['label=team&limit=2', ['odd', 'test']],
  ['label=team&pageNumber=1&count=2', ['billing']],
  ['key=a', ['billing']],
  ['key=a/b', ['test']],
  ['key=b', []],
  ['label=', '/label'],
  ['label=a%20b=c', '/label'],
  [`label=a=${'x'.repeat(201)}`, '/label'],
  ['key=A', '/key'],
  ['key=a&key=b', '/key'],
])('GET /tasks?%s', async (query, expected) => {
  expect(await list(query)).toEqual(expected)
})

test('the count of pages and the walk by cursor are of the tasks with the labels', async () => {
  const paged = await send(owner, 'GET', '/tasks?label=team&pageNumber=0&count=1')
  expect(paged.headers.get('x-total-count')).toBe('3')
  const first = (await send(owner, 'GET', '/tasks?label=team&limit=2')).body
  const rest = await send(owner, 'GET', `/tasks?label=team&limit=2&cursor=${first.next_cursor}`)
  expect([rest.body.records.length, rest.body.next_cursor]).toEqual([1, null])
  const other = await send(owner, 'GET', `/tasks?label=env&limit=2&cursor=${first.next_cursor}`)
  expect(other.body.errors[0].path).toBe('/cursor')
})

test('the overview counts the tasks with the labels, what they are to run, and which of them fail', async () => {
  const overview = async (query: string) => (await send(owner, 'GET', `/overview${query}`)).body
  await sql`update task set scheduled_at = now() + interval '10 minutes' where name in ('billing', 'none')`
  await sql`insert into failing_task (service_id, task_id) select service_id, id from task where name in ('test', 'none')`
  const figures = ({ tasks, failing, upcoming }: Awaited<ReturnType<typeof overview>>) => [
    tasks,
    failing.map(({ name }: { name: string }) => name).sort(),
    upcoming.reduce((sum: number, { count }: { count: number }) => sum + count, 0),
  ]
  expect(figures(await overview('?label=team=billing'))).toEqual([{ active: 1, paused: 1, disabled: 0 }, ['test'], 24])
  expect(figures(await overview(''))).toEqual([{ active: 3, paused: 1, disabled: 0 }, ['none', 'test'], 48])
  expect((await send(owner, 'GET', '/overview?label=a%20b')).status).toBe(400)
})
