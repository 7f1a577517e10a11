import { beforeEach, expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { bucketCount, bucketOf } from '../../src/tally/histogram.ts'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { beatNow } from '../support/pass-beat.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  await beatNow()
  owner = await createAccount()
})

const minute = 60_000
const hour = 60 * minute
/** As the reader's clock in these tests shows it. */
const berlin = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit', minute: '2-digit' })
const shown = (at: string | number) => berlin.format(new Date(at))

/** A histogram of so many values, all the same. */
function histogram(values: number, ms: number): number[] {
  return Array.from({ length: bucketCount }, (_, bucket) => (bucket === bucketOf(ms) ? values : 0))
}

/** Writes down what ended so many hours ago, as the statements that end executions do. */
const tally = (hoursAgo: number, success: number, failed = 0, skipped = 0) => sql`
  insert into tally (service_id, at, shard, success, failed, skipped, duration_ms, skew_ms)
  values (
    ${owner.id},
    date_bin('15 minutes', now() - make_interval(hours => ${hoursAgo}), timestamptz '2000-01-01 00:00+00'),
    0, ${success}, ${failed}, ${skipped}, ${histogram(success, 80)}, ${histogram(success, 3)}
  )`

async function open(options = {}) {
  const visit = await dashboard.visit(options)
  await signIn(visit, owner, '')
  await visit.page.getByRole('heading', { name: 'Overview' }).waitFor()
  return visit
}

/** The cells of each row of a table that stands behind "in numbers". */
async function cells(page: Page, caption: string): Promise<string[][]> {
  const rows = page.getByRole('table', { name: caption }).locator('tbody tr')
  return Promise.all((await rows.all()).map((row) => row.locator('th, td').allTextContents()))
}

/**
 * How wide the widest run of pixels in the colour of an outage is, in one line of the timeline.
 * @param part where the line is, from 0 at the top to 1 at the bottom; 0.1 is above the bars
 */
function bandWidth(part: number): number {
  const canvas = document.querySelector<HTMLCanvasElement>('.plot.timeline canvas')
  const y = Math.round((canvas?.height ?? 0) * part)
  const line = canvas?.getContext('2d')?.getImageData(0, y, canvas.width, 1).data ?? []
  const hex = getComputedStyle(document.documentElement).getPropertyValue('--outage').trim()
  const wanted = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
  let [widest, wide] = [0, 0]
  for (let i = 0; i < line.length; i += 4) {
    wide = wanted.every((value, part) => line[i + part] === value) ? wide + 1 : 0
    widest = Math.max(widest, wide)
  }
  return widest
}

browserTest('the plots say in words and in numbers what they show', async () => {
  await createTask(owner)
  await tally(0, 5, 2)
  await tally(3, 1200, 10, 4)
  await tally(23, 7)
  // Two minutes, in the last hours, in the middle of the quarter hour that is pointed at.
  const began = Math.floor((Date.now() - 3 * hour) / (15 * minute)) * 15 * minute + 7 * minute
  const ended = began + 2 * minute
  await sql`insert into outage (began_at, ended_at) values (${new Date(began).toISOString()}, ${new Date(ended).toISOString()})`
  const { page } = await open()
  await page.getByText('Nothing is failing.').waitFor()
  const told = `Duly did not run from ${shown(began)} to ${shown(ended)}.`
  await page.locator('.legend', { hasText: told }).waitFor()
  const timeline = page.getByRole('img', { name: /^Timeline/ })
  expect(await timeline.getAttribute('aria-label')).toBe(
    `Timeline. Last 24 hours: 1,212 succeeded, 12 failed, 4 skipped. Coming 24 hours: 0 runs. Nothing is due. ${told}`,
  )
  await page.getByText('The timeline in numbers').click()
  const hours = await cells(page, 'The last 24 hours')
  const start = Math.floor(Date.now() / hour) * hour
  expect(hours).toHaveLength(24)
  expect(hours[23]).toEqual([shown(start), '5', '2', '0'])
  expect(hours[20]).toEqual([shown(start - 3 * hour), '1,200', '10', '4'])
  expect(hours[0]).toEqual([shown(start - 23 * hour), '7', '0', '0'])
  expect(await cells(page, 'The coming 24 hours')).toEqual([['Nothing is due.']])

  expect(await cells(page, 'Duly did not run')).toEqual([[shown(began), shown(ended)]])
  const { x = 0, y = 0, width = 0, height = 0 } = (await page.locator('.plot.timeline .u-over').boundingBox()) ?? {}
  await page.mouse.move(x + width * (0.5 - (Date.now() - began) / (48 * hour)), y + height / 2)
  await page.locator('.readout', { hasText: told }).waitFor()
  expect(await page.evaluate(bandWidth, 0.1)).toBeWithin(3, 6)

  const days = page.getByRole('region', { name: /The last seven days/ })
  expect(await days.locator('.legend').textContent()).toBe('1,212 succeeded12 failed4 skipped')
  await page.getByText('The days in numbers').click()
  const rows = await cells(page, 'The last seven days, in UTC')
  expect(rows).toHaveLength(7)
  const sum = (column: number) => rows.reduce((all, row) => all + Number(row[column]?.replace(',', '')), 0)
  expect([sum(1), sum(2), sum(3)]).toEqual([1212, 12, 4])
})

browserTest('the band of an outage is behind the bar of its quarter hour', async () => {
  await createTask(owner)
  await tally(3, 1200)
  const at = new Date(Date.now() - 3 * hour)
  at.setUTCMinutes(Math.floor(at.getUTCMinutes() / 15) * 15 + 7, 0, 0)
  await sql`insert into outage (began_at, ended_at) values (${at.toISOString()}, ${new Date(at.getTime() + minute).toISOString()})`
  const { page } = await open({ viewport: { width: 1280, height: 800 } })
  await page.getByText('1,200 succeeded').first().waitFor()
  await eventually(async () => (await page.evaluate(bandWidth, 0.1)) >= 3, 'the band above the bar')
  // The bar is as wide as the quarter hour: what is left of the band beside it is less than the band.
  expect(await page.evaluate(bandWidth, 0.6)).toBeLessThan(2)
})

browserTest('a herd is called out: the busiest quarter hour, and its runs', async () => {
  // The middle of a quarter hour, five to six hours from now.
  const herd = Math.floor((Date.now() + 6 * hour) / hour) * hour - 22 * minute
  for (let n = 0; n < 3; n++)
    await createTask(owner, { frequency: 2, unit: 'day', scheduled_at: new Date(herd).toISOString() })
  await createTask(owner, { frequency: 2, unit: 'day', scheduled_at: new Date(herd + 2 * hour).toISOString() })
  const { page } = await open()
  const quarter = shown(herd - 8 * minute)
  await page.getByText(`Busiest: ${quarter}, 3 runs.`).waitFor()
  expect(await page.locator('.key-coming').textContent()).toBe('4 runs')
  await page.getByText('The timeline in numbers').click()
  expect(await cells(page, 'The coming 24 hours')).toEqual([
    [quarter, '3'],
    [shown(herd + 2 * hour - 8 * minute), '1'],
  ])

  const box = await page.locator('.plot.timeline .u-over').boundingBox()
  if (!box) throw new Error('The timeline is not there.')
  const at = (ms: number) => box.x + box.width * (0.5 + (ms - Date.now()) / (48 * hour))
  await page.mouse.move(at(herd), box.y + box.height / 2)
  await page.getByText(`${quarter}–${shown(herd + 7 * minute)}: 3 runs to come`).waitFor()
})

browserTest(
  'a quarter hour of the coming day that is pressed shows its tasks, and has an address; so by keyboard',
  async () => {
    const at = (Math.floor(Date.now() / (15 * minute)) + 20) * 15 * minute
    const iso = (ms: number) => new Date(ms).toISOString()
    for (const name of ['Send the invoices', 'Warm the cache'])
      await createTask(owner, { name, scheduled_at: iso(at + 2 * minute), frequency: 1, unit: 'day' })
    await createTask(owner, { name: 'Poll', scheduled_at: iso(at), frequency: 3, unit: 'minute', max_runs: 5 })
    await createTask(owner, { name: 'Later', scheduled_at: iso(at + hour), frequency: 1, unit: 'day' })
    const { page } = await open()
    await page.getByText(`Busiest: ${shown(at)}, 7 runs.`).waitFor()
    const box = await page.locator('.plot.timeline .u-over').boundingBox()
    if (!box) throw new Error('The timeline is not there.')
    // A finger presses beside it.
    const x = box.width * (0.5 + (at + 7 * minute - Date.now()) / (48 * hour))
    await page.mouse.click(box.x + x, box.y + box.height / 2)
    const title = page.getByRole('heading', { name: `${shown(at)}–${shown(at + 15 * minute)} 3 tasks due` })
    await title.waitFor()
    const address = new URL(page.url()).hash
    expect(address).toBe(`#/?at=${encodeURIComponent(`${iso(at).slice(0, 19)}Z`)}`)
    expect(await title.evaluate((element) => element === document.activeElement)).toBe(true)
    const rows = page.getByRole('region', { name: / due$/ }).locator('tbody tr')
    const lines = async () => (await rows.allTextContents()).map((line) => line.replace(/\s+/g, ' '))
    const two = shown(at + 2 * minute)
    expect(await lines()).toEqual([
      `Pollevery 3 minutes${shown(at)}, ${shown(at + 3 * minute)}, ${shown(at + 6 * minute)}, …5`,
      `Send the invoicesevery day${two}1`,
      `Warm the cacheevery day${two}1`,
    ])
    await page.getByRole('link', { name: 'Send the invoices' }).click()
    await page.getByRole('heading', { name: 'Send the invoices' }).waitFor()
    await page.goBack()
    await title.waitFor()
    await page.getByRole('link', { name: 'Close' }).press('Enter')
    await title.waitFor({ state: 'detached' })
    await eventually(
      async () =>
        (await page.evaluate(() => document.activeElement?.textContent?.trim())) === 'What ran and what comes',
      'the focus',
    )
    await page.getByText('The timeline in numbers').click()
    await page
      .getByRole('table', { name: 'The coming 24 hours' })
      .getByRole('link', { name: shown(at + hour) })
      .press('Enter')
    await page.getByRole('heading', { name: /1 task due/ }).waitFor()
    expect(await lines()).toEqual([`Laterevery day${shown(at + hour)}1`])
    await page.goto(page.url().replace(/#.*/, '#/?at=2026-01-02T03:00:00Z'))
    await page.getByText('This quarter hour is over.').waitFor()
    await page.getByRole('link', { name: 'Show its runs' }).click()
    await page.waitForURL(/#\/runs\?from=2026-01-02T03%3A00%3A00Z&to=2026-01-02T03%3A15%3A00Z$/)
  },
)

browserTest('tasks that all run at one time are spread, after a look at the coming day before and after', async () => {
  const herd = new Date((Math.floor(Date.now() / (15 * minute)) + 8) * 15 * minute).toISOString()
  for (const name of ['one', 'two', 'three'])
    await createTask(owner, { name, scheduled_at: herd, frequency: 1, unit: 'day' })
  const { page } = await open()
  await page.getByRole('button', { name: 'Spread these' }).click()
  const dialog = page.getByRole('dialog', { name: 'Move or spread runs' })
  await dialog.getByRole('img', { name: `Before. Busiest: ${shown(herd)}, 3 runs.` }).waitFor()
  await dialog.getByText('All of these tasks are spread.').waitFor()
  await dialog.getByLabel('Over', { exact: true }).selectOption('4 hours')
  await dialog.getByRole('button', { name: 'Spread 3 tasks' }).click()
  await page.getByText('Spread 3 tasks.').waitFor()
  await dialog.waitFor({ state: 'detached' })
  const spread = async () =>
    (await sql<{ name: string }[]>`select name from task where spread_seconds = 14400 order by name`).map(
      ({ name }) => name,
    )
  expect(await spread()).toEqual(['one', 'three', 'two'])
  // What somebody else has changed since stays as that person left it, and is named.
  await sql`update task set version = version + 1 where name = 'two'`
  await page.getByRole('button', { name: 'Undo' }).press('Enter')
  await page.getByText('Undone: 2 tasks as before. Left out 1 task:').waitFor()
  await page.getByText('It was changed since: look at it, and change its spread there.').waitFor()
  expect(await spread()).toEqual(['two'])
  const [back] = await sql`
    select count(*)::integer as count from task where name in ('one', 'three') and scheduled_at = ${herd}`
  expect(back?.count).toBe(2)
})

browserTest(
  'chosen tasks of a quarter hour are moved, after a look at the day before and after, and back',
  async () => {
    const at = (Math.floor(Date.now() / (15 * minute)) + 20) * 15 * minute
    const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`
    const cron = { frequency: undefined, unit: undefined, scheduled_at: undefined, cron: '* * * * *' }
    await createTask(owner, { name: 'Every minute', ...cron })
    const [one, two] = [
      await createTask(owner, { name: 'Invoices', scheduled_at: iso(at), frequency: 1, unit: 'day' }),
      await createTask(owner, { name: 'Reports', scheduled_at: iso(at), frequency: 1, unit: 'day' }),
    ]
    const visit = await dashboard.visit({ viewport: { width: 320, height: 800 } })
    const { page } = visit
    await signIn(visit, owner, '')
    await page.goto(page.url().replace(/(#.*)?$/, `#/?at=${iso(at)}`))
    await page.getByRole('heading', { name: /3 tasks due/ }).waitFor()
    for (const name of ['Every minute', 'Invoices']) await page.getByLabel(`Choose ${name}`).check()
    await page.getByRole('button', { name: 'Move or spread 2 tasks…' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Move or spread 2 tasks' })
    await dialog.getByLabel('Minutes', { exact: true }).fill('many')
    await dialog.getByText('Enter a whole number from 1 to 1439.').waitFor()
    await dialog.getByLabel('Minutes', { exact: true }).fill('45')
    await dialog.getByRole('img', { name: `Before. Busiest: ${shown(at)}, 17 runs.` }).waitFor()
    await dialog.getByRole('img', { name: `After. Busiest: ${shown(at)}, 16 runs.` }).waitFor()
    await dialog.getByText('1 task is left out: which, and why').click()
    await dialog.getByText('Every minute: It would run at the same times as before.').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
    await dialog.getByRole('button', { name: 'Move 1 task' }).press('Enter')
    await page.getByText('Moved 1 task, 45 minutes later. Left out 1 task:').waitFor()
    const timeOf = async (id: string) => (await sql`select scheduled_at from task where id = ${id}`)[0]?.scheduled_at
    expect([await timeOf(one.id), await timeOf(two.id)]).toEqual([iso(at + 45 * minute), iso(at)])
    await page.getByRole('heading', { name: /2 tasks due/ }).waitFor()
    await page.getByRole('button', { name: 'Undo' }).press('Enter')
    await page.getByText('Undone: 1 task as before.').waitFor()
    await page.getByRole('heading', { name: /3 tasks due/ }).waitFor()
    expect(await timeOf(one.id)).toBe(iso(at))
    // So from the list of tasks.
    await page.goto(page.url().replace(/#.*/, '#/tasks'))
    await page.getByLabel('Select Reports').check()
    await page.getByLabel('Select Every minute').check()
    const button = page.getByRole('button', { name: 'Move…: selected' })
    await button.press('Enter')
    await dialog.getByLabel('Direction').selectOption('earlier')
    await dialog.getByRole('img', { name: `After. Busiest: ${shown(at - 15 * minute)}, 16 runs.` }).waitFor()
    await dialog.getByRole('button', { name: 'Move 1 task' }).press('Enter')
    await page.getByText('Moved 1 task, 15 minutes earlier. Left out 1 task:').waitFor()
    await button.and(page.locator(':focus')).waitFor()
    expect(await timeOf(two.id)).toBe(iso(at - 15 * minute))
  },
)
