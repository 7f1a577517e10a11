/**
 * `bun run screenshots`: the pictures of docs/screenshots, of the real dashboard over a fresh database with made-up tasks.
 * No scheduler runs, so that nothing is called.
 */
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { Account } from './app.ts'
import { withTestDatabases } from './test-database.ts'

const folder = join(import.meta.dir, '../../docs/screenshots')

/** The largest a picture may be, in bytes: who clones the repository gets them all. */
const largest = 150_000

/** One screen, brought to where the picture is taken. */
interface Sight {
  readonly name: string
  /** By the width of the window, in CSS pixels: how much of the screen is shown. */
  readonly height: { readonly 1280: number; readonly 390: number }
  arrive(page: Page, origin: string): Promise<void>
}

function sightsOf(ids: Map<string, string>): Sight[] {
  const open = (hash: string, page: Page, origin: string) => page.goto(`${origin}/${hash}`)
  return [
    {
      name: 'overview',
      height: { 1280: 1010, 390: 1240 },
      async arrive(page, origin) {
        await open('#/', page, origin)
        await page.getByRole('link', { name: 'Nightly backup check' }).waitFor()
      },
    },
    {
      name: 'tasks',
      height: { 1280: 720, 390: 1100 },
      async arrive(page, origin) {
        await open('#/tasks', page, origin)
        await page.getByRole('row', { name: /Send the invoices/ }).waitFor()
      },
    },
    {
      name: 'task',
      height: { 1280: 1100, 390: 1400 },
      async arrive(page, origin) {
        await open(`#/tasks/${ids.get('Sync contacts with the CRM')}`, page, origin)
        await page.getByRole('button', { name: 'Show what was sent and answered' }).first().click()
        await page.getByRole('heading', { name: 'Response' }).waitFor()
      },
    },
    {
      name: 'runs',
      height: { 1280: 720, 390: 900 },
      async arrive(page, origin) {
        await open('#/runs?status=failed', page, origin)
        await page.getByText(/runs failed/).waitFor()
      },
    },
    {
      name: 'changes',
      height: { 1280: 900, 390: 1100 },
      async arrive(page, origin) {
        await open('#/changes', page, origin)
        await page.getByText('Service created').waitFor()
      },
    },
    {
      name: 'form',
      height: { 1280: 1330, 390: 1400 },
      async arrive(page, origin) {
        await open('#/tasks/new', page, origin)
        await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Send the invoices of the day')
        await page.getByLabel('Method').selectOption('POST')
        await page.getByLabel('URL').fill('https://billing.acme.example/v2/invoices/send')
        await page.getByRole('button', { name: 'Add a header' }).click()
        await page.getByLabel('Name of header 1').fill('Authorization')
        await page.getByLabel('Value of header 1').fill('Bearer 5f0c8d21')
        await page.getByLabel('Payload').fill('{"source":"duly","dry_run":false}')
        await page.getByLabel('Cron').check()
        await page.getByRole('textbox', { name: 'Pattern' }).fill('0 9 * * MON-FRI')
        await page.getByRole('combobox', { name: 'Time zone' }).fill('Europe/Berlin')
        await page
          .getByText(/Your time/)
          .first()
          .waitFor()
        await page.getByText('What to call').click()
      },
    },
  ]
}

/** Takes all pictures of one theme and one width. */
async function take(
  browser: Browser,
  origin: string,
  account: Account,
  sights: readonly Sight[],
  look: { theme: 'light' | 'dark'; width: 1280 | 390 },
): Promise<void> {
  const { signIn } = await import('./browser.ts')
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    colorScheme: look.theme,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  await signIn({ page, origin }, account)
  for (const sight of sights) {
    await page.setViewportSize({ width: look.width, height: sight.height[look.width] })
    await sight.arrive(page, origin)
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
    // Opening and filling in may have scrolled it.
    await page.evaluate('scrollTo(0, 0)')
    await page.evaluate('document.fonts.ready.then(() => new Promise(requestAnimationFrame))')
    const path = join(folder, `${sight.name}-${look.theme}-${look.width}.png`)
    await page.screenshot({ path })
    const { size } = statSync(path)
    console.info(`${path} ${Math.round(size / 1000)} KB`)
    if (size > largest) throw new Error(`${path} is larger than ${largest / 1000} KB: show less of the screen.`)
  }
  await context.close()
}

await withTestDatabases(1, async (url) => {
  Bun.env.TEST_DATABASE_URL = url
  const { app, createAccount } = await import('./app.ts')
  const { openBrowser } = await import('./browser.ts')
  const { changeService } = await import('./busy-changes.ts')
  const { fillService } = await import('./busy-service.ts')
  const { sql } = await import('./database.ts')
  const account = await createAccount('acme')
  const ids = await fillService(sql, account.id, 8)
  const rotated = await changeService(account, ids)
  const sights = sightsOf(ids)
  mkdirSync(folder, { recursive: true })
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => app.fetch(request) })
  const browser = await openBrowser()
  try {
    for (const theme of ['light', 'dark'] as const)
      for (const width of [1280, 390] as const)
        await take(browser, server.url.origin, rotated, sights, { theme, width })
  } finally {
    await browser.close()
    await server.stop(true)
    await sql.end({ timeout: 1 })
  }
})
process.exit(0)
