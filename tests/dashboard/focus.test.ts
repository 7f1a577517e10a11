import { beforeEach } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { insertChannel, openTestAlerts } from '../support/alerts.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, goTo, signIn, useDashboard, type Visit } from '../support/browser.ts'
import { emptyDatabase } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
let task: { readonly id: string }
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = await createTask(owner, { name: 'Send the invoices' })
})

/** Presses a button that opens a dialog, and then one of the dialog. */
async function confirm(page: Page, button: RegExp, verb: string, typed?: string): Promise<void> {
  await page.getByRole('button', { name: button }).press('Enter')
  const dialog = page.getByRole('dialog')
  if (typed !== undefined) await dialog.getByRole('textbox').fill(typed)
  await dialog.getByRole('button', { name: verb, exact: true }).press('Enter')
  await dialog.waitFor({ state: 'detached' })
}

const hasFocus = (page: Page, target: Locator) => target.and(page.locator(':focus')).waitFor()

const open = async (visit: Visit, hash: string, heading: string) =>
  goTo(visit, hash, visit.page.getByRole('heading', { name: heading, level: 1 }))

browserTest('a dialog that has done its work gives the focus back to what opened it', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${task.id}`)
  await confirm(page, /^Pause until…$/, 'Pause')
  await hasFocus(page, page.getByRole('button', { name: 'Pause until…' }))
  await open(visit, '#/', 'Overview')
  await confirm(page, /^Set a limit$/, 'Save', '5')
  await hasFocus(page, page.getByRole('button', { name: 'Change the limit' }))
})

browserTest('the focus is on what is left when the last row goes, and its button with it', async () => {
  await insertChannel(owner.id, { name: 'on call' })
  await openTestAlerts(owner.id, { task_ids: [task.id] })
  await send(owner, 'PUT', '/flows/payments', { concurrency: 3 })
  await send(owner, 'PUT', `/tasks/${task.id}/alert-policy`, { failures: 2 })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/alerts')
  await confirm(page, /^Mute/, 'Mute')
  await hasFocus(page, page.getByText('No alert is open.'))
  await open(visit, '#/alerts/channels', 'Channels')
  await confirm(page, /^Delete/, 'Delete channel', 'on call')
  await hasFocus(page, page.getByText('No channel yet.'))
  await open(visit, '#/flows', 'Flows')
  await confirm(page, /^Delete/, 'Delete flow')
  await hasFocus(page, page.getByText('No flow yet.'))
  await open(visit, '#/alerts/policies', 'Alert policies')
  await confirm(page, /^Remove the policy of/, 'Remove policy')
  await hasFocus(page, page.getByRole('heading', { name: 'Alert policies' }))
})

browserTest('after an undo the focus is on the quarter hour that it was done in', async () => {
  const at = `${new Date((Math.floor(Date.now() / 900_000) + 20) * 900_000).toISOString().slice(0, 19)}Z`
  await createTask(owner, { name: 'Reports', scheduled_at: at, frequency: 1, unit: 'day' })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/?at=${at}`)
  await page.getByRole('heading', { name: / 1 task due$/ }).waitFor()
  await page.getByRole('button', { name: 'Move or spread all…' }).press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'Move 1 task' }).press('Enter')
  await page.getByRole('button', { name: 'Undo' }).press('Enter')
  await page.getByText('Undone: 1 task as before.').waitFor()
  await hasFocus(page, page.getByRole('heading', { name: /1 task due$/ }))
})

browserTest('Back closes the dialog that is open, with the screen that it was opened on', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks')
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
  await page.getByRole('button', { name: /team/ }).click()
  await page.getByRole('button', { name: 'Add a service…' }).click()
  await page.getByRole('dialog').waitFor()
  await page.goBack()
  await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: /team/ }).click()
  await page.getByRole('button', { name: 'Add a service…' }).click()
  await page.getByRole('dialog').waitFor()
})
