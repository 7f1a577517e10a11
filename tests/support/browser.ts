import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { createReadStream, createWriteStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { brotliDecompressSync, createBrotliDecompress } from 'node:zlib'
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
  type Request,
} from 'playwright-core'
import { app } from './app.ts'
import { atEnd } from './at-end.ts'

/** An own Chromium to drive in place of the one that comes with `bun install`. */
const own = Bun.env.CHROMIUM_PATH

/** Why there can be no browser here, or undefined when there can. */
export const withoutBrowser =
  own || (process.platform === 'linux' && process.arch === 'x64')
    ? undefined
    : `The browser that comes with the packages runs on Linux x64 only, and this is ${process.platform} ${process.arch}: name a Chromium in CHROMIUM_PATH to run the dashboard's tests.`

const flags = [
  '--no-sandbox',
  '--disable-background-networking',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
]

/** Starts a headless Chromium. */
export async function openBrowser(): Promise<Browser> {
  if (own) return chromium.launch({ executablePath: own, args: flags })
  const home = await inflate()
  return chromium.launch({
    executablePath: join(home, 'chromium'),
    args: flags,
    env: {
      ...(process.env as Record<string, string>),
      LD_LIBRARY_PATH: join(home, 'al2023/lib'),
      // Without it pages have no text on a machine without fonts, and tests that read the document do not notice.
      FONTCONFIG_PATH: join(home, 'fonts'),
    },
  })
}

let opened: Promise<Browser> | undefined

/** The browser of all files of this process; another one if it has died. */
async function sharedBrowser(): Promise<Browser> {
  if (
    opened &&
    !(await opened.then(
      (browser) => browser.isConnected(),
      () => false,
    ))
  )
    opened = undefined
  if (opened === undefined) {
    const opening = openBrowser()
    opened = opening
    atEnd(async () => (await opening).close())
  }
  return opened
}

/** Unpacks the browser once for this checkout, whoever else is at it at the same time, and returns its folder. */
async function inflate(): Promise<string> {
  const packed = join(dirname(Bun.resolveSync('@sparticuz/chromium', import.meta.dir)), '../bin')
  const { version } = await Bun.file(join(packed, '../package.json')).json()
  const test = join(import.meta.dir, '../../.data/test')
  const home = join(test, `chromium-${version}`)
  if (existsSync(home)) return home
  mkdirSync(test, { recursive: true })
  const staging = mkdtempSync(`${home}-`)
  try {
    await pipeline(
      createReadStream(join(packed, 'chromium.br')),
      createBrotliDecompress(),
      createWriteStream(join(staging, 'chromium'), { mode: 0o755 }),
    )
    for (const name of ['al2023', 'fonts'])
      await new Bun.Archive(brotliDecompressSync(await Bun.file(join(packed, `${name}.tar.br`)).bytes())).extract(
        join(staging, name),
      )
    // The package's own list of folders names places of another system.
    await Bun.write(
      join(staging, 'fonts/fonts.conf'),
      `<?xml version="1.0"?><fontconfig><dir>${home}/fonts</dir><cachedir>${home}/fonts-cache</cachedir></fontconfig>\n`,
    )
    renameSync(staging, home)
  } catch (error) {
    rmSync(staging, { recursive: true, force: true })
    // Another process was first.
    if (!existsSync(home)) throw error
  }
  return home
}

/** One reader in front of the dashboard, and what went on behind it. */
export interface Visit {
  readonly page: Page
  /** Where the dashboard is served, such as http://127.0.0.1:40000. */
  readonly origin: string
  /** Every request the page made. */
  readonly requests: Request[]
  /** What must not happen: script errors, refusals by the content security policy, requests to another host, dialogs. */
  readonly faults: string[]
  /** Lets the page ask this origin as well, such as a proxy before the dashboard. */
  allow(origin: string): void
}

const openPages = new Set<Page>()

/**
 * A test that needs the browser; left out, with the reason printed, where there can be none. If it fails, what its pages
 * show is printed, for the failures that nobody can repeat.
 * @param timeout in milliseconds, the one of all tests unless it is stated
 */
export function browserTest(name: string, run: () => Promise<void>, timeout?: number): void {
  const shown = async () => {
    try {
      await run()
    } catch (error) {
      for (const page of openPages) {
        const text = await page.locator('body').ariaSnapshot({ timeout: 1000 }).catch(String)
        console.error(`${page.url()} shows:\n${text}`)
      }
      throw error
    }
  }
  ;(withoutBrowser ? test.skip : test)(name, shown, timeout)
}

/**
 * Serves the real app on a free port to one browser while a file's tests run. Each visit has a session of its own,
 * ends with its test, and fails it if anything happened that must not.
 */
export function useDashboard(): { visit(options?: BrowserContextOptions): Promise<Visit> } {
  let server: ReturnType<typeof Bun.serve> | undefined
  let visits: Visit[] = []
  if (withoutBrowser) console.warn(withoutBrowser)
  else
    beforeAll(async () => {
      server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => app.fetch(request), idleTimeout: 30 })
      await sharedBrowser()
    })
  afterEach(async () => {
    const faults = visits.flatMap((visit) => visit.faults)
    await Promise.all(visits.map((visit) => visit.page.context().close()))
    for (const { page } of visits) openPages.delete(page)
    visits = []
    expect(faults).toEqual([])
  })
  afterAll(async () => {
    await server?.stop(true)
  })
  return {
    async visit(options = {}) {
      if (!server) throw new Error('Visit the dashboard inside a browserTest.')
      const visit = await open(await sharedBrowser(), server.url.origin, options)
      visits.push(visit)
      openPages.add(visit.page)
      return visit
    },
  }
}

async function open(browser: Browser, origin: string, options: BrowserContextOptions): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options })
  const page = await context.newPage()
  // Nothing is promised of a browser on a busy machine.
  page.setDefaultTimeout(25_000)
  const requests: Request[] = []
  const faults: string[] = []
  const origins = [origin]
  await page.exposeFunction('reportFault', (text: string) => faults.push(text))
  await page.addInitScript(`
    addEventListener('securitypolicyviolation', (event) =>
      reportFault('policy: ' + event.violatedDirective + ' ' + event.blockedURI))
  `)
  page.on('request', (request) => {
    requests.push(request)
    if (!origins.includes(new URL(request.url()).origin)) faults.push(`request to ${request.url()}`)
  })
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`))
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    // The browser writes an error of its own for every refused request; each test says what it expects of those.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(`console: ${message.text()}`)
  })
  return { page, origin, requests, faults, allow: (other) => origins.push(other) }
}

/**
 * The page finds no Date in answers, and so takes its own clock for right: for tests that set or move that clock. The page must
 * not have been opened before.
 */
export async function withoutDate({ page }: Pick<Visit, 'page'>): Promise<void> {
  await page.addInitScript(`
    const get = Headers.prototype.get
    Headers.prototype.get = function (name) { return name === 'date' ? null : get.call(this, name) }
  `)
}

/** Goes to the place `hash` until `shown` is there, and leaves a form although something typed in it is not saved, or a secret not copied. */
export async function goTo(
  { page, origin }: Pick<Visit, 'page' | 'origin'>,
  hash: string,
  shown: Locator,
): Promise<void> {
  await page.goto(`${origin}/${hash}`)
  const leave = page.getByRole('button', { name: /^Leave without (saving|it)$/ })
  await shown.or(leave).first().waitFor()
  if (await leave.isVisible()) await leave.click()
  await shown.waitFor()
}

/** Signs in by the form, from the place `hash`, the list of tasks unless it is another. */
export async function signInByForm(
  { page, origin }: Pick<Visit, 'page' | 'origin'>,
  account: { id: string; token: string },
  hash = '#/tasks',
): Promise<void> {
  await page.goto(`${origin}/${hash}`)
  await page.getByLabel('Service id').fill(account.id)
  await page.getByLabel('Token').fill(account.token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
}

/**
 * Opens the place `hash`, the list of tasks unless it is another, in a tab that is signed in already, as after a reload: for
 * tests of what comes after the form. The page must not have been opened before.
 */
export async function signIn(
  { page, origin }: Pick<Visit, 'page' | 'origin'>,
  account: { id: string; token: string },
  hash = '#/tasks',
): Promise<void> {
  if (page.url().startsWith(origin)) throw new Error('The page has been opened before: sign in by the form.')
  const session = JSON.stringify({ serviceId: account.id, token: account.token })
  // Once in this tab: after a sign-out the session must not come back.
  await page.addInitScript(`
    if (!sessionStorage.getItem('signed in by a test')) {
      sessionStorage.setItem('signed in by a test', 'once')
      sessionStorage.setItem('duly.session ' + new URL('.', location.href).href.slice(0, -1), ${JSON.stringify(session)})
    }
  `)
  await page.goto(`${origin}/${hash}`)
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
}
