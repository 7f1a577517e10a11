import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { browserTest, goTo, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = useDashboard()
let owner: Account
let task: { readonly id: string }
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = await createTask(owner, { name: 'Send the invoices' })
})

/** Writes runs of the task, one for each minute. */
const insertRuns = (count: number) => sql`
  insert into execution (
    service_id, task_id, id, slot_id, scheduled_for, status, created_at, started_at, replica_id, duration_ms
  )
  select ${owner.id}, ${task.id}, id, id, at, 'success', at, at, gen_random_uuid(), 120
  from (
    select gen_random_uuid() as id, now() - make_interval(mins => n) as at
    from generate_series(1, ${count}) n
  ) run`

browserTest('another page of a list begins at its top, and the focus stays on what is left of the pager', async () => {
  await insertRuns(250)
  const visit = await dashboard.visit({ viewport: { width: 1200, height: 700 } })
  const { page } = visit
  await signIn(visit, owner, '#/runs')
  const focused = (name: string) => page.getByRole('link', { name, exact: true }).and(page.locator(':focus'))
  const top = () => page.evaluate<number>('scrollY')
  const older = page.getByRole('link', { name: 'Older', exact: true })
  const newest = page.getByRole('link', { name: 'Newest', exact: true })
  await older.focus()
  expect(await top()).toBeGreaterThan(1_000)
  const rows = page.locator('.runs .cell-when')
  const first = await rows.first().textContent()
  await older.press('Enter')
  await newest.waitFor()
  await eventually(async () => (await rows.first().textContent()) !== first, 'the next page')
  expect(await top()).toBe(0)
  await focused('Older').waitFor()
  // The last page has no link to another one.
  await older.press('Enter')
  await older.waitFor({ state: 'detached' })
  expect(await rows.count()).toBe(50)
  expect(await top()).toBe(0)
  await page.getByRole('table', { name: 'Runs' }).and(page.locator(':focus')).waitFor()
  await page.goBack()
  await older.waitFor()
  await newest.press('Enter')
  await newest.waitFor({ state: 'detached' })
  expect(await top()).toBe(0)
})

browserTest('another page of a list in a screen begins with the heading of the list', async () => {
  await insertRuns(50)
  const visit = await dashboard.visit({ viewport: { width: 1200, height: 500 } })
  const { page } = visit
  await signIn(visit, owner)
  const heading = page.getByRole('heading', { name: 'Executions' })
  await goTo(visit, `#/tasks/${task.id}`, heading)
  const next = page.getByRole('navigation', { name: 'Pages of executions' }).getByRole('link', { name: 'Next' })
  await next.press('Enter')
  await page.getByText('page 2 of 3').waitFor()
  expect((await heading.boundingBox())?.y).toBeWithin(-1, 100)
  await next.and(page.locator(':focus')).waitFor()
})
