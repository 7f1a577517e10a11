import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, send } from '../support/app.ts'
import { browserTest, signIn, signInByForm, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { createOperator } from '../support/operators.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const listed = async () => (await send(owner, 'GET', '/tokens')).body.records
/** Creates a token over the API, and returns what signs in with it. */
async function tokenOf(
  name: string,
  scopes: readonly string[],
  more: object = {},
): Promise<Account & { tokenId: string }> {
  const { body } = await send(owner, 'POST', '/tokens', { name, scopes, ...more })
  return { id: owner.id, token: body.token, tokenId: body.id }
}

browserTest('a token is created from the service menu, shown once and copied, and works', async () => {
  const visit = await dashboard.visit()
  const { page, origin } = visit
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin })
  await signIn(visit, owner)
  await page.getByRole('button', { name: 'team Other services, settings' }).click()
  await page.getByRole('link', { name: 'Service settings' }).click()
  await page.getByText('No token but the first one of the service.').waitFor()
  await page.getByText('the first one of the service: read, run and write').waitFor()
  await page.getByRole('link', { name: 'New token' }).click()
  await page.getByRole('button', { name: 'Create token' }).click()
  const name = page.getByLabel('Name', { exact: true })
  await name.and(page.locator('[aria-invalid]:focus')).waitFor()
  await name.fill('deploy')
  await page.getByLabel('read: look at everything').uncheck()
  await page.getByLabel('Expires', { exact: true }).fill('2020-01-01 08:00')
  await page.keyboard.press('Enter')
  await page.getByText('Not saved. 1 field needs a change.').waitFor()
  await page.getByText('Choose one at least.').waitFor()
  await page.getByLabel('read: look at everything').check()
  await page.getByLabel('run: run a task now').check()
  await page.getByRole('button', { name: 'Create token' }).click()
  await page.getByText('The time must be in the future.').waitFor()
  await page.getByRole('button', { name: 'In 30 days' }).click()
  await page.getByRole('button', { name: 'Create token' }).click()
  await page.getByRole('heading', { name: 'Created “deploy”' }).and(page.locator(':focus')).waitFor()
  const shown = await page.getByLabel('Token', { exact: true }).inputValue()
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByText('Copied the token.').waitFor()
  expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(shown)
  expect((await send({ id: owner.id, token: shown }, 'GET', '/tasks')).status).toBe(200)
  await page.getByRole('link', { name: 'I have stored it' }).click()
  const row = page.getByRole('row', { name: /^deploy/ })
  await row.getByText(/^created .* by token [0-9a-f]{8}$/).waitFor()
  expect(await row.getByRole('cell').nth(1).textContent()).toEndWith('read and run')
  expect(await page.content()).not.toContain(shown)
  const [{ expires_at }] = await listed()
  expect(Date.parse(expires_at) - Date.now()).toBeWithin(29 * 86_400_000, 31 * 86_400_000)
})

browserTest('a name that is taken is told at the field, and a lost answer as what it is', async () => {
  await tokenOf('deploy', ['read'])
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/service/tokens/new')
  await page.getByLabel('Name', { exact: true }).fill('deploy')
  await page.getByRole('button', { name: 'Create token' }).click()
  await page.getByText('Name is that of another token: choose another one').waitFor()
  await page.getByLabel('Name', { exact: true }).and(page.locator(':focus')).waitFor()
  // It is created, and its answer does not arrive.
  await page.route('**/tokens', async (route) => {
    if (route.request().method() !== 'POST') return route.continue()
    await route.fetch()
    await route.abort('connectionreset')
  })
  await page.getByLabel('Name', { exact: true }).fill('backup')
  await page.getByRole('button', { name: 'Create token' }).click()
  await page.getByText('the token may have been created, and then nobody has it').waitFor()
  expect((await listed()).map(({ name }: { name: string }) => name)).toEqual(['backup', 'deploy'])
})

browserTest('a token is replaced by one that may do the same, and deleted once its name is typed', async () => {
  const { tokenId } = await tokenOf('ci', ['read', 'run'])
  await sql`update token set last_used_on = '2026-01-02' where id = ${tokenId}`
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/service')
  await page.getByRole('link', { name: 'Replace ci' }).click()
  await page.getByRole('heading', { name: 'New token in place of “ci”' }).waitFor()
  await page.getByLabel('Name', { exact: true }).fill('ci 2027')
  await page.getByRole('button', { name: 'Create token' }).click()
  await page.getByText('“ci” still counts: delete it when nothing sends it any more.').waitFor()
  await page.getByRole('link', { name: 'I have stored it' }).click()
  expect((await listed()).map(({ scopes }: { scopes: string[] }) => scopes)).toEqual([
    ['read', 'run'],
    ['read', 'run'],
  ])
  await page.getByRole('button', { name: 'Delete ci', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete “ci”?' })
  await dialog.getByText('It was used last on 2 Jan 2026.').waitFor()
  expect(await dialog.getByText('You are signed in with it').count()).toBe(0)
  await page.keyboard.press('Enter')
  expect(await listed()).toHaveLength(2)
  await dialog.getByLabel('Type ci to confirm').fill('ci')
  // Without a connection nothing is deleted, and the reader is told.
  await page.route('**/tokens/*', (route) => route.abort('internetdisconnected'))
  await page.keyboard.press('Enter')
  await page.getByText('Duly did not answer: this may have been done. Trying again is safe.').waitFor()
  await page.unroute('**/tokens/*')
  await page.getByRole('button', { name: 'Delete ci', exact: true }).click()
  await dialog.getByLabel('Type ci to confirm').fill('ci')
  await page.keyboard.press('Enter')
  await page.getByText('Deleted “ci”.').waitFor()
  await page.getByRole('row', { name: /^ci created/ }).waitFor({ state: 'detached' })
  expect((await listed()).map(({ name }: { name: string }) => name)).toEqual(['ci 2027'])
})

browserTest('who deletes the token that they are signed in with is asked, and signed out at once', async () => {
  const mine = await tokenOf('anna', ['read', 'write'], { expires_at: '2098-01-01T00:00:00Z' })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, mine, '#/service')
  await page.getByText('anna: read and write, until').waitFor()
  await page.getByRole('row', { name: /^anna \(yours\)/ }).waitFor()
  await page.getByRole('link', { name: 'New token' }).click()
  expect(await page.getByLabel('run: run a task now').isDisabled()).toBe(true)
  await page.getByLabel('Name', { exact: true }).fill('longer')
  await page.getByRole('button', { name: 'Create token' }).click()
  await page.getByText('The time must be 2098-01-01T00:00:00Z or earlier').waitFor()
  await page.getByRole('link', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Leave without saving' }).click()
  await page.getByRole('button', { name: 'Delete anna' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete “anna”?' })
  await dialog.getByText('You are signed in with it: you are signed out').waitFor()
  await dialog.getByLabel('Type anna to confirm').fill('anna')
  await dialog.getByRole('button', { name: 'Delete token' }).click()
  await page
    .getByRole('dialog', { name: 'Sign in' })
    .getByText('You were signed out: the token no longer counts.')
    .waitFor()
  expect(await listed()).toEqual([])
})

browserTest('who may only read sees the tokens without buttons, an operator too', async () => {
  const reader = await tokenOf('reader', ['read'])
  for (const account of [reader, { id: owner.id, token: await createOperator() }]) {
    const visit = await dashboard.visit()
    const { page } = visit
    await signInByForm(visit, account, '#/service')
    await page.getByRole('row', { name: /^reader/ }).waitFor()
    await page.getByText('It changes nothing here.').waitFor()
    expect(await page.getByRole('main').getByRole('button').count()).toBe(0)
    expect(await page.getByRole('link', { name: 'New token' }).count()).toBe(0)
  }
})

browserTest('a new token that was not copied is asked about before it is left; one that was is not', async () => {
  const visit = await dashboard.visit()
  const { page, origin } = visit
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin })
  await signIn(visit, owner, '#/service')
  await page.getByRole('link', { name: 'New token' }).click()
  const tasks = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Tasks' })
  await page.getByLabel('Name', { exact: true }).fill('deploy')
  await page.keyboard.press('Enter')
  const shown = page.getByLabel('Token', { exact: true })
  await shown.waitFor()
  await tasks.click()
  const asked = page.getByRole('dialog', { name: 'Leave without the token?' })
  await asked.getByText('You have not copied the token, and it cannot be shown again.').waitFor()
  await asked.getByRole('button', { name: 'Stay' }).click()
  expect(await shown.inputValue()).not.toBe('')
  await page.goBack()
  await asked.waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByText('Copied the token.').waitFor()
  await tasks.click()
  await page.getByRole('heading', { name: 'Tasks' }).waitFor()
})
