import { beforeEach, expect } from 'bun:test'
import { openTestAlerts } from '../support/alerts.ts'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

browserTest('an empty list says what a task is and how to make one', async () => {
  const visit = await dashboard.visit()
  await signIn(visit, owner)
  await visit.page.getByText('No tasks yet.').waitFor()
  await visit.page.getByRole('link', { name: 'Create the first one' }).click()
  await visit.page.getByRole('heading', { name: 'New task' }).waitFor()
})

browserTest("shows the service's own tasks and nobody else's", async () => {
  const stranger = await createAccount('strangers')
  await send(owner, 'POST', '/tasks', { ...farTask, name: 'Mine', frequency: 6 })
  const over = { name: 'Ended', frequency: 6 }
  await sql`update task set scheduled_at = null, status = 'disabled' where id = ${(await createTask(owner, over)).id}`
  const once = { name: 'Done', frequency: undefined, unit: undefined }
  await sql`update task set scheduled_at = null, status = 'disabled' where id = ${(await createTask(owner, once)).id}`
  const { body: foreign } = await send(stranger, 'POST', '/tasks', { ...farTask, name: 'Theirs' })
  const visit = await dashboard.visit()
  await signIn(visit, owner)
  const row = visit.page.getByRole('row', { name: /Mine/ })
  await row.waitFor()
  expect(await row.textContent()).toContain('every 6 hours')
  for (const [name, next] of [
    ['Ended', 'none, it has ended'],
    ['Done', 'none, it has run'],
  ] as const)
    expect(await visit.page.getByRole('row', { name: new RegExp(name) }).textContent()).toContain(next)
  expect(await visit.page.getByText('Theirs').count()).toBe(0)
  await visit.page.goto(`${visit.origin}/#/tasks/${foreign.id}`)
  await visit.page.getByRole('heading', { name: 'No such task' }).waitFor()
})

browserTest('pauses a task and resumes it', async () => {
  await send(owner, 'POST', '/tasks', { ...farTask, name: 'Mine' })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner)
  const row = page.getByRole('row', { name: /Mine/ })
  await page.getByRole('button', { name: 'Pause Mine' }).click()
  await row.getByText('paused', { exact: true }).waitFor()
  expect(await sql`select status from task`).toEqual([{ status: 'paused' }] as never)
  const [sent] = visit.requests.filter((request) => request.method() === 'POST')
  expect(sent?.postDataJSON()).toEqual({ status: 'paused' })

  await page.getByRole('button', { name: 'Resume Mine' }).click()
  await row.getByText('active', { exact: true }).waitFor()
  expect(await sql`select status from task`).toEqual([{ status: 'active' }] as never)
})

browserTest('pages and filters stand in the address bar, and the back button returns', async () => {
  await sql`
    insert into task (service_id, id, name, url, method, status, frequency, unit, scheduled_at)
    select
      ${owner.id}, ('0198b0b4-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'task ' || n, 'http://127.0.0.1:9/', 'GET',
      case when n % 10 = 0 then 'paused' else 'active' end, 1, 'hour', '2099-01-01'
    from generate_series(1, 60) n`
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner)
  await page.getByText('60 tasks', { exact: true }).waitFor()
  expect(await page.getByRole('row').count()).toBe(61)
  // A task is a line of 32 px; its buttons come when it is pointed at, and nothing moves.
  const line = page.getByRole('row').nth(50)
  const actions = line.locator('.cell-actions .actions')
  expect((await line.boundingBox())?.height).toBeWithin(31, 34)
  expect(await actions.evaluate((element) => getComputedStyle(element).opacity)).toBe('0')
  const before = await line.boundingBox()
  await line.hover()
  expect(await actions.evaluate((element) => getComputedStyle(element).opacity)).toBe('1')
  const head = page.getByRole('columnheader', { name: 'Schedule' })
  expect((await head.boundingBox())?.y).toBeWithin(-1, 1)
  // Back leads to the place that was left.
  const scrolled = await page.evaluate<number>('scrollY')
  expect(scrolled).toBeGreaterThan(500)
  expect((await line.boundingBox())?.height).toBe(before?.height)
  await line.getByRole('link').first().click()
  await page.getByRole('heading', { name: 'Next runs' }).waitFor()
  expect(await page.evaluate('scrollY')).toBe(0)
  await page.goBack()
  await eventually(async () => (await page.evaluate('scrollY')) === scrolled, 'the place that was left')
  await page.evaluate('scrollTo(0, 0)')

  await page.getByRole('link', { name: '25', exact: true }).click()
  await page.getByText('1–25 of 60 tasks').waitFor()
  await page.getByRole('link', { name: 'Next' }).click()
  await page.getByText('26–50 of 60 tasks').waitFor()
  expect(await page.evaluate('scrollY')).toBe(0)
  await page.getByRole('link', { name: 'task 35', exact: true }).waitFor()
  expect(new URL(page.url()).hash).toBe('#/tasks?page=2&rows=25')
  await page.goBack()
  await page.getByRole('link', { name: 'task 60', exact: true }).waitFor()

  await page.getByLabel('Status').selectOption('paused')
  await page.getByText('6 tasks').waitFor()
  // Slower than a search waits: what was typed so far is looked for, and stays as it was typed.
  await page.getByLabel('Search').pressSequentially('TASK 4', { delay: 250 })
  await page.getByText('1 task', { exact: true }).waitFor()
  expect(await page.getByLabel('Search').inputValue()).toBe('TASK 4')
  await page.getByRole('link', { name: 'task 40', exact: true }).waitFor()
  expect(new URL(page.url()).hash).toBe('#/tasks?search=TASK+4&status=paused&rows=25')
  await page.reload()
  await page.getByRole('link', { name: 'task 40', exact: true }).waitFor()
  expect(await page.getByLabel('Search').inputValue()).toBe('TASK 4')
})

browserTest('deletes a task once its name is typed, and not before', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', { ...farTask, name: 'Doomed' })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${task.id}`)
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog', { name: 'Delete “Doomed”?' }).waitFor()
  await page.getByLabel('Type Doomed to confirm').fill('doomed')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.locator(':focus', { hasText: /^Delete$/ }).waitFor()
  expect((await send(owner, 'GET', `/tasks/${task.id}`)).status).toBe(200)

  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByLabel('Type Doomed to confirm').fill('Doomed')
  await page.getByRole('button', { name: 'Delete task' }).click()
  await page.getByText('No tasks yet.').waitFor()
  expect((await send(owner, 'GET', `/tasks/${task.id}`)).status).toBe(404)
})

browserTest('on a phone a task is a stacked block, and nothing scrolls sideways', async () => {
  const name = `${'averylongnamewithoutanyspace'.repeat(6)} <script>window.ran = 1</script>`
  await send(owner, 'POST', '/tasks', { ...farTask, name, url: `http://127.0.0.1:9/${'path/'.repeat(60)}` })
  const visit = await dashboard.visit({ viewport: { width: 320, height: 640 } })
  const { page } = visit
  await signIn(visit, owner)
  await page.getByRole('link', { name }).waitFor()
  await page.getByRole('checkbox', { name: 'Select all on this page' }).check()
  await page.getByRole('button', { name: `More for ${name}` }).click()
  await page.getByRole('button', { name: `Disable ${name}` }).waitFor()
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
  await page.getByLabel('Order').selectOption('Name, A to Z')
  await page.getByRole('link', { name }).click()
  await page.getByRole('heading', { name: 'Next runs' }).waitFor()
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
  expect(await page.evaluate('window.ran')).toBeUndefined()
})

browserTest('the name of a task is read at 1280 px, however many alerts it has, and each alert is named', async () => {
  const { id } = await createTask(owner, { name: 'Send the invoices' })
  for (const kind of ['failing', 'late']) await openTestAlerts(owner.id, { task_ids: [id], kind })
  const visit = await dashboard.visit({ viewport: { width: 1280, height: 800 } })
  await signIn(visit, owner)
  const row = visit.page.getByRole('row', { name: /Send the invoices/ })
  expect((await row.locator('a.name').boundingBox())?.width).toBeGreaterThan(120)
  for (const name of [/Alert: failing since/, /Alert: not started since/])
    await row.getByRole('link', { name }).waitFor()
})
