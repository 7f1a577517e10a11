import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { walk } from '../support/walk.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const names = (tasks: readonly { name: string }[]) => tasks.map(({ name }) => name)
const list = async (query: string) => names((await send(owner, 'GET', `/tasks?${query}`)).body)

/** Two tasks that fail, two that are well, one of which was failing once, and two that have not run. */
async function createScene() {
  const ids: string[] = []
  for (const name of ['new', 'fails longer', 'well', 'fails', 'also well', 'also new'])
    ids.push((await createTask(owner, { name })).id)
  const ran = [1, 2, 3, 4].map((index) => ids[index] as string)
  await sql`update task set current_execution_id = gen_random_uuid(), current_created_at = now() where id in ${sql(ran)}`
  await sql`
    insert into failing_task (service_id, task_id, since, settled, consecutive, error)
    values
      (${owner.id}, ${ids[1] as string}, '2026-01-01T00:00:00Z', 9, 27, 'connection refused'),
      (${owner.id}, ${ids[3] as string}, '2026-01-02T00:00:00Z', 1, 1, null)`
}

test('tasks are found by the last error while they fail, by the host that they call, and by id', async () => {
  await createScene()
  expect(await list('error=REFUSED')).toEqual(['fails longer'])
  expect(await list('error=refused&result=well')).toEqual([])
  expect(await list('error=%25')).toEqual([])
  expect(await list('error=')).toHaveLength(6)
  const there = await createTask(owner, { name: 'elsewhere', url: 'http://127.0.0.2:8081/' })
  expect(await list('host=127.0.0.2')).toEqual(['elsewhere'])
  expect(await list('host=127.0.0.2:8081&sort=name')).toEqual(['elsewhere'])
  expect(await list('host=127.0.0.2:808')).toEqual([])
  expect(await list(`id=${there.id.toUpperCase()}`)).toEqual(['elsewhere'])
  expect(await list(`id=${there.id}&host=127.0.0.3`)).toEqual([])
  for (const wrong of [
    'host=a%2Fb',
    'host=',
    'host=%5B2001',
    'host=%3A%3A1',
    'recent_fields=slot_id',
    `error=${'x'.repeat(201)}`,
    'id=1',
    'id=',
  ])
    expect((await send(owner, 'GET', `/tasks?${wrong}`)).body.errors[0].path).toBe(`/${wrong.split('=')[0]}`)
  expect((await send(await createAccount(), 'GET', `/tasks?id=${there.id}`)).body).toEqual([])
})

test('tasks are listed by their last result: failing, well, or never run', async () => {
  await createScene()
  expect(await list('result=failing')).toEqual(['fails', 'fails longer'])
  expect(await list('result=well')).toEqual(['also well', 'well'])
  expect(await list('result=never')).toEqual(['also new', 'new'])
  expect(await list('result=failing&search=longer')).toEqual(['fails longer'])
  const { headers } = await send(owner, 'GET', '/tasks?result=failing&count=1')
  expect(headers.get('x-total-count')).toBe('2')
  expect((await walk(owner, '/tasks?result=well&limit=1')).flat()).toHaveLength(2)
  expect((await send(owner, 'GET', '/tasks?result=failed')).status).toBe(400)
  expect((await send(await createAccount(), 'GET', '/tasks?result=failing')).body).toEqual([])
})

test('a list is sorted by since when tasks fail; those that do not come last in both directions', async () => {
  await createScene()
  for (const [sort, expected] of [
    ['failing_since', ['fails longer', 'fails', 'new', 'well', 'also well', 'also new']],
    ['-failing_since', ['fails', 'fails longer', 'also new', 'also well', 'well', 'new']],
  ] as const) {
    expect(await list(`sort=${sort}`)).toEqual([...expected])
    const pages = await walk(owner, `/tasks?limit=1&sort=${sort}`)
    expect(names(pages.flat())).toEqual([...expected])
  }
})

test('with include=failing each task says since when and how often it has failed', async () => {
  await createScene()
  const { body } = await send(owner, 'GET', '/tasks?include=alerts,failing&sort=failing_since&count=3')
  const failing = { since: '2026-01-01T00:00:00Z', settled: 9, consecutive: 27, error: 'connection refused' }
  expect(body).toMatchObject([
    { name: 'fails longer', alerts: [], failing },
    { name: 'fails', alerts: [], failing: { since: '2026-01-02T00:00:00Z', settled: 1, consecutive: 1, error: null } },
    { name: 'new', alerts: [], failing: null },
  ])
  expect((await send(owner, 'GET', '/tasks?include=recent')).body[0]).not.toHaveProperty('failing')
})
