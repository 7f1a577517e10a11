import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { actions, daily, requestsOf } from '../support/task-sets.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const { plan, apply, byKey } = requestsOf(() => owner)

const exchange = [
  { from: 'a', to: 'b' },
  { from: 'b', to: 'a' },
]
const chain = [
  { from: 'a', to: 'b' },
  { from: 'b', to: 'c' },
]

test.each([
  ['an exchange', ['a', 'b'], exchange],
  ['a chain', ['b', 'c'], chain],
  ['a new task with the old key of another', ['a', 'b'], [{ from: 'a', to: 'b' }]],
])('a file with %s is applied once, however often it is sent', async (_, keys, moved) => {
  await apply({ a: daily, ...(moved.length > 1 ? { b: daily } : {}) })
  const { id } = await byKey('a')
  const tasks = Object.fromEntries(keys.map((key) => [key, daily]))
  expect((await apply(tasks, { moved })).status).toBe(200)
  const members = () => sql`select key, task_id, xmin::text from task_set_member order by key`
  const before = [...(await members())]
  expect(actions(await apply(tasks, { moved }))).toEqual(keys.map((key) => `${key} unchanged`))
  expect([...(await members())]).toEqual(before)
  expect((await byKey('b')).id).toBe(id)
})

test('a new set whose file still names old moves can be applied again', async () => {
  const moved = [{ from: 'a', to: 'b' }]
  await apply({ a: daily, b: daily }, { moved })
  expect(actions(await apply({ a: daily, b: daily }, { moved }))).toEqual(['a unchanged', 'b unchanged'])
})

test('a new task with the old key of another is not one that was deleted by hand', async () => {
  await apply({ a: daily })
  const { body } = await plan({ a: daily, b: daily }, { moved: [{ from: 'a', to: 'b' }] })
  expect(body.changes).toMatchObject([
    { key: 'a', action: 'create', reason: null },
    { key: 'b', action: 'move', from: 'a' },
  ])
})

test('a task that is a conflict stands in the plan once, and is not deleted as one that is not in the file', async () => {
  await apply({ a: daily, b: daily, c: daily })
  await send(owner, 'POST', `/tasks/${(await byKey('a')).id}`, { key: null })
  await createTask(owner, { key: 'a' })
  await createTask(owner, { key: 'd' })
  const moved = [{ from: 'c', to: 'd' }]
  expect(actions(await plan({ a: daily, d: daily }, { moved, prune: 'delete' }))).toEqual([
    'a conflict',
    'b delete',
    'd conflict',
  ])
})
