import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  await createTask(owner, { name: 'Send the invoices' })
})

for (const width of [1200, 320])
  browserTest(`what is wrong in a filter is told where nothing moves, ${width} px wide`, async () => {
    const visit = await dashboard.visit({ viewport: { width, height: 800 } })
    const { page } = visit
    await signIn(visit, owner, '#/tasks')
    const search = page.getByRole('searchbox')
    const status = page.getByLabel('Status')
    const list = page.getByRole('table')
    await list.waitFor()
    const places = async () => [await status.boundingBox(), await list.boundingBox()]
    const before = await places()
    await search.fill('team:billing')
    const error = page.getByText('“team:billing” is no word of this search.').or(page.getByText(/^“team:” is no word/))
    await error.waitFor()
    expect(await places()).toEqual(before)
    const [box, field] = [await error.boundingBox(), await search.boundingBox()]
    expect(box?.y).toBeGreaterThanOrEqual((field?.y ?? 0) + (field?.height ?? 0))
    expect(box?.width).toBeLessThanOrEqual((field?.width ?? 0) + 1)
    await search.fill('')
    await error.waitFor({ state: 'detached' })
    expect(await places()).toEqual(before)
  })

browserTest('the button of each time says of which time it chooses the date', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/runs?from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z')
  await page.getByRole('button', { name: 'Choose a date for “From”', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Choose a date for “Until”', exact: true }).waitFor()
  expect(await page.getByRole('button', { name: 'Choose a date' }).count()).toBe(2)
})
