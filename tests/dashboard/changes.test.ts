import { beforeEach, expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { commandLine } from '../../src/audit/actor.ts'
import { createToken, hashToken } from '../../src/services/credentials.ts'
import { rotateToken } from '../../src/services/queries.ts'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard, type Visit } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

async function open(hash: string, options = {}): Promise<Visit> {
  const visit = await dashboard.visit(options)
  await signIn(visit, owner, hash)
  return visit
}

const tableOf = (page: Page) => page.getByRole('table', { name: 'Changes' })
const rowsOf = (page: Page) => tableOf(page).locator('tbody tr')
const asked = ({ requests }: Visit) => requests.filter((one) => new URL(one.url()).pathname.endsWith('/audit')).length

browserTest('the changes of a task are asked for when they are opened, and tell when, who and what', async () => {
  const { id } = await createTask(owner, { name: 'Mine', header: { Authorization: 'Bearer geheim' } })
  const from = { 'user-agent': 'curl/8.5', 'x-request-id': 'request-7' }
  const change = { name: 'Mine too', status: 'paused', header: { Authorization: 'Bearer anew' } }
  await send(owner, 'POST', `/tasks/${id}`, change, from)
  await sql`
    update audit
    set at = '2026-07-01T10:30:15Z', address = '10.1.2.3'
    where action = 'task_updated'`
  // Of a paused task the sentence on top says who paused it, which is asked for at once.
  await sql`update task set status = 'active'`
  const visit = await open(`#/tasks/${id}`)
  const { page } = visit
  await page.getByText('It has not run yet.').waitFor()
  expect(await tableOf(page).count()).toBe(0)
  expect(asked(visit)).toBe(0)

  await page.locator('summary', { hasText: 'Changes' }).click()
  await tableOf(page).waitFor()
  expect(new URL(page.url()).hash).toBe(`#/tasks/${id}?changes=1`)
  const [newest, oldest] = [rowsOf(page).last(), rowsOf(page).first()]
  // It was moved into the past.
  const token = hashToken(owner.token).toString('hex').slice(0, 8)
  expect(await newest.locator('td').nth(1).textContent()).toBe(`token ${token} from 10.1.2.3curl/8.5`)
  expect(await newest.getByText(`token ${token}`).getAttribute('title')).toBe('Request request-7')
  expect(await newest.locator('time').first().getAttribute('title')).toEndWith(
    'Europe/Berlin · 2026-07-01 10:30:15 UTC',
  )
  const facts = await newest.locator('.fact').allTextContents()
  expect(facts).toEqual(['NameMine became Mine too', 'Statusactive became paused', 'Header Authorizationwas set anew'])
  expect(await oldest.textContent()).toContain('Created')
  expect(await page.locator('body').textContent()).not.toContain('geheim')

  await page.locator('summary', { hasText: 'Changes' }).click()
  await page.waitForURL((url) => url.hash === `#/tasks/${id}`)
  await tableOf(page).waitFor({ state: 'detached' })
})

browserTest('the facts of a task lead to what was changed, by keyboard too, and the focus goes along', async () => {
  const { id } = await createTask(owner)
  const { page } = await open(`#/tasks/${id}`)
  await page.getByText('It has not run yet.').waitFor()
  expect(await page.getByRole('link', { name: 'what was changed' }).count()).toBe(0)
  await send(owner, 'POST', `/tasks/${id}`, { retries: 3 })
  await page.getByRole('link', { name: 'what was changed' }).press('Enter')
  await rowsOf(page).first().getByText('Changed').waitFor()
  await page.locator('#changes-summary:focus').waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.hash === `#/tasks/${id}`)
  await page.keyboard.press('Enter')
  await tableOf(page).waitFor()
})

browserTest('a change that is made meanwhile stands in the opened list without a reload', async () => {
  const { id } = await createTask(owner)
  const { page } = await open(`#/tasks/${id}?changes=1`)
  await page.getByText('1 change', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await page.getByText('2 changes', { exact: true }).waitFor()
  expect(await rowsOf(page).first().textContent()).toContain('active became paused')
})

browserTest('changes come page by page, and a page is a place of its own', async () => {
  const { id } = await createTask(owner)
  for (let n = 1; n <= 24; n++) await send(owner, 'POST', `/tasks/${id}`, { name: `Name ${n}` })
  const { page, origin } = await open(`#/tasks/${id}?changes=1`)
  await page.getByText('1–10 of 25 changes').waitFor()
  expect(await page.getByRole('link', { name: 'Find its changes' }).getAttribute('href')).toBe(`#/changes?task=${id}`)
  expect(await rowsOf(page).count()).toBe(10)
  const pages = page.getByRole('navigation', { name: 'Pages of changes' })
  await pages.getByRole('link', { name: 'Next' }).click()
  await page.getByText('Name 13 became Name 14').waitFor()
  expect(new URL(page.url()).hash).toBe(`#/tasks/${id}?changes=2`)
  await pages.getByRole('link', { name: 'Last' }).click()
  await page.getByText('21–25 of 25 changes').waitFor()
  await rowsOf(page).last().getByText('Created').waitFor()
  await page.goBack()
  await page.getByText('11–20 of 25 changes').waitFor()
  await page.goto(`${origin}/#/tasks/${id}?changes=9`)
  await page.getByRole('link', { name: 'Show the newest changes' }).click()
  await page.getByText('1–10 of 25 changes').waitFor()
})

browserTest('a task that was made before there was an audit says so', async () => {
  const { id } = await createTask(owner)
  await sql`delete from audit`
  const { page } = await open(`#/tasks/${id}?changes=1`)
  await page.getByText('No change is on record').waitFor()
})

browserTest(
  'the changes of the service tell of deleted tasks, of runs by hand and of tokens, and link to them',
  async () => {
    const kept = await createTask(owner, { name: 'Kept' })
    const doomed = await createTask(owner, { name: 'Doomed' })
    await send(owner, 'POST', '/tasks/status', { ids: [kept.id, doomed.id], status: 'paused' })
    await send(owner, 'POST', `/tasks/${kept.id}`, { name: 'Kept, renamed' })
    const { body: run } = await send(owner, 'POST', `/tasks/${kept.id}/executions`)
    await send(owner, 'DELETE', `/tasks/${doomed.id}`)
    const token = createToken()
    const before = hashToken(owner.token).toString('hex').slice(0, 8)
    await rotateToken(sql, owner.id, hashToken(token), 60, { ...commandLine(), principal: 'deploy' })
    await createTask(await createAccount('strangers'), { name: 'Foreign' })
    owner = { ...owner, token }
    const { page, origin } = await open('#/tasks')
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Changes' }).click()
    await page.getByRole('heading', { name: 'Changes', level: 1 }).waitFor()
    await page.getByText('9 changes').waitFor()
    await eventually(async () => (await page.title()) === 'Changes · team · Duly', 'the title')
    const rows = await rowsOf(page).allTextContents()
    expect(rows[0]).toContain('command line, user deploy')
    const after = hashToken(token).toString('hex').slice(0, 8)
    expect(rows[0]).toEndWith(`Token replaced Token${before} became ${after}The old one works for1 minute`)
    expect(rows[1]).toMatch(new RegExp(`Deleted Doomed ${doomed.id}Its \\d fieldsNameDoomed`))
    expect(rows[2]).toEndWith(`Run by hand Kept, renamed show the run ${run.id}`)
    expect(rows[3]).toContain('Changed Kept, renamedNameKept became Kept, renamed')
    // The two of one statement stand in either order.
    const paused = rows.slice(4, 6).join()
    expect(paused).toContain('Changed DoomedStatusactive became paused')
    expect(paused).toContain('Changed KeptStatusactive became paused')
    expect(rows[8]).toContain('the server, at its startService created')
    expect(await page.getByText('Foreign').count()).toBe(0)
    await page.getByRole('link', { name: 'Kept, renamed' }).first().click()
    await page.getByRole('heading', { name: 'Kept, renamed' }).waitFor()
    await page.goBack()
    await page.getByRole('link', { name: 'show the run' }).click()
    await page.waitForURL((url) => url.hash === `#/runs?open=${kept.id}.${run.id}`)
    await page.goBack()
    // The changes of a task that is no more lead to when and by whom it was deleted, with its last fields.
    await page.getByRole('link', { name: 'Doomed' }).last().click()
    await page.getByRole('heading', { name: 'Doomed', level: 1 }).waitFor()
    await page.getByText(`by token ${before}.`).waitFor()
    expect(await rowsOf(page).first().textContent()).toContain('Deleted NameDoomed')
    await eventually(async () => (await page.title()) === 'Doomed, deleted · team · Duly', 'the title')
    await page.goto(`${origin}/#/tasks/${Bun.randomUUIDv7()}`)
    await page.getByRole('heading', { name: 'No such task' }).waitFor()
  },
)

browserTest(
  'changes are found by time, who, what and task, in the address, and what was created is folded',
  async () => {
    const { id } = await createTask(owner, { name: 'Invoices', payload: 'a', retries: 2, timeout_seconds: 5 })
    await createTask(owner, { name: 'Reports' })
    for (const name of ['Bills', 'Bills again']) await send(owner, 'POST', `/tasks/${id}`, { name })
    await sql`update audit set at = '2026-07-01T01:30:00Z' where after ->> 'name' = 'Bills'`
    await sql`update audit set actor = 'command_line', principal = 'kim' where after ->> 'name' = 'Bills again'`
    const { page } = await open('#/changes')
    await page.getByText('5 changes', { exact: true }).waitFor()
    const created = rowsOf(page).filter({ hasText: 'Created Invoices' })
    expect(await created.getByText('Payload').isVisible()).toBe(false)
    expect((await created.boundingBox())?.height).toBeLessThan(80)
    await created.locator('summary', { hasText: /^Its \d+ fields$/ }).press('Enter')
    await created.getByText('Payload').waitFor()
    // What, in the address; Back leads to all of them.
    await page.getByLabel('What', { exact: true }).selectOption('Tasks created')
    await page.getByText('2 changes', { exact: true }).waitFor()
    expect(new URL(page.url()).hash).toBe('#/changes?what=task_created')
    await page.goBack()
    await page.getByText('5 changes', { exact: true }).waitFor()
    // Who, without Enter.
    await page.getByLabel('Who', { exact: true }).pressSequentially('KIM')
    await page.getByText('1 change', { exact: true }).waitFor()
    expect(new URL(page.url()).hash).toBe('#/changes?who=KIM')
    expect(await rowsOf(page).textContent()).toContain('Bills became Bills again')
    // Time: from and until by the clocks that are shown, beside who.
    await page.getByLabel('Time', { exact: true }).selectOption('From – to')
    await page.getByLabel('From', { exact: true }).fill('2026-07-01T03:00:00')
    await page.getByLabel('Until', { exact: true }).fill('2026-07-01T04:00:00')
    await page.getByText('No change matches').waitFor()
    await page.getByLabel('Who', { exact: true }).fill('')
    await page.getByText('Invoices became Bills').waitFor()
    expect(new URL(page.url()).hash).toBe('#/changes?from=2026-07-01T01%3A00%3A00Z&to=2026-07-01T02%3A00%3A00Z')
    expect(await rowsOf(page).count()).toBe(1)
    await page.getByLabel('Time', { exact: true }).selectOption('Last hour')
    await page.getByText('4 changes', { exact: true }).waitFor()
    // Of one task, from its own changes.
    await page.goto(page.url().replace(/#.*/, `#/changes?task=${id}`))
    await page.getByText('3 changes', { exact: true }).waitFor()
    await page.getByText('Only those of').waitFor()
    await page.getByRole('link', { name: 'Show those of all tasks' }).click()
    await page.getByText('5 changes', { exact: true }).waitFor()
  },
)

browserTest('what is typed into Who while the address changes stays, and is looked for', async () => {
  const { page } = await open('#/changes')
  await page.getByText('1 change', { exact: true }).waitFor()
  await page.evaluate(`{
    const replace = history.replaceState
    history.replaceState = function (...how) {
      replace.apply(this, how)
      const input = document.querySelector('#change-who')
      if (input?.value !== 'ki') return
      input.value = 'kim'
      input.dispatchEvent(new InputEvent('input', { bubbles: true }))
    }
  }`)
  const who = page.getByLabel('Who', { exact: true })
  await who.pressSequentially('ki')
  await page.waitForURL((url) => url.hash === '#/changes?who=kim')
  await eventually(async () => (await who.inputValue()) === 'kim', 'what was typed')
})

browserTest('why a task did not run at a time is told for the time of the address, by keyboard too', async () => {
  const { id } = await createTask(owner, { name: 'Nightly' })
  await sql`update task set created_at = '2026-01-01T00:00:00Z' where id = ${id}`
  await sql`update audit set at = '2026-01-01T00:00:00Z', after = after - 'scheduled_at' where task_id = ${id}`
  await send(owner, 'POST', '/tasks/status', { ids: [id], status: 'paused' })
  await sql`update audit set at = '2026-11-02T01:00:00Z' where task_id = ${id} and action = 'task_updated'`
  const visit = await open(`#/tasks/${id}?at=2026-11-02T02:00:00Z`)
  const { page } = visit
  const answer = page.locator('.why-answer')
  const token = hashToken(owner.token).toString('hex').slice(0, 8)
  await answer
    // As all times of the page: by the clock that is shown, which is Berlin's.
    .getByText(
      new RegExp(`^It was paused at 2 Nov( 2026)?, 03:00:00, since 2 Nov( 2026)?, 02:00:00 by token ${token}\\.$`),
    )
    .waitFor()
  await answer.getByRole('link', { name: /show the changes/ }).click()
  await page.locator('#changes-summary:focus').waitFor()
  await rowsOf(page).getByText('paused').first().waitFor()

  // Another time is typed and asked for with Enter, and Back leads to the one before.
  const input = page.getByLabel('When it should have run')
  await input.fill('2025-12-31T12:00:00')
  await input.press('Enter')
  await answer.getByText('There was no such task at').waitFor()
  expect(new URL(page.url()).hash).toContain('at=2025-12-31T')
  await page.goBack()
  await answer.getByText('It was paused at').waitFor()
  expect(await input.inputValue()).toStartWith('2026-11-02 ')
  await input.fill('')
  await page.getByRole('button', { name: 'Say why' }).click()
  await page.getByText('Give a day and a time.').waitFor()

  // Closed, its address has no time; opened, it begins with the minute that is now.
  const summary = page.locator('summary', { hasText: 'Why did it not run?' })
  await summary.press('Enter')
  await page.waitForURL((url) => !url.hash.includes('at='))
  await answer.waitFor({ state: 'detached' })
  await summary.press('Enter')
  await answer.getByText('It was paused at').waitFor()
  const at = new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('at') as string
  expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(180_000)
})

browserTest('the changes of the service come page by page', async () => {
  await send(owner, 'POST', '/tasks/bulk', { tasks: Array.from({ length: 45 }, () => farTask) })
  const { page } = await open('#/changes')
  await page.getByText('1–20 of 46 changes').waitFor()
  await page.getByRole('link', { name: 'Next' }).click()
  await page.getByText('21–40 of 46 changes').waitFor()
  expect(new URL(page.url()).hash).toBe('#/changes?page=2')
  await page.getByRole('link', { name: 'Next' }).click()
  await rowsOf(page).getByText('Service created').waitFor()
})

browserTest('what was typed into a task, and what sent it, is text in the changes and not run', async () => {
  const image = '<img src=x onerror="window.ran = 1">'
  const script = '<script>window.ran = 2</script><svg onload="window.ran = 3"><iframe src="https://example.com">'
  const { id } = await createTask(owner, { name: image, header: { 'X-Note': script }, payload: script })
  await send(owner, 'POST', `/tasks/${id}`, { name: `${image}!`, payload: image }, { 'user-agent': script })
  const { page, origin } = await open(`#/tasks/${id}?changes=1`)
  await page.getByText('2 changes').waitFor()
  const text = await tableOf(page).textContent()
  for (const part of [`${image} became ${image}!`, `${script} became ${image}`, `Header X-Note${script}`])
    expect(text).toContain(part)
  expect(await rowsOf(page).first().locator('td').nth(1).textContent()).toContain(script)
  await page.goto(`${origin}/#/changes`)
  await page
    .getByRole('link', { name: `${image}!` })
    .first()
    .waitFor()
  expect(await page.locator('main img, iframe, main script').count()).toBe(0)
  expect(await page.evaluate('window.ran')).toBeUndefined()
})
