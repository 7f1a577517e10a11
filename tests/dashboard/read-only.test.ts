import { beforeEach, expect } from 'bun:test'
import { openTestAlerts } from '../support/alerts.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, goTo, signIn, useDashboard, type Visit } from '../support/browser.ts'
import { client } from '../support/certificates.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { createOperator } from '../support/operators.ts'

const dashboard = useDashboard()
const wide = { viewport: { width: 1600, height: 1200 } }
let owner: Account
let task: string
let run: string
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  const put = (path: string, body: object) => send(owner, 'PUT', path, body)
  await put('/calendars/berlin', { days: [{ day: '2031-12-25' }] })
  await put('/flows/partner', { concurrency: 10 })
  await put('/tls-profiles/backend', { certificate: client.cert, private_key: client.key })
  await put('/secrets/API_TOKEN', { value: 'value' })
  await put('/service/retention', { execution_days: 7 })
  await put('/labels/team%3Dbilling/retention', { execution_days: 2 })
  await put('/labels/team%3Dbilling/alert-policy', { failures: 3 })
  for (const target of [null, 'api.example.com']) await send(owner, 'POST', '/signing-keys', { target })
  await send(owner, 'POST', '/channels', { name: '#ops', kind: 'slack', url: 'http://127.0.0.1:9/' })
  await send(owner, 'POST', '/alert-silences', { host: 'api:443', until: '2099-01-01T00:00:00Z', reason: 'A move.' })
  // Two at one time can be spread.
  const soon = new Date(Date.now() + 3 * 3_600_000).toISOString()
  await createTask(owner, { name: 'Twin', frequency: 1, unit: 'day', scheduled_at: soon })
  const fields = { frequency: 1, unit: 'day', scheduled_at: soon, flow: 'partner', labels: { team: 'billing' } }
  task = (await createTask(owner, { name: 'Send the invoices', ...fields })).id
  await put(`/tasks/${task}/alert-policy`, { failures: 2 })
  await sql`insert into failing_task (service_id, task_id, since, error) values (${owner.id}, ${task}, now(), 'HTTP 503')`
  await openTestAlerts(owner.id, { kind: 'failing', task_ids: [task], target: 'other:443' })
  await openTestAlerts(owner.id, { kind: 'late', task_ids: [task], target: 'other:443' })
  await sql`update alert set muted_until = '2099-01-01T00:00:00Z' where kind = 'late'`
  run = Bun.randomUUIDv7()
  for (const [id, status, error] of [
    [run, 'started', null],
    [Bun.randomUUIDv7(), 'failed', 'HTTP 503'],
  ] as const)
    await sql`
      insert into execution (service_id, task_id, id, slot_id, scheduled_for, status, error, started_at, replica_id, duration_ms)
      values (
        ${owner.id}, ${task}, ${id}, ${id}, now(), ${status}, ${error}, now(), ${id}, ${status === 'failed' ? 5 : null}
      )`
})

/** A token of the service with some scopes. */
const tokenWith = async (...scopes: string[]): Promise<string> =>
  (await send(owner, 'POST', '/tokens', { name: scopes.join(' '), scopes })).body.token

/** Every screen, in the states in which it has the most buttons, and what is shown when it is there. */
const screens = (): Readonly<Record<string, string>> => {
  const quarter = new Date(Math.floor((Date.now() + 3 * 3_600_000) / 900_000) * 900_000).toISOString()
  return {
    '#/': 'text=1 task is failing',
    [`#/?at=${quarter.replace('.000', '')}`]: 'text=2 tasks due',
    '#/tasks': 'main >> text=Send the invoices',
    [`#/tasks/${task}?open=${run}`]: 'main >> text=Idempotency-Key',
    '#/runs': 'table[aria-label="Runs"] >> text=HTTP 503',
    [`#/runs?open=${task}.${run}`]: 'text=Idempotency-Key',
    '#/flows': 'main >> text=partner',
    '#/flows/edit?name=partner': 'main :is(form, p:has-text("It limits"))',
    '#/calendars': 'main >> text=berlin',
    '#/calendars/show?name=berlin': 'main >> text=Thu 25',
    '#/tls-profiles': 'main >> text=backend',
    '#/tls-profiles/edit?name=backend': 'main >> text=Client certificate',
    '#/alerts?state=all': 'table[aria-label="Silences"]',
    '#/alerts/channels': 'text=#ops',
    '#/alerts/policies': 'main >> text=Send the invoices',
    '#/changes': 'main table',
    '#/service': 'text=team=billing',
    '#/services': 'main >> table',
  }
}

/** Screens that are forms: they are not offered, but may be in a link. */
const forms = (): readonly string[] => [
  '#/tasks/new',
  `#/tasks/${task}/edit`,
  `#/tasks/${task}/alert-policy`,
  '#/flows/new',
  '#/calendars/new',
  '#/calendars/edit?name=berlin',
  '#/tls-profiles/new',
  '#/alerts/channels/new',
  '#/alerts/policies/default',
  '#/alerts/policies/label?label=team%3Dbilling',
  '#/service/tokens/new',
  '#/service/signing-keys/new',
]

/** Buttons that only look at something, or change what the browser shows. */
const harmless = new RegExp(
  `^(${[
    ...[
      'Task',
      'Last results',
      'Next run',
      'Created',
      'Keyboard shortcuts',
      'Save as CSV',
      'Save as JSON',
      'Copy link',
    ],
    ...['Copy its link', 'Close', 'Say why', '(Show|Hide) what was sent and answered', 'Choose a date for .*'],
    ...['Export the days of berlin', 'team'],
  ].join('|')})$`,
)

interface Walk {
  /** Each button, and each link that looks like one, that does more than to show something, by screen. */
  readonly acting: readonly string[]
  /** Requests that change something. */
  readonly writes: readonly string[]
}

/** Looks at every screen, presses every button, and the last one of each dialog that opens, which is the one that acts. */
async function walk(visit: Visit, presses: boolean): Promise<Walk> {
  const { page, requests } = visit
  const buttons: string[] = []
  await page.addLocatorHandler(page.locator('dialog[open]'), async (dialog) => {
    buttons.push(`dialog ${await dialog.locator('h2').first().textContent()}`)
    await dialog.locator('button').last().click()
  })
  for (const [hash, shown] of Object.entries(screens())) {
    const open = async () => {
      await goTo(visit, hash, page.locator(shown).first())
      await page.locator('main.awaited').waitFor({ state: 'detached' })
      await page.getByText('Loading…').first().waitFor({ state: 'detached' })
      await page.evaluate(`document.querySelectorAll('main details').forEach((part) => { part.open = true })`)
      if (hash.startsWith('#/tasks/')) await page.getByText('The task has a policy of its own.').waitFor()
      if (hash === '#/') await page.getByText('late runs start without a limit').waitFor()
    }
    await open()
    const all = page.locator('main :is(button, a.button):not(dialog *, .menu-list *):visible')
    for (let at = 0; at < (await all.count()); at++) {
      const button = all.nth(at)
      buttons.push(
        `${hash.split(/\?|\/0/)[0]} ${(await button.getAttribute('aria-label')) ?? (await button.textContent())}`,
      )
      if (!presses || !(await button.evaluate((one) => one.tagName === 'BUTTON'))) continue
      await button.click()
      if (!page.url().endsWith(hash)) await open()
    }
    await page.locator('main h1').first().click()
  }
  const writes = requests
    .filter((request) => request.method() !== 'GET' && !request.url().endsWith('/schedule/preview'))
    .map((request) => `${request.method()} ${new URL(request.url()).pathname}`)
  return { acting: buttons.filter((one) => !harmless.test(one.slice(one.indexOf(' ') + 1))), writes }
}

for (const who of ['a token that only reads', 'the token of an operator'])
  browserTest(
    `no button sends what would be refused, on any screen: ${who}`,
    async () => {
      const token = who === 'a token that only reads' ? await tokenWith('read') : await createOperator()
      const visit = await dashboard.visit(wide)
      const { page } = visit
      await signIn(visit, { id: owner.id, token }, '#/tasks')
      await page.getByRole('banner').getByText('read only').waitFor()
      expect(await walk(visit, true)).toEqual({ acting: [], writes: [] })
      expect(await page.getByRole('checkbox').count()).toBe(0)
      for (const form of forms()) {
        await goTo(visit, form, page.getByText('that takes one with the scope write.'))
        expect(await page.getByRole('main').locator('input, button, textarea').count()).toBe(0)
      }
    },
    120_000,
  )

browserTest('who may write sees them all', async () => {
  const visit = await dashboard.visit(wide)
  const { page } = visit
  await signIn(visit, { id: owner.id, token: await tokenWith('read', 'write', 'run') }, '#/tasks')
  const { acting, writes } = await walk(visit, false)
  expect(writes).toEqual([])
  const without = ['#/changes', '#/services']
  const all = new Set(Object.keys(screens()).map((hash) => hash.split(/\?|\/0/)[0] ?? ''))
  expect(new Set(acting.map((one) => one.split(' ')[0] ?? ''))).toEqual(
    new Set([...all].filter((one) => !without.includes(one))),
  )
  for (const one of ['#/ Spread these', '#/ Move or spread all…', '#/runs Stop waiting', '#/alerts Unmute task 000001'])
    expect(acting).toContain(one)
  expect(
    await page
      .getByRole('banner')
      .getByText(/only|by hand/)
      .count(),
  ).toBe(0)
})

/** The names of the buttons of the selected task, of its row, and of its screen. */
async function ofTask(visit: Visit): Promise<readonly string[]> {
  const { page } = visit
  const names = (part: string) =>
    page.locator(`${part} :is(button, a.button)`).evaluateAll((all) => all.map((one) => one.textContent ?? ''))
  await page.getByRole('checkbox', { name: 'Select Send the invoices' }).check()
  const row = await names('tr.selected .actions')
  const bulk = await names('fieldset.bulk .actions')
  await page.getByRole('link', { name: 'Send the invoices' }).click()
  await page.getByRole('heading', { name: 'Send the invoices', level: 1 }).waitFor()
  return [...row, ...bulk, ...(await names('.title .actions'))]
}

browserTest('who may run tasks and change nothing sees what runs them, and the other way round', async () => {
  const runner = await dashboard.visit(wide)
  await signIn(runner, { id: owner.id, token: await tokenWith('read', 'run') }, '#/tasks')
  await runner.page.getByRole('banner').getByText('read and run only').waitFor()
  expect(await ofTask(runner)).toEqual(['Run now', 'Run now', 'Run now'])
  const writer = await dashboard.visit(wide)
  await signIn(writer, { id: owner.id, token: await tokenWith('read', 'write') }, '#/tasks')
  await writer.page.getByRole('banner').getByText('no runs by hand').waitFor()
  const names = await ofTask(writer)
  expect(names).toContain('Pause')
  expect(names).toContain('Duplicate')
  expect(names).not.toContain('Run now')
  await goTo(writer, '#/tasks/new', writer.page.getByRole('button', { name: 'Create task' }))
  expect(await writer.page.getByRole('button', { name: 'Create and run now' }).count()).toBe(0)
})

for (const scopes of [['read'], ['read', 'write', 'run']])
  browserTest(`nothing moves when it is told late what a token may do: ${scopes.join(', ')}`, async () => {
    const visit = await dashboard.visit(wide)
    const { page } = visit
    const held = Promise.withResolvers<void>()
    await page.route('**/token', async (route) => {
      await held.promise
      await route.continue()
    })
    await page.addInitScript(`
      window.moved = []
      new PerformanceObserver((list) => {
        for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.moved.push(value)
      }).observe({ type: 'layout-shift', buffered: true })
    `)
    const listed = page.waitForResponse('**/tasks?*')
    const named = page.waitForResponse('**/service')
    await signIn(visit, { id: owner.id, token: await tokenWith(...scopes) }, '#/tasks')
    // The rest is asked for meanwhile.
    await Promise.all([listed, named])
    const button = page.getByRole('link', { name: 'New task' })
    expect(await button.isVisible()).toBe(false)
    held.resolve()
    await page.getByRole('link', { name: 'Send the invoices' }).waitFor()
    expect(await button.count()).toBe(scopes.length === 1 ? 0 : 1)
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))')
    const moved = await page.evaluate<number[]>('window.moved')
    expect(moved.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.01)
  })

for (const [how, answer] of [
  ['is refused', { status: 500, body: '{}' }],
  ['has no answer', undefined],
] as const)
  browserTest(`nothing is hidden where the question what the token may do ${how}`, async () => {
    const visit = await dashboard.visit()
    const { page } = visit
    await page.route('**/token', (route) => answer && route.fulfill({ ...answer, contentType: 'application/json' }))
    await signIn(visit, { id: owner.id, token: await tokenWith('read') }, `#/tasks/${task}`)
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await page.getByText('This token has the scope read; write is needed.').waitFor()
    await goTo(visit, `#/tasks/${task}/edit`, page.getByLabel('Name', { exact: true }))
    await page.getByLabel('Name', { exact: true }).fill('Renamed')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Not saved. This token has the scope read; write is needed.').waitFor()
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Renamed')
  })
