import { beforeEach, expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

async function openForm(hash: string): Promise<Page> {
  const visit = await dashboard.visit()
  await signIn(visit, owner, hash)
  await visit.page.getByLabel('Name', { exact: true }).waitFor()
  return visit.page
}

async function openNew(kind: string): Promise<Page> {
  const page = await openForm('#/tasks/new')
  await page.getByLabel('Name', { exact: true }).fill('A task')
  await page.getByLabel('URL').fill('https://example.com/')
  await page.getByLabel(kind).check()
  return page
}

/** What the browser sends for a task when `press` is pressed. */
async function sentBy(page: Page, id: string, press: string) {
  const sent = page.waitForRequest((request) => request.url().endsWith(`/tasks/${id}`) && request.method() === 'POST')
  await page.getByRole('button', { name: press }).click()
  return sent
}

const cronTask = { cron: '30 2 * * MON-FRI', time_zone: 'Europe/Berlin', frequency: null, unit: null }
/** The answer to what was typed last: until it is there, an older one is shown as busy. */
const shownTimes = '.times[aria-busy=false] td:has-text("02:30:00")'
const words = 'Runs at 02:30 on weekdays, Europe/Berlin.'

browserTest('a task by cron in a zone: its words and next times are shown while it is typed, and saved', async () => {
  const page = await openNew('Cron')
  await page.getByLabel('Pattern').fill('30 2 * * MON-FRI')
  await page.getByText('Runs at 02:30 on weekdays, UTC.').waitFor()
  await page.getByRole('button', { name: 'Use yours, Europe/Berlin' }).click()
  await page.getByText(words).waitFor()
  await page.locator(shownTimes).first().waitFor()
  // They stand beside the pattern where there is room.
  const placeOf = async (name: string) =>
    (await page.locator(name).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  // Not where it stays in sight.
  await page.evaluate('scrollTo(0, 0)')
  const [input, list] = [await placeOf('#cron'), await placeOf('.preview')]
  expect(list.x).toBeGreaterThan(input.x + input.width)
  expect(list.y).toBeLessThan(input.y + input.height)
  const { body } = await send(owner, 'POST', '/schedule/preview', cronTask)
  const rows = page.getByRole('table').getByRole('row')
  expect(await rows.locator('time').evaluateAll((all) => all.map((one) => one.getAttribute('datetime')))).toEqual(
    body.upcoming,
  )
  // Berlin's clock on the left; UTC is one or two hours behind it.
  for (const row of await rows.filter({ has: page.locator('td') }).allTextContents())
    expect(row).toMatch(/^(Mon|Tue|Wed|Thu|Fri).* 02:30:00\d{4}-\d\d-\d\d 0[01]:30:00 UTC$/)

  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByRole('heading', { name: 'A task' }).waitFor()
  const schedule = page.getByTitle('30 2 * * MON-FRI · Europe/Berlin')
  expect(await schedule.textContent()).toBe('at 02:30 on weekdays, Europe/Berlin')
  // The switch of the frame says in which zone times are, and is kept.
  const times = page.getByLabel('Clock')
  const next = page.locator('.times td time').first()
  expect(await times.locator('option:checked').textContent()).toBe('Yours: Europe/Berlin')
  expect(await page.evaluate('localStorage.length')).toBe(0)
  await times.selectOption('utc')
  expect(await next.textContent()).toMatch(/ 0[01]:30:00$/)
  await page.reload()
  await next.waitFor()
  expect(await next.textContent()).toMatch(/ 0[01]:30:00$/)
  // One column says it all.
  expect(await page.locator('.times th').allTextContents()).toEqual(['UTC'])
  await times.selectOption('task')
  expect(await next.textContent()).toMatch(/ 02:30:00$/)
  expect(await times.locator('option:checked').textContent()).toBe('Of the task: Europe/Berlin')
  await times.selectOption('local')

  const [task] = await sql`select cron, time_zone, frequency, unit, scheduled_at from task`
  expect(task).toEqual({ ...cronTask, scheduled_at: body.upcoming[0] })
  await page.getByRole('link', { name: 'Tasks' }).first().click()
  expect(await page.getByRole('row', { name: /A task/ }).textContent()).toContain('at 02:30 on weekdays, Europe/Berlin')
  expect(await schedule.count()).toBe(1)
})

browserTest(
  "a wrong pattern or zone has the API's sentence at its field while it is typed, and when it is sent",
  async () => {
    const page = await openNew('Cron')
    await page.getByLabel('Pattern').fill('0 25 * * *')
    await page.locator('#cron-error').waitFor()
    const { errors } = (await send(owner, 'POST', '/schedule/preview', { cron: '0 25 * * *' })).body
    const told = `The pattern ${errors[0].message}.`
    expect(await page.locator('#cron-error').textContent()).toBe(told)
    expect(await page.getByLabel('Pattern').getAttribute('aria-describedby')).toContain('cron-error')
    expect(await page.locator('.times').count()).toBe(0)

    await page.getByRole('button', { name: 'Create task' }).click()
    await page.getByText('Not saved. 1 field needs a change.').waitFor()
    await page.locator('#cron:focus').waitFor()
    expect(await page.locator('#cron-error').textContent()).toBe(told)

    await page.getByLabel('Pattern').fill('0 5 * * *')
    await page.locator('#cron-error').waitFor({ state: 'detached' })
    await page.getByLabel('Time zone').fill('Mars/<b>Olympus</b>')
    await page.locator('#time-zone-error').waitFor()
    expect(await page.locator('#time-zone-error').textContent()).toContain('"Mars/<b>Olympus</b>" is none')
    expect(await page.locator('main b').count()).toBe(0)
    await page.getByLabel('Time zone').fill('Asia/Tokyo')
    await page.getByText('Runs at 05:00 every day, Asia/Tokyo.').waitFor()
    await page.getByRole('button', { name: 'Create task' }).click()
    await page.getByRole('heading', { name: 'A task' }).waitFor()
    expect(await sql`select cron, time_zone from task`).toEqual([
      { cron: '0 5 * * *', time_zone: 'Asia/Tokyo' },
    ] as never)
  },
)

browserTest('a pattern that is empty when it is sent has the focus and is not sent', async () => {
  const page = await openNew('Cron')
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.locator('#cron:focus').waitFor()
  expect(await page.locator('#cron-error').textContent()).toBe('The pattern is required.')
})

browserTest('what a clock change does to a pattern is told before it is saved', async () => {
  const page = await openNew('Cron')
  await page.getByLabel('Pattern').fill('30 2 29 3 *')
  await page.getByLabel('Time zone').fill('Europe/Berlin')
  await page.getByLabel('First run').fill('2099-03-01T00:00:00')
  await page.getByText(/^Clock change\. On 2099-03-29 02:30 does not exist in Europe\/Berlin/).waitFor()
})

browserTest('an edit of the pattern sends it alone; the zones of the browser are offered', async () => {
  const { scheduled_at: _, ...soon } = farTask
  const task = await createTask(owner, { ...soon, ...cronTask, scheduled_at: null })
  const page = await openForm(`#/tasks/${task.id}/edit`)
  expect(await page.getByLabel('Pattern').inputValue()).toBe(cronTask.cron)
  expect(await page.getByLabel('Next run').inputValue()).toEndWith(' 02:30')
  expect(await page.locator('#time-zones option[value="Asia/Tokyo"]').count()).toBe(1)
  await page.getByLabel('Pattern').fill('0 4 * * *')
  expect(await page.getByLabel('Next run').inputValue()).toBe('')
  const sent = await sentBy(page, task.id, 'Save changes')
  expect(sent.postDataJSON()).toEqual({ cron: '0 4 * * *' })
  expect(sent.headers()['if-match']).toBe('"1"')
  await page.getByTitle('0 4 * * * · Europe/Berlin').waitFor()
})

browserTest('another kind in an edit sends that kind, and the task has no other', async () => {
  const task = await createTask(owner)
  const page = await openForm(`#/tasks/${task.id}/edit`)
  await page.getByLabel('Cron').check()
  expect(await page.getByLabel('Next run').inputValue()).toBe('')
  await page.getByLabel('Pattern').fill(cronTask.cron)
  await page.getByLabel('Time zone').fill('Europe/Berlin')
  await page.locator(shownTimes).first().waitFor()
  const shown = await page.locator('.times time').first().getAttribute('datetime')
  const sent = await sentBy(page, task.id, 'Save changes')
  expect(sent.postDataJSON()).toEqual({ cron: cronTask.cron, time_zone: 'Europe/Berlin' })
  await page.getByTitle('30 2 * * MON-FRI · Europe/Berlin').waitFor()
  const stored = (await send(owner, 'GET', `/tasks/${task.id}`)).body
  expect(stored).toMatchObject({ ...cronTask, scheduled_at: shown })

  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Once').check()
  await page.getByLabel('At', { exact: true }).fill('2099-05-01T12:00:00')
  const once = await sentBy(page, task.id, 'Save changes')
  expect(once.postDataJSON()).toEqual({ cron: null, scheduled_at: '2099-05-01T10:00:00Z' })
  await page.locator('dd').getByText('once', { exact: true }).waitFor()
  expect((await send(owner, 'GET', `/tasks/${task.id}`)).body).toMatchObject({
    frequency: null,
    unit: null,
    cron: null,
    time_zone: null,
    scheduled_at: '2099-05-01T10:00:00Z',
  })
})

browserTest('the kind is chosen with the keyboard, and a task that runs once shows its one time', async () => {
  const page = await openNew('Every …')
  await page.getByLabel('Every …').focus()
  await page.keyboard.press('ArrowRight')
  expect(await page.getByLabel('Pattern').count()).toBe(1)
  await page.keyboard.press('ArrowRight')
  expect(await page.getByLabel('Once').isChecked()).toBe(true)
  expect(await page.locator('#cron, #frequency, #unit').count()).toBe(0)
  await page.getByLabel('Status', { exact: true }).selectOption('paused')
  await page.getByText('Runs once. It is paused: it would run at these times if it were active.').waitFor()
  await page.getByLabel('At', { exact: true }).fill('2099-07-01T12:00:00')
  const times = page.locator('.times[aria-busy=false] tbody tr')
  await times.filter({ hasText: '2099-07-01 10:00:00 UTC' }).waitFor()
  expect(await times.allTextContents()).toEqual([expect.stringMatching(/12:00:002099-07-01 10:00:00 UTC$/)])
})
