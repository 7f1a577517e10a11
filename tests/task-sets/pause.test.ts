import { beforeEach, expect, test } from 'bun:test'
import { Resuming } from '../../src/watch/resuming.ts'
import { type Account, createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { silentLog } from '../support/silent-log.ts'
import { daily, requestsOf } from '../support/task-sets.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const { plan, apply, byKey } = requestsOf(() => owner)
const until = '2190-01-01T08:00:00Z'
/** What a plan changes: its actions, and the fields that they change. */
const changes = async (tasks: Record<string, object>) =>
  (await plan(tasks)).body.changes
    .filter(({ action }: { action: string }) => action !== 'unchanged')
    .map(({ action, fields }: { action: string; fields?: object }) => [action, fields])

test('a pause until a time, in a file that does not state the status, stays', async () => {
  await apply({ a: daily })
  const { id } = await byKey('a')
  await send(owner, 'POST', '/tasks/status', { ids: [id], status: 'paused', until })
  expect(await changes({ a: daily })).toEqual([])
  await apply({ a: { ...daily, payload: 'x' } })
  expect(await byKey('a')).toMatchObject({ status: 'paused', paused_until: until, payload: 'x' })
})

test('in a file that states the status, it is a change by hand, and the next apply takes it back', async () => {
  for (const [status, end] of [
    ['active', null],
    ['paused', null],
    ['paused', '2190-01-02T08:00:00Z'],
  ] as const) {
    const file = { a: { ...daily, status, ...(end ? { paused_until: end } : {}) } }
    await apply(file)
    const { id } = await byKey('a')
    await send(owner, 'POST', '/tasks/status', { ids: [id], status: 'paused', until })
    const [[action, fields]] = await changes(file)
    expect([action, fields.paused_until]).toEqual(['update', { before: until, after: end, drift: true }])
    await apply(file)
    expect(await byKey('a')).toMatchObject({ status, paused_until: end })
    expect(await changes(file)).toEqual([])
  }
})

test('a file may state a pause until a time, and need not be changed when it is over', async () => {
  const soon = new Date(Date.now() + 3_600_000).toISOString()
  const file = { a: { ...daily, status: 'paused', paused_until: soon }, b: daily }
  await apply(file)
  expect(await byKey('a')).toMatchObject({ status: 'paused' })
  expect(await changes(file)).toEqual([])
  // An hour later, as far as the file and the database know.
  const over = new Date(Date.now() - 1_000).toISOString()
  await sql`update task set paused_until = ${over} where paused_until is not null`
  await sql`
    update task_set_member
    set applied = jsonb_set(applied, '{fields,paused_until}', to_jsonb(${over}::text))
    where applied -> 'fields' ? 'paused_until'`
  await new Resuming({ sql, log: silentLog, stopped: () => false }).turn()
  expect(await byKey('a')).toMatchObject({ status: 'active', paused_until: null })
  const past = { ...file, a: { ...file.a, paused_until: over } }
  expect((await send(owner, 'GET', '/task-sets/shop')).body).toMatchObject({ drifted: 0 })
  expect(await changes(past)).toEqual([])
  await apply(past)
  expect(await changes(past)).toEqual([])
  // A new task of such a file is active.
  expect((await apply({ ...past, c: { ...daily, status: 'paused', paused_until: over } })).status).toBe(200)
  expect(await byKey('c')).toMatchObject({ status: 'active', paused_until: null })
})

test('a time in a file that does not state the status paused is refused', async () => {
  await apply({ a: daily })
  for (const key of ['a', 'b']) {
    const { status, body } = await plan({ [key]: { ...daily, paused_until: until } })
    expect([status, body.errors?.[0]?.path]).toEqual([400, `/tasks/${key}/paused_until`])
  }
})

test('a task that leaves the file while it is paused until a time stays paused with prune: pause', async () => {
  const file = { a: daily, b: daily, c: { ...daily, status: 'paused', paused_until: until } }
  await apply(file)
  const { id } = await byKey('b')
  await send(owner, 'POST', '/tasks/status', { ids: [id], status: 'paused', until })
  const planned = await plan({ a: daily }, { prune: 'pause' })
  const end = { paused_until: { before: until, after: null, drift: false } }
  expect(planned.body.changes).toMatchObject([
    { key: 'a', action: 'unchanged' },
    { key: 'b', action: 'pause', fields: end },
    { key: 'c', action: 'pause', fields: end },
  ])
  await apply({ a: daily }, { prune: 'pause' })
  for (const key of ['b', 'c']) expect(await byKey(key)).toMatchObject({ status: 'paused', paused_until: null })
  const again = await plan({ a: daily }, { prune: 'pause' })
  expect(again.body.changes.map(({ action }: { action: string }) => action)).toEqual(['unchanged', 'keep', 'keep'])
})
