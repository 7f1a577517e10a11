import { beforeEach, expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const told = 'Waiting for Duly to answer. Pressing again sends nothing more.'

/** Holds the POST requests for this path back until the test lets them go. */
async function stall(page: Page, path: RegExp) {
  let asked = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  await page.route(path, async (route) => {
    if (route.request().method() === 'POST') {
      asked++
      await promise
    }
    await route.continue()
  })
  return { release: resolve, asked: () => asked }
}

for (const [verb, path] of [
  ['Pause Mine', /\/tasks\/[^/]+$/],
  ['Run now: Mine', /\/executions$/],
] as const)
  browserTest(`${verb}: pressed during a stall, it says that it waits, moves nothing, and is sent once`, async () => {
    await createTask(owner, { name: 'Mine', url: 'http://127.0.0.1:9/' })
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, '#/tasks')
    const stalled = await stall(page, path)
    const button = page.getByRole('button', { name: verb })
    const before = await button.boundingBox()
    await button.click()
    await page.getByText(told).waitFor()
    // Only what was pressed is marked, not the others that do nothing meanwhile.
    expect(await page.locator('button[aria-busy=true]').count()).toBe(1)
    await button.and(page.locator('[aria-busy=true]')).waitFor()
    await page.waitForFunction(
      `getComputedStyle(document.querySelector('button[aria-busy=true]')).backgroundSize === '100% 4px'`,
    )
    expect(await button.boundingBox()).toEqual(before)
    await button.click({ force: true })
    await button.press('Enter')
    stalled.release()
    await page.getByText(told).waitFor({ state: 'detached' })
    await page.getByText(/^“Mine” is to run now|^Paused “Mine”/).waitFor()
    expect(await page.locator('button[aria-busy=true]').count()).toBe(0)
    expect(stalled.asked()).toBe(1)
  })

browserTest('a command for many tasks and one of a dialog say that they wait, and are sent once', async () => {
  const { id } = await createTask(owner, { name: 'Mine' })
  const visit = await dashboard.visit()
  const { page, origin } = visit
  await signIn(visit, owner, '#/tasks')
  const many = await stall(page, /\/tasks\/status$/)
  await page.getByLabel('Select all on this page').check()
  const pause = page.getByRole('button', { name: 'Pause selected' })
  await pause.click()
  await page.getByText(told).waitFor()
  await pause.and(page.locator('[aria-busy=true]')).click({ force: true })
  many.release()
  await page.getByText('Paused 1 task.').waitFor()
  expect(many.asked()).toBe(1)
  await sql`update task set status = 'active'`

  await page.goto(`${origin}/#/tasks/${id}`)
  await page.getByRole('button', { name: 'Pause until…' }).click()
  const one = await stall(page, /\/tasks\/status$/)
  const send = page.getByRole('dialog').locator('button.main')
  await send.click()
  await page.getByText(told).waitFor()
  await send.and(page.locator('[aria-busy=true]')).click({ force: true })
  one.release()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(one.asked()).toBe(1)
})
