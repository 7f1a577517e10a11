import { beforeAll, beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeAll(emptyDatabase)
beforeEach(async () => {
  owner = await createAccount('team')
})

const dayMs = 86_400_000
const put = (name: string, body: object) => send(owner, 'PUT', `/calendars/${name}`, body)
const patch = (id: string, change: object) => send(owner, 'POST', `/tasks/${id}`, change)

/** Each day at the minute before now, so that the next slot is tomorrow's. */
const minute = new Date(Date.now() - 60_000)
const daily = `${minute.getUTCMinutes()} ${minute.getUTCHours()} * * *`
/** The slot some days from today, and its day. */
const slot = (days: number) =>
  `${new Date(Math.floor(minute.getTime() / 60_000) * 60_000 + days * dayMs).toISOString().slice(0, 19)}Z`
const day = (days: number) => slot(days).slice(0, 10)
const closed = (...days: number[]) => ({
  weekend: [],
  days: days.map((one) => ({ day: day(one), note: `Day ${one}` })),
})
const byCron = (more: object) =>
  createTask(owner, { frequency: undefined, unit: undefined, scheduled_at: undefined, cron: daily, ...more })
const nextOf = async (id: string) => (await send(owner, 'GET', `/tasks/${id}`)).body.scheduled_at

test.each([
  ['skip', 2],
  ['next', 2],
  ['previous', 2],
  ['only_closed', 1],
])(
  'a task by the rule %s of a calendar that closes tomorrow runs first on the right day',
  async (calendar_rule, first) => {
    await put('work', closed(1))
    const task = await byCron({ calendar: 'work', calendar_rule })
    expect(task).toMatchObject({ calendar: 'work', calendar_rule, scheduled_at: slot(first) })
    expect(await sql`select calendar_use like '% ' || ${calendar_rule} as ok from task where id = ${task.id}`).toEqual([
      { ok: true },
    ] as never)
  },
)

test('a slot of a closed day moves to the same time of the open day before or after, and two at one time are one', async () => {
  await put('work', closed(3, 4))
  const times = async (calendar_rule: string) =>
    (await send(owner, 'POST', '/schedule/preview', { cron: daily, calendar: 'work', calendar_rule, count: 4 })).body
  expect((await times('next')).upcoming).toEqual([slot(1), slot(2), slot(5), slot(6)])
  expect((await times('previous')).upcoming).toEqual([slot(1), slot(2), slot(5), slot(6)])
  expect((await times('only_closed')).upcoming).toEqual([slot(3), slot(4)])
  expect((await times('next')).left_out).toEqual([
    { at: slot(3), note: 'Day 3', moved_to: slot(5) },
    { at: slot(4), note: 'Day 4', moved_to: slot(5) },
  ])
  expect((await times('skip')).left_out).toMatchObject([{ moved_to: null }, { moved_to: null }])
})

test('a preview warns when the calendar leaves no run for a year, and when it lists no days for the last times', async () => {
  await put('never', { weekend: ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] })
  await put('short', closed(2))
  const said = async (calendar: string) =>
    (await send(owner, 'POST', '/schedule/preview', { cron: daily, calendar, count: 5 })).body.warnings
  expect(await said('never')).toEqual(['The calendar leaves no run in the next year.'])
  expect(await said('short')).toEqual([
    `The calendar lists days up to ${day(2)}; after that only its weekend is closed.`,
  ])
})

test('coming runs of a stored task keep to its calendar', async () => {
  await put('work', closed(2, 3))
  const { id } = await byCron({ calendar: 'work' })
  expect((await send(owner, 'GET', `/tasks/${id}/upcoming?count=2`)).body).toMatchObject({
    upcoming: [slot(1), slot(4)],
    left_out: [{ at: slot(2) }, { at: slot(3) }],
  })
})

test.each([
  [
    'an interval',
    { cron: undefined, frequency: 1, unit: 'day', calendar: 'work' },
    '/calendar',
    'only for a task with cron',
  ],
  ['a calendar that does not exist', { calendar: 'nowhere' }, '/calendar', 'does not exist: set it first'],
  ['a calendar without an open day', { calendar: 'never' }, '/calendar', 'leaves no slot of cron'],
  ['an unknown rule', { calendar: 'work', calendar_rule: 'following' }, '/calendar_rule', 'must be'],
  [
    'an end before the first slot',
    { calendar: 'work', ends_at: slot(1) },
    '/ends_at',
    `would be at ${slot(2).replace('Z', '.000Z')}`,
  ],
])('%s is refused, on creation and on a change', async (_, fields, path, message) => {
  await put('work', closed(1))
  await put('never', { weekend: ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] })
  const base = { ...farTask, frequency: undefined, unit: undefined, scheduled_at: undefined, cron: daily }
  const created = await send(owner, 'POST', '/tasks', { ...base, ...fields })
  expect([created.status, created.body.errors?.[0]]).toEqual([
    400,
    { path, message: expect.stringContaining(message), code: expect.any(String) },
  ])
  const bulk = await send(owner, 'POST', '/tasks/bulk', { tasks: [base, { ...base, ...fields }] })
  expect([bulk.status, bulk.body.errors?.[0].path]).toEqual([400, `/tasks/1${path}`])
  if (path === '/ends_at') return
  const { id } = await byCron({})
  const { cron: _unset, ...change } = fields as Record<string, unknown>
  expect((await patch(id, change)).body.errors?.[0]?.path).toBe(path)
})

test('a change of the calendar or the rule counts the next slot anew, and one that changes neither does not', async () => {
  await put('work', closed(1))
  await put('free', { weekend: [] })
  const { id } = await byCron({})
  expect(await nextOf(id)).toBe(slot(1))
  const { body: under } = await patch(id, { calendar: 'work' })
  expect(under).toMatchObject({ scheduled_at: slot(2), calendar: 'work', calendar_rule: 'skip' })
  expect((await send(owner, 'PUT', `/tasks/${id}`, under)).body).toEqual(under)
  expect((await patch(id, { calendar_rule: 'only_closed' })).body.scheduled_at).toBe(slot(1))
  expect((await patch(id, { calendar: 'free', calendar_rule: 'skip' })).body.scheduled_at).toBe(slot(1))
  expect((await patch(id, { calendar: 'work' })).body.scheduled_at).toBe(slot(2))
  expect((await patch(id, { calendar: null })).body).toMatchObject({ calendar: null, scheduled_at: slot(1) })
})

test('a task that becomes one without a pattern has no calendar any more', async () => {
  await put('work', closed(1))
  const { id } = await byCron({ calendar: 'work', calendar_rule: 'next' })
  expect((await patch(id, { frequency: 1, unit: 'day' })).body).toMatchObject({ calendar: null, calendar_rule: 'skip' })
  expect((await send(owner, 'DELETE', '/calendars/work')).status).toBe(204)
})

test('a change of the days moves the tasks that use the calendar at once, and a dry run only counts them', async () => {
  await put('work', closed(9))
  const [skipping, moving, other] = [
    await byCron({ calendar: 'work' }),
    await byCron({ calendar: 'work', calendar_rule: 'only_closed' }),
    await byCron({}),
  ]
  expect([skipping.scheduled_at, moving.scheduled_at]).toEqual([slot(1), slot(9)])
  const trial = await put('work', { ...closed(1, 2), dry_run: true })
  expect([trial.status, trial.body]).toEqual([
    200,
    expect.objectContaining({ moved_tasks: 2, task_count: 2, day_count: 2 }),
  ])
  expect((await send(owner, 'GET', '/calendars/work')).body.day_count).toBe(1)
  expect(await nextOf(skipping.id)).toBe(slot(1))

  expect((await put('work', closed(1, 2))).body.moved_tasks).toBe(2)
  expect([await nextOf(skipping.id), await nextOf(moving.id), await nextOf(other.id)]).toEqual([
    slot(3),
    slot(1),
    slot(1),
  ])
  expect((await put('work', closed(1, 2))).body.moved_tasks).toBe(0)
})

test('days that leave no slot to a task are refused as a whole', async () => {
  await put('work', closed(1))
  const { id } = await byCron({ calendar: 'work', name: 'Books' })
  const all = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
  const { status, body } = await put('work', { weekend: all })
  expect([status, body.code]).toEqual([409, 'calendar_leaves_no_slot'])
  expect(body.message).toContain('the task Books has no slot')
  expect((await send(owner, 'GET', '/calendars/work')).body.weekend).toEqual([])
  expect(await nextOf(id)).toBe(slot(2))
})

test('a calendar that tasks use is not deleted, and the answer names them', async () => {
  await put('work', {})
  const { id } = await byCron({ calendar: 'work', name: 'Books' })
  const { status, body } = await send(owner, 'DELETE', '/calendars/work')
  expect([status, body.code, body.message]).toEqual([
    409,
    'calendar_in_use',
    `1 task uses the calendar work: Books (${id}). Give them another calendar, or none, first.`,
  ])
  await send(owner, 'DELETE', `/tasks/${id}`)
  expect((await send(owner, 'DELETE', '/calendars/work')).status).toBe(204)
})

test('a slot that is due stays when its day is closed, and so does a first run that somebody has given', async () => {
  await put('work', { weekend: [] })
  const due = await byCron({ calendar: 'work' })
  await sql`update task set scheduled_at = ${slot(0)} where id = ${due.id}`
  const given = await byCron({ calendar: 'work', scheduled_at: slot(1) })
  const spread = await byCron({ calendar: 'work', scheduled_at: slot(1), spread_seconds: 3_600 })
  expect((await put('work', closed(0, 1))).body.moved_tasks).toBe(0)
  expect(await Promise.all([due, given, spread].map(({ id }) => nextOf(id)))).toEqual([slot(0), slot(1), slot(1)])
})

test('a task that ends before the slot to which a change would move it is disabled', async () => {
  await put('work', { weekend: [] })
  const pause = { status: 'paused', paused_until: '2190-01-01T08:00:00Z' }
  const { id } = await byCron({ calendar: 'work', ends_at: slot(1), ...pause })
  await put('work', closed(1))
  const ended = { status: 'disabled', scheduled_at: null, paused_until: null }
  expect((await send(owner, 'GET', `/tasks/${id}`)).body).toMatchObject(ended)
})

test('a next slot that was computed by former days is refused by the database, and computed again', async () => {
  await put('work', closed(1))
  const { id } = await byCron({ calendar: 'work' })
  const [{ calendar_use: former }] = await sql<
    [{ calendar_use: string }]
  >`select calendar_use from task where id = ${id}`
  await put('work', closed(2))
  for (const use of [former, null])
    await expect(
      Promise.resolve(sql`update task set calendar_use = ${use}::text where id = ${id}`),
    ).rejects.toMatchObject({ code: 'DU001' })
  // Creates and changes of the days at the same time: none is lost, and all tasks stand as the last days have it.
  const [created, , changed] = await Promise.all([
    Promise.all(Array.from({ length: 6 }, () => byCron({ calendar: 'work' }))),
    (async () => {
      for (const days of [[1], [2], [1], [1, 2]]) await put('work', closed(...days))
    })(),
    Promise.all(Array.from({ length: 6 }, (_, at) => patch(id, { calendar_rule: at % 2 === 0 ? 'next' : 'skip' }))),
  ])
  expect(changed.map(({ status }) => status)).toEqual(Array(6).fill(200))
  for (const task of created) expect(await nextOf(task.id)).toBe(slot(3))
  expect(await nextOf(id)).toBe(slot(3))
})
