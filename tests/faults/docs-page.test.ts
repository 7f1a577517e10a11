import { expect, test } from 'bun:test'
import { createAccount, createTask, send } from '../support/app.ts'
import { browserTest, useDashboard } from '../support/browser.ts'

const { visit } = useDashboard()

test('loads files of this server only, all of which exist, and may load nothing else', async () => {
  const { status, headers, body } = await send(undefined, 'GET', '/swagger')
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toStartWith("default-src 'none'")
  expect(policy).not.toContain('http')
  const addresses = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address as string)
  for (const address of addresses.filter((address) => address !== 'data:,')) {
    // Relative, for a page below a path.
    expect(address).toStartWith('./swagger/')
    expect([address, (await send(undefined, 'GET', address.slice(1))).status]).toEqual([address, 200])
  }
  expect(addresses.length).toBeGreaterThan(2)
})

// A request to another host, a script error and a breach of the policy fail a visit.
browserTest('shows every address in a browser, and asks no other host for anything', async () => {
  const { page, requests, origin } = await visit()
  await page.goto(`${origin}/swagger`)
  await page.locator('.opblock').nth(8).waitFor()
  const shown = await page.locator('.opblock-summary-path').allInnerTexts()
  expect(shown.map((text) => text.replaceAll('\u200b', ''))).toContain('/tasks/{taskId}/executions')
  await page.locator('.opblock-post:has([data-path="/tasks"]) .opblock-summary-control').click()
  await page.getByText('The new task.').waitFor()
  expect(requests.length).toBeGreaterThan(3)
})

browserTest('Authorize takes a bearer token, and a request is sent with it', async () => {
  const owner = await createAccount()
  await createTask(owner, { name: 'Shown by Try it out' })
  const { body } = await send(owner, 'POST', '/tokens', { name: 'swagger', scopes: ['read'] })
  const { page, origin } = await visit()
  await page.goto(`${origin}/swagger`)
  await page.getByRole('button', { name: 'Authorize' }).first().click()
  const box = page.locator('.auth-container', { hasText: 'bearer' })
  await box.locator('input').fill(body.token)
  await box.getByRole('button', { name: 'Apply credentials' }).click()
  await box.getByRole('button', { name: 'Close' }).click()
  const operation = page.locator('.opblock-get:has([data-path="/tasks"])')
  await operation.locator('.opblock-summary-control').click()
  await operation.getByRole('button', { name: 'Try it out' }).click()
  await operation.getByRole('button', { name: 'Execute' }).click()
  await operation.locator('.live-responses-table').getByText('Shown by Try it out').waitFor()
})
