import { beforeEach, expect, test } from 'bun:test'
import { catchUpLabel } from '../../src/dashboard/format/labels.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  await createTask(owner, { name: 'Active' })
  await createTask(owner, { name: 'Paused', status: 'paused' })
})

browserTest('the settings say which service it is and how many tasks it has, and lead to them', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/service')
  await page.getByText(owner.id, { exact: true }).waitFor()
  await page.getByRole('link', { name: '1 paused' }).waitFor()
  await page.getByRole('link', { name: '1 active' }).waitFor()
  await page.getByRole('link', { name: '0 disabled' }).waitFor()
  await page.getByRole('link', { name: 'by the alert policies' }).click()
  await page.getByRole('heading', { name: 'Alert policies' }).waitFor()
  await page.goBack()
  await page.getByRole('link', { name: '1 paused' }).click()
  await page.getByRole('link', { name: 'Paused', exact: true }).waitFor()
  expect(await page.getByRole('link', { name: 'Active', exact: true }).count()).toBe(0)
})

browserTest('how many late runs start in a second is set in the settings too', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/service')
  await page.getByText('late runs start without a limit').waitFor()
  await page.getByRole('button', { name: 'Set a limit' }).click()
  const limit = page.getByLabel('Late runs in a second')
  await limit.fill('many')
  await page.keyboard.press('Enter')
  await limit.and(page.locator('[aria-invalid]')).waitFor()
  await limit.fill('200')
  await page.keyboard.press('Enter')
  await page.getByRole('main').getByText('200 late runs start in a second at most').waitFor()
  expect((await send(owner, 'GET', '/service')).body.catch_up_per_second).toBe(200)
  await page.getByRole('button', { name: 'Change the limit' }).click()
  await page.route('**/service', (route) =>
    route.request().method() === 'PUT' ? route.abort('internetdisconnected') : route.continue(),
  )
  await limit.fill('')
  await page.keyboard.press('Enter')
  await page.getByText('Duly did not answer: this may have been done. Trying again is safe.').waitFor()
  await page.unroute('**/service')
  await page.keyboard.press('Enter')
  // The message at the bottom says it too.
  await page.getByRole('main').getByText('late runs start without a limit').waitFor()
})

browserTest('without a connection the settings stay, and the page says since when', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/service')
  await page.getByText('No token but the first one').waitFor()
  await page.getByRole('row', { name: /^Of the service/ }).waitFor()
  await page.getByRole('link', { name: '1 paused' }).waitFor()
  await page.route(
    (url) => !url.pathname.endsWith('.js'),
    (route) => route.abort('internetdisconnected'),
  )
  await page.evaluate(`dispatchEvent(new Event('online'))`)
  await page.getByText('No connection since').waitFor()
  expect(await page.getByRole('heading', { name: 'Retention' }).count()).toBe(1)
  await page.unrouteAll()
  await page.getByText('No connection since').waitFor({ state: 'detached' })
})

test('one late run in a second is one, on each screen', () => {
  expect(catchUpLabel(1)).toBe('1 late run starts in a second at most')
  expect(catchUpLabel(2_000)).toBe('2,000 late runs start in a second at most')
  expect(catchUpLabel(null)).toBe('late runs start without a limit')
})
