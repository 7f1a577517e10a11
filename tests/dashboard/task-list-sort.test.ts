import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  // Names run against the order of creation; every tenth is paused.
  await sql`
    insert into task (service_id, id, name, url, method, status, frequency, unit, created_at, scheduled_at)
    select
      ${owner.id}, ('0198b0b4-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'task ' || lpad((10000 - n)::text, 5, '0'),
      'http://127.0.0.1:9/', 'GET', case when n % 10 = 0 then 'paused' else 'active' end, 1, 'hour',
      '2026-01-01'::timestamptz + n * interval '1 second', '2099-01-01'::timestamptz + (n % 100) * interval '1 day'
    from generate_series(1, 10000) n`
})

browserTest('10,000 tasks are sorted by the heads of the list, which say how they stand', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks')
  const first = page.getByRole('row').nth(1).getByRole('link').first()
  const head = (name: string) => page.getByRole('columnheader', { name })
  const shows = (name: string) => page.locator('tbody tr:first-child .name', { hasText: name }).waitFor()
  await shows('task 00000')
  expect(await head('Created').getAttribute('aria-sort')).toBe('descending')
  expect(await head('Task').getAttribute('aria-sort')).toBeNull()

  await head('Created').getByRole('button').click()
  await shows('task 09999')
  expect(await head('Created').getAttribute('aria-sort')).toBe('ascending')
  await head('Task').getByRole('button').click()
  await shows('task 00000')
  expect(await head('Task').getAttribute('aria-sort')).toBe('ascending')
  expect(await head('Created').getAttribute('aria-sort')).toBeNull()
  await head('Task').getByRole('button').press('Enter')
  await shows('task 09999')
  expect(new URL(page.url()).hash).toBe('#/tasks?sort=-name')
  await page.locator(':focus', { hasText: /^Task$/ }).waitFor()
  await head('Next run').getByRole('button').click()
  await shows('task 09900')
  expect(await page.getByRole('row').count()).toBe(101)

  await page.goBack()
  await shows('task 09999')
  await page.goForward()
  await shows('task 09900')
  await page.reload()
  await shows('task 09900')
  expect(await first.textContent()).toBe('task 09900')

  // By last result: what fails stands first, is marked, and can be had alone.
  await sql`
    insert into failing_task (service_id, task_id, since, settled, consecutive, error)
    select service_id, id, case name when 'task 00700' then now() else '2026-01-01' end, 9, 27, 'connection refused'
    from task
    where name in ('task 00700', 'task 00800')`
  await head('Last results').getByRole('button').click()
  await shows('task 00700')
  expect(new URL(page.url()).hash).toBe('#/tasks?sort=-failing_since')
  const marked = page.getByRole('row').filter({ hasText: 'failing since' })
  expect(await marked.count()).toBe(2)
  expect(await marked.nth(1).locator('.failing-mark').getAttribute('title')).toMatch(
    /^Failed 9 times \(27 attempts\) since .*: connection refused$/,
  )
  await head('Last results').getByRole('button').click()
  await shows('task 00800')
  await page.getByLabel('Last result', { exact: true }).selectOption('Failing')
  await page.getByText('2 tasks', { exact: true }).waitFor()
  await page.getByLabel('Last result', { exact: true }).selectOption('Never run')
  await page.getByText('1–100 of 10,000 tasks').waitFor()
  await page.getByLabel('Last result', { exact: true }).selectOption('Well')
  await page.getByText('No task matches.').waitFor()
  expect(new URL(page.url()).hash).toBe('#/tasks?result=well&sort=failing_since')

  // What is typed and what is chosen is one state: each follows the other.
  const search = page.getByRole('searchbox', { name: 'Search' })
  const result = page.getByLabel('Last result', { exact: true })
  await search.fill('is:failing err:"connection refused" 00700')
  await page.getByText('1 task', { exact: true }).waitFor()
  expect(await result.inputValue()).toBe('failing')
  expect(new URL(page.url()).hash).toBe(
    '#/tasks?search=00700&result=failing&error=connection+refused&sort=failing_since',
  )
  await page.reload()
  await page.getByText('1 task', { exact: true }).waitFor()
  expect(await search.inputValue()).toBe('err:"connection refused" 00700')
  await result.selectOption('Well')
  await page.getByText('No task matches.').waitFor()
  await search.fill('is:failing host:127.0.0.1:9')
  await page.getByText('2 tasks', { exact: true }).waitFor()
  await result.selectOption('Never run')
  // The count is the same before: only the words of the search tell that the choice has counted.
  await eventually(
    async () => (await search.inputValue()) === 'host:127.0.0.1:9',
    'the search without the former result',
  )
  await page.getByText('2 tasks', { exact: true }).waitFor()
  await search.fill('is:broken')
  await page.getByText('is: takes failing, well,').waitFor()
  expect(await search.getAttribute('aria-invalid')).toBe('true')
  await search.fill('is:')
  await search.fill('')
  await page.getByText('is: takes failing, well,').waitFor({ state: 'detached' })
  await page.getByText('1–100 of 10,000 tasks').waitFor()
})

browserTest('10,000 tasks are paged through to the end, and a filter counts what is left', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks?sort=name')
  await page.getByText('1–100 of 10,000 tasks').waitFor()
  await page.getByRole('link', { name: 'Last' }).click()
  await page.getByText('9,901–10,000 of 10,000 tasks').waitFor()
  expect(await page.getByLabel('Page', { exact: true }).inputValue()).toBe('100')
  // What was pressed leads nowhere now, and has the focus still.
  await page.locator(':focus', { hasText: /^Last$/ }).waitFor()
  await page.getByRole('link', { name: 'task 09999', exact: true }).waitFor()
  expect(new URL(page.url()).hash).toBe('#/tasks?sort=name&page=100')
  await page.getByLabel('Page', { exact: true }).fill('23')
  await page.keyboard.press('Enter')
  await page.getByText('2,201–2,300 of 10,000 tasks').waitFor()
  await page.getByLabel('Page', { exact: true }).fill('1000')
  await page.keyboard.press('Enter')
  await page.getByText('9,901–10,000 of 10,000 tasks').waitFor()
  expect(await page.getByLabel('Page', { exact: true }).inputValue()).toBe('100')
  await page.getByRole('link', { name: 'First' }).click()
  await page.getByRole('link', { name: 'task 00000', exact: true }).waitFor()

  await page.getByLabel('Status').selectOption('paused')
  await page.getByText('1–100 of 1,000 tasks').waitFor()
  await page.getByRole('searchbox', { name: 'Search' }).fill('task 0123')
  await page.getByText('1 task', { exact: true }).waitFor()
  await page.getByRole('link', { name: 'task 01230', exact: true }).waitFor()
  expect(new URL(page.url()).hash).toBe('#/tasks?search=task+0123&status=paused&sort=name')
  await page.goto(`${visit.origin}/#/tasks?page=500`)
  await page.getByText('This page is empty.').waitFor()
})
