import { beforeEach, expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  for (const name of ['One', 'Two', 'Three']) await send(owner, 'POST', '/tasks', { ...farTask, name })
})

const stored = async () => {
  const rows = await sql<{ name: string; status: string }[]>`
    select name, status from task where deleted_at is null order by id`
  return rows.map(({ name, status }) => `${name} ${status}`)
}

browserTest('many are paused, resumed and disabled at once, and it is said how many', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks')
  await page.getByLabel('Select One').check()
  await page.getByLabel('Select Three').check()
  const all = page.getByLabel('Select all on this page')
  expect(await all.evaluate((box) => (box as HTMLInputElement).indeterminate)).toBe(true)
  await page.getByText('2 selected').waitFor()
  const button = page.getByRole('button', { name: 'Pause selected' })
  await button.click()
  await page.getByRole('status').getByText('Paused 2 tasks.').waitFor()
  expect(await stored()).toEqual(['One paused', 'Two active', 'Three paused'])
  await page.getByRole('row', { name: /One/ }).getByText('paused', { exact: true }).waitFor()
  await button.and(page.locator(':focus')).waitFor()

  await all.check()
  await page.getByText('3 selected').waitFor()
  await page.getByRole('button', { name: 'Resume selected' }).click()
  await page.getByRole('status').getByText('Resumed 3 tasks.').waitFor()
  expect(await stored()).toEqual(['One active', 'Two active', 'Three active'])
  await page.getByRole('button', { name: 'Disable selected' }).click()
  await page.getByRole('status').getByText('Disabled 3 tasks.').waitFor()
  expect(await stored()).toEqual(['One disabled', 'Two disabled', 'Three disabled'])
  await all.uncheck()
  await page.getByRole('button', { name: 'Pause selected' }).waitFor({ state: 'detached' })
})

browserTest('all that match are paused, what cannot be is left out and named, and it is undone', async () => {
  const { body: over } = await send(owner, 'POST', '/tasks', { ...farTask, name: 'Over' })
  await sql`update task set scheduled_at = null, status = 'disabled', frequency = null, unit = null where id = ${over.id}`
  await sql`
    insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at)
    select ${owner.id}, ('0198b0b4-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Many ' || n, 'http://127.0.0.1:9/', 'GET', 1, 'hour', '2999-01-01'
    from generate_series(1, 30) n`
  await sql`update task set status = 'paused' where name = 'Many 30'`
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks?rows=25')
  await page.getByText('1–25 of 34 tasks').waitFor()
  await page.getByLabel('Select all on this page').check()
  await page.getByText('25 selected').waitFor()
  await page.getByRole('button', { name: 'Select all 34 that match' }).click()
  await page.getByText('34 selected').waitFor()
  await page.mouse.wheel(0, 2_000)
  const pause = page.getByRole('button', { name: 'Pause selected' })
  await eventually(() => page.evaluate('scrollY > 300'), 'the page that is scrolled')
  expect((await pause.boundingBox())?.y).toBeWithin(0, 100)
  await pause.click()
  const report = page.getByRole('status').filter({ hasText: 'Paused 33 tasks. Left out 1 task:' })
  await report.getByText('Over: It has run or has ended: give it a time first.').waitFor()
  // It is in sight, although the list is longer than the window.
  const [box, height] = [await report.boundingBox(), page.viewportSize()?.height]
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeWithin(0, height as number)
  expect(await sql`select from task where status = 'paused'`).toHaveLength(33)
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('status').getByText('Undone: 32 tasks as before.').waitFor()
  expect(await sql`select from task where status = 'paused'`).toHaveLength(1)
  await page.getByRole('button', { name: 'Close' }).click()

  // Of all that match, also where the filter no longer matches afterwards.
  await page.getByLabel('Search').fill('Many 2')
  await page.getByText('11 tasks').waitFor()
  await page.getByLabel('Status').selectOption('active')
  await page.getByLabel('Select all on this page').check()
  await page.getByRole('button', { name: 'Run now: selected' }).click()
  await page.getByRole('status').getByText('11 tasks are to run now.').waitFor()
  await page.getByRole('button', { name: 'Run now: selected' }).click()
  await page.getByText('Left out 11 tasks:').waitFor()
  await page.getByText(/^Many 2: An execution of this task is queued or running/).waitFor()
  await pause.click()
  await page.getByText('No task matches.').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('status').getByText('Undone: 11 tasks as before.').waitFor()
  await page.getByRole('link', { name: 'Many 29' }).waitFor()

  // What cannot be undone is named too.
  await page.getByLabel('Select Many 29').check()
  await page.getByLabel('Select Many 28').check()
  await pause.click()
  await page.getByRole('status').getByText('Paused 2 tasks.').waitFor()
  const [gone] = await sql`select id from task where name = 'Many 29'`
  await send(owner, 'DELETE', `/tasks/${gone?.id}`)
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('status').getByText('Undone: 1 task as before. Left out 1 task:').waitFor()
})

browserTest('tasks are paused until a time, in the list and on the page of one', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks')
  await page.getByLabel('Select One').check()
  await page.getByLabel('Select Two').check()
  await page.getByRole('button', { name: 'Pause until…: selected' }).click()
  const dialog = page.getByRole('dialog', { name: 'Pause 2 tasks until…' })
  const at = dialog.getByLabel('Until', { exact: true })
  await at.fill('2020-01-01T00:00:00')
  await dialog.getByRole('button', { name: 'Pause', exact: true }).click()
  await dialog.getByText(/^The time must be in the future/).waitFor()
  expect(await stored()).toEqual(['One active', 'Two active', 'Three active'])
  await dialog.getByRole('button', { name: 'Tomorrow, 08:00' }).click()
  const tomorrow = await at.inputValue()
  expect(tomorrow).toMatch(/ 08:00(:00)?$/)
  await dialog.getByRole('button', { name: 'Pause', exact: true }).click()
  await page.getByText('Paused 2 tasks until').waitFor()
  expect(await stored()).toEqual(['One paused', 'Two paused', 'Three active'])
  // The browser is in this zone.
  const ends = await sql`
    select to_char(paused_until at time zone 'Europe/Berlin', 'YYYY-MM-DD HH24:MI') as local, paused_until from task where status = 'paused'`
  expect(ends.map(({ local }) => local)).toEqual([tomorrow.slice(0, 16), tomorrow.slice(0, 16)])
  const ahead = (Date.parse(ends[0]?.paused_until) - Date.now()) / 3_600_000
  expect(ahead > 6 && ahead < 34).toBe(true)
  await page.getByRole('row', { name: /One/ }).getByText('paused until').waitFor()

  await page.getByRole('link', { name: 'One' }).click()
  await page.getByText(/paused until .*, then active by itself/).waitFor()
  await page.getByRole('button', { name: 'Pause until…' }).click()
  await page.getByRole('button', { name: '8 hours' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Pause', exact: true }).click()
  await page.getByText('Paused “One” until').waitFor()
  const [one] = await sql<{ paused_until: string }[]>`select paused_until from task where name = 'One'`
  expect(Math.abs(Date.parse(one?.paused_until ?? '') - Date.now() - 8 * 3_600_000)).toBeLessThan(180_000)
  await page.getByRole('button', { name: 'Resume', exact: true }).click()
  await page.getByText('“One” is active again.').waitFor()
  expect(await sql`select paused_until from task where name = 'One'`).toMatchObject([{ paused_until: null }])
})

browserTest('many are deleted once it is typed how many, and the focus stays in the list', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks')
  await page.getByLabel('Select One').check()
  await page.getByLabel('Select Two').check()
  await page.getByRole('button', { name: 'Delete selected' }).click()
  await page.getByRole('dialog', { name: 'Delete 2 tasks?' }).waitFor()
  const button = page.getByRole('button', { name: 'Delete 2 tasks' })
  expect(await button.getAttribute('aria-disabled')).toBe('true')
  await button.click({ force: true })
  expect(await stored()).toHaveLength(3)
  await page.getByLabel('Type delete 2 tasks to confirm').fill('delete 2 tasks')
  await page.keyboard.press('Enter')
  await page.getByText('Deleted 2 tasks.').waitFor()
  expect(await stored()).toEqual(['Three active'])
  await page.getByText('1 task', { exact: true }).waitFor()
  await focusIsOn(page, 'TABLE')
})

browserTest('a task is disabled and enabled from its menu by keyboard alone', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks')
  const more = page.getByRole('button', { name: 'More for Two' })
  await more.press('Enter')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Disable Two' }).waitFor({ state: 'detached' })
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByText('Disabled “Two”.').waitFor()
  await more.and(page.locator(':focus')).waitFor()
  expect(await stored()).toEqual(['One active', 'Two disabled', 'Three active'])
  await page.getByRole('button', { name: 'Enable Two' }).press('Enter')
  await page.getByText('“Two” is active again.').waitFor()
  expect(await stored()).toContain('Two active')
})

browserTest('the menu leads to editing, to a copy, and to a deletion that asks for the name', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks')
  const choose = async (role: 'link' | 'button', name: string) => {
    await page.getByRole('button', { name: 'More for Two' }).click()
    await page.getByRole(role, { name }).click()
  }
  await choose('link', 'Edit')
  await page.getByRole('heading', { name: 'Edit task' }).waitFor()
  await page.goBack()
  await choose('link', 'Duplicate')
  await page.getByRole('heading', { name: 'New task' }).waitFor()
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Two (copy)')
  await page.goBack()
  await choose('button', 'Delete Two')
  await page.getByLabel('Type Two to confirm').fill('One')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'More for Two' }).and(page.locator(':focus')).waitFor()
  await choose('button', 'Delete Two')
  await page.getByLabel('Type Two to confirm').fill('Two')
  await page.getByRole('button', { name: 'Delete task' }).click()
  await page.getByText('Deleted “Two”.').waitFor()
  expect(await stored()).toEqual(['One active', 'Three active'])
  await page.getByRole('row', { name: /Two/ }).waitFor({ state: 'detached' })
})

/** Polled from here: the page's policy refuses what playwright would poll with inside it. */
const focusIsOn = (page: Page, tag: string) =>
  eventually(
    async () => (await page.evaluate('document.activeElement.tagName')) === tag,
    () => `the focus on ${tag}`,
  )

browserTest('the focus stays in the list when what was pressed leaves it with its row', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks?status=active')
  await page.getByRole('button', { name: 'Pause Two' }).press('Enter')
  await page.getByText('2 tasks', { exact: true }).waitFor()
  await focusIsOn(page, 'TABLE')
  await page.getByLabel('Select One').check()
  await page.getByRole('button', { name: 'Disable selected' }).press('Enter')
  await page.getByText('1 task', { exact: true }).waitFor()
  await focusIsOn(page, 'TABLE')
  await page.getByRole('button', { name: 'Pause Three' }).press('Enter')
  await page.getByText('No task matches.').waitFor()
  await focusIsOn(page, 'P')
})

/** Keeps back whatever waits for a frame or a moment, as a busy browser does, from the table's first sight until `goOn`. */
const busyBrowser = `
  const waiting = []
  let isBusy = false
  new MutationObserver((_, observer) => {
    if (!document.querySelector('table.tasks')) return
    isBusy = true
    observer.disconnect()
  }).observe(document, { childList: true, subtree: true })
  const kept = (act) => (...args) => (isBusy ? void waiting.push(() => act(...args)) : act(...args))
  const [frame, timeout] = [requestAnimationFrame.bind(window), setTimeout.bind(window)]
  window.requestAnimationFrame = (act) => frame(kept(act))
  window.setTimeout = (act, ms, ...args) => timeout(kept(act), ms, ...args)
  window.goOn = () => {
    isBusy = false
    for (const act of waiting.splice(0)) act()
  }`

browserTest('the focus stays in the list, however soon the button is pressed', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await page.addInitScript(busyBrowser)
  await signIn(visit, owner, '#/tasks?status=active')
  await page.getByRole('button', { name: 'Pause Two' }).press('Enter')
  await page.evaluate('goOn()')
  await page.getByText('2 tasks', { exact: true }).waitFor()
  await focusIsOn(page, 'TABLE')
})

browserTest('a text that may have been meant as a label leads to the tasks with that label', async () => {
  await send(owner, 'POST', '/tasks', { ...farTask, name: 'Count the shelves', labels: { team: 'stock' } })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks')
  await page.getByLabel('Search').fill('team=stock')
  await page.getByText('No task matches.').waitFor()
  await page.getByRole('link', { name: 'label:team=stock' }).click()
  await page.getByRole('link', { name: 'Count the shelves' }).waitFor()
  expect(await page.getByLabel('Search').inputValue()).toBe('label:team=stock')
})
