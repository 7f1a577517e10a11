import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { fillService } from '../support/busy-service.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { beatNow } from '../support/pass-beat.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  await beatNow()
  owner = await createAccount()
})

browserTest('on paper everything is there that is folded on the screen, and the address stays', async () => {
  await fillService(sql, owner.id, 1)
  const { id } = await createTask(owner, { name: 'Send the invoices' })
  // What has failed for longer is folded where there is something newer.
  await sql`
    insert into failing_task (service_id, task_id, since, consecutive, error)
    values (${owner.id}, ${id}, now(), 1, 'HTTP 503')`
  const visit = await dashboard.visit()
  const { page, origin } = visit
  await signIn(visit, owner, '#/')
  const failing = page.locator('.failing-fold').getByRole('link').first()
  await page.locator('.in-numbers table').last().waitFor({ state: 'attached' })
  expect(await failing.isVisible()).toBe(false)
  expect(await page.locator('.in-numbers table').first().isVisible()).toBe(false)
  await page.emulateMedia({ media: 'print' })
  await failing.waitFor()
  for (const table of await page.locator('.in-numbers table').all()) expect(await table.isVisible()).toBe(true)

  await page.emulateMedia({ media: 'screen' })
  await page.goto(`${origin}/#/changes`)
  const folded = page.getByRole('row', { name: /Send the invoices/ }).locator('details dl')
  await folded.waitFor({ state: 'attached' })
  expect(await folded.isVisible()).toBe(false)
  await page.emulateMedia({ media: 'print' })
  await folded.waitFor()

  await page.emulateMedia({ media: 'screen' })
  await page.goto(`${origin}/#/tasks/${id}`)
  const heading = page.getByRole('heading', { name: 'Changes' })
  await heading.waitFor()
  // Not loaded, and so no heading without a text.
  await page.emulateMedia({ media: 'print' })
  await heading.waitFor({ state: 'hidden' })
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
  expect(new URL(page.url()).hash).toBe(`#/tasks/${id}`)
})

browserTest('on paper a list says what it was narrowed to, with the days and the year', async () => {
  const visit = await dashboard.visit({ timezoneId: 'UTC', locale: 'en-GB' })
  const { page, origin } = visit
  const times = 'from=2026-11-20T02:00:00Z&to=2026-11-20T05:30:00Z'
  await signIn(visit, owner, `#/runs?status=failed&host=api.example.com&${times}`)
  const told = page.locator('.printed')
  await told.waitFor({ state: 'attached' })
  expect(await told.isVisible()).toBe(false)
  await page.emulateMedia({ media: 'print' })
  await told.waitFor()
  const span = 'from Fri, 20 Nov 2026, 02:00:00 · until Fri, 20 Nov 2026, 05:30:00'
  expect(await told.textContent()).toBe(`Only: result failed · host:api.example.com · ${span}`)

  await page.goto(`${origin}/#/changes?who=ann&${times}`)
  await page.getByText(`Only: ann · ${span}`).waitFor()
  // A span that moves with the clock stands still on paper.
  await page.goto(`${origin}/#/runs?period=hour`)
  await page.getByText(/^Only: from \w{3}, .* 20\d\d, [\d:]{8} · until \w{3}, .* 20\d\d, [\d:]{8}$/).waitFor()
})
