import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
let task: Awaited<ReturnType<typeof createTask>>
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = await createTask(owner, { header: { Accept: 'a' }, payload: 'p', retries: 2, timeout_seconds: 9 })
})

const update = (body: unknown, headers: Record<string, string> = {}, id = task.id) =>
  send(owner, 'POST', `/tasks/${id}`, body, headers)
const stored = async () => (await send(owner, 'GET', `/tasks/${task.id}`)).body
const refusedAt = async (body: unknown) => {
  const answer = await update(body)
  return [answer.status, ...answer.body.errors.map((error: { path: string }) => error.path)]
}

test.each([
  ['name', 'Another', 'Another'],
  ['url', 'https://example.com/x', 'https://example.com/x'],
  ['method', 'delete', 'DELETE'],
  ['header', { 'X-A': 'b' }, { 'X-A': 'b' }],
  ['header', {}, {}],
  ['payload', 'q', 'q'],
  ['payload', null, null],
  ['status', 'paused', 'paused'],
  ['status', 'disabled', 'disabled'],
  ['scheduled_at', '2098-01-01T01:00:00+01:00', '2098-01-01T00:00:00Z'],
  ['frequency', 7, 7],
  ['unit', 'month', 'month'],
  ['timeout_seconds', 30, 30],
  ['timeout_seconds', null, null],
  ['retries', 0, 0],
])('changes %s alone, and every other field keeps its value', async (field, value, answered) => {
  const { status, body } = await update({ [field]: value })
  expect(status).toBe(200)
  const starts = field === 'scheduled_at' ? { starts_at: answered } : {}
  expect(body).toEqual({ ...task, [field]: answered, ...starts, updated_at: body.updated_at })
  expect(Date.parse(body.updated_at)).toBeGreaterThan(Date.parse(task.updated_at))
  expect(await stored()).toEqual(body)
})

test('accepts a task as it was read, with one change', async () => {
  const { status, body } = await update({ ...task, name: 'Renamed' })
  expect([status, body]).toEqual([200, { ...task, name: 'Renamed', updated_at: body.updated_at }])
})

test('takes the id of its own in any case, and times of its own at any offset', async () => {
  const created_at = task.created_at.replace('Z', '+00:00')
  expect((await update({ id: task.id.toUpperCase(), service_id: owner.id, created_at })).status).toBe(200)
})

test.each(['id', 'service_id', 'created_at', 'updated_at'])(
  'refuses to change %s, and changes nothing',
  async (field) => {
    const value = field.endsWith('id') ? crypto.randomUUID() : '2001-01-01T00:00:00Z'
    expect(await refusedAt({ name: 'Renamed', [field]: value })).toEqual([400, `/${field}`])
    expect(await refusedAt({ name: 'Renamed', [field]: null })).toEqual([400, `/${field}`])
    expect(await refusedAt({ name: 'Renamed', [field]: 'x' })).toEqual([400, `/${field}`])
    expect(await stored()).toEqual(task)
  },
)

test('a scheduled_at equal to the stored one leaves the slot as it is', async () => {
  await sql`update task set frequency = null, unit = null, once_running = true where id = ${task.id}`
  await update({ scheduled_at: '2099-01-01T05:45:00+05:45', name: 'Renamed' })
  const [same] = await sql`select once_running from task where id = ${task.id}`
  expect(same?.once_running).toBe(true)
  await update({ scheduled_at: '2099-01-01T00:00:00.000001Z' })
  const [other] = await sql`select once_running from task where id = ${task.id}`
  expect(other?.once_running).toBe(false)
})

test('scheduled_at null counts anew from now, with what the same update says of the interval', async () => {
  const { body } = await update({ scheduled_at: null, frequency: 3, unit: 'day' })
  expect(Date.parse(body.scheduled_at) - Date.parse(body.updated_at)).toBe(3 * 86_400_000)
  const { body: again } = await update({ scheduled_at: null, unit: 'minute' })
  expect(Date.parse(again.scheduled_at) - Date.parse(again.updated_at)).toBe(3 * 60_000)
})

test('refuses an interval that only with its stored half is over ten years', async () => {
  expect(await refusedAt({ frequency: 87_661 })).toEqual([400, '/frequency'])
  await update({ frequency: 87_660 })
  expect(await refusedAt({ unit: 'day' })).toEqual([400, '/frequency'])
  expect(await refusedAt({ unit: 'month', scheduled_at: null })).toEqual([400, '/frequency'])
  await update({ frequency: 1, unit: 'month' })
  expect(await refusedAt({ frequency: 2_147_483_647, scheduled_at: null })).toEqual([400, '/frequency'])
  await update({ unit: 'week' })
  expect(await refusedAt({ frequency: 2_147_483_647, scheduled_at: null })).toEqual([400, '/frequency'])
  expect(await refusedAt({ frequency: 121, unit: 'month' })).toEqual([400, '/frequency'])
})

test('refuses a change that would make the schedule incomplete', async () => {
  expect(await refusedAt({ frequency: null })).toEqual([400, '/frequency'])
  expect(await refusedAt({ unit: null })).toEqual([400, '/frequency'])
  expect((await update({ frequency: null, unit: null })).status).toBe(200)
  expect(await refusedAt({ frequency: 2 })).toEqual([400, '/frequency'])
  expect(await refusedAt({ unit: 'hour' })).toEqual([400, '/frequency'])
  expect(await refusedAt({ scheduled_at: null })).toEqual([400, '/scheduled_at'])
})

test('a task that runs once and gets an interval counts from now', async () => {
  await update({ frequency: null, unit: null })
  const { body } = await update({ frequency: 2, unit: 'hour' })
  expect(Date.parse(body.scheduled_at) - Date.parse(body.updated_at)).toBe(2 * 3_600_000)
})

test('a task that has run once needs a new time before it is active again', async () => {
  await update({ frequency: null, unit: null })
  await sql`update task set status = 'disabled', scheduled_at = null where id = ${task.id}`
  expect(await refusedAt({ status: 'active' })).toEqual([400, '/scheduled_at'])
  const { status } = await update({ status: 'active', scheduled_at: '2098-01-01T00:00:00Z' })
  expect(status).toBe(200)
})

test('an empty update changes nothing but the time of the update', async () => {
  const { status, body } = await update({})
  expect([status, body]).toEqual([200, { ...task, updated_at: body.updated_at }])
})

test.each([
  [{ name: null }, '/name'],
  [{ name: '' }, '/name'],
  [{ url: 'file:///x' }, '/url'],
  [{ method: 'TRACE' }, '/method'],
  [{ header: { Host: 'x' } }, '/header/Host'],
  [{ header: null }, '/header'],
  [{ payload: '\0' }, '/payload'],
  [{ status: 'gone' }, '/status'],
  [{ scheduled_at: '2026-02-30T00:00:00Z' }, '/scheduled_at'],
  [{ frequency: 0 }, '/frequency'],
  [{ unit: 'year' }, '/unit'],
  [{ timeout_seconds: 0 }, '/timeout_seconds'],
  [{ retries: null }, '/retries'],
  [{ nam: 'x' }, '/nam'],
])('refuses %j, and changes nothing', async (body, path) => {
  expect(await refusedAt({ payload: 'changed', ...body })).toEqual([400, path])
  expect(await stored()).toEqual(task)
})

test('If-Match lets the current version through, and * any', async () => {
  expect((await update({ name: 'a' }, { 'if-match': '"1"' })).headers.get('etag')).toBe('"2"')
  expect((await update({ name: 'b' }, { 'if-match': '*' })).headers.get('etag')).toBe('"3"')
  expect((await update({ name: 'c' }, { 'if-match': ' "3" ' })).headers.get('etag')).toBe('"4"')
  expect((await update({ name: 'd' }, { 'if-match': '"99", "4","x"' })).headers.get('etag')).toBe('"5"')
})

test.each(['"2"', '"0"', '"01"', '1', 'W/"1"', '""', '', 'x', '"1', '"99999999999999999999"', '"-1"', '"1.0"', '**'])(
  'If-Match with what is not the current version is a 412: %s',
  async (version) => {
    expect((await update({ name: 'Renamed' }, { 'if-match': version })).status).toBe(412)
    expect(await stored()).toEqual(task)
  },
)

test('of many updates with one version exactly one wins; without it the last one does', async () => {
  const race = (name: string, headers: Record<string, string>) =>
    Promise.all(Array.from({ length: 8 }, (_, index) => update({ name: `${name} ${index}` }, headers)))
  const statuses = (await race('first', { 'if-match': '"1"' })).map(({ status }) => status).sort()
  expect(statuses).toEqual([200, 412, 412, 412, 412, 412, 412, 412])
  expect((await race('second', {})).every(({ status }) => status === 200)).toBe(true)
  expect((await send(owner, 'GET', `/tasks/${task.id}`)).headers.get('etag')).toBe('"10"')
})

test("a stranger's task, an unknown and a deleted one are the same 404", async () => {
  const unknown = await update(farTask, {}, crypto.randomUUID())
  expect(unknown.status).toBe(404)
  const foreign = await send(await createAccount(), 'POST', `/tasks/${task.id}`, { name: 'Mine' })
  expect([foreign.status, foreign.body]).toEqual([404, unknown.body])
  expect(await stored()).toEqual(task)
  await send(owner, 'DELETE', `/tasks/${task.id}`)
  expect((await update({ name: 'x' })).body).toEqual(unknown.body)
})

test('is a 401 without credentials', async () => {
  expect((await send(undefined, 'POST', `/tasks/${task.id}`, { name: 'x' })).status).toBe(401)
  expect(await stored()).toEqual(task)
})
