import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

// The server of these tests keeps executions for 30 days, failures for 365, and answers for 90.
const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const stored = async () => (await send(owner, 'GET', '/service/retention')).body
/** Inserts runs of a task that were so many days ago. */
const runs = async (taskId: string, status: 'success' | 'skipped', daysAgo: number, amount: number) => sql`
  insert into execution (
    service_id, task_id, id, slot_id, scheduled_for, status, created_at, started_at, replica_id, duration_ms
  )
  select
    ${owner.id}, ${taskId}, id, id, at, ${status}, at,
    case when ${status} = 'success' then at end, case when ${status} = 'success' then id end,
    case when ${status} = 'success' then 1 end
  from (
    select gen_random_uuid() as id, now() - make_interval(days => ${daysAgo}::integer) as at
    from generate_series(1, ${amount}::integer)
  ) made`

browserTest('what the server keeps is shown; shorter days are set once it is confirmed what they drop', async () => {
  const { id } = await createTask(owner, { name: 'Sync contacts' })
  await runs(id, 'success', 9, 3)
  await runs(id, 'success', 2, 1)
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/service')
  const row = page.getByRole('row', { name: /^Of the service/ })
  await row.waitFor()
  expect(await row.getByRole('cell').allTextContents()).toEqual([
    'Of the service',
    'Successes: 30 days by default',
    'Failures: 365 days by default',
    'Answers: 90 days by default',
    'Change…',
  ])
  await page.getByRole('button', { name: 'Change the days of the service' }).click()
  const dialog = page.getByRole('dialog', { name: 'Retention of the service' })
  await dialog.getByText('Empty: as the server says, 365 days.').waitFor()
  const successes = dialog.getByLabel('Days of successes')
  await successes.fill('7 days')
  await dialog.getByLabel('Days of answers').fill('91')
  await page.keyboard.press('Enter')
  await successes.and(page.locator('[aria-invalid]:focus')).waitFor()
  await dialog.getByText('Days of successes and skipped runs must be a whole number from 1 to 3650').waitFor()
  await successes.fill('7')
  await page.keyboard.press('Enter')
  const confirm = page.getByRole('dialog', { name: 'Drop what is older?' })
  const day = new Date(Date.now() - 8 * 86_400_000).toLocaleDateString('en-GB', {
    ...{ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' },
  })
  await confirm.getByText(`successes and skipped runs up to ${day}: 3 runs`).waitFor()
  await confirm.getByLabel('Type drop to confirm').fill('drop')
  await page.keyboard.press('Enter')
  // What is wrong elsewhere is told in the form, where it is corrected.
  await dialog.getByText('Days of answers must be at most 90').waitFor()
  await dialog.getByLabel('Days of answers').and(page.locator('[aria-invalid]:focus')).waitFor()
  await dialog.getByLabel('Days of answers').fill('')
  await dialog.getByLabel('Days of failed runs').fill('6')
  await dialog.getByRole('button', { name: 'Go on…' }).click()
  await confirm.getByText('failed runs up to').waitFor()
  await confirm.getByRole('button', { name: 'Cancel' }).click()
  expect((await stored()).execution_days).toBeNull()
  await dialog.getByLabel('Days of failed runs').fill('')
  await dialog.getByRole('button', { name: 'Go on…' }).click()
  await confirm.getByLabel('Type drop to confirm').fill('drop')
  await confirm.getByRole('button', { name: 'Save, and drop it' }).click()
  await page.getByText('Saved the retention of the service.').waitFor()
  await row.getByRole('cell', { name: '7 days', exact: true }).waitFor()
  expect(await stored()).toMatchObject({ execution_days: 7, failure_days: null, answer_days: null })
  // Longer days drop nothing.
  await page.getByRole('button', { name: 'Change the days of the service' }).click()
  await successes.fill('')
  await dialog.getByRole('button', { name: 'Save', exact: true }).click()
  await row.getByText('30 days by default').waitFor()
})

browserTest('failed runs that would go before the others are refused in the words of the form', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/service')
  await page.getByRole('button', { name: 'Change the days of the service' }).click()
  const dialog = page.getByRole('dialog', { name: 'Retention of the service' })
  await dialog.getByLabel('Days of failed runs').fill('5')
  await page.keyboard.press('Enter')
  await page.getByLabel('Type drop to confirm').fill('drop')
  await page.keyboard.press('Enter')
  await dialog.getByText('Days of failed runs must be at least the days of successes, which is 30').waitFor()
})

browserTest('a label gets days of its own, keeps them through a lost connection, and loses them again', async () => {
  const { id } = await createTask(owner, { name: 'Nightly', labels: { tier: 'batch' } })
  await createTask(owner, { name: 'Other' })
  await runs(id, 'skipped', 4, 101)
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/service')
  await page.getByRole('button', { name: 'Set days of a label' }).click()
  const dialog = page.getByRole('dialog', { name: 'Retention of a label' })
  const label = dialog.getByLabel('Label')
  await page.locator('#retention-labels option[value="tier=batch"]').waitFor({ state: 'attached' })
  await label.fill('batch')
  await page.keyboard.press('Enter')
  await dialog.getByText('Label must be a label as NAME=VALUE, such as tier=batch.').waitFor()
  await label.fill('no spaces=batch')
  await page.keyboard.press('Enter')
  await label.and(page.locator('[aria-invalid]:focus')).waitFor()
  await label.fill('tier=batch')
  await dialog.getByLabel('Days of successes').fill('2')
  await page.route('**/labels/**', (route) => route.abort('internetdisconnected'))
  await page.keyboard.press('Enter')
  await page.getByText('more than 100 runs').waitFor()
  await page.getByLabel('Type drop to confirm').fill('drop')
  await page.keyboard.press('Enter')
  await dialog.getByText('Duly did not answer: this may have been done. Trying again is safe.').waitFor()
  await page.unroute('**/labels/**')
  await dialog.getByRole('button', { name: 'Go on…' }).click()
  await page.getByLabel('Type drop to confirm').fill('drop')
  await page.keyboard.press('Enter')
  const row = page.getByRole('row', { name: /^Of tasks with tier=batch/ })
  await row.getByRole('cell', { name: '2 days', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Set days of a label' }).click()
  await label.fill('tier=batch')
  await page.keyboard.press('Enter')
  await dialog.getByText('Label has days already: change those.').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Change the days of tier=batch' }).click()
  await page.getByRole('dialog', { name: 'Retention of tier=batch' }).getByLabel('Days of successes').fill('3')
  await page.keyboard.press('Enter')
  await row.getByRole('cell', { name: '3 days', exact: true }).waitFor()
  await send(owner, 'PUT', '/service/retention', { execution_days: 1 })
  await page.reload()
  await page.getByRole('button', { name: 'Remove the days of tier=batch' }).click()
  const remove = page.getByRole('dialog', { name: 'Remove the days of tier=batch?' })
  await remove.getByText('successes and skipped runs up to').waitFor()
  await remove.getByLabel('Type tier=batch to confirm').fill('tier=batch')
  await page.keyboard.press('Enter')
  await row.waitFor({ state: 'detached' })
  expect((await stored()).labels).toEqual([])
})

browserTest('who may only read sees the retention without buttons', async () => {
  const { body } = await send(owner, 'POST', '/tokens', { name: 'reader', scopes: ['read'] })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, { id: owner.id, token: body.token }, '#/service')
  await page.getByRole('row', { name: /^Of the service/ }).waitFor()
  expect(await page.getByRole('main').getByRole('button').count()).toBe(0)
})

browserTest(
  'what a save drops is told of the days that hold by then, also if they became longer meanwhile',
  async () => {
    await send(owner, 'PUT', '/service/retention', { execution_days: 5 })
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, '#/service')
    await page.getByRole('button', { name: 'Change the days of the service' }).click()
    const dialog = page.getByRole('dialog', { name: 'Retention of the service' })
    await dialog.getByLabel('Days of successes').fill('6')
    await send(owner, 'PUT', '/service/retention', { execution_days: 20 })
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('dialog', { name: 'Drop what is older?' }).waitFor()
    expect((await stored()).execution_days).toBe(20)
  },
)
