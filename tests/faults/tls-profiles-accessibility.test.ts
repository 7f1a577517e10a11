import { beforeEach } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { useDashboard } from '../support/browser.ts'
import { authority, client } from '../support/certificates.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { type Tour, testForEverybody, testTitles } from '../support/for-everybody.ts'

// Each visit also fails on a script error, a message on the console, and a refusal by the policy.
const dashboard = useDashboard()
/** What has no place at which a line could end. */
const long = 'n'.repeat(64)
let owner: Account
let beginner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  beginner = await createAccount('beginners')
  const pair = { certificate: client.cert, private_key: client.key }
  await send(owner, 'PUT', '/tls-profiles/partner', { ca: authority, ...pair })
  await send(owner, 'PUT', `/tls-profiles/${long}`, pair)
  await sql`update tls_profile set certificate_expires_at = now() + interval '10 days', ca_expires_at = now() where name = 'partner'`
  await sql`update tls_profile set certificate_subject = ${long.repeat(5)} where name <> 'partner'`
  await createTask(owner, { name: long, url: 'https://127.0.0.1:9/', tls_profile: 'partner' })
})

async function tour({ page, open, look }: Tour): Promise<void> {
  await open('#/tls-profiles', 'expires in 10 days')
  await look('TLS profiles')
  await page.getByRole('button', { name: 'Delete partner' }).click()
  await page.getByRole('button', { name: 'Delete TLS profile' }).click()
  await page.getByRole('alert').waitFor()
  await look('TLS profile, delete refused')
  await page.keyboard.press('Escape')
  await open('#/tls-profiles/new', 'Whom to trust')
  await page.getByRole('button', { name: 'Create TLS profile' }).click()
  await page.getByText('Name must not be empty.').waitFor()
  await look('new TLS profile, refused')
  await open('#/tls-profiles/edit?name=partner', 'the stored key stays')
  await page.getByLabel('Private key', { exact: true }).fill('no key')
  await page.getByRole('button', { name: 'Save TLS profile' }).click()
  await page.getByText('Private key must be one private key in PEM').waitFor()
  await look('TLS profile, refused')
  await open('#/tasks?tls_profile=partner', 'Only tasks that use the TLS profile')
  await look('tasks of a TLS profile')
}

testForEverybody({
  dashboard,
  what: 'TLS profiles are',
  accounts: () => ({ beginner, owner }),
  nothing: [['#/tls-profiles', 'No TLS profile yet.']],
  tour,
})

testTitles({
  dashboard,
  what: 'every screen of TLS profiles',
  owner: () => owner,
  screens: () => [
    ['#/tls-profiles', 'TLS profiles'],
    ['#/tls-profiles/new', 'New TLS profile'],
    ['#/tls-profiles/edit?name=partner', 'TLS profile partner'],
  ],
})
