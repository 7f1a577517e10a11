import { beforeEach, expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { beatNow } from '../support/pass-beat.ts'
import { promised } from '../support/promised.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  await beatNow()
  owner = await createAccount()
  await createTask(owner, { scheduled_at: new Date(Date.now() + 3_600_000).toISOString() })
  await sql`
    insert into tally (service_id, at, shard, success, failed, skipped, duration_ms, skew_ms)
    values (
      ${owner.id}, date_bin('15 minutes', now() - interval '3 hours', timestamptz '2000-01-01 00:00+00'), 0, 40, 9, 3,
      array_fill(0, array[36]), array_fill(0, array[36])
    )`
})

/** How many pixels of the timeline have the colour of this variable of the page, as it is now. */
function pixelsOf(page: Page, variable: string): Promise<number> {
  return page.evaluate((name) => {
    const canvas = document.querySelector<HTMLCanvasElement>('.plot.timeline canvas')
    const context = canvas?.getContext('2d')
    // It is drawn by a script that is loaded when it is needed.
    if (!canvas || !context) return 0
    const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim()
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    let count = 0
    for (let i = 0; i < data.length; i += 4)
      if (data[i] === red && data[i + 1] === green && data[i + 2] === blue && data[i + 3] === 255) count++
    return count
  }, variable)
}

browserTest('the plots are drawn in the colours of the theme, and follow when it switches', async () => {
  const visit = await dashboard.visit({ colorScheme: 'light' })
  const { page } = visit
  await signIn(visit, owner, '')
  await page.getByText('40 succeeded').first().waitFor()
  // No new answer draws the plots from here on: only the theme does.
  await page.route('**/overview', () => {})
  for (const theme of ['light', 'dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    const deadline = Date.now() + promised(1_000)
    for (const variable of ['--past', '--accent', '--bad'])
      while ((await pixelsOf(page, variable)) < 10) {
        if (Date.now() > deadline) throw new Error(`The timeline shows nothing in ${variable} of the ${theme} theme.`)
        await Bun.sleep(20)
      }
  }
})

browserTest('what stands below what fails comes when that is known, at its place, and stays there', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  const held = Promise.withResolvers<void>()
  await page.route('**/overview', async (route) => {
    await held.promise
    await route.continue()
  })
  await signIn(visit, owner, '')
  await page.getByText('Looking for failures…').waitFor()
  // All at one moment: a plot takes the place of its box meanwhile.
  const boxes = () =>
    page.evaluate<unknown[]>(`['.failing', '.plot.timeline', '.plot.days', '.numbers']
      .map((part) => document.querySelector(part)?.getBoundingClientRect().toJSON() ?? null)`)
  const [place] = await boxes()
  expect(await page.locator('.plot').count()).toBe(0)
  held.resolve()
  // Its box is there before the script that draws it.
  await page.locator('.plot.days').waitFor()
  const before = await boxes()
  expect(before[0]).toEqual(place)
  await page.getByText('Nothing is failing.').waitFor()
  await page.locator('.plot.days canvas').waitFor()
  expect(await boxes()).toEqual(before)
  await page.waitForResponse('**/overview')
  expect(await boxes()).toEqual(before)
})

browserTest('on a phone nothing is wider than the screen', async () => {
  const [task] = await sql<{ id: string }[]>`select id from task`
  await sql`
    insert into failing_task (service_id, task_id, error)
    values (${owner.id}, ${task?.id ?? ''}, ${'averylongword'.repeat(40)})`
  await sql`
    insert into outage (began_at, ended_at)
    select now() - make_interval(hours => n), now() - make_interval(hours => n, mins => -2) from generate_series(14, 16) n`
  const visit = await dashboard.visit({ viewport: { width: 320, height: 640 } })
  const { page } = visit
  await signIn(visit, owner, '')
  await page.locator('.key-outage').waitFor()
  await page.getByText('1 task is failing').waitFor()
  await page.getByText('The timeline in numbers').click()
  await page.getByText('The days in numbers').click()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  const box = await page.locator('.plot.timeline').boundingBox()
  expect(box?.width).toBeGreaterThan(280)
})

// Ten of them are the inputs that the form of a task has in place of JSON (labels, retry policy, expected answer, choices of what there
// is), in the script of the form, and their words on the screen of a task and in Changes. Fifteen are the
// screens of calendars and of TLS profiles, and fourteen those of the service settings, which are loaded when they are shown.
browserTest('the whole dashboard, with what is loaded later, is less than 189 KB, compressed', async () => {
  const { origin } = await dashboard.visit()
  const page = await (await fetch(origin)).text()
  const files = [...page.matchAll(/<(?:link|script)[^>]* (?:href|src)="([^"]+)"/g)].map(([, path]) => `/${path}`)
  expect(files).toEqual(
    expect.arrayContaining([expect.stringContaining('/style.css'), expect.stringContaining('/app.js')]),
  )
  // With everything that is loaded later.
  for (const path of files)
    for (const [, named] of (await (await fetch(origin + path)).text()).matchAll(/"\.\/(app-[a-z0-9]+\.js)"/g))
      if (!files.includes(`/${named}`)) files.push(`/${named}`)
  let bytes = Bun.gzipSync(page, { level: 9 }).length
  for (const path of files) bytes += Bun.gzipSync(await (await fetch(origin + path)).arrayBuffer(), { level: 9 }).length
  expect(bytes).toBeGreaterThan(30_000)
  expect(bytes).toBeLessThan(189_000)
})

browserTest(
  'on paper the page is dark on white in the dark theme, nothing is cut, and nothing is there to press',
  async () => {
    const visit = await dashboard.visit({ colorScheme: 'dark' })
    const { page } = visit
    await signIn(visit, owner, '#/')
    await page.locator('.plot.timeline canvas').waitFor()
    /** Whether a colour, as the browser computes it, is light. */
    const isLight = (colour: string) => (colour.match(/\d+/g) ?? []).slice(0, 3).every((part) => Number(part) > 200)
    const look = (selector: string, property: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property)
    const print = async () => {
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
      await page.emulateMedia({ media: 'print' })
      await page.setViewportSize({ width: 718, height: 1000 })
    }
    expect(isLight(await look('html', 'background-color'))).toBe(false)
    await print()
    expect(isLight(await look('html', 'background-color'))).toBe(true)
    expect(isLight(await look('body', 'color'))).toBe(false)
    await eventually(async () => (await pixelsOf(page, '--bad')) > 0, 'the plot in the colours of paper')
    const [canvas, whole] = [await page.locator('.plot.timeline canvas').boundingBox(), 718]
    expect((canvas?.x ?? 0) + (canvas?.width ?? whole)).toBeLessThanOrEqual(whole)
    const pressed = page.locator(
      'main button:not(.sort):visible, .account > button:visible, header nav:visible, .filters:visible, a.button:visible',
    )
    expect(await pressed.allTextContents()).toEqual([])
    expect(await page.getByRole('banner').getByText('team', { exact: true }).isVisible()).toBe(true)
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(10_000)

    await page.emulateMedia({ media: 'screen' })
    await page.evaluate(() => dispatchEvent(new Event('afterprint')))
    await page.setViewportSize({ width: 1280, height: 800 })
    expect(isLight(await look('html', 'background-color'))).toBe(false)
    await page.getByRole('link', { name: 'Tasks', exact: true }).click()
    await page.locator('.tasks a.name').waitFor()
    await print()
    // A table, and not the blocks of a narrow screen.
    expect(await look('.tasks tbody tr', 'display')).toBe('table-row')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(718)
    expect(await pressed.allTextContents()).toEqual([])
  },
)
