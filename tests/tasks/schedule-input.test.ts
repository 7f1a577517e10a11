import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const base = { name: 'A task', url: 'http://127.0.0.1:9/', method: 'GET' }
const nightly = { ...base, cron: '30 2 * * MON-FRI', time_zone: 'Europe/Berlin' }
const far = '2099-01-01T00:00:00Z'
const create = async (fields: object) => (await send(owner, 'POST', '/tasks', { ...base, ...fields })).body
const update = async (id: string, body: object, headers: Record<string, string> = {}) =>
  (await send(owner, 'POST', `/tasks/${id}`, body, headers)).body
const preview = async (body: object) => (await send(owner, 'POST', '/schedule/preview', body)).body
const errors = async (method: string, path: string, body: object) => {
  const answer = await send(owner, method, path, body)
  expect(answer.status).toBe(400)
  return answer.body.errors as { path: string; message: string }[]
}
const inBerlin = (time: string) => new Date(time).toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin' })

test('a cron task first runs at the next time of its pattern, by the clocks of its zone', async () => {
  const task = await create(nightly)
  expect(task).toMatchObject({ cron: '30 2 * * MON-FRI', time_zone: 'Europe/Berlin', frequency: null, unit: null })
  expect(Date.parse(task.scheduled_at)).toBeGreaterThan(Date.now())
  expect(inBerlin(task.scheduled_at)).toBe('02:30:00')
  expect((await send(owner, 'GET', `/tasks/${task.id}/upcoming?count=1`)).body.upcoming).toEqual([task.scheduled_at])
  expect((await send(owner, 'GET', '/tasks')).body).toEqual([task])
})

test('the zone is UTC unless given, is answered as it is spelt, and a pattern with single spaces', async () => {
  expect(await create({ cron: '0 4 1 * *' })).toMatchObject({ cron: '0 4 1 * *', time_zone: 'UTC' })
  expect(await create({ cron: ' 0  4 * * mon ', time_zone: 'america/new_york' })).toMatchObject({
    cron: '0 4 * * mon',
    time_zone: 'America/New_York',
  })
})

test.each([
  [' @Daily ', '0 0 * * *'],
  ['0 9 ? * fri#2', '0 9 * * fri#2'],
  ['0 9 * * MON-FRI ;0  11 * * SAT;@monthly', '0 9 * * MON-FRI; 0 11 * * SAT; 0 0 1 * *'],
  ['*/20 * * * * *', '*/20 * * * * *'],
  ['every  2 weeks at 09:00 from 2026-11-30', 'every 2 weeks at 09:00 from 2026-11-30'],
])('%j is stored as %j, and its next time is that of the preview', async (cron, stored) => {
  const task = await create({ cron, time_zone: 'Europe/Berlin' })
  expect(task).toMatchObject({ cron: stored, time_zone: 'Europe/Berlin' })
  const { body } = await send(owner, 'GET', `/tasks/${task.id}/upcoming?count=3`)
  expect(body.upcoming[0]).toBe(task.scheduled_at)
  expect((await preview({ cron, time_zone: 'Europe/Berlin', count: 30 })).upcoming).toContain(body.upcoming[1])
  expect(await update(task.id, { cron })).toMatchObject({ scheduled_at: task.scheduled_at })
})

test('a given scheduled_at is the first run only', async () => {
  const task = await create({ ...nightly, scheduled_at: far })
  expect(task.scheduled_at).toBe(far)
  const { upcoming } = (await send(owner, 'GET', `/tasks/${task.id}/upcoming?count=3`)).body
  expect([upcoming[0], ...upcoming.slice(1).map(inBerlin)]).toEqual([far, '02:30:00', '02:30:00'])
})

test('many at once and once under a key are cron tasks as well', async () => {
  const { body } = await send(owner, 'POST', '/tasks/bulk', {
    tasks: [nightly, { ...base, frequency: 1, unit: 'hour' }, { ...nightly, scheduled_at: far }],
  })
  expect(inBerlin(body.tasks[0].scheduled_at)).toBe('02:30:00')
  expect([body.tasks[1].cron, body.tasks[2].scheduled_at]).toEqual([null, far])
  const once = () => send(owner, 'POST', '/tasks', nightly, { 'Idempotency-Key': 'k' })
  const [first, again] = [await once(), await once()]
  expect([first.status, again.status, again.body]).toEqual([201, 201, first.body])
})

const every = { frequency: 1, unit: 'hour' }
const refused: [what: string, fields: object, path: string, sentence: RegExp][] = [
  ['cron and frequency', { ...nightly, ...every }, '/cron', /cannot stand beside frequency: a task has cron/],
  ['cron and unit', { ...nightly, unit: 'day' }, '/cron', /cannot stand beside unit/],
  ['a zone and frequency', { ...every, time_zone: 'UTC' }, '/time_zone', /only for a task with cron/],
  ['a zone alone', { scheduled_at: far, time_zone: 'UTC' }, '/time_zone', /only for a task with cron/],
  ['a zone and cron null', { scheduled_at: far, cron: null, time_zone: 'UTC' }, '/time_zone', /only for a task/],
  ['nothing', {}, '/frequency', /is required, with unit; or give cron, or scheduled_at alone/],
  ['half of every', { frequency: 1 }, '/unit', /is required with frequency/],
  ['the other half', { unit: 'day' }, '/frequency', /is required with unit/],
  ['seven fields', { cron: '0 0 0 1 1 * 2027' }, '/cron', /leave out the year/],
  ['every second', { cron: '* * * * * *' }, '/cron', /at least 5 s between two slots/],
  ['a nickname without a time', { cron: '@reboot' }, '/cron', /scheduled_at without cron/],
  ['an hour too many', { cron: '0 25 * * *' }, '/cron', /"25" in the hour field/],
  ['a day that never comes', { cron: '0 0 31 2 *' }, '/cron', /must come due at some time, but no day is ever/],
  ['the last day of a week', { cron: '0 0 * * L' }, '/cron', /SATL/],
  ['nothing in it', { cron: '' }, '/cron', /five fields/],
  ['a pattern too long', { cron: `${'1,'.repeat(500)}1 * * * *` }, '/cron', /1000 characters/],
  [
    'a zone that is none',
    { cron: '0 0 * * *', time_zone: 'Mars/Olympus' },
    '/time_zone',
    /IANA name.*"Mars\/Olympus" is none/,
  ],
  ['an offset for a zone', { cron: '0 0 * * *', time_zone: '+02:00' }, '/time_zone', /IANA name/],
  ['an empty zone', { cron: '0 0 * * *', time_zone: '' }, '/time_zone', /IANA name/],
]
test.each(refused)('refuses %s, at its field, in a create, a PUT and a preview', async (_, fields, path, sentence) => {
  const task = await create({ scheduled_at: far, frequency: 1, unit: 'day' })
  const { name: __, url: ___, method: ____, ...schedule } = { name: '', url: '', method: '', ...fields }
  for (const [method, where, body] of [
    ['POST', '/tasks', { ...base, ...fields }],
    ['PUT', `/tasks/${task.id}`, { ...base, ...fields }],
    ['POST', '/schedule/preview', schedule],
  ] as const) {
    const found = await errors(method, where, body)
    expect(found.map((error) => error.path)).toEqual([path])
    expect(found[0]?.message).toMatch(sentence)
  }
  expect(await sql`select 1 from task`).toHaveLength(1)
})

test('a pattern with gaps of decades is accepted, changed and previewed like any other', async () => {
  const leap = { cron: '0 9 29 2 */7', time_zone: 'Europe/Berlin' }
  const times = ['2032-02-29T08:00:00Z', '2060-02-29T08:00:00Z', '2088-02-29T08:00:00Z']
  const task = await create(leap)
  expect(task.scheduled_at).toBe(times[0])
  expect((await send(owner, 'GET', `/tasks/${task.id}/upcoming?count=3`)).body.upcoming).toEqual(times)
  expect((await preview({ ...leap, count: 3 })).upcoming).toEqual(times)
  expect((await update(task.id, { cron: '0 9 29 11 */7' })).scheduled_at).toMatch(/^20(26|37)-11-29T08:00:00Z$/)
  expect((await create({ ...leap, scheduled_at: '2020-01-01T00:00:00Z' })).scheduled_at).toBe('2020-01-01T00:00:00Z')
  expect((await send(owner, 'GET', '/overview')).status).toBe(200)
})

test('a pattern that clock changes skip in every year is refused, but with a first run of its own', async () => {
  const skipped = { cron: '* 2 29 3 */7', time_zone: 'Europe/Berlin' }
  for (const [method, path, body] of [
    ['POST', '/tasks', { ...base, ...skipped }],
    ['POST', '/schedule/preview', skipped],
  ] as const)
    expect(await errors(method, path, body)).toMatchObject([
      { path: '/cron', message: expect.stringMatching(/every day that it names/) },
    ])
  const task = await create({ ...skipped, scheduled_at: far })
  expect((await send(owner, 'GET', `/tasks/${task.id}/upcoming`)).body.upcoming).toEqual([far])
  expect(await errors('POST', `/tasks/${task.id}`, { scheduled_at: null })).toMatchObject([{ path: '/scheduled_at' }])
  // While its last run goes on, another change does not make it due again.
  await sql`update task set scheduled_at = now(), once_running = true`
  await update(task.id, { name: 'Another name' })
  expect(await sql`select once_running from task`).toMatchObject([{ once_running: true }])
})

test('naming one kind of schedule drops the other and counts anew', async () => {
  const task = await create({ ...every, scheduled_at: far })
  const cron = await update(task.id, { cron: nightly.cron, time_zone: nightly.time_zone })
  expect(cron).toMatchObject({ cron: nightly.cron, time_zone: 'Europe/Berlin', frequency: null, unit: null })
  expect(inBerlin(cron.scheduled_at)).toBe('02:30:00')
  const hourly = await update(task.id, every)
  expect(hourly).toMatchObject({ ...every, cron: null, time_zone: null })
  expect(Date.parse(hourly.scheduled_at) - Date.parse(hourly.updated_at)).toBe(3_600_000)
  const once = await update(task.id, { frequency: null, unit: null, scheduled_at: far })
  expect(once).toMatchObject({ frequency: null, unit: null, cron: null, scheduled_at: far })
  const again = await update(task.id, { cron: '0 12 * * *' })
  expect(again).toMatchObject({ cron: '0 12 * * *', time_zone: 'UTC' })
  expect(again.scheduled_at).toEndWith('T12:00:00Z')
  expect(await update(task.id, { cron: null })).toMatchObject({
    cron: null,
    time_zone: null,
    frequency: null,
    scheduled_at: again.scheduled_at,
  })
})

test('another pattern or zone counts anew, the same one leaves the slot as it is', async () => {
  const task = await create({ ...nightly, scheduled_at: far })
  expect((await update(task.id, { cron: nightly.cron })).scheduled_at).toBe(far)
  expect((await update(task.id, { time_zone: 'Europe/Berlin', name: 'Same' })).scheduled_at).toBe(far)
  const tokyo = await update(task.id, { time_zone: 'Asia/Tokyo' })
  expect(tokyo).toMatchObject({ cron: nightly.cron, time_zone: 'Asia/Tokyo' })
  expect(tokyo.scheduled_at).toEndWith('T17:30:00Z')
  const { body: read } = await send(owner, 'GET', `/tasks/${task.id}`)
  const noon = await update(task.id, { ...read, cron: '0 12 * * *' })
  expect(noon).toMatchObject({ cron: '0 12 * * *', time_zone: 'Asia/Tokyo' })
  expect(noon.scheduled_at).toEndWith('T03:00:00Z')
  expect((await update(task.id, { cron: '0 13 * * *', scheduled_at: far })).scheduled_at).toBe(far)
  expect((await update(task.id, { scheduled_at: null })).scheduled_at).toEndWith('T04:00:00Z')
  expect((await update(task.id, { time_zone: null })).time_zone).toBe('UTC')
})

test('what was read can be sent back, whatever its kind', async () => {
  for (const fields of [nightly, every, { scheduled_at: far }]) {
    const task = await create(fields)
    const { body } = await send(owner, 'PUT', `/tasks/${task.id}`, task)
    expect(body).toEqual({ ...task, updated_at: body.updated_at })
    const updated = await update(task.id, body)
    expect(updated).toEqual({ ...body, updated_at: updated.updated_at })
  }
})

test('an update refuses a zone for a task without a pattern, and two kinds at once', async () => {
  const task = await create({ ...every, scheduled_at: far })
  const path = `/tasks/${task.id}`
  expect(await errors('POST', path, { time_zone: 'UTC' })).toMatchObject([{ path: '/time_zone' }])
  expect(await errors('POST', path, { cron: '0 0 * * *', frequency: 1 })).toMatchObject([{ path: '/cron' }])
  expect(await errors('POST', path, { cron: null, time_zone: 'UTC' })).toMatchObject([{ path: '/time_zone' }])
  expect((await send(owner, 'GET', path)).body).toEqual(task)
})

test('If-Match holds for a change of the pattern, and changes at the same time both come through without it', async () => {
  const task = await create({ ...nightly, scheduled_at: far })
  const stale = await send(owner, 'POST', `/tasks/${task.id}`, { cron: '0 1 * * *' }, { 'If-Match': '"7"' })
  expect(stale.status).toBe(412)
  // Each is counted anew when another was first, within the time of a request: many would be too slow on a busy machine.
  const answers = await Promise.all(
    Array.from({ length: 24 }, (_, at) => {
      const change = [{ cron: `${at} * * * *` }, { time_zone: at % 2 ? 'UTC' : 'Asia/Tokyo' }, { scheduled_at: null }][
        at % 3
      ]
      return send(owner, 'POST', `/tasks/${task.id}`, change)
    }),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(24).fill(200))
  expect((await send(owner, 'POST', `/tasks/${crypto.randomUUID()}`, { cron: '0 1 * * *' })).status).toBe(404)
})

test('a preview warns of what a clock change does to a pattern', async () => {
  const { upcoming, warnings } = await preview({
    cron: '30 2 29 3 *',
    time_zone: 'Europe/Berlin',
    scheduled_at: '2099-03-01T00:00:00Z',
    count: 2,
  })
  expect(upcoming).toEqual(['2099-03-01T00:00:00Z', '2099-03-29T01:00:00Z'])
  expect(warnings).toEqual([expect.stringMatching(/2099-03-29.*does not exist in Europe\/Berlin/)])
})
