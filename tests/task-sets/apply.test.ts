import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { daily, requestsOf } from '../support/task-sets.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const { plan, apply, byKey } = requestsOf(() => owner)
const counts = ({ body }: { body: { summary: Record<string, number> } }) =>
  Object.fromEntries(Object.entries(body.summary).filter(([, count]) => count > 0))

/** Everything that an apply may write. */
async function rows() {
  return {
    tasks: [...(await sql`select *, xmin::text from task order by id`)],
    sets: [...(await sql`select *, xmin::text from task_set`)],
    members: [...(await sql`select *, xmin::text from task_set_member order by key`)],
    audit: [...(await sql`select * from audit order by id`)].length,
  }
}

test('an apply creates the tasks, and the same one again writes nothing', async () => {
  const tasks = {
    'reports/nightly': daily,
    invoices: { ...daily, name: 'Invoices', frequency: 1, unit: 'hour', cron: null, time_zone: null },
  }
  const planned = await plan(tasks)
  expect(planned.status).toBe(200)
  expect(counts(planned)).toEqual({ create: 2 })
  const applied = await apply(tasks, { digest: planned.body.digest, source: 'abc' })
  expect(applied.body).toMatchObject({ revision: 1, refused: [] })
  expect(await byKey('reports/nightly')).toMatchObject({
    name: 'reports/nightly',
    cron: '30 2 * * *',
    status: 'active',
  })
  const before = await rows()
  const again = await apply(tasks)
  expect(counts(again)).toEqual({ unchanged: 2 })
  expect(again.body.revision).toBe(1)
  expect(await rows()).toEqual(before)
})

test('a digest of another plan is refused with the plan now, and nothing is written', async () => {
  const { body: planned } = await plan({ a: daily })
  await apply({ b: daily })
  const before = await rows()
  const refused = await apply({ a: daily }, { digest: planned.digest })
  expect([refused.status, refused.body.code]).toEqual([409, 'plan_changed'])
  expect(refused.body.plan.changes.map(({ key, action }: { key: string; action: string }) => [key, action])).toEqual([
    ['a', 'create'],
    ['b', 'keep'],
  ])
  expect(await rows()).toEqual(before)
  expect((await apply({ a: daily }, { digest: refused.body.plan.digest })).status).toBe(200)
})

test('fields that are not in the file stay as somebody has set them: a paused task stays paused', async () => {
  await apply({ a: daily })
  const { id } = await byKey('a')
  await send(owner, 'POST', '/tasks/status', { ids: [id], status: 'paused' })
  await send(owner, 'POST', `/tasks/${id}`, { retries: 3 })
  expect(counts(await plan({ a: daily }))).toEqual({ unchanged: 1 })
  await apply({ a: { ...daily, payload: 'x' } })
  expect(await byKey('a')).toMatchObject({ status: 'paused', retries: 3, payload: 'x' })
})

test('a change by hand of a field of the file is drift, and the next apply takes it back', async () => {
  await apply({ a: { ...daily, retries: 2 } })
  const { id } = await byKey('a')
  await send(owner, 'POST', `/tasks/${id}`, { retries: 5, payload: 'by hand' })
  const { body } = await plan({ a: { ...daily, retries: 2 } })
  expect(body.changes).toMatchObject([{ action: 'update', fields: { retries: { before: 5, after: 2, drift: true } } }])
  expect(Object.keys(body.changes[0].fields)).toEqual(['retries'])
  expect((await send(owner, 'GET', '/task-sets/shop')).body).toMatchObject({ members: 1, drifted: 1, missing: 0 })
  const members = async (query = '') => (await send(owner, 'GET', `/task-sets/shop/members${query}`)).body.records
  expect(await members('?drifted=true')).toMatchObject([{ key: 'a', drift: { retries: { applied: 2, stored: 5 } } }])
  expect(await members('?drifted=false&limit=1')).toEqual([])
  await apply({ a: { ...daily, retries: 2 } })
  expect(await byKey('a')).toMatchObject({ retries: 2, payload: 'by hand' })
  expect((await send(owner, 'GET', '/task-sets/shop')).body.drifted).toBe(0)
})

test('a field that is taken out of the file returns to its default, unless somebody has changed it since', async () => {
  await apply({ a: { ...daily, retries: 2, timeout_seconds: 7 } })
  const { id } = await byKey('a')
  await send(owner, 'POST', `/tasks/${id}`, { timeout_seconds: 9 })
  await apply({ a: daily })
  expect(await byKey('a')).toMatchObject({ retries: 0, timeout_seconds: 9 })
  expect(counts(await plan({ a: daily }))).toEqual({ unchanged: 1 })
})

test('only a changed schedule counts the next time anew', async () => {
  await apply({ a: { ...daily, cron: '0 3 * * MON' } })
  const { id } = await byKey('a')
  const at = async () => (await byKey('a')).scheduled_at
  const first = await at()
  await sql`update task set scheduled_at = scheduled_at + interval '7 days' where id = ${id}`
  const moved = await at()
  await apply({ a: { ...daily, cron: '0 3 * * MON', payload: 'x' } })
  expect(await at()).toBe(moved)
  expect(counts(await plan({ a: { ...daily, cron: '0 3 * * 1', payload: 'x' } }))).toEqual({ unchanged: 1 })
  await apply({ a: { ...daily, cron: '0 4 * * MON', payload: 'x' } })
  expect(await at()).not.toBe(moved)
  await apply({ a: { ...daily, cron: '0 3 * * MON', payload: 'x' } })
  expect(await at()).toBe(first)
})

test('a task that runs once and has run stays as it is', async () => {
  const once = { url: daily.url, method: 'GET', scheduled_at: '2020-01-01T00:00:00+01:00' }
  await apply({ a: once })
  const { id } = await byKey('a')
  await sql`update task set scheduled_at = null, status = 'disabled' where id = ${id}`
  expect(counts(await plan({ a: once }))).toEqual({ unchanged: 1 })
  expect(counts(await plan({ a: { ...once, status: 'active' } }))).toEqual({ unchanged: 1 })
  await apply({ a: { ...once, payload: 'x' } })
  expect(await byKey('a')).toMatchObject({ status: 'disabled', scheduled_at: null, payload: 'x' })
  await apply({ a: { ...daily, scheduled_at: null } })
  expect(await byKey('a')).toMatchObject({ status: 'active', cron: daily.cron })
})

test.each([
  [{ cron: '61 * * * *' }, '/tasks/a/cron'],
  [{ time_zone: 'Europe/Nowhere' }, '/tasks/a/time_zone'],
  [{ frequency: 1 }, '/tasks/a/cron'],
  [{ url: 'http://169.254.169.254/' }, '/tasks/a/url'],
  [{ header: { 'Bad Name': 'x' } }, '/tasks/a/header/Bad Name'],
])('%j of a new task and of a stored one is an error with its path', async (fields, path) => {
  const errors = async () =>
    (await plan({ a: { ...daily, ...fields } })).body.errors.map((error: { path: string }) => error.path)
  expect(await errors()).toEqual([path])
  await apply({ a: daily })
  expect(await errors()).toEqual([path])
})

test('scheduled_at of a task that repeats is refused', async () => {
  const answer = await plan({ 'a/b': { ...daily, scheduled_at: '2030-01-01T00:00:00Z' } })
  expect([answer.status, answer.body.errors[0].path]).toEqual([400, '/tasks/a~1b/scheduled_at'])
})

test('two hundred renames, with a chain, an exchange and a cycle, keep ids and members', async () => {
  const keys = Array.from({ length: 200 }, (_, index) => `k${index}`)
  await apply(Object.fromEntries(keys.map((key) => [key, daily])))
  const idsOf = async () =>
    new Map(
      (await sql<{ key: string; id: string }[]>`select key, id from task where deleted_at is null`).map(
        ({ key, id }) => [key, id],
      ),
    )
  const before = await idsOf()
  // An exchange of two, a cycle of three, a chain onto a new key, and the rest to new names.
  const to = (index: number) =>
    index < 2
      ? `k${1 - index}`
      : index < 5
        ? `k${index === 4 ? 2 : index + 1}`
        : index < 10
          ? index === 9
            ? 'end'
            : `k${index + 1}`
          : `new${index}`
  const moved = keys.map((from, index) => ({ from, to: to(index) }))
  const tasks = Object.fromEntries(moved.map(({ to }) => [to, daily]))
  const applied = await apply(tasks, { moved })
  expect(counts(applied)).toEqual({ move: 200 })
  const after = await idsOf()
  for (const { from, to } of moved) expect([from, after.get(to)]).toEqual([from, before.get(from)])
  expect(
    (
      await sql`select m.key, t.key as task_key from task_set_member m join task t on t.id = m.task_id where m.key <> t.key`
    ).length,
  ).toBe(0)
  expect((await sql`select k.key from task_key k join task t on t.id = k.task_id where k.key <> t.key`).length).toBe(0)
  expect(counts(await plan(tasks))).toEqual({ unchanged: 200 })
  // The same moves again are not done twice: moved tasks have the new keys already.
  expect(counts(await plan({ end: daily }, { moved: [{ from: 'gone', to: 'end' }] }))).toMatchObject({ unchanged: 1 })
})

test('pruning ends members only, and no more than three or a fifth of them without a number', async () => {
  const keys = Array.from({ length: 20 }, (_, index) => `k${index}`)
  const some = (count: number) => Object.fromEntries(keys.slice(0, count).map((key) => [key, daily]))
  await apply(some(20))
  await createTask(owner, { key: 'other' })
  expect(counts(await plan(some(15)))).toEqual({ keep: 5, unchanged: 15 })
  const tooMany = await apply(some(15), { prune: 'delete' })
  expect([tooMany.status, tooMany.body.code, tooMany.body.plan.refused[0].code]).toEqual([
    409,
    'plan_refused',
    'too_many_deletes',
  ])
  expect(counts(await apply(some(16), { prune: 'delete' }))).toEqual({ delete: 4, unchanged: 16 })
  expect((await byKey('k16')).code).toBe('task_not_found')
  expect(counts(await plan(some(13), { prune: true }))).toEqual({ delete: 3, unchanged: 13 })
  expect(counts(await apply(some(13), { prune: 'pause' }))).toEqual({ pause: 3, unchanged: 13 })
  expect((await byKey('k15')).status).toBe('paused')
  expect(counts(await plan(some(13), { prune: 'pause' }))).toEqual({ keep: 3, unchanged: 13 })
  expect(counts(await apply(some(1), { prune: 'delete', max_deletes: 15 }))).toEqual({ delete: 15, unchanged: 1 })
  expect((await byKey('other')).key).toBe('other')
})

test('a file without tasks is refused, unless that is allowed', async () => {
  await apply({ a: daily })
  for (const more of [{}, { prune: 'delete' }]) {
    const refused = await apply({}, more)
    expect([refused.status, refused.body.plan.refused[0].code]).toEqual([409, 'empty'])
  }
  expect(counts(await apply({}, { prune: 'delete', allow_empty: true }))).toEqual({ delete: 1 })
})

test('a task of no set is a conflict, and adopt takes it by its key or its name', async () => {
  const { id } = await createTask(owner, { key: 'a', name: 'By hand' })
  const { id: named } = await createTask(owner, { name: 'b' })
  await createTask(owner, { name: 'twice' })
  await createTask(owner, { name: 'twice' })
  const refused = await apply({ a: daily })
  expect(refused.body.plan.changes).toMatchObject([{ action: 'conflict', task_id: id }])
  const applied = await apply({ a: daily, b: daily }, { adopt: true })
  expect(counts(applied)).toEqual({ adopt: 2 })
  expect([(await byKey('a')).id, (await byKey('a')).name, (await byKey('b')).id]).toEqual([id, 'By hand', named])
  const twice = await plan({ c: { ...daily, name: 'twice' } }, { adopt: true })
  expect(twice.body.changes).toContainEqual(expect.objectContaining({ key: 'c', action: 'conflict' }))
  const other = await send(owner, 'POST', '/task-sets/other/plan', { tasks: { a: daily }, adopt: true })
  expect(other.body.changes).toMatchObject([{ action: 'conflict' }])
  expect(other.body.changes[0].reason).toContain('shop')
})

test('a task that was deleted by hand is created again', async () => {
  await apply({ a: daily })
  const { id } = await byKey('a')
  await send(owner, 'DELETE', `/tasks/${id}`)
  expect((await send(owner, 'GET', '/task-sets/shop')).body.missing).toBe(1)
  const { body } = await plan({ a: daily })
  expect(body.changes[0]).toMatchObject({ action: 'create' })
  expect(body.changes[0].reason).toContain('deleted by hand')
  await apply({ a: daily })
  expect((await byKey('a')).id).not.toBe(id)
  expect((await send(owner, 'GET', '/task-sets/shop')).body).toMatchObject({ missing: 0, members: 1 })
})

test('no plan, no audit entry and no record of a set shows a secret, and a changed one changes the plan', async () => {
  const secret = (value: string) => ({
    a: { ...daily, header: { Authorization: `Bearer ${value}`, 'X-Plain': '1' } },
    b: { ...daily, url: `http://127.0.0.1:9/${value}`, secret_url: true },
  })
  const first = await apply(secret('geheim-eins'))
  expect(first.body.changes.map(({ secrets }: { secrets: string[] }) => secrets)).toEqual([['authorization'], ['/url']])
  expect(counts(await plan(secret('geheim-eins')))).toEqual({ unchanged: 2 })
  const changed = await plan(secret('geheim-zwei'))
  expect(counts(changed)).toEqual({ update: 2 })
  expect((await plan(secret('geheim-drei'))).body.digest).not.toBe(changed.body.digest)
  await apply(secret('geheim-zwei'))
  const kept = { a: { ...daily, header: { Authorization: '********', 'X-Plain': '2' } } }
  expect((await apply(kept)).body.changes[0]).toMatchObject({ action: 'update', secrets: [] })
  const all = JSON.stringify([first.body, changed.body, ...(await sql`select * from audit`), await rows()])
  expect(all).not.toContain('geheim')
  const bad = await plan({ c: { ...daily, header: { Authorization: '********' } } })
  expect([bad.status, bad.body.errors[0].path]).toEqual([400, '/tasks/c/header/Authorization'])
})

test('a named secret that does not exist is an error with the path of its task', async () => {
  await apply({ a: daily })
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of references
  const header = { Authorization: 'Bearer ${secret.MISSING}' }
  const { body } = await plan({ a: { ...daily, header }, b: { ...daily, header } })
  expect(body.errors.map(({ path }: { path: string }) => path).toSorted()).toEqual([
    '/tasks/a/header/Authorization',
    '/tasks/b/header/Authorization',
  ])
  await send(owner, 'PUT', '/secrets/MISSING', { value: 'x' })
  await apply({ a: { ...daily, header }, b: { ...daily, header } })
  expect((await send(owner, 'GET', '/secrets')).body.records).toMatchObject([{ tasks: 2 }])
  await apply({ a: daily, b: { ...daily, header } })
  expect((await send(owner, 'GET', '/secrets')).body.records).toMatchObject([{ tasks: 1 }])
})

test('a plan warns of what is probably a mistake, in tasks that it changes', async () => {
  const tasks = { a: { ...daily, payload: 'a=1&b=2' } }
  expect((await plan(tasks)).body.warnings).toMatchObject([{ key: 'a', message: expect.stringContaining('form') }])
  await apply(tasks)
  expect((await plan(tasks)).body.warnings).toEqual([])
})

test('deleting a service deletes its sets', async () => {
  await apply({ a: daily })
  await sql`delete from task where service_id = ${owner.id}`
  await sql`delete from service where id = ${owner.id}`
  expect([...(await sql`select from task_set`), ...(await sql`select from task_set_member`)]).toEqual([])
})

test('labels and their rows follow the file', async () => {
  await apply({ a: { ...daily, labels: { team: 'a', env: 'x' } }, b: { ...daily, labels: { team: 'a' } } })
  await apply({ a: { ...daily, labels: { team: 'b' } }, b: daily })
  expect([
    ...(await sql`select task.key, task_label.name, value from task_label join task on task.id = task_id`),
  ]).toEqual([{ key: 'a', name: 'team', value: 'b' }])
})

test('two applies at once: one follows the other, and with digests one is refused', async () => {
  await apply({ a: daily })
  for (let round = 0; round < 5; round++) {
    const bodies = [1, 2].map((n) => ({ a: { ...daily, payload: `${round}-${n}` } }))
    const digests = await Promise.all(bodies.map(async (tasks) => (await plan(tasks)).body.digest))
    const answers = await Promise.all(bodies.map((tasks, n) => apply(tasks, { digest: digests[n] })))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
    expect((await Promise.all(bodies.map((tasks) => apply(tasks)))).map(({ status }) => status)).toEqual([200, 200])
  }
  const racing = await Promise.all(
    [1, 2, 3, 4].map((n) => send(owner, 'POST', '/task-sets/fresh/apply', { tasks: { [`n${n}`]: daily } })),
  )
  expect(racing.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect((await send(owner, 'GET', '/task-sets/fresh')).body).toMatchObject({ members: 4, revision: 4 })
})

test('a list of tasks says which set a task belongs to, and whether it was changed since', async () => {
  await apply({ a: daily }, { source: 'abc' })
  await createTask(owner, { name: 'alone' })
  const sets = async () => {
    const { body } = await send(owner, 'GET', '/tasks?include=alerts,set&sort=name')
    return body.map(({ set }: { set: unknown }) => set)
  }
  expect(await sets()).toMatchObject([{ name: 'shop', source: 'abc', changed: false }, null])
  await send(owner, 'POST', `/tasks/${(await byKey('a')).id}`, { payload: 'x' })
  expect(await sets()).toMatchObject([{ changed: true }, null])
})

test('a set is of one service, and forgetting it keeps its tasks', async () => {
  await apply({ a: daily })
  const stranger = await createAccount('stranger')
  expect((await send(stranger, 'GET', '/task-sets/shop')).status).toBe(404)
  expect((await send(stranger, 'DELETE', '/task-sets/shop')).status).toBe(404)
  expect((await send(owner, 'GET', '/task-sets')).body.records).toMatchObject([
    { name: 'shop', members: 1, revision: 1 },
  ])
  expect((await send(owner, 'DELETE', '/task-sets/shop')).status).toBe(204)
  expect((await byKey('a')).key).toBe('a')
  expect((await send(owner, 'GET', '/task-sets/shop')).status).toBe(404)
})
