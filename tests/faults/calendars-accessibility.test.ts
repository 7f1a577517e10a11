import { beforeEach } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { useDashboard } from '../support/browser.ts'
import { emptyDatabase } from '../support/database.ts'
import { type Tour, testForEverybody, testTitles } from '../support/for-everybody.ts'

// Each visit also fails on a script error, a message on the console, and a refusal by the policy.
const dashboard = useDashboard()
/** What has no place at which a line could end. */
const long = 'n'.repeat(64)
let owner: Account
let beginner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  beginner = await createAccount('beginners')
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  const days = [
    { day: '2020-01-01', note: 'New Year' },
    { day: tomorrow, note: long.repeat(3) },
    ...['01', '02', '03', '04'].map((day) => ({ day: `2031-05-${day}` })),
    { day: '2031-05-10', kind: 'open', note: 'Inventory' },
  ]
  await send(owner, 'PUT', '/calendars/berlin', { days })
  await send(owner, 'PUT', `/calendars/${long}`, { days: [{ day: tomorrow }] })
  const cron = { frequency: null, unit: null, cron: '0 9 * * *' }
  for (const calendar of ['berlin', long]) await createTask(owner, { ...cron, name: long, calendar })
})

async function tour({ page, open, look }: Tour): Promise<void> {
  await open('#/calendars', 'ends in 1 day')
  await page.getByRole('button', { name: 'More screens' }).click()
  await look('calendars, the menu open')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Delete berlin' }).click()
  await page.getByRole('button', { name: 'Delete calendar' }).click()
  await page.getByRole('alert').waitFor()
  await look('calendar, delete refused')
  await page.keyboard.press('Escape')
  await open(`#/calendars/show?name=${long}`, 'The list of days ends in 1 day')
  await look('a calendar that ends')
  await open('#/calendars/show?name=berlin', 'Inventory')
  await page.getByText('1 past day').click()
  await page.getByText('New Year').waitFor()
  await page.getByRole('button', { name: /^Export/ }).click()
  await look('a calendar, with past days and the menu of files')
  await open('#/calendars/new', 'Closed weekdays')
  await page.getByRole('button', { name: 'Add to the list' }).click()
  await page.getByRole('button', { name: 'Read into the list' }).click()
  await page.getByText('Choose a file').waitFor()
  await page.getByRole('button', { name: 'Create calendar' }).click()
  await page.getByText('Name must not be empty.').waitFor()
  await look('new calendar, refused')
  await open('#/calendars/edit?name=berlin', 'Inventory')
  const event = ['BEGIN:VEVENT', 'DTSTART:20311224T100000Z', `SUMMARY:${long.repeat(3)}`, 'END:VEVENT']
  await page.getByLabel('Its text').fill(['BEGIN:VCALENDAR', ...event, 'END:VCALENDAR', ''].join('\r\n'))
  await page.getByRole('button', { name: 'Read into the list' }).click()
  await page.getByText('Not taken from the file').waitFor()
  await page.getByRole('button', { name: 'Remove 1 May 2031 to 4 May 2031' }).click()
  await look('calendar with a file that was read')
  await page.getByRole('button', { name: 'Review and save…' }).click()
  await page.getByRole('dialog').getByText('4 days less').waitFor()
  await look('calendar about to be saved')
  await page.keyboard.press('Escape')
  await open('#/tasks?calendar=berlin', 'Only tasks that use the calendar')
  await look('tasks of a calendar')
}

testForEverybody({
  dashboard,
  what: 'calendars are',
  accounts: () => ({ beginner, owner }),
  nothing: [['#/calendars', 'No calendar yet.']],
  tour,
})

testTitles({
  dashboard,
  what: 'every screen of calendars',
  owner: () => owner,
  screens: () => [
    ['#/calendars', 'Calendars'],
    ['#/calendars/show?name=berlin', 'Calendar berlin'],
    ['#/calendars/new', 'New calendar'],
    ['#/calendars/edit?name=berlin', 'Edit calendar berlin'],
  ],
})
