import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
const url = 'http://127.0.0.1:9/geheimer-pfad'
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

browserTest('without a channel the screen says what one is; a new webhook shows its secret once, to copy', async () => {
  const visit = await dashboard.visit({ permissions: ['clipboard-read', 'clipboard-write'] })
  const { page } = visit
  await signIn(visit, owner, '#/alerts/channels')
  await page.getByText('No channel yet. A channel is where Duly tells you').waitFor()
  await page.getByRole('link', { name: 'Create the first one' }).click()
  await page.getByRole('heading', { name: 'New channel' }).waitFor()
  await page.getByRole('button', { name: 'Create channel' }).click()
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Name').and(page.locator(':focus')).waitFor()
  await page.getByLabel('Name').fill('on call')
  await page.getByLabel('URL').fill(url)
  await page.keyboard.press('Enter')
  const secret = page.getByLabel('Secret')
  await secret.waitFor()
  const shown = await secret.inputValue()
  expect(shown).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  await page.getByRole('heading', { name: 'Created “on call”' }).and(page.locator(':focus')).waitFor()
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByText('Copied the secret.').waitFor()
  expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(shown)
  await page.getByRole('link', { name: 'I have stored it' }).click()
  await page.getByRole('row', { name: /on call/ }).waitFor()
  expect(await page.content()).not.toContain('geheimer-pfad')
  await page.goBack()
  await page.getByLabel('URL').waitFor()
  expect(await page.content()).not.toContain(shown)
})

browserTest('a Slack channel and e-mail are created, and what is refused says why', async () => {
  const visit = await dashboard.visit()
  const { page, origin } = visit
  await signIn(visit, owner, '#/alerts/channels/new')
  await page.getByLabel('Slack').check()
  await page.getByLabel('Name').fill('#ops')
  await page.getByLabel('URL').fill(url)
  await page.getByRole('button', { name: 'Create channel' }).click()
  await page.getByText('Created “#ops”.').waitFor()
  await page.getByRole('row', { name: /#ops/ }).getByText('http://127.0.0.1:9', { exact: true }).waitFor()
  await page.goto(`${origin}/#/alerts/channels/new`)
  await page.getByLabel('Name').fill('#ops')
  await page.getByLabel('URL').fill(url)
  await page.getByRole('button', { name: 'Create channel' }).click()
  await page.getByRole('alert').getByText('Not saved.').waitFor()
  await page.getByLabel('E-mail').check()
  await page.getByLabel('Addresses').fill('not an address')
  await page.getByRole('button', { name: 'Create channel' }).click()
  await page.getByLabel('Addresses').and(page.locator('[aria-invalid]')).waitFor()
})

browserTest('a test waits and says what came of it; a channel that was switched off is switched on again', async () => {
  const { body } = await send(owner, 'POST', '/channels', { name: '#ops', kind: 'slack', url })
  await sql`
    update channel
    set disabled_at = now(), disabled_reason = 'Its URL answered 410.', last_failed_at = now(), last_error = 'it answered 410'`
  const visit = await dashboard.visit()
  const { page } = visit
  const { promise, resolve } = Promise.withResolvers<object>()
  await page.route(`**/channels/${body.id}/test`, async (route) => route.fulfill({ json: await promise }))
  await signIn(visit, owner, '#/alerts/channels')
  const row = page.getByRole('row', { name: /#ops/ })
  await row.getByText('Its URL answered 410.').waitFor()
  await row.getByText('it answered 410').waitFor()
  const test = row.getByRole('button', { name: 'Test #ops' })
  await test.focus()
  await page.keyboard.press('Enter')
  await row.getByRole('status').getByText('Waiting for the answer').waitFor()
  resolve({ ok: false, status_code: 410, error: 'it answered 410', duration_ms: 1_500 })
  await row.getByRole('status').getByText('It did not arrive (in 1.5 s): it answered 410').waitFor()
  await test.and(page.locator(':focus')).waitFor()
  await row.getByRole('button', { name: 'Switch on #ops' }).click()
  await page.getByText('“#ops” is on again.').waitFor()
  await row.getByText('on', { exact: true }).waitFor()
  expect((await send(owner, 'GET', `/channels/${body.id}`)).body).toMatchObject({
    enabled: true,
    disabled_reason: null,
  })
})

browserTest('a channel is deleted once its name is typed', async () => {
  await send(owner, 'POST', '/channels', { name: '#ops', kind: 'slack', url })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/alerts/channels')
  await page.getByRole('button', { name: 'Delete #ops' }).click()
  await page.getByRole('dialog', { name: 'Delete “#ops”?' }).waitFor()
  await page.getByLabel(/^Type/).fill('#ops')
  await page.keyboard.press('Enter')
  await page.getByText('Deleted “#ops”.').waitFor()
  await page.getByText('No channel yet.').waitFor()
  expect((await send(owner, 'GET', '/channels')).body.records).toEqual([])
})
