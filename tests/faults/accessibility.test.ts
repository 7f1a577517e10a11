import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, goTo, signInByForm, useDashboard, type Visit } from '../support/browser.ts'
import { fillService } from '../support/busy-service.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { findings } from '../support/findings.ts'
import { createOperator } from '../support/operators.ts'

// Each visit also fails on a script error, a message on the console, and a refusal by the policy.
const dashboard = useDashboard()
let owner: Account
let ids: Map<string, string>
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  ids = await fillService(sql, owner.id, 1)
})

/** What has no place at which a line could end. */
const unbroken = {
  name: 'n'.repeat(200),
  url: `http://127.0.0.1:9/${'u'.repeat(2_000)}`,
  header: { [`X-${'H'.repeat(100)}`]: 'v'.repeat(1_000) },
  payload: 'p'.repeat(2_000),
}

/** Goes through every screen in its states, and looks at each. */
async function tour({ page, origin }: Visit): Promise<string[]> {
  const found: string[] = []
  const look = async (where: string) => found.push(...(await findings(page, where)))
  const open = (hash: string, heading: string) =>
    goTo({ page, origin }, hash, page.getByRole('heading', { name: heading, exact: true, level: 1 }))
  await open('#/', 'Overview')
  await page.getByText(/2 tasks have failed for more than an hour$/).waitFor()
  await page.getByRole('link', { name: 'Nightly backup check' }).waitFor()
  await page.getByText('In numbers').first().click()
  await look('overview')

  await page.getByRole('button', { name: 'team Other services' }).click()
  await page.getByRole('button', { name: 'Add a service…' }).click()
  await page.getByRole('dialog').waitFor()
  await look('overview, a service to be added')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await open('#/services', 'Services')
  await page.getByRole('table', { name: 'Services' }).waitFor()
  await look('all services')
  await page.getByRole('button', { name: 'All services One of them' }).click()
  await page.getByRole('button', { name: 'Add a service…' }).click()
  await page.getByLabel('Token').fill(await createOperator())
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByText('You read all services with the token of an operator').waitFor()
  await look('all services, of an operator')
  await page.getByRole('table', { name: 'Services' }).getByRole('button', { name: 'team' }).click()
  await page.getByText('read only').waitFor({ state: 'detached' })

  await open('#/tasks', 'Tasks')
  const row = page.getByRole('row', { name: /Send the invoices/ })
  await row.waitFor()
  await row.getByRole('checkbox').check()
  await look('task list, one selected')
  await row.getByRole('checkbox').uncheck()
  // The menu of any other row would lie over buttons of the next ones, and may leave a strip of one in sight.
  await page.getByRole('row').last().getByRole('button', { name: 'More' }).click()
  await look('task list, a menu open')
  await open('#/tasks?search=nowhere-to-be-found', 'Tasks')
  await page.getByText('No task matches.').waitFor()
  await look('task list without a match')

  const task = `#/tasks/${ids.get('Stock levels to the marketplace')}`
  await open(task, 'Stock levels to the marketplace')
  const show = page.getByRole('button', { name: 'Show what was sent and answered' })
  await show.first().click()
  await page.getByRole('heading', { name: 'Request' }).waitFor()
  await look('task with an opened execution')
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').waitFor()
  await look('task about to be deleted')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Pause until…' }).click()
  await page.getByRole('dialog').waitFor()
  await look('task about to be paused until a time')
  await page.keyboard.press('Escape')
  await open(`#/tasks/${ids.get('Sync contacts with the CRM')}?status=failed`, 'Sync contacts with the CRM')
  await show.first().waitFor()
  await look('task that fails')

  await send(owner, 'POST', task.slice(1), { header: { Authorization: 'Bearer geheim' }, retries: 3 })
  await send(owner, 'POST', '/tasks/status', {
    ids: [...ids.values()],
    status: 'paused',
    until: '2190-01-01T08:00:00Z',
  })
  const doomed = await createTask(owner, { name: 'Doomed' })
  await send(owner, 'POST', `/tasks/${doomed.id}/executions`)
  await send(owner, 'DELETE', `/tasks/${doomed.id}`)
  await open(`${task}?changes=1&at=2026-01-02T03:04:05Z`, 'Stock levels to the marketplace')
  await page.getByText('2 changes').waitFor()
  await page.getByText('There was no such task at').waitFor()
  await look('task with its changes, and why it did not run')
  await open(`#/tasks/${doomed.id}`, 'Doomed')
  await page.getByText('This task was deleted').waitFor()
  await look('task that was deleted')
  await open('#/runs?status=failed', 'Runs')
  await page.getByText(/runs failed/).waitFor()
  await page
    .getByRole('link', { name: /show the run of/ })
    .first()
    .click()
  await page.getByRole('heading', { name: 'Request' }).waitFor()
  await look('runs that failed, one of them opened')
  await page.getByRole('button', { name: 'Run these again' }).click()
  await page.getByRole('dialog').waitFor()
  await look('runs about to be run again')
  await page.keyboard.press('Escape')
  const hanging = await createTask(owner, { name: 'Hanging' })
  await sql`
    insert into execution (service_id, task_id, id, slot_id, scheduled_for, status, started_at, replica_id)
    values (${owner.id}, ${hanging.id}, ${hanging.id}, ${hanging.id}, now(), 'started', now(), ${hanging.id})`
  await open(`#/tasks/${hanging.id}?open=${hanging.id}`, 'Hanging')
  await page.getByRole('button', { name: 'Stop waiting' }).click()
  await page.getByRole('dialog').waitFor()
  await look('a run about to be stopped')
  await page.keyboard.press('Escape')
  await open('#/changes?page=2', 'Changes')
  await page.getByText('21–40 of').waitFor()
  await look('changes of the service')
  await open('#/changes?page=99', 'Changes')
  await page.getByText('This page is empty.').waitFor()
  await look('changes of the service, past the last')

  await open('#/tasks/new', 'New task')
  for (const kind of ['Every …', 'Cron', 'Once']) {
    await page.getByLabel(kind).check()
    await look(`new task, ${kind}`)
  }
  await page.getByText('What few tasks need').click()
  await page.getByLabel('Pauses as set here').check()
  for (const adds of ['a label', 'a check', 'a wanted text', 'an unwanted text'])
    await page.getByRole('button', { name: `Add ${adds}`, exact: true }).click()
  await page.getByLabel('Value of check 1').fill('5')
  await look('new task, what few tasks need')
  await page.getByLabel('Cron').check()
  await page.getByRole('textbox', { name: 'Pattern' }).fill('61 * * * *')
  await page.getByLabel('Name of label 1').fill('two words')
  await page.getByRole('button', { name: 'Add a header' }).click()
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByRole('alert').waitFor()
  await look('new task, refused')
  await open(`${task}/edit`, 'Edit task')
  await page.getByLabel('Value of header 1').focus()
  await look('edit task with a secret header')
  await page.keyboard.type('anew')
  await page.getByRole('button', { name: 'Keep the stored value' }).waitFor()
  await look('edit task, a secret header replaced')
  await page.getByLabel('Value of header 1').fill('***')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('alert').waitFor()
  await look('edit task, half a mask refused')
  await open(`#/tasks/new?from=${ids.get('Stock levels to the marketplace')}`, 'New task')
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByRole('alert').waitFor()
  await look('duplicate, a secret value missing')

  await open('#/no/such/place', 'No such page')
  await look('no such page')
  await open('#/tasks/00000000-0000-7000-8000-000000000000', 'No such task')
  await look('no such task')
  return found
}

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [1280, 320])
    browserTest(
      `every screen is for everybody, ${colorScheme} and ${width} px wide`,
      async () => {
        const visit = await dashboard.visit({ colorScheme, viewport: { width, height: 800 } })
        const { page, origin } = visit
        await page.goto(origin)
        await page.getByRole('heading', { name: 'Sign in' }).waitFor()
        const found = await findings(page, 'sign-in')
        await page.getByRole('button', { name: 'Sign in' }).click()
        await page.getByRole('alert').waitFor()
        found.push(...(await findings(page, 'sign-in, refused')))

        const beginner = await createAccount('beginners')
        await signInByForm(visit, beginner)
        await page.getByText('No tasks yet.').waitFor()
        found.push(...(await findings(page, 'task list without tasks')))
        await page.goto(`${origin}/#/`)
        await page.getByRole('heading', { name: 'Overview' }).waitFor()
        found.push(...(await findings(page, 'overview without tasks')))
        const { id } = await createTask(beginner, unbroken)
        await page.goto(`${origin}/#/tasks/${id}`)
        await page.getByText('It has not run yet.').waitFor()
        found.push(...(await findings(page, 'task that has not run, of long words')))
        await page.locator('summary', { hasText: 'Changes' }).click()
        await page.getByText('1 change', { exact: true }).waitFor()
        found.push(...(await findings(page, 'changes of a task of long words')))
        await page.goto(`${origin}/#/tasks/${id}/edit`)
        await page.getByLabel('Payload').waitFor()
        found.push(...(await findings(page, 'edit task, of long words')))
        await page.goto(`${origin}/#/tasks`)
        await page.getByRole('link', { name: unbroken.name }).waitFor()
        found.push(...(await findings(page, 'task list, of long words')))
        await page.getByRole('button', { name: 'Sign out' }).click()

        await signInByForm(visit, owner)
        found.push(...(await tour(visit)))
        expect(found).toEqual([])
      },
      120_000,
    )

browserTest('every screen says in its title and in one heading what it is, in a language it names', async () => {
  const visit = await dashboard.visit()
  const { page, origin } = visit
  const task = `#/tasks/${ids.get('Warm the product cache')}`
  await page.goto(origin)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(await page.title()).toBe('Sign in · Duly')
  await signInByForm(visit, owner)
  for (const [hash, heading, title] of [
    ['#/', 'Overview', '2 failing · team · Duly'],
    ['#/tasks', 'Tasks', 'Tasks · team · Duly'],
    [task, 'Warm the product cache', 'Warm the product cache · team · Duly'],
    ['#/tasks/new', 'New task', 'New task · team · Duly'],
    [`${task}/edit`, 'Edit task', 'Edit Warm the product cache · team · Duly'],
    ['#/runs', 'Runs', 'Runs · team · Duly'],
    ['#/changes', 'Changes', 'Changes · team · Duly'],
    ['#/no/such/place', 'No such page', 'No such page · team · Duly'],
  ] as const) {
    await page.goto(`${origin}/${hash}`)
    await page.getByRole('heading', { name: heading, level: 1, exact: true }).waitFor()
    await eventually(
      async () => (await page.title()) === title,
      () => `no title ${title}`,
      2_000,
    )
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
    for (const landmark of ['banner', 'main'] as const) expect(await page.getByRole(landmark).count()).toBe(1)
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
  }
})

browserTest('who wants no motion gets none', async () => {
  const visit = await dashboard.visit({ reducedMotion: 'reduce' })
  const { page, origin } = visit
  await signInByForm(visit, owner)
  await page.getByRole('row', { name: /Warm the product cache/ }).waitFor()
  for (const hash of ['#/tasks', '#/']) {
    await page.goto(`${origin}/${hash}`)
    const moving = await page.evaluate(`[...document.querySelectorAll('*')].filter((element) => {
      const { transitionDuration, animationName } = getComputedStyle(element)
      return transitionDuration !== '0s' || animationName !== 'none'
    }).length`)
    expect(moving).toBe(0)
  }
})
