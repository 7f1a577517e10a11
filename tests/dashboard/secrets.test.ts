import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const listed = async (): Promise<{ name: string; tasks: number; updated_at: string }[]> =>
  (await send(owner, 'GET', '/secrets')).body.records

browserTest('a secret is set, and what is wrong is told at each field; its value is shown nowhere', async () => {
  await send(owner, 'PUT', '/secrets/TAKEN', { value: 'before' })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/service')
  await page.getByRole('button', { name: 'New secret' }).click()
  const dialog = page.getByRole('dialog', { name: 'New secret' })
  await dialog.getByRole('button', { name: 'Set secret' }).click()
  await dialog.getByText('Not saved. 2 fields need a change.').waitFor()
  await dialog.getByLabel('Name').and(page.locator('[aria-invalid]:focus')).waitFor()
  await dialog.getByLabel('Name').fill('TAKEN')
  await dialog.getByLabel('Value').fill('two\u0007bells')
  await page.keyboard.press('Enter')
  await dialog.getByText('Name is that of another secret').waitFor()
  await dialog.getByText('Value must be visible ASCII and spaces').waitFor()
  await dialog.getByLabel('Name').fill('no spaces')
  await dialog.getByLabel('Value').fill('s3cret value')
  await page.keyboard.press('Enter')
  await dialog.getByText('Name must be a name of 1 to 64 letters').waitFor()
  await dialog.getByLabel('Name').fill('API_TOKEN')
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of references
  await dialog.getByText('${secret.API_TOKEN}').waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('Set the secret “API_TOKEN”.').waitFor()
  await page.getByRole('row', { name: /^API_TOKEN no task/ }).waitFor()
  expect((await listed()).map(({ name }) => name)).toEqual(['API_TOKEN', 'TAKEN'])
  expect(await page.content()).not.toContain('s3cret value')
})

browserTest('a secret gets another value, also when the first answer is lost', async () => {
  await send(owner, 'PUT', '/secrets/API_TOKEN', { value: 'before' })
  const [before] = await listed()
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/service')
  await page.getByRole('button', { name: 'Replace API_TOKEN' }).click()
  const dialog = page.getByRole('dialog', { name: 'New value of “API_TOKEN”' })
  await dialog.getByLabel('Value').fill('after')
  await page.route('**/secrets/*', (route) => route.abort('internetdisconnected'))
  await page.keyboard.press('Enter')
  await dialog.getByText('Duly did not answer: this may have been done. Trying again is safe.').waitFor()
  await page.unroute('**/secrets/*')
  await dialog.getByRole('button', { name: 'Replace value' }).click()
  await page.getByText('“API_TOKEN” has its new value').waitFor()
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Replace API_TOKEN' }).and(page.locator(':focus')).waitFor()
  const [after] = await listed()
  expect(Date.parse(after?.updated_at ?? '')).toBeGreaterThan(Date.parse(before?.updated_at ?? ''))
})

browserTest('a secret that tasks use is not deleted, and the tasks are named; one that none uses is', async () => {
  await send(owner, 'PUT', '/secrets/API_TOKEN', { value: 'value' })
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of references
  const header = { Authorization: 'Bearer ${secret.API_TOKEN}' }
  const { id } = await createTask(owner, { name: 'Sync contacts', header })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/service')
  await page.getByRole('row', { name: /^API_TOKEN 1 task/ }).waitFor()
  await page.getByRole('button', { name: 'Delete API_TOKEN' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete “API_TOKEN”?' })
  await dialog.getByText('1 task uses it. A secret that tasks use is not deleted.').waitFor()
  await dialog.getByLabel('Type API_TOKEN to confirm').fill('API_TOKEN')
  await page.keyboard.press('Enter')
  await dialog.getByRole('alert').getByText(`1 task uses the secret API_TOKEN: Sync contacts (${id})`).waitFor()
  await send(owner, 'POST', `/tasks/${id}`, { header: {} })
  await dialog.getByRole('button', { name: 'Delete secret' }).click()
  await page.getByText('No secret yet.').waitFor()
  expect(await listed()).toEqual([])
})

browserTest('who may only read sees the secrets without buttons', async () => {
  await send(owner, 'PUT', '/secrets/API_TOKEN', { value: 'value' })
  const { body } = await send(owner, 'POST', '/tokens', { name: 'reader', scopes: ['read'] })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, { id: owner.id, token: body.token }, '#/service')
  await page.getByRole('row', { name: /^API_TOKEN/ }).waitFor()
  expect(await page.getByRole('main').getByRole('button').count()).toBe(0)
})
