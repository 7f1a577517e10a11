import { beforeEach, expect } from 'bun:test'
import { insertChannel } from '../support/alerts.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, goTo, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

browserTest('each question before something goes has two buttons: Cancel, and what is done', async () => {
  const { id } = await createTask(owner, { name: 'Send the invoices' })
  await insertChannel(owner.id, { name: 'on call' })
  await send(owner, 'PUT', '/flows/payments', { concurrency: 3 })
  await send(owner, 'PUT', `/tasks/${id}/alert-policy`, { failures: 2 })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner)
  const places = [
    [`#/tasks/${id}`, /^Delete/, 'Delete task'],
    ['#/alerts/channels', /^Delete/, 'Delete channel'],
    ['#/flows', /^Delete/, 'Delete flow'],
    ['#/alerts/policies', /^Remove the policy of/, 'Remove policy'],
  ] as const
  for (const [hash, opens, verb] of places) {
    const button = page.getByRole('main').getByRole('button', { name: opens })
    await goTo(visit, hash, button)
    await button.click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button').first().waitFor()
    expect(await dialog.getByRole('button').allTextContents()).toEqual(['Cancel', verb])
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'detached' })
  }
})

browserTest('who types quickly confirms by the Enter right after the last letter', async () => {
  const { id } = await createTask(owner, { name: 'Send the invoices' })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${id}`)
  await page.getByRole('button', { name: /^Delete/ }).click()
  await page.locator('#confirm-typed').waitFor()
  // Both before anything is drawn.
  await page.evaluate(`{
    const input = document.getElementById('confirm-typed')
    input.value = 'Send the invoices'
    input.dispatchEvent(new InputEvent('input', { bubbles: true }))
    input.form.requestSubmit()
  }`)
  await page.getByText('Deleted “Send the invoices”.').waitFor()
})
