import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount } from '../support/app.ts'
import { browserTest, signIn, useDashboard, type Visit } from '../support/browser.ts'
import { emptyDatabase } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const corrected = 'Not saved. What was wrong in what was sent you have corrected since: save it again.'

/** Presses the button that saves, does something while the request is under way, and then lets it go on. */
async function whileSaving({ page }: Visit, path: string, verb: string, work: () => Promise<void>): Promise<void> {
  const held = Promise.withResolvers<void>()
  await page.route(path, async (route) => {
    if (!['PUT', 'POST'].includes(route.request().method())) return route.continue()
    await held.promise
    await route.continue()
  })
  const asked = page.waitForRequest((request) => ['PUT', 'POST'].includes(request.method()))
  await page.getByRole('button', { name: verb }).click()
  await asked
  await work()
  held.resolve()
  await page.getByRole('button', { name: verb }).and(page.locator(':not([aria-disabled])')).waitFor()
  await page.unroute(path)
}

browserTest('an error of a field that was corrected while it was sent does not come back: a flow', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/flows/new')
  await page.getByLabel('Name').fill('payments')
  const calls = page.locator('#flow-concurrency')
  const rate = page.locator('#flow-rate')
  await calls.fill('0')
  await rate.fill('many')
  const errors = page.locator('.field-error')
  await whileSaving(visit, '**/flows/payments', 'Create flow', () => calls.fill('3'))
  await errors.first().waitFor()
  expect(await errors.count()).toBe(1)
  expect(await rate.getAttribute('aria-invalid')).toBe('true')
  // It goes as soon as its field has another value.
  await rate.fill('5')
  await errors.waitFor({ state: 'detached' })
  expect(await page.getByRole('alert').count()).toBe(0)

  await calls.fill('0')
  await whileSaving(visit, '**/flows/payments', 'Create flow', () => calls.fill('3'))
  await page.getByText(corrected).waitFor()
  expect(await errors.count()).toBe(0)
  await page.getByRole('button', { name: 'Create flow' }).click()
  await page.getByText('Created “payments”.').waitFor()
})

browserTest('an error of a field that was corrected while it was sent does not come back: a task', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks/new')
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Invoices')
  await page.getByLabel('URL').fill('http://127.0.0.1:9/')
  await page.getByLabel('Cron').check()
  const pattern = page.getByLabel('Pattern')
  await pattern.fill('0 9 * * MON-FRY')
  await whileSaving(visit, '**/tasks', 'Create task', () => pattern.fill('0 9 * * MON-FRI'))
  await page.getByText(corrected).waitFor()
  // The preview of the pattern that was sent may be shown for a moment longer.
  await page.locator('[aria-invalid]').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByRole('heading', { name: 'Invoices', level: 1 }).waitFor()
})
