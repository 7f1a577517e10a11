import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const tasks = { 'reports/nightly': { url: 'http://127.0.0.1:9/', method: 'GET', cron: '30 2 * * *' } }

browserTest(
  'a task of a set names it on its page and above its form, and says whether it was changed since',
  async () => {
    await send(owner, 'POST', '/task-sets/shop/apply', { tasks, source: 'commit 1a2b3c' })
    const { id } = (await send(owner, 'GET', '/tasks/by-key/reports%2Fnightly')).body
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, `#/tasks/${id}`)
    const fact = page.locator('.fact', { hasText: 'Task set' })
    await fact.getByText('commit 1a2b3c').waitFor()
    expect(await fact.textContent()).not.toContain('changed since')
    await send(owner, 'POST', `/tasks/${id}`, { payload: 'by hand' })
    await fact.getByText('changed since then').waitFor()
    await page.goto(page.url().replace(/#.*/, `#/tasks/${id}/edit`))
    await page.getByText('kept in the file of the task set shop').waitFor()
  },
)

browserTest('a task of no set says nothing of sets', async () => {
  const { id } = await createTask(owner, { key: 'alone' })
  const visit = await dashboard.visit()
  await signIn(visit, owner, `#/tasks/${id}`)
  await visit.page.locator('.fact', { hasText: 'Next run' }).waitFor()
  expect(await visit.page.getByText('Task set').count()).toBe(0)
})
