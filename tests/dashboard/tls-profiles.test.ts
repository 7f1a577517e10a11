import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { authority, client, strangerClient } from '../support/certificates.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { createOperator } from '../support/operators.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const pair = { certificate: client.cert, private_key: client.key }
const put = (name: string, body: object) => send(owner, 'PUT', `/tls-profiles/${name}`, body)
const profile = async (name: string) => (await send(owner, 'GET', `/tls-profiles/${name}`)).body
const url = 'https://127.0.0.1:9/'
const pem = (name: string, text: string) => ({ name, mimeType: 'application/x-pem-file', buffer: Buffer.from(text) })

browserTest('TLS profiles are found behind More: whom each names, which tasks use it, and what expires', async () => {
  await put('partner', { ca: authority, ...pair })
  await put('backend', { ca: authority })
  await sql`
    update tls_profile
    set certificate_expires_at = now() + interval '10 days', ca_expires_at = now() - interval '3 days'
    where name = 'partner'`
  await sql`update tls_profile set ca_expires_at = '2099-01-01T12:00:00Z' where name = 'backend'`
  await createTask(owner, { name: 'Send the invoices', url, tls_profile: 'partner' })
  await createTask(owner, { name: 'Another', url })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/')
  await page.getByRole('button', { name: 'More screens' }).click()
  await page.getByRole('link', { name: 'TLS profiles' }).click()
  const row = page.getByRole('row', { name: /^partner/ })
  await row.getByText('CN=Duly tests: client').waitFor()
  await row.locator('.warning', { hasText: 'expires in 10 days' }).waitFor()
  await row.locator('.expired', { hasText: 'expired 3 days ago' }).waitFor()
  await page.getByRole('row', { name: /backend no client certificate Authority: 1 Jan 2099 no task/ }).waitFor()
  await row.getByRole('link', { name: '1 task' }).click()
  await page.getByText('Only tasks that use the TLS profile partner.').waitFor()
  await page.getByRole('link', { name: 'Send the invoices' }).waitFor()
  expect(await page.getByRole('link', { name: 'Another' }).count()).toBe(0)
  await page.getByRole('link', { name: 'Send the invoices' }).click()
  await page.getByRole('link', { name: 'partner', exact: true }).click()
  await page.getByRole('heading', { name: 'TLS profile partner' }).waitFor()
})

browserTest(
  'a TLS profile is created from pasted texts and from files, and what is wrong stands at its field',
  async () => {
    await put('taken', { ca: authority })
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, '#/tls-profiles')
    await page.getByRole('link', { name: 'New TLS profile' }).click()
    const create = page.getByRole('button', { name: 'Create TLS profile' })
    await create.click()
    await page.getByText('Name must not be empty.').waitFor()
    const name = page.getByLabel('Name', { exact: true })
    await name.fill('taken')
    await create.click()
    await page.getByText('Name is that of another TLS profile').waitFor()
    await name.fill('partner')
    await create.click()
    await page.getByText('Certificate authority or certificate is required').waitFor()
    const certificate = page.getByLabel('Client certificate', { exact: true })
    await certificate.fill(client.cert)
    await create.click()
    await page.getByText('Private key is required with certificate').waitFor()
    const key = page.getByLabel('Private key', { exact: true })
    await key.and(page.locator('[aria-invalid]:focus')).waitFor()
    await key.fill('no key')
    await create.click()
    await page
      .getByText('Private key must be one private key in PEM: -----BEGIN PRIVATE KEY----- …', { exact: true })
      .waitFor()
    await key.fill(strangerClient.key)
    await create.click()
    await page.getByText('Private key does not belong to the first certificate').waitFor()
    await page.locator('.field', { has: key }).locator('input[type=file]').setInputFiles(pem('client.key', client.key))
    const ca = page.getByLabel('Certificate authority', { exact: true })
    await page.locator('.field', { has: ca }).locator('input[type=file]').setInputFiles(pem('ca.pem', authority))
    await page.waitForFunction(() => document.querySelector<HTMLTextAreaElement>('#profile-ca')?.value !== '')
    await create.click()
    await page.getByText('Created “partner”.').waitFor()
    expect(await profile('partner')).toMatchObject({ certificate: client.cert, private_key: '********' })
  },
)

browserTest('a TLS profile is replaced, keeps its key unless another is given, and shows none', async () => {
  await put('partner', pair)
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tls-profiles')
  await page.getByRole('link', { name: 'Edit partner' }).click()
  const key = page.getByLabel('Private key', { exact: true })
  await page.getByText('Empty: the stored key stays.').waitFor()
  expect(await key.inputValue()).toBe('')
  const save = page.getByRole('button', { name: 'Save TLS profile' })
  await page.getByLabel('Certificate authority', { exact: true }).fill(authority)
  await save.click()
  await page.getByText('Saved “partner”. Calls use it within two seconds.').waitFor()
  expect(await profile('partner')).toMatchObject({ ca: authority, private_key: '********' })
  const [before] = await sql`select sealed_key from tls_profile`

  // The stored key does not belong to another certificate.
  await page.getByRole('link', { name: 'Edit partner' }).click()
  const certificate = page.getByLabel('Client certificate', { exact: true })
  await certificate.fill(strangerClient.cert)
  await save.click()
  await page.getByText('Private key does not belong to the first certificate').waitFor()
  await key.fill(strangerClient.key)
  await save.click()
  await page.getByRole('row', { name: /CN=/ }).waitFor()
  const [after] = await sql`select sealed_key from tls_profile`
  expect(after?.sealed_key).not.toBe(before?.sealed_key)

  await page.getByRole('link', { name: 'Edit partner' }).click()
  await certificate.fill('')
  await save.click()
  await page.getByText('no client certificate').waitFor()
  expect(await profile('partner')).toMatchObject({ certificate: null, private_key: null })
})

browserTest('a TLS profile that tasks use is not deleted, and the dialog says which ones do', async () => {
  await put('partner', { ca: authority })
  const { id } = await createTask(owner, { name: 'Send the invoices', url, tls_profile: 'partner' })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tls-profiles')
  await page.getByRole('button', { name: 'Delete partner' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete “partner”?' })
  await dialog.getByRole('button', { name: 'Delete TLS profile' }).click()
  await dialog.getByRole('alert').getByText('Send the invoices').waitFor()
  await send(owner, 'POST', `/tasks/${id}`, { tls_profile: null })
  await dialog.getByRole('button', { name: 'Delete TLS profile' }).click()
  await page.getByText('No TLS profile yet.').waitFor()
})

for (const who of ['an operator', 'a token that only reads'])
  browserTest(
    `who may not change anything sees TLS profiles and their certificates without buttons: ${who}`,
    async () => {
      await put('partner', { ca: authority })
      const reader = await send(owner, 'POST', '/tokens', { name: 'reader', scopes: ['read'] })
      const token = who === 'an operator' ? await createOperator() : reader.body.token
      const visit = await dashboard.visit()
      const { page } = visit
      await signIn(visit, { id: owner.id, token }, '#/tls-profiles')
      await page.getByRole('row', { name: /^partner/ }).waitFor()
      const main = page.getByRole('main')
      await main.getByRole('button').first().waitFor({ state: 'detached' })
      await main.getByRole('link').click()
      await page.getByText('None is shown to the target.').waitFor()
      await page.getByText(authority.trim().split('\n')[1] ?? '').waitFor()
      expect(await main.getByRole('textbox').count()).toBe(0)
    },
  )

browserTest(
  'a TLS profile that somebody else has changed meanwhile is saved only when the reader says so again',
  async () => {
    await put('partner', { ca: authority, ...pair })
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, '#/tls-profiles/edit?name=partner')
    await page.getByLabel('Certificate authority', { exact: true }).fill('')
    await sql`update tls_profile set updated_at = now() + interval '1 second'`
    const save = page.getByRole('button', { name: 'Save TLS profile' })
    await save.click()
    await page.getByText('Not saved. Somebody else has changed it since you opened it.').waitFor()
    expect(await profile('partner')).toMatchObject({ ca: authority })
    await save.click()
    await page.getByText('Saved “partner”.').waitFor()
    expect(await profile('partner')).toMatchObject({ ca: null, certificate: client.cert })
  },
)
