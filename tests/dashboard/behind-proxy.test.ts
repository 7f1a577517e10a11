import { afterEach, beforeEach, expect } from 'bun:test'
import { hashToken } from '../../src/services/credentials.ts'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { browserTest, signInByForm, useDashboard, type Visit } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startPrefixProxy } from '../support/prefix-proxy.ts'

const dashboard = useDashboard()
let owner: Account
let proxy: ReturnType<typeof startPrefixProxy> | undefined
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})
afterEach(async () => {
  await proxy?.stop()
})

/** A visit whose `origin` is the path behind the proxy; a request past it fails its test. */
async function visitBehindProxy(): Promise<Visit> {
  const visit = await dashboard.visit()
  const started = startPrefixProxy(visit.origin, '/duly')
  proxy = started
  visit.allow(new URL(started.base).origin)
  return { ...visit, origin: started.base }
}

browserTest(
  'below a path, behind a proxy that strips it and drops names with an underscore, everything works',
  async () => {
    const { id } = await createTask(owner, { name: 'Send the invoices' })
    const visit = await visitBehindProxy()
    const { page, origin } = visit
    await signInByForm(visit, owner, '')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.getByRole('link', { name: 'Tasks' }).click()
    await page.getByRole('link', { name: 'Send the invoices' }).click()
    await page.getByRole('heading', { name: 'Send the invoices' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Send the invoices' }).waitFor()
    await page.goto(`${origin}/#/tasks/${id}/edit`)
    await page.getByLabel('Name', { exact: true }).fill('Send the bills')
    await page.getByText('As a curl command').click()
    expect(await page.getByLabel('The curl command').inputValue()).toContain(`'${origin}/tasks/${id}'`)
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByRole('heading', { name: 'Send the bills' }).waitFor()
    await page.getByRole('link', { name: 'Changes' }).first().click()
    await page.getByText('Send the bills').first().waitFor()
    expect(page.url()).toStartWith(`${origin}/`)
    expect(proxy?.strays).toEqual([])
  },
)

browserTest('below a path the page of the API loads its files, and tries requests out there', async () => {
  const visit = await visitBehindProxy()
  const { page, origin } = visit
  for (const path of ['/swagger', '/swagger/']) {
    await page.goto(origin + path)
    await page.locator('.opblock').nth(8).waitFor()
  }
  await page.locator('.opblock-get:has([data-path="/health/live"]) .opblock-summary-control').click()
  await page.getByRole('button', { name: 'Try it out' }).click()
  await page.getByRole('button', { name: 'Execute' }).click()
  await page.locator('.live-responses-table').waitFor()
  expect(await page.locator('.request-url').textContent()).toContain(`${origin}/health/live`)
  expect(proxy?.strays).toEqual([])
})

browserTest('the pair goes out as HTTP Basic, in UTF-8, and a refusal opens no box of the browser', async () => {
  const token = 'Schlüssel: ключ'
  await sql`update service set token_hash = ${hashToken(token)} where id = ${owner.id}`
  const visit = await dashboard.visit()
  const { page, origin, requests } = visit
  const challenges: string[] = []
  page.on('response', async (response) => {
    if (response.status() === 401) challenges.push((await response.headerValue('www-authenticate')) ?? '')
  })
  await page.goto(origin)
  await page.getByLabel('Service id').fill(owner.id)
  await page.getByLabel('Token').fill('wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
  await eventually(() => challenges.length > 0, 'the header of the refusal')
  expect(challenges).toEqual(['Duly realm="duly"'])
  await signInByForm(visit, { id: owner.id, token })
  const sent = await Promise.all(requests.map((request) => request.allHeaders()))
  expect(sent.filter((headers) => 'service_id' in headers || 'token' in headers)).toEqual([])
  expect(sent.map(({ authorization }) => authorization)).toContain(
    `Basic ${Buffer.from(`${owner.id}:${token}`).toString('base64')}`,
  )
})
