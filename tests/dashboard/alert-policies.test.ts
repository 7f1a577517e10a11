import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
let task: { readonly id: string }
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = await createTask(owner, { name: 'Send the invoices', labels: { team: 'billing', area: 'mail' } })
})

browserTest('the default is the one that Duly begins with, until another is saved', async () => {
  const url = 'http://127.0.0.1:9/'
  const { body: channel } = await send(owner, 'POST', '/channels', { name: '#ops', kind: 'slack', url })
  await send(owner, 'POST', '/channels', { name: '#other', kind: 'slack', url })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/alerts/policies')
  await page.getByText('None is set: this is the one that Duly begins with.').waitFor()
  await page.getByText('after one failed run').waitFor()
  await page.getByRole('link', { name: 'Change the default policy' }).click()
  await page.getByLabel('Failed runs in a row').fill('3')
  await page.getByLabel('Failed runs within a time').fill('5')
  await page.getByRole('button', { name: 'Save policy' }).click()
  await page.getByLabel('Within', { exact: true }).and(page.locator('[aria-invalid]:focus')).waitFor()
  await page.getByLabel('Within', { exact: true }).fill('2')
  await page.getByLabel('Within: unit').selectOption('hours')
  await page.getByLabel('Not started for', { exact: true }).fill('')
  await page.getByLabel('Only some').check()
  await page.getByLabel('#ops').check()
  await page.getByLabel('Tell also when it is over').uncheck()
  await page.getByRole('button', { name: 'Save policy' }).click()
  await page.getByText('Saved the alert policy.').waitFor()
  await page.getByText('after 3 failed runs in a row, or after 5 failed runs within 2 hours').waitFor()
  expect((await send(owner, 'GET', '/alert-policy')).body).toMatchObject({
    failures: 3,
    window_failures: 5,
    window_seconds: 7_200,
    late_seconds: null,
    long_seconds: null,
    recovered: false,
    channels: [channel.id],
    muted_until: null,
  })
  await page.getByRole('button', { name: 'Remove the default policy' }).click()
  await page.getByRole('button', { name: 'Remove policy' }).click()
  await page.getByText('None is set').waitFor()
})

browserTest('a task says whose policy it has: the default, that of its first label, or its own', async () => {
  const visit = await dashboard.visit()
  const { page, origin } = visit
  await signIn(visit, owner, `#/tasks/${task.id}`)
  // Executions that arrive move the section down: a click that has begun by then would miss it.
  const openSection = async () => {
    await page.getByText('It has not run yet.').waitFor()
    await page.locator('summary', { hasText: 'Alert policy' }).click()
  }
  await openSection()
  await page.getByText('the default of the service holds').waitFor()
  await send(owner, 'PUT', `/labels/${encodeURIComponent('team=billing')}/alert-policy`, { failures: 7 })
  await send(owner, 'PUT', `/labels/${encodeURIComponent('area=mail')}/alert-policy`, { failures: 8 })
  await page.goto(`${origin}/#/alerts/policies`)
  await page.getByText('after 7 failed runs in a row').waitFor()
  await page.goto(`${origin}/#/tasks/${task.id}`)
  await openSection()
  await page.getByText('that of its label area=mail holds').waitFor()
  await page.getByRole('link', { name: 'Give the task its own' }).click()
  expect(await page.getByLabel('Failed runs in a row').inputValue()).toBe('8')
  await page.getByLabel('Failed runs in a row').fill('9')
  await page.getByRole('button', { name: 'Save policy' }).click()
  await page.getByRole('heading', { name: 'Send the invoices' }).waitFor()
  await openSection()
  await page.getByText('The task has a policy of its own.').waitFor()
  await page.getByText('after 9 failed runs in a row').waitFor()
  await page.getByRole('button', { name: 'Remove the policy of Send the invoices' }).click()
  await page.getByRole('button', { name: 'Remove policy' }).click()
  await page.getByText('that of its label area=mail holds').waitFor()
  expect((await send(owner, 'GET', `/tasks/${task.id}/alert-policy`)).status).toBe(404)
})

browserTest('a label gets a policy by keyboard, with the labels of tasks to choose from', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/alerts/policies')
  await page.locator('#policy-label-names option[value=team]').waitFor({ state: 'attached' })
  await page.getByLabel('Name of the label').focus()
  await page.keyboard.type('two words')
  await page.keyboard.press('Enter')
  await page.locator('#policy-label-error').filter({ hasText: 'The label must have a name of 1 to 63' }).waitFor()
  await page.locator('[aria-label="Name of the label"][aria-invalid]:focus').waitFor()
  await page.getByLabel('Name of the label').fill('team')
  await page.locator('#policy-label-error').waitFor({ state: 'detached' })
  await page.locator('#policy-label-values option[value=billing]').waitFor({ state: 'attached' })
  await page.keyboard.press('Tab')
  await page.keyboard.type('billing')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Alert policy of team=billing' }).waitFor()
  await page.getByLabel('Failed runs in a row').fill('9')
  await page.getByRole('button', { name: 'Save policy' }).click()
  await page.getByRole('heading', { name: 'team=billing', exact: true }).waitFor()
  const { body } = await send(owner, 'GET', `/labels/${encodeURIComponent('team=billing')}/alert-policy`)
  expect(body).toMatchObject({ failures: 9 })
})
