import { afterAll, afterEach, beforeEach, expect } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { promised } from '../support/promised.ts'
import { startScheduler, stopSchedulers } from '../support/scheduler.ts'
import { Target } from '../support/target.ts'

const dashboard = useDashboard()
const target = new Target()
let owner: Account
let taskId: string
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  taskId = (await send(owner, 'POST', '/tasks', { ...farTask, name: 'Mine', url: target.url('/200') })).body.id
  await startScheduler()
})
afterEach(stopSchedulers)
afterAll(() => target.stop())

/** What a person waits at most for what they did to show. */
const soon = { timeout: promised(2_000) }

browserTest('run now and run again show the new execution within two seconds, and keep the focus', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${taskId}`)
  await page.getByText('It has not run yet.').waitFor()
  const button = page.getByRole('button', { name: 'Run now' })
  await button.click()
  const rows = page.getByRole('row', { name: /^(queued|started|success|failed)/ })
  await rows.first().waitFor(soon)
  await button.and(page.locator(':focus')).waitFor()
  await page.getByRole('row', { name: /^success 200/ }).waitFor()
  await page.getByRole('img', { name: 'The last one succeeded' }).waitFor()

  await page.getByRole('button', { name: 'Show' }).click()
  await page.getByRole('button', { name: 'Run again' }).click()
  await rows.nth(1).waitFor(soon)
  const { records } = (await send(owner, 'GET', `/tasks/${taskId}/executions`)).body
  expect(records).toHaveLength(2)
  // The new one is opened, and the focus is on its row.
  await page.getByRole('row', { name: /Hide/ }).nth(0).waitFor()
  expect(new URL(page.url()).hash).toBe(`#/tasks/${taskId}?open=${records[0].id}`)
  await eventually(
    async () => String(await page.evaluate('document.activeElement.textContent')).startsWith('Hide'),
    'the focus on the row of the new execution',
  )
  await page
    .getByRole('row', { name: /^success 200/ })
    .nth(1)
    .waitFor()
  await page.goBack()
  await page.getByText(records[1].slot_id).first().waitFor()
})

browserTest('a run that is refused says why', async () => {
  await send(owner, 'POST', `/tasks/${taskId}`, { url: target.url('/slow?ms=20000') })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks')
  const button = page.getByRole('button', { name: 'Run now: Mine' })
  await button.click()
  await page.getByText('“Mine” is to run now.').waitFor()
  // What is of no use says so, and stays where the focus is.
  await button.and(page.locator('[aria-disabled=true]:focus')).waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('It can be run again when what runs or waits now has ended.').waitFor()

  await page.getByRole('link', { name: 'Mine' }).click()
  await page.getByText(/^Running for \d+ s\.$/).waitFor()
  await page.getByRole('cell', { name: /^\d+ s$/ }).waitFor()
  const here = page.getByRole('button', { name: 'Run now' })
  await here.and(page.locator('[aria-disabled=true]')).waitFor()
  await send(owner, 'POST', `/tasks/${taskId}`, { status: 'paused' })
  await page.getByText(/^Running for \d+ s\. Paused since \d\d:\d\d by token \w+\.$/).waitFor()
})
