import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
})

const put = (name: string, body: object) => send(account, 'PUT', `/calendars/${name}`, body)

const file = (...events: string[][]) =>
  ['BEGIN:VCALENDAR', ...events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']), 'END:VCALENDAR', ''].join(
    '\r\n',
  )

test('a calendar is set, shown, listed, changed and deleted, and the audit tells of it', async () => {
  const days = [{ day: '2026-12-26' }, { day: '2026-12-19', kind: 'open', note: 'Inventory' }]
  const created = await put('berlin', { days })
  expect([created.status, created.body]).toEqual([
    201,
    {
      ...{ name: 'berlin', weekend: ['sunday', 'saturday'], last_day: '2026-12-26', day_count: 2, task_count: 0 },
      days: [
        { day: '2026-12-19', kind: 'open', note: 'Inventory' },
        { day: '2026-12-26', kind: 'closed', note: null },
      ],
      ...{ created_at: expect.any(String), updated_at: expect.any(String), moved_tasks: 0, left_out: [] },
    },
  ])
  const { left_out: _, moved_tasks: ___, ...calendar } = created.body
  expect((await send(account, 'GET', '/calendars/berlin')).body).toEqual(calendar)
  const { days: __, ...listed } = calendar
  expect((await send(account, 'GET', '/calendars')).body).toEqual({ records: [listed], next_cursor: null })

  const changed = await put('berlin', { weekend: ['friday'], days: [...days.slice(0, 1), { day: '2027-01-01' }] })
  expect([changed.status, changed.body]).toEqual([
    200,
    expect.objectContaining({ weekend: ['friday'], last_day: '2027-01-01', day_count: 2 }),
  ])
  expect((await send(account, 'DELETE', '/calendars/berlin')).status).toBe(204)
  expect((await send(account, 'GET', '/calendars/berlin')).body.code).toBe('calendar_not_found')
  expect((await send(account, 'DELETE', '/calendars/berlin')).body.code).toBe('calendar_not_found')
  const { body: audit } = await send(account, 'GET', '/audit')
  expect(audit.records.map(({ action }: { action: string }) => action)).toEqual([
    ...['calendar_deleted', 'calendar_set', 'calendar_set', 'service_created'],
  ])
  expect(audit.records[1]).toMatchObject({
    before: { weekend: [0, 6], day_count: 2, days: [{ day: '2026-12-19', kind: 'open', note: 'Inventory' }] },
    after: { weekend: [5], day_count: 2, days: [{ day: '2027-01-01', kind: 'closed', note: null }] },
  })
})

test('a calendar that is set as it is already does not change', async () => {
  const body = { weekend: ['saturday', 'sunday'], days: [{ day: '2026-12-26', note: 'x' }] }
  await put('a', body)
  const [before] = await sql`select version, updated_at from calendar`
  expect((await put('a', body)).status).toBe(200)
  expect(await sql`select version, updated_at from calendar`).toEqual([before] as never)
  await put('a', { ...body, days: [{ day: '2026-12-26', note: 'y' }] })
  const [after] = await sql`select version from calendar`
  expect(after?.version).not.toBe(before?.version)
})

test('the whole days of a calendar file are closed days, and given days count more', async () => {
  const ics = file(
    ['DTSTART;VALUE=DATE:20261225', 'SUMMARY:Christmas Day', 'RRULE:FREQ=YEARLY;UNTIL=20280101'],
    ['DTSTART:20261225T100000Z', 'SUMMARY:Breakfast'],
  )
  const { body } = await put('a', { ics, days: [{ day: '2027-12-25', kind: 'open' }] })
  expect([body.days, body.left_out]).toEqual([
    [
      { day: '2026-12-25', kind: 'closed', note: 'Christmas Day' },
      { day: '2027-12-25', kind: 'open', note: null },
    ],
    ['Breakfast: it has a time of day, and only whole days are read'],
  ])
})

test.each([
  [{ ics: 'no file' }, '/ics', 'must be a calendar file, which begins with BEGIN:VCALENDAR'],
  [{ days: [{ day: '2026-02-30' }] }, '/days/0/day', 'must be a day from 1970 to 9999, such as 2026-12-25'],
  [
    { days: [{ day: '2026-12-25' }, { day: '2026-12-25', kind: 'open' }] },
    '/days/1/day',
    'is given twice: 2026-12-25 is also at /days/0',
  ],
  [{ weekend: ['sat'] }, '/weekend/0', expect.stringContaining('must be one of sunday')],
  [{ days: [{ day: '2026-12-25', note: 'x\udfff' }] }, '/days/0/note', expect.stringContaining('without NUL')],
  [{ days: [{ day: '2026-12-25', note: 'x\0' }] }, '/days/0/note', expect.stringContaining('without NUL')],
  [{ days: [{ day: '2026-12-25', note: '' }] }, '/days/0/note', expect.stringContaining('1 to 200 characters')],
  [{ days: [{ day: '2026-12-25', kind: 'half' }] }, '/days/0/kind', 'must be one of closed, open'],
])('%j is refused', async (body, path, message) => {
  const answer = await put('a', body)
  expect([answer.status, answer.body.errors?.[0]]).toEqual([400, expect.objectContaining({ path, message })])
})

test('a service has a limited number of calendars', async () => {
  await sql`
    insert into calendar (service_id, name)
    select ${account.id}, 'c' || n
    from generate_series(1, 100) n`
  expect(await put('another', {})).toMatchObject({ status: 409, body: { code: 'too_many_calendars' } })
  expect((await put('c1', { weekend: [] })).status).toBe(200)
})

test('requests at the same moment leave the days of one of them', async () => {
  const lists = Array.from({ length: 8 }, (_, at) => [{ day: `2026-01-0${at + 1}` }, { day: `2026-02-0${at + 1}` }])
  await Promise.all(lists.map((days) => put('a', { days })))
  const { body } = await send(account, 'GET', '/calendars/a')
  expect(lists.map((days) => days.map(({ day }) => day))).toContainEqual(
    body.days.map(({ day }: { day: string }) => day),
  )
})

test('tasks are listed by their calendar', async () => {
  await put('a', {})
  const cron = { frequency: null, unit: null, cron: '0 9 * * *' }
  await createTask(account, { ...cron, name: 'with', calendar: 'a' })
  await createTask(account, { ...cron, name: 'without' })
  const names = async (query: string) =>
    (await send(account, 'GET', `/tasks?${query}`)).body.map(({ name }: { name: string }) => name)
  expect(await names('calendar=a&sort=name')).toEqual(['with'])
  expect(await names('calendar=b')).toEqual([])
  expect((await send(account, 'GET', '/tasks?calendar=a&limit=5&include=failing')).body.records).toHaveLength(1)
  expect((await send(account, 'GET', '/tasks?calendar=not%20one')).status).toBe(400)
})
