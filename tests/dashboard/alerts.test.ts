import { beforeEach, expect } from 'bun:test'
import { closeTestAlerts, insertSilence, openTestAlerts } from '../support/alerts.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
let task: { readonly id: string }
let alert: string
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = await createTask(owner, { name: 'Send the invoices' })
  ;[alert = ''] = await openTestAlerts(owner.id, { task_ids: [task.id], error: 'the target answered 503' })
  await sql`update alert set task_name = 'Send the invoices'`
})

const muted = async () => (await send(owner, 'GET', `/alerts/${alert}`)).body.muted_until

browserTest(
  'open alerts are listed with their task, since when and why; one is muted until a time, and unmuted',
  async () => {
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, '#/alerts')
    const row = page.getByRole('row', { name: /Send the invoices/ })
    await row.getByText('failing', { exact: true }).waitFor()
    await row.getByText('3 runs failed.').waitFor()
    await row.getByText('the target answered 503').waitFor()
    expect(await row.getByRole('link', { name: 'Send the invoices' }).getAttribute('href')).toBe(`#/tasks/${task.id}`)
    await row.getByRole('button', { name: 'Mute Send the invoices' }).press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await muted()).toBeNull()
    await row.getByRole('button', { name: 'Mute Send the invoices' }).click()
    await page.getByRole('button', { name: '1 day' }).click()
    const until = await page.getByLabel('Until').inputValue()
    await page.getByRole('button', { name: 'Mute', exact: true }).click()
    await page.getByText('Muted the alert of “Send the invoices”').waitFor()
    await page.getByText('No alert is open.').waitFor()
    const [{ local } = {}] = await sql<{ local: string }[]>`
    select to_char(muted_until at time zone 'Europe/Berlin', 'YYYY-MM-DD HH24:MI:SS') as local from alert`
    expect(local?.slice(0, 16)).toBe(until.slice(0, 16))

    await page.getByLabel('State').selectOption('Muted')
    await row.getByText('muted until').waitFor()
    await row.getByRole('button', { name: 'Unmute Send the invoices' }).click()
    await page.getByText('is not muted any more').waitFor()
    expect(await muted()).toBeNull()
  },
)

browserTest('closed alerts say why they closed, and an outage from when to when', async () => {
  await closeTestAlerts(owner.id)
  await openTestAlerts(owner.id, { kind: 'outage', is_event: true, target: '' })
  await sql`
    update alert
    set since = '2026-11-20T01:10:00Z', until = '2026-11-20T02:40:00Z', tasks = 412, failures = null, error = null
    where kind = 'outage'`
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/alerts?state=closed')
  await page
    .getByRole('row', { name: /Send the invoices/ })
    .getByText('it succeeded')
    .waitFor()
  const outage = page.getByRole('row', { name: /outage/ })
  await outage.getByText('20 Nov, 02:10:00').waitFor()
  await outage.getByText('20 Nov, 03:40:00').waitFor()
  await outage.getByText('Duly started nothing meanwhile; 412 tasks were due.').waitFor()
  await page.getByLabel('Kind').selectOption('Outage')
  await page.getByRole('row', { name: /Send the invoices/ }).waitFor({ state: 'detached' })
  await page.getByLabel('Kind').selectOption('Runs long')
  await page.getByText('No alert matches.').waitFor()
})

browserTest('a task with an open alert is marked in the list, on its screen and in the overview', async () => {
  await sql`
    insert into failing_task (service_id, task_id, since, consecutive, error)
    values (${owner.id}, ${task.id}, now(), 3, 'the target answered 503')`
  await openTestAlerts(owner.id, { kind: 'late', count: 2 })
  const visit = await dashboard.visit()
  const { page, origin } = visit
  await signIn(visit, owner, '#/tasks')
  const mark = page.getByRole('link', { name: /Alert: failing since \d\d:\d\d/ })
  await page
    .getByRole('row', { name: /Send the invoices/ })
    .and(page.locator('tr', { has: mark }))
    .waitFor()
  await page.goto(`${origin}/#/`)
  await page.locator('.failing li', { has: mark }).getByText('Send the invoices').waitFor()
  await page.getByRole('link', { name: '2 tasks have not started' }).waitFor()
  await page.goto(`${origin}/#/tasks/${task.id}`)
  await mark.click()
  await page.getByRole('heading', { name: 'Alerts', level: 1 }).waitFor()
  await page.getByRole('row', { name: /Send the invoices/ }).waitFor()
  expect(await page.getByRole('row').count()).toBe(2)
  await closeTestAlerts(owner.id)
  await page.goto(`${origin}/#/tasks`)
  await page.getByRole('row', { name: /Send the invoices/ }).waitFor()
  expect(await mark.count()).toBe(0)
})

browserTest('alerts of many tasks have pages', async () => {
  await openTestAlerts(owner.id, { count: 60 })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/alerts')
  await page.getByRole('link', { name: 'Older' }).click()
  await page.getByRole('row', { name: /Send the invoices/ }).waitFor()
  expect(await page.getByRole('row').count()).toBe(12)
  await page.getByRole('link', { name: 'Newest' }).click()
  await page.getByRole('link', { name: 'Older' }).waitFor()
  await page.getByRole('row', { name: /Send the invoices/ }).waitFor({ state: 'detached' })
})

browserTest('all open alerts of a target are muted at once, and no others', async () => {
  const others = await Promise.all(['a', 'b', 'c'].map((name) => createTask(owner, { name })))
  await openTestAlerts(owner.id, { task_ids: others.map(({ id }) => id as string) })
  await sql`update alert set target = case when task_id = ${others[2].id} then 'b.example:443' else 'a.example:443' end`
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/alerts')
  await page.getByRole('button', { name: 'Mute Send the invoices' }).click()
  await page.getByLabel('And all 2 others that are open at a.example:443').check()
  await page.getByRole('button', { name: 'Mute', exact: true }).click()
  await page.getByText(/^Muted 3 alerts at a\.example:443 until /).waitFor()
  const left = await sql`select target, muted_until is null as is_told from alert order by target, id`
  expect(left.map(({ target, is_told }) => [target, is_told])).toEqual([
    ...Array.from({ length: 3 }, () => ['a.example:443', false]),
    ['b.example:443', true],
  ])
})

browserTest(
  'an alert that closes while it is asked does not keep the others at its target from being muted',
  async () => {
    const others = await Promise.all(['a', 'b', 'c'].map((name) => createTask(owner, { name })))
    const [closing = ''] = await openTestAlerts(owner.id, { task_ids: others.map(({ id }) => id as string) })
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, '#/alerts')
    const muteAll = async () => {
      await page.getByRole('button', { name: 'Mute Send the invoices' }).click()
      await page.getByLabel('And all 3 others that are open at api:443').check()
    }
    const mute = page.getByRole('button', { name: 'Mute', exact: true })
    await muteAll()
    await closeTestAlerts(owner.id, [closing])
    await mute.click()
    await page.getByText(/^Muted 3 alerts at api:443 until /).waitFor()
    expect(await sql`select from alert where muted_until is null and closed_at is null`).toHaveLength(0)

    // The one whose button was pressed may close as well, and all of them.
    await sql`update alert set muted_until = null`
    await openTestAlerts(owner.id)
    await page.reload()
    await muteAll()
    await closeTestAlerts(owner.id)
    await mute.click()
    await page.getByText('All alerts at api:443 have closed: there was nothing to mute.').waitFor()
  },
)

browserTest(
  'the alerts of a host are silenced, those that open later too, listed with why, and told again at the end',
  async () => {
    const visit = await dashboard.visit()
    const { page } = visit
    await openTestAlerts(owner.id, { target: 'a.example:443' })
    await signIn(visit, owner, '#/alerts')
    await page
      .getByRole('button', { name: /^Mute / })
      .first()
      .click()
    const mute = page.getByRole('dialog')
    await mute.getByLabel('All alerts at').check()
    await mute.getByRole('button', { name: 'Mute', exact: true }).click()
    await mute.getByText(/^The reason must /).waitFor()
    await mute.getByLabel('Reason').fill('New disks')
    await mute.getByRole('button', { name: 'Mute', exact: true }).click()
    await page.getByText(/^Silenced all alerts at a\.example:443 until /).waitFor()
    const row = page.getByRole('table', { name: 'Silences' }).getByRole('row', { name: /a\.example:443 .*New disks/ })
    await row.waitFor()
    const states = async () =>
      (await send(owner, 'GET', '/alerts')).body.records
        .filter(({ target }: { target: string }) => target === 'a.example:443')
        .map(({ state }: { state: string }) => state)
    await openTestAlerts(owner.id, { target: 'a.example:443' })
    expect(new Set(await states())).toEqual(new Set(['muted']))
    await page.getByRole('button', { name: 'End the silence of a.example:443' }).click()
    await row.waitFor({ state: 'detached' })
    expect(new Set(await states())).toEqual(new Set(['open']))

    // Before anything has happened, from the screen itself.
    await page.getByRole('button', { name: 'New silence' }).click()
    const dialog = page.getByRole('dialog', { name: 'New silence' })
    await dialog.getByLabel('Label').fill('team')
    await dialog.getByLabel('Reason').fill('Move')
    await dialog.getByRole('button', { name: 'Silence' }).click()
    await dialog.getByText(/^The label must be /).waitFor()
    await dialog.getByLabel('Host').fill('B.example')
    await dialog.getByLabel('Label').fill('team=billing')
    await dialog.getByRole('button', { name: 'Silence' }).click()
    await page.getByRole('row', { name: /b\.example and team=billing .*Move/ }).waitFor()
  },
)

browserTest('a silence that is over counts as ended, and on a phone its line says until when and by whom', async () => {
  await insertSilence(owner.id, 'a.example')
  const visit = await dashboard.visit({ viewport: { width: 320, height: 800 } })
  const { page } = visit
  await signIn(visit, owner, '#/alerts')
  const row = page.getByRole('table', { name: 'Silences' }).getByRole('row', { name: /a\.example/ })
  await row.getByText('until', { exact: true }).waitFor()
  await row.getByText('by token', { exact: true }).waitFor()
  await sql`delete from alert_silence`
  await page.getByRole('button', { name: 'End the silence of a.example' }).click()
  await page.getByText('The silence of a.example is over.').waitFor()
  await row.waitFor({ state: 'detached' })
})

browserTest(
  'what is wrong with a silence is focused, and what is wrong with none of its fields is not said at the time',
  async () => {
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, '#/alerts')
    await page.getByRole('button', { name: 'New silence' }).click()
    const dialog = page.getByRole('dialog', { name: 'New silence' })
    await dialog.getByLabel('Host').fill('a.example')
    await page.keyboard.press('Enter')
    await dialog.getByText('The reason must be').waitFor()
    await dialog.getByLabel('Reason').and(page.locator('[aria-invalid]:focus')).waitFor()
    await page.route('**/alert-silences', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({ status: 409, json: { message: 'There are too many.', code: 'conflict' } })
        : route.continue(),
    )
    await dialog.getByLabel('Reason').fill('New disks')
    await dialog.getByText('The reason must be').waitFor({ state: 'detached' })
    await page.keyboard.press('Enter')
    await dialog.getByRole('alert').filter({ hasText: 'There are too many.' }).waitFor()
    expect(await dialog.locator('#silence-until-error').count()).toBe(0)
  },
)
