import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, useDashboard, type Visit } from '../support/browser.ts'
import { emptyDatabase } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
let task: { readonly id: string }
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = await createTask(owner, { name: 'Send the invoices' })
})

/** Opens the dashboard and signs in with a new token that has these scopes, without the id of the service. */
async function open(scopes: readonly string[], hash: string): Promise<Visit> {
  const visit = await dashboard.visit()
  const { body } = await send(owner, 'POST', '/tokens', { name: 'dashboard', scopes })
  await visit.page.goto(`${visit.origin}/${hash}`)
  await visit.page.getByLabel('Token').fill(body.token)
  await visit.page.getByRole('button', { name: 'Sign in' }).click()
  return visit
}

browserTest('a token of POST /tokens signs in by itself, and shows its service', async () => {
  const { page } = await open(['read', 'write', 'run'], '#/tasks')
  await page.getByRole('link', { name: 'Send the invoices' }).waitFor()
  await page.getByRole('banner').getByText('team', { exact: true }).waitFor()
  await page.goto(`${new URL(page.url()).origin}/#/changes`)
  await page.getByText('Token created dashboard').waitFor()
})

browserTest('the first token of a service needs the id of the service', async () => {
  const { page, origin } = await dashboard.visit()
  await page.goto(origin)
  await page.getByLabel('Token').fill(owner.token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  expect(await page.getByRole('alert').textContent()).toBe('This token needs the id of its service.')
})

browserTest('with a read-only token everything can be read', async () => {
  const { page, origin } = await open(['read'], `#/tasks/${task.id}`)
  await page.getByText('It has not run yet.').waitFor()
  await page.getByRole('banner').getByText('read only').waitFor()
  for (const [place, heading] of [
    ['#/', 'Overview'],
    ['#/tasks', 'Tasks'],
    ['#/changes', 'Changes'],
  ] as const) {
    await page.goto(`${origin}/${place}`)
    await page.getByRole('heading', { name: heading, exact: true }).waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  }
})

browserTest('a token that may not read does not sign in, and the page says why', async () => {
  const { page } = await open(['run'], '#/tasks')
  await page.getByText('This token has the scope run; read is needed.').waitFor()
  expect(await page.getByRole('navigation').count()).toBe(0)
})
