import { beforeEach } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { type Tour, testForEverybody, testTitles } from '../support/for-everybody.ts'

// Each visit also fails on a script error, a message on the console, and a refusal by the policy.
const dashboard = useDashboard()
/** What has no place at which a line could end. */
const long = 'n'.repeat(100)
let owner: Account
let beginner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  beginner = await createAccount('beginners')
  for (const name of ['deploy', long]) await send(owner, 'POST', '/tokens', { name, scopes: ['read', 'write', 'run'] })
  await sql`
    update token set created_at = '2026-01-01T00:00:00Z', expires_at = '2026-02-01T00:00:00Z', last_used_on = '2026-01-15'
    where name = ${long}`
  for (const name of ['API_TOKEN', long.slice(0, 64)]) await send(owner, 'PUT', `/secrets/${name}`, { value: 'value' })
  for (const target of [null, null, `${long.slice(0, 63)}.${long.slice(0, 63)}.example:8443`])
    await send(owner, 'POST', '/signing-keys', { target })
  await send(owner, 'PUT', '/service/retention', { execution_days: 7 })
  await send(owner, 'PUT', `/labels/${encodeURIComponent(`tier=${long}`)}/retention`, { execution_days: 2 })
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of references
  await createTask(owner, { name: long, header: { Authorization: 'Bearer ${secret.API_TOKEN}' } })
})

async function tour({ page, open, look }: Tour): Promise<void> {
  await open('#/service', 'last used 15 Jan 2026')
  await look('service settings')
  await page
    .getByRole('button', { name: /^Delete n/ })
    .first()
    .click()
  await page.getByRole('dialog').waitFor()
  await look('token about to be deleted')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'New secret' }).click()
  await page.getByRole('button', { name: 'Set secret' }).click()
  await page.getByText('Value must not be empty.').waitFor()
  await look('new secret, refused')
  await page.keyboard.press('Escape')
  await page
    .getByRole('button', { name: /^Replace n+$/ })
    .last()
    .click()
  await page.getByRole('dialog').waitFor()
  await look('secret that gets another value')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Delete API_TOKEN' }).click()
  await page.getByLabel('Type API_TOKEN to confirm').fill('API_TOKEN')
  await page.keyboard.press('Enter')
  await page.getByText('1 task uses the secret').waitFor()
  await look('secret, delete refused')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Change the days of the service' }).click()
  await page.getByLabel('Days of successes').fill('6')
  await page.getByRole('button', { name: 'Go on…' }).click()
  await page.getByText('none now').waitFor()
  await look('shorter days, to be confirmed')
  await page.getByLabel('Type drop to confirm').press('Escape')
  await page.getByLabel('Days of answers').fill('0')
  await page.getByRole('button', { name: 'Go on…' }).click()
  await page.getByLabel('Type drop to confirm').fill('drop')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
  await look('days, refused')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Set days of a label' }).click()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Label must be a label').waitFor()
  await look('days of a label, refused')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Remove the days of tier/ }).click()
  await page.getByRole('dialog').waitFor()
  await look('days of a label, about to be removed')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Expire the key of n/ }).click()
  await page.getByRole('dialog').waitFor()
  await look('signing key about to expire')
  await page.keyboard.press('Escape')
  await open('#/service/signing-keys/new', 'What it signs')
  await page.getByLabel('Target', { exact: true }).fill('https://api.example')
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByRole('alert').waitFor()
  await look('new signing key, refused')
  await open('#/service/tokens/new', 'What it may do')
  await page.getByLabel('read: look at everything').uncheck()
  await page.getByRole('button', { name: 'Create token' }).click()
  await page.getByRole('alert').waitFor()
  await look('new token, refused')
  await page.getByLabel('read: look at everything').check()
  await page.getByLabel('Name', { exact: true }).fill('new')
  await page.getByRole('button', { name: 'Create token' }).click()
  await page.getByText('It is shown this once.').waitFor()
  await look('token that was created')
}

testForEverybody({
  dashboard,
  what: 'the settings of a service are',
  accounts: () => ({ beginner, owner }),
  nothing: [['#/service', 'No token but the first one']],
  tour,
})

testTitles({
  dashboard,
  what: 'every screen of settings',
  owner: () => owner,
  screens: () => [
    ['#/service', 'Service settings'],
    ['#/service/tokens/new', 'New token'],
    ['#/service/signing-keys/new', 'New signing key'],
  ],
})
