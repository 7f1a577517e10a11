import { beforeEach, expect } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { browserTest, goTo, signIn, useDashboard } from '../support/browser.ts'
import { fillService } from '../support/busy-service.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const hasFocus = (page: Page, target: Locator) => target.and(page.locator(':focus')).waitFor()

for (const width of [1500, 900])
  browserTest(`Escape closes an opened run and leads back to its row, ${width} px wide`, async () => {
    const ids = await fillService(sql, owner.id, 1)
    const visit = await dashboard.visit({ viewport: { width, height: 900 } })
    const { page } = visit
    const opened = page.getByRole('complementary', { name: 'The opened run' })
    await signIn(visit, owner, '#/runs')
    const run = page.locator('.runs .cell-when a').nth(2)
    await run.press('Enter')
    await opened.getByRole('button', { name: 'Close' }).waitFor()
    // A dialog and what is typed have it first.
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click()
    await page.getByRole('dialog').getByText('close the opened run').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await page.getByRole('searchbox', { name: 'Search' }).press('Escape')
    await hasFocus(page, page.getByRole('table', { name: 'Runs' }))
    expect(await opened.count()).toBe(1)
    await opened.getByRole('button', { name: 'Copy its link' }).focus()
    await page.keyboard.press('Escape')
    await opened.waitFor({ state: 'detached' })
    await hasFocus(page, run)

    const list = page.getByRole('table', { name: 'Executions' })
    await goTo(visit, `#/tasks/${ids.get('Sync contacts with the CRM')}`, list)
    const show = list.getByRole('button').nth(1)
    await show.press('Enter')
    await opened.getByRole('button', { name: 'Close' }).waitFor()
    await page.keyboard.press('Escape')
    await opened.waitFor({ state: 'detached' })
    await hasFocus(page, show)
  })

browserTest('Escape empties a search, and leaves one that is empty', async () => {
  await createTask(owner, { name: 'Send the invoices' })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks')
  const search = page.getByRole('searchbox')
  const list = page.getByRole('table')
  await list.waitFor()
  await search.fill('nobody')
  await page.getByText('No task matches.').waitFor()
  await search.press('Escape')
  await list.waitFor()
  expect(await search.inputValue()).toBe('')
  await hasFocus(page, search)
  await search.press('Escape')
  await hasFocus(page, list)
  await goTo(visit, '#/changes', list)
  await search.press('Escape')
  await hasFocus(page, page.getByRole('main'))
})

browserTest('Escape closes the tasks of a quarter hour', async () => {
  const at = `${new Date((Math.floor(Date.now() / 900_000) + 20) * 900_000).toISOString().slice(0, 19)}Z`
  await createTask(owner, { name: 'Reports', scheduled_at: at, frequency: 1, unit: 'day' })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/?at=${at}`)
  const title = page.getByRole('heading', { name: / 1 task due$/ })
  await title.waitFor()
  await page.keyboard.press('Escape')
  await title.waitFor({ state: 'detached' })
})
