import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard, type Visit } from '../support/browser.ts'
import { authority } from '../support/certificates.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  await send(owner, 'PUT', '/flows/partner', { concurrency: 3, rate: 100, period_seconds: 60 })
  await send(owner, 'PUT', '/flows/slow', { paused: true })
  await send(owner, 'PUT', '/calendars/germany', { days: [{ day: '2099-12-25' }] })
  await send(owner, 'PUT', '/tls-profiles/internal', { ca: authority })
})

async function openForm(hash: string): Promise<Visit> {
  const visit = await dashboard.visit()
  await signIn(visit, owner, hash)
  await visit.page.getByLabel('Name', { exact: true }).waitFor()
  return visit
}

const choicesOf = (page: Visit['page'], label: string) =>
  page.getByLabel(label, { exact: true }).locator('option').allTextContents()

browserTest('calendar, flow and TLS profile are chosen among those that there are, by keyboard', async () => {
  const { page, requests } = await openForm('#/tasks/new')
  await page.getByLabel('Name', { exact: true }).fill('Chosen')
  await page.getByLabel('URL').fill('https://example.com/')
  await page.getByLabel('Cron').check()
  await page.getByRole('textbox', { name: 'Pattern' }).fill('0 9 * * *')
  // They are read for who sees them.
  expect(requests.filter((request) => /\/(flows|calendars|tls-profiles)\b/.test(request.url()))).toHaveLength(0)
  await page.getByText('What few tasks need').focus()
  await page.keyboard.press('Enter')
  await page.locator('#flow option[value=partner]').waitFor({ state: 'attached' })
  await page.locator('#calendar option[value=germany]').waitFor({ state: 'attached' })
  await page.locator('#tls_profile option[value=internal]').waitFor({ state: 'attached' })
  expect(await choicesOf(page, 'Flow')).toEqual([
    'that of its target, if there is one',
    'partner (3 at once, 100 a minute, burst 1)',
    'slow (no limit, paused)',
  ])
  expect(await choicesOf(page, 'Calendar')).toEqual(['none', 'germany (days until 2099-12-25)'])
  for (const [label, typed] of [
    ['Calendar', 'germ'],
    ['Flow', 'par'],
    ['TLS profile', 'int'],
  ] as const) {
    await page.getByLabel(label, { exact: true }).focus()
    await page.keyboard.type(typed)
  }
  await page.getByRole('button', { name: 'Create task' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Chosen' }).waitFor()
  const [task] = await sql`select id, calendar, flow, tls_profile from task`
  expect(task).toMatchObject({ calendar: 'germany', flow: 'partner', tls_profile: 'internal' })
  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Flow', { exact: true }).selectOption('')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('heading', { name: 'Chosen' }).waitFor()
  expect((await send(owner, 'GET', `/tasks/${task?.id}`)).body).toMatchObject({ flow: null, calendar: 'germany' })
})

browserTest(
  'a name of something that does not exist is still shown, and one that was made meanwhile is there',
  async () => {
    const { page, origin } = await openForm('#/tasks/new')
    await page.getByText('What few tasks need').click()
    await page.getByLabel('Flow', { exact: true }).selectOption('slow')
    await send(owner, 'DELETE', '/flows/slow')
    // As when a reader comes back to the tab.
    const comeBack = () => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await comeBack()
    await page.locator('#flow option', { hasText: 'slow (does not exist)' }).waitFor({ state: 'attached' })
    expect(await page.getByLabel('Flow', { exact: true }).inputValue()).toBe('slow')
    const link = page.getByRole('link', { name: 'New flow, in another tab' })
    const opened = page.context().waitForEvent('page')
    await link.click()
    const tab = await opened
    await tab.getByRole('heading', { name: 'New flow' }).waitFor()
    expect(tab.url()).toBe(`${origin}/#/flows/new`)
    await tab.getByLabel('Name', { exact: true }).fill('slow')
    await tab.getByLabel('Calls at once').fill('2')
    await tab.getByRole('button', { name: 'Create flow' }).click()
    await tab.getByText('Created “slow”.').waitFor()
    await tab.close()
    // As when a reader comes back to the tab.
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await page.locator('#flow option', { hasText: 'slow (2 at once)' }).waitFor({ state: 'attached' })
    expect(await page.getByLabel('Flow', { exact: true }).inputValue()).toBe('slow')
  },
)

browserTest(
  'what the API refuses of a choice stands at it, and a calendar that would not be saved says so',
  async () => {
    const { page } = await openForm('#/tasks/new')
    await page.getByLabel('Name', { exact: true }).fill('Refused')
    await page.getByLabel('URL').fill('http://example.com/')
    await page.getByText('What few tasks need').click()
    await page.getByLabel('TLS profile', { exact: true }).selectOption('internal')
    await page.getByLabel('Calendar', { exact: true }).selectOption('germany')
    await page.getByText('It is not saved: the schedule is no cron pattern.').waitFor()
    await page.getByRole('button', { name: 'Create task' }).click()
    await page.locator('#tls_profile[aria-invalid]:focus').waitFor()
    expect(await page.locator('#tls_profile-error').textContent()).toBe(
      'TLS profile is only for a URL that begins with https://.',
    )
    await page.getByLabel('URL').fill('https://example.com/')
    await page.locator('#tls_profile-error').waitFor({ state: 'detached' })
    await page.getByLabel('Cron').check()
    await page.getByText('It is not saved').waitFor({ state: 'detached' })
    await page.getByRole('textbox', { name: 'Pattern' }).fill('0 9 * * *')
    await send(owner, 'DELETE', '/calendars/germany')
    await page.getByRole('button', { name: 'Create task' }).click()
    await page
      .locator('#calendar-error')
      .filter({ hasText: 'names the calendar germany, which does not exist' })
      .waitFor()
  },
)

browserTest(
  'a flow that two have chosen is shown with both; where the list cannot be read its name is typed',
  async () => {
    const { body: task } = await send(owner, 'POST', '/tasks', { ...farTask, flow: 'partner' })
    const visit = await dashboard.visit()
    const { page } = visit
    await page.route(/\/calendars\?/, (route) => route.fulfill({ status: 500, json: { message: 'Broken.' } }))
    await signIn(visit, owner, `#/tasks/${task.id}/edit`)
    await page.locator('#flow option[value=slow]').waitFor({ state: 'attached' })
    await page.getByText('What there is could not be read, so its name is typed here.').waitFor()
    await page.locator('input#calendar').waitFor()
    await page.getByLabel('Flow', { exact: true }).selectOption('slow')
    await send(owner, 'POST', `/tasks/${task.id}`, { flow: null })
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Somebody else changed this task').waitFor()
    expect(await page.getByRole('alert').getByRole('listitem').textContent()).toStartWith(
      'FlowYours: slowTheirs: nothing',
    )
    await page.getByRole('button', { name: 'Take theirs: Flow' }).click()
    expect(await page.getByLabel('Flow', { exact: true }).inputValue()).toBe('')
  },
)
