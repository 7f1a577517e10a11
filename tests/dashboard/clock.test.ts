import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

/** A screen of a reader in Los Angeles. */
async function open(hash: string) {
  const visit = await dashboard.visit({ timezoneId: 'America/Los_Angeles' })
  await signIn(visit, owner, hash)
  return { ...visit, clock: visit.page.getByLabel('Clock') }
}

browserTest('times are entered by the clock that is shown, and another one shows the same times', async () => {
  const { page, clock } = await open('#/tasks/new')
  const first = page.getByLabel('First run')
  await first.waitFor()
  await page.getByLabel('Name', { exact: true }).fill('At two')
  await page.getByLabel('URL').fill('https://example.com/')
  await first.fill('2099-07-01T02:00')
  await page
    .getByText('Your time (America/Los_Angeles): Wed, 1 Jul 2099, 02:00:00, which is 2099-07-01 09:00:00 UTC')
    .waitFor()
  await clock.selectOption('utc')
  expect(await first.inputValue()).toBe('2099-07-01 09:00')
  // Los Angeles has this hour twice: it is the second one.
  await first.fill('2026-11-01T09:30')
  await page.getByText(/^UTC: Sun, 1 Nov 2026, 09:30:00, /).waitFor()
  expect(await first.inputValue()).toBe('2026-11-01T09:30')
  await first.fill('2099-07-01T02:00')
  await page.getByText(/^UTC: Wed, 1 Jul 2099, 02:00:00, in 7\d years\.$/).waitFor()
  await page.getByText('What few tasks need').click()
  await page.getByLabel('Ends', { exact: true }).fill('2099-08-01T12:30:15')
  await page.getByText('Empty: no end. It is in UTC. That is Sat, 1 Aug 2099, 12:30:15 UTC.').waitFor()
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByRole('heading', { name: 'At two' }).waitFor()
  expect([...(await sql`select scheduled_at, ends_at from task`)]).toEqual([
    { scheduled_at: '2099-07-01T02:00:00Z', ends_at: '2099-08-01T12:30:15Z' },
  ])

  // An edit shows what is stored, and a time that was not touched is not sent, whatever the clock.
  await page.getByRole('link', { name: 'Edit' }).click()
  const next = page.getByLabel('Next run')
  await next.waitFor()
  expect(await next.inputValue()).toBe('2099-07-01 02:00')
  await clock.selectOption('local')
  expect(await next.inputValue()).toBe('2099-06-30 19:00')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Nothing was changed.').waitFor()
  await clock.selectOption('utc')
  await page.getByRole('button', { name: 'Pause until' }).click()
  await page.getByText('In UTC.').waitFor()
  await page.getByLabel('Until', { exact: true }).fill('2099-05-05T05:05')
  await page.getByRole('dialog').getByRole('button', { name: 'Pause', exact: true }).click()
  await page.getByText('Paused since').waitFor()
  expect([...(await sql`select paused_until from task`)]).toEqual([{ paused_until: '2099-05-05T05:05:00Z' }])
})

browserTest('why a task did not run is asked and told by the clock that is shown', async () => {
  const task = await createTask(owner, {
    cron: '0 2 * * *',
    time_zone: 'Europe/Berlin',
    frequency: undefined,
    unit: undefined,
  })
  const { page, clock } = await open(`#/tasks/${task.id}?at=2026-11-20T12:34:00Z`)
  const answer = page.locator('.why-answer p').first()
  await answer.waitFor()
  const at = page.getByLabel('When it should have run')
  expect(await at.inputValue()).toBe('2026-11-20 04:34')
  // The API tells it by the clock of the task, 13:34.
  const told = (time: string) =>
    answer.filter({ hasText: new RegExp(`^There was no such task at 20 Nov( 2026)?, ${time}: `) }).waitFor()
  await told('04:34:00')
  await clock.selectOption('utc')
  expect(await at.inputValue()).toBe('2026-11-20 12:34')
  await told('12:34:00')
  await clock.selectOption('task')
  expect(await at.inputValue()).toBe('2026-11-20 13:34')
  await told('13:34:00')
})
