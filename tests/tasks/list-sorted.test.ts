import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const names = (body: { name: string }[]) => body.map((task) => task.name)

test.each([
  ['name', ['a', 'b', 'c']],
  ['-name', ['c', 'b', 'a']],
  ['scheduled_at', ['b', 'c', 'a']],
  ['-scheduled_at', ['a', 'c', 'b']],
  ['created_at', ['c', 'a', 'b']],
  ['-created_at', ['b', 'a', 'c']],
])('sorts by %s, as a stream and by page', async (sort, expected) => {
  for (const [name, year] of [
    ['c', 2098],
    ['a', 2099],
    ['b', 2097],
  ])
    await send(owner, 'POST', '/tasks', { ...farTask, name, scheduled_at: `${year}-01-01T00:00:00Z` })
  expect(names((await send(owner, 'GET', `/tasks?sort=${sort}`)).body)).toEqual(expected)
  expect(names((await send(owner, 'GET', `/tasks?sort=${sort}&count=2`)).body)).toEqual(expected.slice(0, 2))
  expect(names((await send(owner, 'GET', `/tasks?sort=${sort}&count=2&pageNumber=1`)).body)).toEqual(expected.slice(2))
})

test('equals are in the order of their ids, and a long sorted stream leaves none out', async () => {
  await sql`
    insert into task (service_id, id, name, url, method, scheduled_at, frequency, unit)
    select ${owner.id}, gen_random_uuid(), 'name ' || n % 3, 'http://127.0.0.1:9/', 'GET', '2099-01-01', 1, 'hour'
    from generate_series(1, 5000) as n`
  for (const sort of ['name', '-scheduled_at']) {
    const { body } = await send(owner, 'GET', `/tasks?sort=${sort}`)
    expect(new Set(body.map((task: { id: string }) => task.id)).size).toBe(5000)
    const keys = body.map((task: { name: string; id: string }) => (sort === 'name' ? task.name : '') + task.id)
    expect(keys).toEqual(sort === 'name' ? keys.toSorted() : keys.toSorted().reverse())
  }
})

test('a task that has run once comes after all that have a next time', async () => {
  await send(owner, 'POST', '/tasks', { ...farTask, name: 'next' })
  const { body: done } = await send(owner, 'POST', '/tasks', { ...farTask, name: 'done', status: 'disabled' })
  await sql`update task set scheduled_at = null, frequency = null, unit = null where id = ${done.id}`
  expect(names((await send(owner, 'GET', '/tasks?sort=scheduled_at')).body)).toEqual(['next', 'done'])
})

test('includes the last twenty results of each task, newest first', async () => {
  const { body: ran } = await send(owner, 'POST', '/tasks', { ...farTask, name: 'ran' })
  await send(owner, 'POST', '/tasks', { ...farTask, name: 'new' })
  await sql`
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status, status_code)
    select ${owner.id}, ${ran.id}, gen_random_uuid(), gen_random_uuid(), now() - n * interval '1 minute', now(), 'success', 200 + n
    from generate_series(1, 25) as n`
  for (const path of ['/tasks?include=recent', '/tasks?include=recent&count=5']) {
    const { body } = await send(owner, 'GET', path)
    expect(body[0]).toMatchObject({ name: 'new', recent: [] })
    expect(body[1].recent.map((result: { status_code: number }) => result.status_code)).toEqual(
      Array.from({ length: 20 }, (_, n) => 201 + n),
    )
  }
  expect((await send(owner, 'GET', '/tasks')).body[0]).not.toHaveProperty('recent')
})

test.each(['sort=', 'sort=id', 'sort=--name', 'sort=name,id', 'include=', 'include=all'])(
  'refuses %s',
  async (query) => {
    expect((await send(owner, 'GET', `/tasks?${query}`)).status).toBe(400)
  },
)
