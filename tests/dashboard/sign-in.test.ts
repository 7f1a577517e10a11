import { beforeEach, expect } from 'bun:test'
import { hashToken } from '../../src/services/credentials.ts'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { browserTest, signInByForm, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

browserTest('a wrong token is told so in words, and the right one shows the tasks', async () => {
  await send(owner, 'POST', '/tasks', { ...farTask, name: 'Send the invoices' })
  const { page, origin } = await dashboard.visit()
  await page.goto(`${origin}/#/tasks`)
  await page.getByLabel('Service id').fill(owner.id)
  await page.getByLabel('Token').fill('not-the-token')
  await page.getByRole('button', { name: 'Sign in' }).click()
  expect(await page.getByRole('alert').textContent()).toStartWith('Unknown service id or wrong token.')
  expect(await page.getByRole('navigation').count()).toBe(0)

  await page.getByLabel('Token').fill(` ${owner.token} `)
  await page.getByLabel('Token').press('Enter')
  await page.getByRole('link', { name: 'Send the invoices' }).waitFor()
})

browserTest('a token that is not ASCII is asked for, and a wrong one too', async () => {
  const { page, origin, requests } = await dashboard.visit()
  await page.goto(origin)
  await page.getByLabel('Service id').fill(owner.id)
  await page.getByLabel('Token').fill('пароль')
  await page.getByRole('button', { name: 'Sign in' }).click()
  expect(await page.getByRole('alert').textContent()).toStartWith('Unknown service id or wrong token.')
  expect(requests.filter((request) => request.url().includes('/tasks'))).toHaveLength(1)
})

browserTest(
  'the session lasts through a reload and in a new tab, ends in all tabs, and is in no cookie or localStorage',
  async () => {
    const { body: task } = await send(owner, 'POST', '/tasks', { ...farTask, name: 'Linked' })
    const visit = await dashboard.visit()
    await signInByForm(visit, owner)
    await visit.page.reload()
    await visit.page.getByRole('heading', { name: 'Tasks' }).waitFor()
    const other = await visit.page.context().newPage()
    await other.goto(`${visit.origin}/#/tasks/${task.id}`)
    await other.getByRole('heading', { name: 'Linked' }).waitFor()
    await other.getByRole('banner').getByText('team', { exact: true }).waitFor()
    await eventually(async () => (await other.title()) === 'Linked · team · Duly', 'the title')
    const [middle] = await Promise.all([
      visit.page.context().waitForEvent('page'),
      visit.page.getByRole('link', { name: 'Linked' }).click({ button: 'middle' }),
    ])
    await middle.getByRole('heading', { name: 'Linked' }).waitFor()
    const kept = await visit.page.evaluate<string>('JSON.stringify([{ ...localStorage }, document.cookie])')
    expect(kept).toBe('[{},""]')
    expect(await visit.page.context().cookies()).toEqual([])

    await other.getByRole('button', { name: 'Sign out' }).click()
    for (const page of [visit.page, middle, other]) {
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      expect(await page.evaluate<string>('JSON.stringify(sessionStorage)')).toBe('{}')
    }
    await signInByForm({ page: middle, origin: visit.origin }, owner)
    await visit.page.getByRole('navigation', { name: 'Main' }).waitFor()
  },
)

browserTest('signing out forgets the session and the place', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', farTask)
  const visit = await dashboard.visit()
  await signInByForm(visit, owner, `#/tasks/${task.id}`)
  await visit.page.getByRole('button', { name: 'Sign out' }).click()
  await visit.page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(new URL(visit.page.url()).hash).toBe('#/')
  await visit.page.reload()
  await visit.page.getByRole('heading', { name: 'Sign in' }).waitFor()
})

browserTest('a reader of several services switches between them, by tab, and leaves one or all', async () => {
  const payments = await createAccount('payments')
  const { body: theirs } = await send(payments, 'POST', '/tasks', { ...farTask, name: 'Theirs' })
  const { body: ours } = await send(owner, 'POST', '/tasks', { ...farTask, name: 'Ours' })
  const visit = await dashboard.visit()
  const { page, origin } = visit
  await signInByForm(visit, owner)
  const menu = (of: typeof page, name: string) => of.getByRole('button', { name: `${name} Other services` })
  await menu(page, 'team').click()
  await page.getByRole('button', { name: 'Add a service…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('You stay signed in to team').waitFor()
  await dialog.getByLabel('Service id').fill(payments.id)
  await dialog.getByLabel('Token').fill('wrong')
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await dialog.getByRole('alert').waitFor()
  await dialog.getByLabel('Token').fill(payments.token)
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await menu(page, 'payments').waitFor()
  expect(new URL(page.url()).hash).toBe('#/')

  // A tab of the other service, and a link opened from each: it belongs to the service of its tab.
  const other = await page.context().newPage()
  await other.goto(`${origin}/#/tasks`)
  await other.getByRole('link', { name: 'Theirs' }).waitFor()
  await menu(other, 'payments').click()
  await other.getByRole('button', { name: 'team', exact: true }).click()
  await menu(other, 'team').waitFor()
  await other.getByRole('link', { name: 'Tasks' }).click()
  await page.getByRole('link', { name: 'Tasks' }).click()
  for (const [from, task] of [
    [other, ours],
    [page, theirs],
    [other, ours],
  ] as const) {
    await from.getByRole('heading', { name: 'Tasks' }).click()
    const opened = await page.context().newPage()
    await opened.goto(`${origin}/#/tasks/${task.id}`)
    await opened.getByRole('heading', { name: task.name }).waitFor()
    await opened.close()
  }

  // A link that a colleague of the other team has sent.
  await page.goto(`${origin}/#/tasks/${ours.id}`)
  await page.getByRole('heading', { name: 'No such task' }).waitFor()
  await page.getByText('Look for it in').getByRole('button', { name: 'team' }).click()
  await page.getByRole('heading', { name: 'Ours' }).waitFor()

  // One of theirs fails: their service is the first of all.
  await sql`insert into failing_task (service_id, task_id, error) values (${payments.id}, ${theirs.id}, 'HTTP 500')`
  await menu(page, 'team').click()
  await page.getByRole('link', { name: 'All services' }).click()
  await page.getByText('1 service has failing tasks.').waitFor()
  const rows = page.getByRole('table', { name: 'Services' }).locator('tbody tr')
  expect(await rows.allTextContents()).toEqual([
    expect.stringMatching(/^payments1 task failingnone late0 succeeded, 0 failed, 0 skipped.*of 1 active task$/),
    expect.stringMatching(/^teamnone failingnone late/),
  ])
  await rows.first().getByRole('button', { name: 'payments' }).click()
  await page.getByText('1 task is failing').waitFor()
  await menu(page, 'payments').click()
  await page.getByRole('button', { name: 'team', exact: true }).click()

  await menu(page, 'team').click()
  await page.getByRole('button', { name: 'Sign out of team only' }).click()
  for (const tab of [page, other]) await menu(tab, 'payments').waitFor()
  await other.goto(`${origin}/#/tasks/${theirs.id}`)
  await other.reload()
  await other.getByRole('heading', { name: 'Theirs' }).waitFor()
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  for (const tab of [page, other]) {
    await tab.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await tab.evaluate<string>('JSON.stringify([{ ...sessionStorage }, { ...localStorage }])')).toBe('[{},{}]')
  }
})

browserTest(
  'another service is shown also where the browser does not store any more, and the one before does not come back',
  async () => {
    const payments = await createAccount('payments')
    const visit = await dashboard.visit()
    const { page } = visit
    await signInByForm(visit, owner)
    await page.evaluate(`Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }`)
    await page.getByRole('button', { name: 'team Other services' }).click()
    await page.getByRole('button', { name: 'Add a service…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Service id').fill(payments.id)
    await dialog.getByLabel('Token').fill(payments.token)
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('button', { name: 'payments Other services' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  },
)

browserTest(
  'a copied link names its service: it is shown, or signed in to, and nothing is looked for elsewhere',
  async () => {
    const payments = await createAccount('payments')
    const theirs = await createTask(payments, { ...farTask, name: 'Theirs' })
    const id = Bun.randomUUIDv7()
    await sql`
    insert into execution (service_id, task_id, id, slot_id, scheduled_for, status, started_at, replica_id, duration_ms)
    values (${payments.id}, ${theirs.id}, ${id}, ${id}, now(), 'success', now(), gen_random_uuid(), 1)`
    const visit = await dashboard.visit({ permissions: ['clipboard-read', 'clipboard-write'] })
    const { page, origin } = visit
    await signInByForm(visit, payments)
    await page.goto(`${origin}/#/runs?open=${theirs.id}.${id}`)
    const opened = page.getByRole('complementary', { name: 'The opened run' })
    const copied = async (button: string, said: string) => {
      await page.getByRole('button', { name: button }).click()
      await page.getByText(said).waitFor()
      return page.evaluate<string>('navigator.clipboard.readText()')
    }
    const run = await copied('Copy its link', 'Copied the link to this run.')
    expect(run).toBe(`${origin}/#/runs?open=${theirs.id}.${id}&service=${payments.id}`)
    await page.getByLabel('Result').selectOption('Success')
    expect(await copied('Copy link', 'Copied the link to this list.')).toBe(
      `${origin}/#/runs?status=success&service=${payments.id}`,
    )
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()

    // Who is not signed in to it is told so, whatever this service has, and stays or signs in.
    await signInByForm(visit, owner)
    await page.goto(run)
    await page.getByText(`This link is of the service ${payments.id}`).waitFor()
    expect(await page.getByRole('heading', { name: 'Runs' }).count()).toBe(0)
    await page.getByRole('link', { name: 'look there' }).click()
    await opened.getByText('This service has no such run').waitFor()
    expect(page.url()).toBe(`${origin}/#/runs?open=${theirs.id}.${id}`)
    await page.goBack()
    expect(await page.getByLabel('Service id').inputValue()).toBe(payments.id)
    await page.getByLabel('Token').fill(payments.token)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('button', { name: 'payments Other services' }).waitFor()
    await opened.getByRole('link', { name: 'Theirs' }).waitFor()
    expect(page.url()).toBe(`${origin}/#/runs?open=${theirs.id}.${id}`)

    // Who is signed in to it is shown it, in a new tab too.
    await page.getByRole('button', { name: 'payments Other services' }).click()
    await page.getByRole('button', { name: 'team', exact: true }).click()
    await page.getByRole('button', { name: 'team Other services' }).waitFor()
    const other = await page.context().newPage()
    for (const tab of [other, page]) {
      await tab.goto(run)
      await tab.getByRole('button', { name: 'payments Other services' }).waitFor()
      await tab.getByRole('complementary').getByRole('link', { name: 'Theirs' }).waitFor()
      expect(tab.url()).toBe(`${origin}/#/runs?open=${theirs.id}.${id}`)
    }
    // A link without a service is looked for in the others.
    await page.getByRole('button', { name: 'payments Other services' }).click()
    await page.getByRole('button', { name: 'team', exact: true }).click()
    await page.getByRole('button', { name: 'team Other services' }).waitFor()
    await page.goto(`${origin}/#/runs?open=${theirs.id}.${id}`)
    await page.getByText('Look for it in').getByRole('button', { name: 'payments' }).click()
    await opened.getByRole('link', { name: 'Theirs' }).waitFor()
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.goto(`${origin}/#/tasks/${theirs.id}?service=${payments.id}`)
    await page.reload()
    expect(await page.getByLabel('Service id').inputValue()).toBe(payments.id)
    await page.getByLabel('Token').fill(payments.token)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'Theirs' }).waitFor()
    expect(page.url()).toBe(`${origin}/#/tasks/${theirs.id}`)
  },
)

browserTest('a link to a place leads there after the sign-in', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', { ...farTask, name: 'Linked' })
  const visit = await dashboard.visit()
  await signInByForm(visit, owner, `#/tasks/${task.id}?status=failed`)
  await visit.page.getByRole('heading', { name: 'Linked' }).waitFor()
  expect(await visit.page.getByLabel('Result').inputValue()).toBe('failed')
})

/** Replaces the owner's token, and waits until the old one is refused: the server remembers a right pair for a second. */
async function replaceToken(): Promise<Account> {
  const renewed = { id: owner.id, token: 'duly_another-token' }
  await sql`update service set token_hash = ${hashToken(renewed.token)} where id = ${owner.id}`
  await eventually(async () => (await send(owner, 'GET', '/tasks')).status === 401, 'the old token still counts', 5_000)
  return renewed
}

browserTest('who has a dialog open when the session ends can sign in', async () => {
  await send(owner, 'POST', '/tasks', farTask)
  const visit = await dashboard.visit()
  const { page } = visit
  await signInByForm(visit, owner)
  await page.getByRole('row').last().getByRole('button', { name: 'More' }).click()
  await page.getByRole('button', { name: /^Delete / }).click()
  await page.getByRole('dialog').waitFor()
  const renewed = await replaceToken()
  await page.getByText('You were signed out: the token no longer counts.').waitFor()
  await page.getByLabel('Token').and(page.locator(':focus')).waitFor()
  await page.keyboard.type(renewed.token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Tasks' }).waitFor()
})

browserTest('a session that ends keeps the place and what was typed', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', farTask)
  const visit = await dashboard.visit()
  const { page } = visit
  const place = `#/tasks/${task.id}/edit`
  await signInByForm(visit, owner, place)
  await page.getByLabel('Name', { exact: true }).fill('Typed before the end')

  const renewed = await replaceToken()
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('You were signed out: the token no longer counts.').waitFor()
  expect(new URL(page.url()).hash).toBe(place)
  expect(await page.getByRole('button', { name: 'Save changes' }).isVisible()).toBe(false)
  expect(await page.getByLabel('Service id').inputValue()).toBe(owner.id)

  await page.getByLabel('Token').fill(renewed.token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Not saved. You were signed out before it went through; send it again.').waitFor()
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Typed before the end')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('heading', { name: 'Typed before the end' }).waitFor()
  expect(await sql`select name from task`).toEqual([{ name: 'Typed before the end' }] as never)
})

browserTest(
  'a link to a service that is opened while the sign-in is shown fills in the id of the service',
  async () => {
    const { page, origin } = await dashboard.visit()
    await page.goto(origin)
    const id = page.getByLabel('Service id')
    await id.waitFor()
    expect(await id.inputValue()).toBe('')
    await page.goto(`${origin}/#/runs?status=failed&service=${owner.id}`)
    await page.waitForFunction(`document.querySelector('#service-id').value === '${owner.id}'`)
    await page.locator('#token:focus').waitFor()
  },
)
