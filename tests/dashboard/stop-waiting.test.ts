import { beforeEach, expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
let taskId: string
let id: string
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  taskId = (await createTask(owner, { name: 'Send the invoices' })).id
  id = Bun.randomUUIDv7()
  const at = new Date(Date.now() - 192_000).toISOString()
  const row = {
    ...{ service_id: owner.id, task_id: taskId, id, slot_id: id, status: 'started', replica_id: Bun.randomUUIDv7() },
    ...{ created_at: at, scheduled_for: at, started_at: at },
  }
  await sql`insert into execution ${sql(row as unknown as Record<string, string>)}`
  await sql`update task set current_created_at = ${at}, current_execution_id = ${id} where id = ${taskId}`
})

const paneOf = (page: Page) => page.getByRole('complementary', { name: 'The opened run' })
const fail = (error: string) => sql`update execution set status = 'failed', error = ${error} where id = ${id}`
/** The accessible name of what has the focus. */
const focused = (page: Page) =>
  page.evaluate('document.activeElement?.ariaLabel || document.activeElement?.textContent')

/** Opens the run and presses the button. */
async function ask(hash: string) {
  const visit = await dashboard.visit()
  await signIn(visit, owner, hash)
  await paneOf(visit.page).getByRole('button', { name: 'Stop waiting' }).click()
  return { ...visit, dialog: visit.page.getByRole('dialog', { name: 'Stop waiting for this run?' }) }
}

browserTest(
  'a run that goes on is stopped after a question that says what that does and what it does not',
  async () => {
    const { page, dialog } = await ask(`#/tasks/${taskId}?open=${id}`)
    const pane = paneOf(page)
    await pane.getByText(/^started for 3 min/).waitFor()
    const words = await dialog.locator('p').allTextContents()
    expect(words.join(' ')).toContain('The target is not told, and may still be working. No retry follows')
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(await sql`select from execution where stop_requested_at is not null`).toHaveLength(0)

    await pane.getByRole('button', { name: 'Stop waiting' }).click()
    await dialog.getByRole('button', { name: 'Stop waiting' }).click()
    const stopping = pane.getByRole('button', { name: 'Stopping…' })
    await stopping.waitFor()
    expect(await stopping.getAttribute('aria-disabled')).toBe('true')
    expect(await sql`select from execution where id = ${id} and stop_requested_at is not null`).toHaveLength(1)
    expect(await page.evaluate('document.activeElement === document.body')).toBe(false)
    await stopping.press('Enter')
    expect(await dialog.count()).toBe(0)

    await stopping.focus()
    await fail('stopped by a person while waiting for the answer; the target may still be working on it')
    await pane.getByText('stopped by a person while waiting for the answer').waitFor()
    await stopping.waitFor({ state: 'detached' })
    expect(await focused(page)).toBe('The opened run')
  },
)

browserTest(
  'everybody who looks at the run sees that it is being stopped, and the changes say who did it',
  async () => {
    await send(owner, 'POST', `/tasks/${taskId}/executions/${id}/stop`)
    const visit = await dashboard.visit()
    const { page, origin } = visit
    await signIn(visit, owner, `#/runs?open=${taskId}.${id}`)
    await paneOf(page).getByRole('button', { name: 'Stopping…' }).waitFor()
    await page.goto(`${origin}/#/changes`)
    const row = page.getByRole('row', { name: /Stopped waiting Send the invoices/ })
    await row.getByRole('link', { name: `show the run ${id}` }).click()
    await paneOf(page).getByRole('button', { name: 'Stopping…' }).waitFor()
  },
)

browserTest('a run that has ended meanwhile is not stopped, and the page says so', async () => {
  const { page, dialog } = await ask(`#/tasks/${taskId}?open=${id}`)
  await fail('the target answered 500')
  await dialog.getByRole('button', { name: 'Stop waiting' }).click()
  await page.getByText('The run was not stopped. This execution has ended').waitFor()
  await paneOf(page).getByText('the target answered 500').first().waitFor()
  expect(await dialog.count()).toBe(0)
  expect(await paneOf(page).getByRole('button', { name: /^Stop/ }).count()).toBe(0)
})

browserTest('who may not run tasks is not asked whether a run is to be stopped', async () => {
  const { body } = await send(owner, 'POST', '/tokens', { name: 'writer', scopes: ['read', 'write'] })
  const visit = await dashboard.visit()
  await signIn(visit, { id: owner.id, token: body.token }, `#/tasks/${taskId}?open=${id}`)
  await paneOf(visit.page).getByText('Idempotency-Key').first().waitFor()
  expect(await visit.page.getByRole('button', { name: 'Stop waiting' }).count()).toBe(0)
  expect((await send({ ...owner, token: body.token }, 'POST', `/tasks/${taskId}/executions/${id}/stop`)).status).toBe(
    403,
  )
})
