import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

browserTest('without a flow the screen says what one is for; one is created, edited, paused and resumed', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/flows')
  await page.getByText('No flow yet. A flow limits how many calls run at once').waitFor()
  await page.getByRole('link', { name: 'Create the first one' }).click()
  await page.getByRole('button', { name: 'Create flow' }).click()
  const name = page.getByLabel('Name', { exact: true })
  await name.and(page.locator('[aria-invalid]:focus')).waitFor()
  await name.fill('partner')
  await page.getByLabel('Calls in a time').fill('a lot')
  await page.keyboard.press('Enter')
  await page.getByLabel('Calls in a time').and(page.locator('[aria-invalid]:focus')).waitFor()
  await page.getByLabel('Target').fill('API.partner.example')
  await page.getByLabel('Calls at once').fill('10')
  await page.getByLabel('Calls in a time').fill('100')
  await page.getByLabel('In: unit').selectOption('minutes')
  await page.getByLabel('Burst').fill('20')
  await page.getByRole('button', { name: 'Create flow' }).click()
  const row = page.getByRole('row', { name: /partner/ })
  await row.getByText('10 at once, 100 a minute, burst 20').waitFor()
  await row.getByRole('button', { name: 'Pause partner' }).click()
  await page.getByText('“partner” is paused: its tasks wait.').waitFor()
  await row.getByRole('link', { name: 'Edit partner' }).click()
  await page.getByLabel('Burst').fill('')
  await page.getByLabel('Calls at once').fill('')
  await page.getByRole('button', { name: 'Save flow' }).click()
  await row.getByText('100 a minute, burst 1', { exact: true }).waitFor()
  const paused = { target: 'api.partner.example', concurrency: null, rate: 100, period_seconds: 60, paused: true }
  expect((await send(owner, 'GET', '/flows/partner')).body).toMatchObject(paused)
  await row.getByRole('button', { name: 'Resume partner' }).click()
  await page.getByText('“partner” goes on.').waitFor()
  expect((await send(owner, 'GET', '/flows/partner')).body).toMatchObject({ ...paused, paused: false })
  await page.getByRole('link', { name: 'New flow' }).click()
  await name.fill('partner')
  await page.getByLabel('Burst').fill('0')
  await page.keyboard.press('Enter')
  // What is wrong in other fields is told with it, in the words of a form, which has no null.
  await page.getByText('Not saved. 2 fields need a change.').waitFor()
  expect(await page.locator('.field-error').allTextContents()).toEqual([
    'Name is that of another flow: choose another one, or edit that flow.',
    expect.stringMatching(/^Burst must be .* without calls\.$/),
  ])
})

browserTest('a flow without a name is told so also where the API does not answer', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/flows/new')
  const held = Promise.withResolvers<void>()
  await page.route('**/flows/flow', async (route) => {
    await held.promise
    await route.continue()
  })
  await page.getByLabel('Burst').fill('0')
  await page.getByRole('button', { name: 'Create flow' }).click()
  await page.getByText('Not saved. 1 field needs a change.').waitFor()
  await page.getByLabel('Name', { exact: true }).and(page.locator('[aria-invalid]:focus')).waitFor()
  await page.getByLabel('Target').focus()
  held.resolve()
  await page.getByText('Not saved. 2 fields need a change.').waitFor()
  await page.getByLabel('Target').and(page.locator(':focus')).waitFor()
})

browserTest(
  'a flow says what waits; its tasks are listed, each says that it waits; it is deleted once no task names it',
  async () => {
    await send(owner, 'PUT', '/flows/partner', { concurrency: 1, target: 'api.example', paused: true })
    const { id } = await createTask(owner, { name: 'Sync contacts', flow: 'partner' })
    await createTask(owner, { name: 'By its target', url: 'http://api.example/' })
    await createTask(owner, { name: 'Something else', url: 'http://other.example/' })
    await sql`update task set scheduled_at = now() - interval '1 hour' where id = ${id}`
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, '#/flows')
    const row = page.getByRole('row', { name: /partner/ })
    await row.getByRole('cell', { name: /^1 .*since/ }).waitFor()
    await row.getByRole('link', { name: '2 tasks' }).click()
    await page.getByRole('row', { name: /By its target/ }).waitFor()
    expect(await page.getByRole('row', { name: /Something else/ }).count()).toBe(0)
    await page.getByRole('link', { name: 'Sync contacts' }).click()
    await page.getByText('The task waits until the flow is resumed: 1 task of the flow is due').waitFor()
    await page.getByRole('link', { name: 'Flows' }).click()
    await row.getByRole('button', { name: 'Delete partner' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete “partner”?' })
    await dialog.getByRole('button', { name: 'Delete flow' }).click()
    await dialog.getByRole('alert').getByText('Sync contacts').waitFor()
    await send(owner, 'POST', `/tasks/${id}`, { flow: null })
    await dialog.getByRole('button', { name: 'Delete flow' }).click()
    await page.getByText('No flow yet.').waitFor()
    expect((await send(owner, 'GET', '/flows')).body.records).toEqual([])
  },
)
