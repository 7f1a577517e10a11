import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const listed = async (): Promise<{ target: string | null; expires_at: string | null }[]> =>
  (await send(owner, 'GET', '/signing-keys')).body.records

browserTest('a signing key is created, its secret shown once and copied; another one lets it expire', async () => {
  const visit = await dashboard.visit()
  const { page, origin } = visit
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin })
  await signIn(visit, owner, '#/service')
  await page.getByText('No signing key: requests are sent unsigned.').waitFor()
  await page.getByRole('link', { name: 'New signing key' }).click()
  await page.getByLabel('Target', { exact: true }).fill('https://api.example')
  await page.keyboard.press('Enter')
  await page.getByLabel('Target', { exact: true }).and(page.locator('[aria-invalid]:focus')).waitFor()
  await page.getByText('Target must be a host alone, without scheme and path').waitFor()
  await page.getByLabel('Target', { exact: true }).fill('')
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByRole('heading', { name: 'Created a key of all targets' }).and(page.locator(':focus')).waitFor()
  const secret = await page.getByLabel('Secret').inputValue()
  expect(secret).toStartWith('whsec_')
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByText('Copied the secret.').waitFor()
  expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(secret)
  await page.getByRole('link', { name: 'I have stored it' }).click()
  await page.getByRole('row', { name: /^all targets .* until another one is made/ }).waitFor()
  expect(await page.content()).not.toContain(secret)
  await page.getByRole('link', { name: 'New signing key' }).click()
  await page.getByLabel('The other keys of this target expire').selectOption('In an hour')
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByRole('link', { name: 'I have stored it' }).click()
  const rows = page.getByRole('table', { name: 'Signing keys' }).locator('tbody tr')
  await rows.nth(1).waitFor()
  const [newer, older] = await listed()
  expect(newer?.expires_at).toBeNull()
  expect(Date.parse(older?.expires_at ?? '') - Date.now()).toBeWithin(3_000_000, 3_600_001)
})

browserTest('a key that may have been created without an answer is told so, and stands in the list', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/service/signing-keys/new')
  await page.route('**/signing-keys', async (route) => {
    if (route.request().method() !== 'POST') return route.continue()
    await route.fetch()
    await route.abort('connectionreset')
  })
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByText('it signs although nobody has its secret').waitFor()
  expect(await listed()).toHaveLength(1)
  await page.getByRole('link', { name: 'Cancel' }).click()
  await page.getByRole('row', { name: /^all targets/ }).waitFor()
})

browserTest('a key expires once its target is typed, and it is said what signs then', async () => {
  await send(owner, 'POST', '/signing-keys', {})
  await send(owner, 'POST', '/signing-keys', { target: 'api.example' })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/service')
  await page.getByRole('button', { name: 'Expire the key of api.example' }).click()
  const dialog = page.getByRole('dialog', { name: 'Expire this key of api.example?' })
  await dialog.getByText('Requests to api.example are then signed by the keys of all targets.').waitFor()
  await dialog.getByLabel('Type api.example to confirm').fill('api.example')
  await page.keyboard.press('Enter')
  await page.getByText('The key of api.example has expired.').waitFor()
  await page.getByRole('button', { name: 'Expire the key of api.example' }).waitFor({ state: 'detached' })
  await page.getByRole('row', { name: /^api.example .* expired/ }).waitFor()
  await page.getByRole('button', { name: 'Expire the key of all targets' }).click()
  await page.getByText('No other key signs for all targets: requests are then sent unsigned').waitFor()
  await page.getByLabel('Type all targets to confirm').fill('all targets')
  await page.keyboard.press('Enter')
  await page.getByRole('row', { name: /^all targets .* expired/ }).waitFor()
  for (const { expires_at } of await listed()) expect(Date.parse(expires_at ?? '')).toBeLessThan(Date.now() + 1000)
})

browserTest('who may only read sees the signing keys without buttons', async () => {
  await send(owner, 'POST', '/signing-keys', {})
  const { body } = await send(owner, 'POST', '/tokens', { name: 'reader', scopes: ['read'] })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, { id: owner.id, token: body.token }, '#/service')
  await page.getByRole('row', { name: /^all targets/ }).waitFor()
  expect(await page.getByRole('main').getByRole('button').count()).toBe(0)
  expect(await page.getByRole('link', { name: 'New signing key' }).count()).toBe(0)
})
