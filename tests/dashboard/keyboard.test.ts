import { beforeEach, expect } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { type Account, createAccount, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard, type Visit } from '../support/browser.ts'
import { fillService } from '../support/busy-service.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

interface Focused {
  readonly tag: string
  readonly name: string
  /** Whether something shows where the focus is. */
  readonly outlined: boolean
}

/** What has the focus now. */
function focused(page: Page): Promise<Focused> {
  return page.evaluate(`(() => {
    const element = document.activeElement
    const style = getComputedStyle(element)
    return {
      tag: element.tagName.toLowerCase(),
      name: element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent.slice(0, 60),
      outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1,
    }
  })()`)
}

/** The focus is on something, and where that is a control it is seen. A screen as a whole (main) needs no outline. */
async function expectFocus(page: Page): Promise<void> {
  // A new screen takes it right after it is drawn.
  const now = await eventually(async () => {
    const one = await focused(page)
    return one.tag !== 'body' && one
  }, 'the focus is nowhere')
  if (now.tag !== 'main') expect(now).toEqual({ ...now, outlined: true })
}

/** The focus is, or soon will be, on what is called so: it moves right after what it moves for is drawn. */
async function expectFocusOn(page: Page, name: RegExp): Promise<void> {
  let now: Focused | undefined
  await eventually(
    async () => {
      now = await focused(page)
      return name.test(now.name)
    },
    () => `the focus on ${name}; it is on ${JSON.stringify(now)}`,
  )
}

/** Goes by Tab, or by Shift+Tab, until `target` has the focus; it is seen all the way. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await target.waitFor()
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press(key)
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return expectFocus(page)
    // Behind the last control the browser's own come, of which the page sees none.
    if ((await focused(page)).tag !== 'body') await expectFocus(page)
  }
  throw new Error(`${target} was not reached in 60 steps.`)
}

/** Presses a key on what has the focus, waits until `come` is there, and looks where the focus is then. */
async function pressUntil(page: Page, key: string, come: Locator): Promise<void> {
  await page.keyboard.press(key)
  await come.waitFor()
  await expectFocus(page)
}

/** Signs in by keyboard alone. The focus is on the first field as the page opens. */
async function typeCredentials({ page, origin }: Visit): Promise<void> {
  await page.goto(origin)
  await page.getByLabel('Service id').waitFor()
  await expectFocus(page)
  await page.keyboard.type(owner.id)
  await tabTo(page, page.getByLabel('Token'))
  await page.keyboard.type('wrong')
  await pressUntil(page, 'Enter', page.getByRole('alert'))
  // The wrong one is selected, so that the right one takes its place.
  await eventually(
    () => page.evaluate('document.activeElement.selectionEnd === 5 && document.activeElement.selectionStart === 0'),
    'the wrong token to be selected',
  )
  await page.keyboard.type(owner.token)
  await pressUntil(page, 'Enter', page.getByRole('heading', { name: 'Overview' }))
  // The screen has the focus, and its head is still in sight.
  expect(await page.evaluate('scrollY')).toBe(0)
}

browserTest('by keyboard alone one signs in, makes a task by cron pattern, and saves it', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await typeCredentials(visit)
  const main = page.getByRole('navigation', { name: 'Main' })
  await tabTo(page, main.getByRole('link', { name: 'Tasks' }), 'Shift+Tab')
  await pressUntil(page, 'Enter', page.getByText('No tasks yet.'))
  await tabTo(page, page.getByRole('link', { name: 'New task' }))
  await pressUntil(page, 'Enter', page.getByRole('heading', { name: 'New task' }))

  await tabTo(page, page.getByRole('textbox', { name: 'Name', exact: true }))
  await page.keyboard.type('Send the invoices')
  await tabTo(page, page.getByLabel('URL'))
  await page.keyboard.type('http://127.0.0.1:9/invoices')
  await tabTo(page, page.getByLabel('Every …'))
  await pressUntil(page, 'ArrowDown', page.getByLabel('Pattern'))
  await expectFocusOn(page, /^Cron$/)
  await tabTo(page, page.getByLabel('Pattern'))
  await page.keyboard.type('0 9 * * MON-FRY')
  const create = page.getByRole('button', { name: 'Create task' })
  await tabTo(page, create)
  await pressUntil(page, 'Enter', page.getByRole('alert'))
  // What is wrong has the focus; the end of it is written anew.
  await expectFocusOn(page, /^Pattern$/)
  await page.keyboard.press('End')
  await page.keyboard.press('Backspace')
  await page.keyboard.type('I')
  await tabTo(page, create)
  await pressUntil(page, 'Enter', page.getByRole('heading', { name: 'Send the invoices', level: 1 }))
  const { body } = await send(owner, 'GET', '/tasks')
  expect(body).toMatchObject([{ name: 'Send the invoices', cron: '0 9 * * MON-FRI' }])
})

browserTest('by keyboard alone one finds a task, runs it, opens what it did, and goes back', async () => {
  const ids = await fillService(sql, owner.id, 1)
  const visit = await dashboard.visit()
  const { page } = visit
  await typeCredentials(visit)
  const tasks = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Tasks' })
  await tabTo(page, tasks, 'Shift+Tab')
  await pressUntil(page, 'Enter', page.getByRole('link', { name: 'Warm the product cache' }))
  await tabTo(page, page.getByRole('searchbox', { name: 'Search' }))
  await page.keyboard.type('marketplace')
  await page.getByText('1 task', { exact: true }).waitFor()
  await tabTo(page, page.getByRole('link', { name: 'Stock levels to the marketplace' }))
  await pressUntil(page, 'Enter', page.getByRole('heading', { name: 'Stock levels to the marketplace' }))

  await tabTo(page, page.getByRole('button', { name: 'Run now' }))
  await pressUntil(page, 'Enter', page.getByRole('row', { name: /^queued/ }))
  const { body } = await send(owner, 'GET', `/tasks/${ids.get('Stock levels to the marketplace')}/executions?count=1`)
  expect(body.records[0].status).toBe('queued')

  await tabTo(page, page.getByRole('row', { name: /^queued/ }).getByRole('button'))
  await pressUntil(page, 'Enter', page.getByRole('heading', { name: 'Request' }))
  await expectFocusOn(page, /^Hide/)
  await pressUntil(page, 'Enter', page.getByRole('row', { name: /^queued/ }).getByText('Show'))
  await tabTo(page, page.getByRole('main').getByRole('link', { name: 'Tasks' }), 'Shift+Tab')
  await pressUntil(page, 'Enter', page.getByRole('heading', { name: 'Tasks', level: 1 }))
})

browserTest('single keys move through a list, act on its rows, and can be switched off', async () => {
  await fillService(sql, owner.id, 1)
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks?sort=name')
  const links = page.locator('.tasks a.name')
  const press = async (keys: string) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).waitFor()
  const names = await links.allTextContents()
  const expectRow = (index: number) => expectFocusOn(page, new RegExp(`^${names[index]}$`))
  await press('jjjk')
  await expectRow(1)
  await expectFocus(page)
  await press('kkkx')
  await expectRow(0)
  await page.getByText('1 selected').waitFor()
  await press('jx')
  await page.getByText('2 selected').waitFor()
  expect(await links.nth(1).evaluate((link) => link.closest('tr')?.className)).toContain('selected')
  await page.keyboard.press('Control+k')
  await expectRow(1)
  await press('r')
  await eventually(async () => (await sql`select from execution where status = 'queued'`).length === 1, 'the run')
  await press('/is:failing')
  await page.waitForURL(/result=failing/)
  // The address is ahead of the list.
  await eventually(async () => (await links.count()) < names.length, 'the failing tasks alone')
  expect(await page.getByRole('searchbox', { name: 'Search' }).inputValue()).toBe('is:failing')
  await page.getByRole('searchbox', { name: 'Search' }).fill('')
  await eventually(async () => Bun.deepEquals(await links.allTextContents(), names), 'all tasks again')
  await tabTo(page, links.first())
  await press('jo')
  await page.getByRole('heading', { name: names[1], level: 1 }).waitFor()
  await page.goBack()
  // The row by which the list was left.
  await expectRow(1)
  await press('k?')
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await press('j')
  await dialog.getByText('is:', { exact: true }).waitFor()
  await dialog.getByLabel('Use these keys').uncheck()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await expectRow(0)
  await press('j?/')
  await expectRow(0)
  expect(await dialog.count()).toBe(0)

  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click()
  await dialog.getByLabel('Use these keys').check()
  expect(await dialog.getByText('select the row').count()).toBe(0)
  await dialog.getByRole('button', { name: 'Close' }).click()
  // Keys count once it is removed; closed, it has no role any more.
  await page.locator('dialog').waitFor({ state: 'detached' })
  await press('jjo')
  await page.getByRole('complementary', { name: 'The opened run' }).waitFor()
  await press('r')
  await page.getByRole('dialog', { name: 'Run 1 task again' }).getByText('Service: team').waitFor()
})

browserTest(
  'Back puts the focus on the link by which the screen was left, or on the screen if it is gone',
  async () => {
    const ids = await fillService(sql, owner.id, 1)
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, '#/tasks?sort=-name')
    const name = 'Nightly backup check'
    const link = page.getByRole('link', { name, exact: true })
    await link.press('Enter')
    await page.getByRole('heading', { name, level: 1 }).waitFor()
    const top = page.getByRole('main').getByRole('link', { name: 'Edit' })
    await top.press('Enter')
    await page.getByRole('heading', { name: 'Edit task' }).waitFor()
    await page.goBack()
    await expectFocusOn(page, /^Edit$/)
    await page.goBack()
    await expectFocusOn(page, new RegExp(`^${name}$`))
    await expectFocus(page)

    // Of two links to one place it is the one that was pressed.
    await page.goto(`${visit.origin}/#/runs`)
    const runs = page.locator('.runs .cell-task').getByRole('link', { name: 'Sync contacts with the CRM' })
    await runs.nth(1).press('Enter')
    await page.getByRole('heading', { name: 'Sync contacts with the CRM', level: 1 }).waitFor()
    await page.goBack()
    await runs.nth(1).and(page.locator(':focus')).waitFor()

    await page.goto(`${visit.origin}/#/tasks?sort=-name`)
    await link.press('Enter')
    await page.getByRole('heading', { name, level: 1 }).waitFor()
    await send(owner, 'DELETE', `/tasks/${ids.get(name)}`)
    await page.goBack()
    await page.getByRole('link', { name: 'Warm the product cache' }).waitFor()
    expect((await focused(page)).tag).toBe('main')
  },
)

browserTest('the first Tab offers to skip to the content, and signing out leads to the first field', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner)
  await page.reload()
  await page.getByText('No tasks yet.').waitFor()
  await page.keyboard.press('Tab')
  expect(await focused(page)).toMatchObject({ name: 'Skip to the content', outlined: true })
  expect((await page.getByText('Skip to the content').boundingBox())?.y).toBeGreaterThan(0)
  await page.keyboard.press('Enter')
  await tabTo(page, page.getByRole('link', { name: 'New task' }))
  await tabTo(page, page.getByRole('button', { name: 'Sign out' }), 'Shift+Tab')
  await pressUntil(page, 'Enter', page.getByRole('heading', { name: 'Sign in' }))
  await expectFocusOn(page, /^Service id$/)
})
