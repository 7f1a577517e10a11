import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { createOperator } from '../support/operators.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const put = (name: string, body: object) => send(owner, 'PUT', `/calendars/${name}`, body)
const daysOf = async (name: string) => (await send(owner, 'GET', `/calendars/${name}`)).body.days
const closed = (day: string, note: string | null = null) => ({ day, kind: 'closed', note })
/** A day so many days from now. */
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

const file = (...events: string[][]) =>
  ['BEGIN:VCALENDAR', ...events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']), 'END:VCALENDAR', ''].join(
    '\r\n',
  )

browserTest(
  'calendars are found behind More: how many days each lists and until when, which tasks use it, and that it ends',
  async () => {
    await put('berlin', { days: [{ day: '2020-01-01', note: 'New Year' }, { day: inDays(3) }] })
    await put('works', { weekend: [] })
    await createTask(owner, {
      name: 'Close the books',
      frequency: null,
      unit: null,
      cron: '0 9 * * *',
      calendar: 'berlin',
    })
    await createTask(owner, { name: 'Another' })
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, '#/')
    await page.getByText('The calendar berlin lists no days after').waitFor()
    await page.getByRole('button', { name: 'More screens' }).click()
    await page.getByRole('link', { name: 'Calendars' }).click()
    const row = page.getByRole('row', { name: /^berlin/ })
    await row.getByText('ends in 3 days').waitFor()
    expect(await row.locator('td').allTextContents()).toEqual([
      'berlinclosed on Saturdays and Sundays',
      '2 days',
      expect.stringMatching(/^until \d+ \w+ \d{4}ends in 3 days$/),
      '1 task',
      'EditDelete',
    ])
    await page.getByRole('row', { name: /works no closed weekday.* none listed no task/ }).waitFor()
    await row.getByRole('link', { name: '1 task' }).click()
    await page.getByText('Only tasks that use the calendar berlin.').waitFor()
    await page.getByRole('link', { name: 'Close the books' }).click()
    await page.getByRole('link', { name: 'berlin', exact: true }).waitFor()
    await page.goBack()
    expect(await page.getByRole('link', { name: 'Another' }).count()).toBe(0)
    await page.getByRole('link', { name: 'Show all' }).click()
    await page.getByRole('link', { name: 'Another' }).waitFor()
    await page.goBack()
    await page.getByRole('link', { name: 'berlin', exact: true }).click()
    await page.getByText('The list of days ends in 3 days').waitFor()
    expect(await page.getByText('New Year').count()).toBe(0)
    await page.getByText('1 past day, from 1 Jan 2020').click()
    await page.getByText('New Year').waitFor()
  },
)

browserTest('a calendar is created: by a name, weekdays, days in a row and days of each year', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await put('taken', {})
  await signIn(visit, owner, '#/calendars/new')
  await page.getByRole('button', { name: 'Create calendar' }).click()
  await page.getByText('Name must not be empty.').waitFor()
  const name = page.getByLabel('Name', { exact: true })
  await name.fill('taken')
  await page.keyboard.press('Enter')
  await page.getByText('Name is that of another calendar').waitFor()
  await name.fill('not so')
  await page.keyboard.press('Enter')
  await page.getByText(/^Name must be a name of 1 to 64 letters/).waitFor()
  await name.fill('berlin')
  await page.getByLabel('Saturday').uncheck()

  const first = page.getByLabel('Day, or first day')
  const last = page.getByLabel('Last day')
  await first.fill('2031-02-30')
  await page.keyboard.press('Enter')
  await page.getByText('Write it as a day, such as 2026-12-25.').waitFor()
  await first.and(page.locator('[aria-invalid]:focus')).waitFor()
  await first.fill('2031-12-24')
  await last.fill('2031-12-23')
  await page.keyboard.press('Enter')
  await page.getByText('The last day must not be before the first one.').waitFor()
  await last.and(page.locator('[aria-invalid]:focus')).waitFor()
  await last.fill('2031-12-26')
  await page.getByLabel('What it is').fill('Christmas')
  await page.getByRole('button', { name: 'Add to the list' }).click()
  await page.getByText('Added 3 days.').waitFor()
  await page.getByText('Wed 24 – Fri 26').waitFor()
  await first.fill('2032-02-29')
  await page.getByLabel('Open, also on a closed weekday').check()
  await page.getByLabel('Every year, entered for 10 years').check()
  await page.keyboard.press('Enter')
  await page.getByText('Added 3 days.').waitFor()
  await page.getByRole('button', { name: 'Remove 29 Feb 2036' }).click()
  await page.getByText('5 days, 5 added, not saved yet.').waitFor()
  await page.getByRole('button', { name: 'Create calendar' }).click()
  await page.getByText('Created “berlin”.').waitFor()
  await page.getByText('Closed on Sundays. It lists 5 days beside them, up to 29 Feb 2040.').waitFor()
  expect(await daysOf('berlin')).toEqual([
    ...['2031-12-24', '2031-12-25', '2031-12-26'].map((day) => closed(day, 'Christmas')),
    ...['2032-02-29', '2040-02-29'].map((day) => ({ day, kind: 'open', note: null })),
  ])
})

browserTest(
  'before a calendar is saved, it is told what changes and how many tasks have another next run',
  async () => {
    const tomorrow = inDays(1)
    await put('berlin', { weekend: [], days: [{ day: '2031-01-01', note: 'New Year' }, { day: '2031-05-01' }] })
    const cron = { frequency: null, unit: null, cron: '0 9 * * *', scheduled_at: undefined, calendar: 'berlin' }
    for (const calendar_rule of ['skip', 'next', 'only_closed'])
      await createTask(owner, { ...cron, name: calendar_rule, calendar_rule, time_zone: 'UTC' })
    const visit = await dashboard.visit({ timezoneId: 'UTC' })
    const { page } = visit
    await signIn(visit, owner, '#/calendars/show?name=berlin')
    await page.getByRole('link', { name: 'Edit' }).click()
    await page.getByRole('button', { name: 'Remove 1 May 2031' }).click()
    await page.locator('.day-list:focus').waitFor()
    for (const day of [inDays(0), tomorrow]) {
      await page.getByLabel('Day, or first day').fill(day)
      await page.keyboard.press('Enter')
    }
    await page.getByLabel('Sunday').check()
    // Somebody else is faster.
    await put('berlin', { weekend: [], days: [{ day: '2031-01-01', note: 'New Year' }] })
    await page.getByRole('button', { name: 'Review and save…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Save “berlin”?' })
    await dialog.getByText('3 tasks use it, and 3 of them have another next run.').waitFor()
    await dialog.getByText('Somebody else has changed it since you opened it').waitFor()
    await dialog.getByText('closed on Sundays, instead of no closed weekday').waitFor()
    await dialog.getByText('2 days more').waitFor()
    expect(await dialog.getByText('less').count()).toBe(0)
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect(await daysOf('berlin')).toEqual([closed('2031-01-01', 'New Year')])
    await page.getByRole('button', { name: 'Review and save…' }).click()
    await dialog.getByRole('button', { name: 'Save calendar' }).click()
    await page.getByText('Saved “berlin”.').waitFor()
    expect(await daysOf('berlin')).toEqual([closed(inDays(0)), closed(tomorrow), closed('2031-01-01', 'New Year')])
  },
)

browserTest('what is typed and not in the list yet is not lost by a save: it is told at its field', async () => {
  await put('berlin', {})
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/calendars/edit?name=berlin')
  const save = page.getByRole('button', { name: 'Review and save…' })
  await page.getByLabel('What it is').fill('Christmas')
  await save.click()
  const first = page.getByLabel('Day, or first day')
  await first.and(page.locator('[aria-invalid]:focus')).waitFor()
  await page.getByText('Add it to the list, or empty these fields: what stands here is not saved.').waitFor()
  await first.fill('2031-12-25')
  await page.keyboard.press('Enter')
  await page.getByText('Added 1 day.').waitFor()
  await page.getByLabel('Its text').fill('2031-12-26')
  await save.click()
  await page.getByLabel('Its text').and(page.locator('[aria-invalid]:focus')).waitFor()
  await page.getByLabel('Its text').fill('')
  await save.click()
  await page.getByRole('dialog').getByRole('button', { name: 'Save calendar' }).click()
  await page.getByText('Saved “berlin”.').waitFor()
  expect(await daysOf('berlin')).toEqual([closed('2031-12-25', 'Christmas')])
  await page.getByRole('link', { name: 'Edit' }).click()
  await save.click()
  await page.getByRole('dialog').getByText('Nothing changes.').waitFor()
})

browserTest('days that leave a task without a run are refused, and the form stays', async () => {
  await put('never', { weekend: [] })
  await createTask(owner, { name: 'Monthly', frequency: null, unit: null, cron: '0 9 * * *', calendar: 'never' })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/calendars/edit?name=never')
  for (const weekday of ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'])
    await page.getByLabel(weekday).check()
  await page.getByRole('button', { name: 'Review and save…' }).click()
  await page.getByText('With these days the task Monthly has no slot').waitFor()
  expect(await page.getByRole('dialog').count()).toBe(0)
  expect(await page.getByLabel('Monday').isChecked()).toBe(true)
})

browserTest(
  'a calendar file is read into the list, beside its days or instead of them, and nothing is saved by it',
  async () => {
    const stored = [closed('2031-12-25', 'Closed here'), closed('2031-12-31')]
    await put('berlin', { days: stored })
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, '#/calendars/edit?name=berlin')
    const read = page.getByRole('button', { name: 'Read into the list' })
    await read.click()
    await page.getByText('Choose a file, or paste its text.').waitFor()
    const text = page.getByLabel('Its text')
    await text.fill('2031-02-30 closed')
    await read.click()
    await page.getByText('It has “2031-02-30” in line 1, which is no day such as 2026-12-25.').waitFor()
    await text.fill('BEGIN:VCALENDAR\nnonsense')
    await read.click()
    await page.getByText(/^It must be a calendar file, which begins with BEGIN:VCALENDAR and is whole/).waitFor()
    await text.and(page.locator('[aria-invalid]')).waitFor()

    const ics = file(
      ['DTSTART;VALUE=DATE:20311225', 'DTEND;VALUE=DATE:20311227', 'SUMMARY:Christmas'],
      ['DTSTART:20311224T100000Z', 'SUMMARY:Breakfast'],
    )
    await page
      .getByLabel('File', { exact: true })
      .setInputFiles({ name: 'holidays.ics', mimeType: 'text/calendar', buffer: Buffer.from(ics) })
    await read.click()
    await page.getByText('1 day added. Save the calendar, so that it counts.').waitFor()
    await page.getByText('Breakfast: it has a time of day, and only whole days are read').waitFor()
    await page.getByText('Closed here').waitFor()
    await text.fill(ics)
    await page.getByLabel('Instead of all days of the list').check()
    await read.click()
    await page.getByText('0 days added, 1 day changed, 1 day taken away.').waitFor()
    expect(await daysOf('berlin')).toEqual(stored)
    await text.fill('# more\n2031-12-27 open Inventory\n')
    await page.getByLabel('Beside the days of the list').check()
    await read.click()
    await page.getByText('1 day added.').waitFor()
    await page.getByRole('button', { name: 'Review and save…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('27 Dec 2031, open, Inventory').waitFor()
    await dialog.getByRole('button', { name: 'Save calendar' }).click()
    await page.getByText('Saved “berlin”.').waitFor()
    expect(await daysOf('berlin')).toEqual([
      closed('2031-12-25', 'Christmas'),
      closed('2031-12-26', 'Christmas'),
      { day: '2031-12-27', kind: 'open', note: 'Inventory' },
    ])
  },
)

browserTest('a calendar is exported as files that are read back to the same days', async () => {
  const days = [
    closed('2031-12-25', 'A; b, "c" \\ d'),
    closed('2031-12-26', 'ü'.repeat(100)),
    closed('2031-12-27', 'ü'.repeat(100)),
    { day: '2031-12-28', kind: 'open', note: null },
    closed('2032-01-01'),
  ]
  await put('berlin', { days })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/calendars/show?name=berlin')
  const save = async (name: RegExp) => {
    await page.getByRole('button', { name: 'Export the days of berlin' }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name }).click()
    const stream = await (await download).createReadStream()
    return Buffer.concat(await stream.toArray()).toString()
  }
  const ics = await save(/\.ics/)
  expect(Math.max(...ics.split('\r\n').map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75)
  await put('again', { ics })
  expect(await daysOf('again')).toEqual([...days.slice(0, 3), closed('2032-01-01', 'Closed')])
  const lines = await save(/\.txt/)
  expect(lines).toContain('2031-12-28 open\n')
  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Its text').fill(lines)
  await page.getByRole('button', { name: 'Read into the list' }).click()
  await page.getByText('0 days added. Save the calendar').waitFor()
})

browserTest('a calendar that tasks use is not deleted, and the dialog says which ones do', async () => {
  await put('berlin', {})
  const cron = { frequency: null, unit: null, cron: '0 9 * * *' }
  const { id } = await createTask(owner, { ...cron, name: 'Close the books', calendar: 'berlin' })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/calendars')
  await page.getByRole('button', { name: 'Delete berlin' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete “berlin”?' })
  await dialog.getByRole('button', { name: 'Delete calendar' }).click()
  await dialog.getByRole('alert').getByText('Close the books').waitFor()
  await send(owner, 'POST', `/tasks/${id}`, { calendar: null })
  await dialog.getByRole('button', { name: 'Delete calendar' }).click()
  await page.getByText('No calendar yet.').waitFor()
  await page.goto(page.url().replace(/#.*/, '#/calendars/show?name=berlin'))
  await page.getByText('There is no calendar with this name.').waitFor()
})

for (const who of ['an operator', 'a token that only reads'])
  browserTest(`who may not change anything sees calendars without buttons: ${who}`, async () => {
    await put('berlin', { days: [{ day: '2031-12-25', note: 'Christmas' }] })
    const reader = await send(owner, 'POST', '/tokens', { name: 'reader', scopes: ['read'] })
    const token = who === 'an operator' ? await createOperator() : reader.body.token
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, { id: owner.id, token }, '#/calendars')
    await page.getByRole('link', { name: 'berlin', exact: true }).waitFor()
    const main = page.getByRole('main')
    await main.getByRole('link', { name: /New|Edit/ }).waitFor({ state: 'detached' })
    expect(await main.getByRole('button').count()).toBe(0)
    await page.getByRole('link', { name: 'berlin', exact: true }).click()
    await page.getByText('Christmas').waitFor()
    expect(await main.getByRole('button').allTextContents()).toEqual(['Export the days of berlin'])
  })

browserTest('a note that begins with open is a note, and a file can be read into the list a second time', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/calendars/new')
  const chosen = page.getByLabel('File', { exact: true })
  const lines = { name: 'days.txt', mimeType: 'text/plain', buffer: Buffer.from('2031-05-01 open-air concert\n') }
  await chosen.setInputFiles(lines)
  await eventually(async () => (await page.locator('#calendar-text').inputValue()) !== '', 'the text of the file')
  await page.getByRole('button', { name: 'Read into the list' }).click()
  await page.getByText('1 day added.').waitFor()
  const list = page.getByRole('listitem')
  expect(await list.locator('span').allTextContents()).toEqual(['open-air concert'])
  // A browser tells nothing of a file that is chosen already.
  expect(await chosen.inputValue()).toBe('')
})
