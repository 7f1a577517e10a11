import { beforeEach, expect } from 'bun:test'
import type { Locator } from 'playwright-core'
import { bucketCount, bucketOf } from '../../src/tally/histogram.ts'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const minute = 60_000
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * minute).toISOString()
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

/** @param attempts how many attempts the failed runs took in all */
const fail = (task_id: string, since: string, settled: number, error: string, attempts = settled) => sql`
  insert into failing_task (service_id, task_id, since, settled, consecutive, error)
  values (${owner.id}, ${task_id}, ${since}, ${settled}, ${attempts}, ${error})`

async function open(options = {}) {
  const visit = await dashboard.visit(options)
  await signIn(visit, owner, '')
  await visit.page.getByRole('heading', { name: 'Overview' }).waitFor()
  return visit
}

const linesOf = async (region: Locator) =>
  (await region.getByRole('listitem').allTextContents()).map((line) => line.replace(/\s+/g, ' '))

browserTest(
  'what broke in the last hour stands at the top, with since when, why and when it is tried again',
  async () => {
    const [newest, retried, over, older] = [
      await createTask(owner, { name: 'Sync invoices', scheduled_at: inMinutes(30) }),
      await createTask(owner, { name: 'Warm the cache', scheduled_at: inMinutes(90) }),
      await createTask(owner, { name: 'Move the archive', frequency: undefined, unit: undefined }),
      await createTask(owner, { name: 'Count the stock', scheduled_at: inMinutes(90) }),
    ]
    const [paused, disabled] = [
      await createTask(owner, { name: 'Asleep', status: 'paused', scheduled_at: inMinutes(30) }),
      await createTask(owner, { name: 'Off', status: 'disabled', scheduled_at: inMinutes(30) }),
    ]
    const [first, second, third, fourth] = [inMinutes(-5), inMinutes(-20), inMinutes(-40), inMinutes(-180)]
    await sql`update task set scheduled_at = null, status = 'disabled' where id = ${over.id}`
    await fail(newest.id, first, 1, 'timeout after 30 s')
    await fail(retried.id, second, 0, 'connection refused', 2)
    await fail(over.id, third, 1, 'DNS: no such host', 3)
    await fail(older.id, fourth, 9, 'the target answered 503', 27)
    await fail(paused.id, second, 2, 'the target answered 500')
    await fail(disabled.id, third, 2, 'the target answered 501')
    const { page } = await open()
    const region = page.getByRole('region', { name: '4 tasks are failing' })
    await region.waitFor()
    expect(await region.getByRole('heading', { level: 3 }).textContent()).toBe('3 tasks in the last hour')
    const shownLines = async () => (await linesOf(region)).filter((line) => line !== '')
    expect((await shownLines()).slice(0, 3)).toEqual([
      `Sync invoicesFailed once, at ${shown(first)}. Next try ${shown(newest.scheduled_at)}.timeout after 30 s`,
      `Warm the cache2 attempts failed since ${shown(second)}. It is tried again.connection refused`,
      `Move the archiveFailed once (3 attempts) since ${shown(third)}. No next try: it has no run to come.DNS: no such host`,
    ])
    expect(await region.locator('time').first().getAttribute('title')).toContain(
      `${first.slice(0, 19).replace('T', ' ')} UTC`,
    )
    expect(await region.getByRole('link', { name: 'Count the stock' }).isVisible()).toBe(false)
    await region.getByText('1 task has failed for more than an hour').click()
    await region.getByText(`Failed 9 times (27 attempts) since ${shown(fourth)}.`).waitFor()
    await region.getByText('2 tasks failed and are not tried again: paused, disabled or over').click()
    const stopped = (await shownLines()).slice(4)
    expect(stopped).toEqual([
      `AsleepFailed 2 times since ${shown(second)}. It is paused.the target answered 500`,
      `OffFailed 2 times since ${shown(third)}. It is disabled.the target answered 501`,
    ])
    await eventually(async () => (await page.title()) === '4 failing · team · Duly', 'the title')
    const [failing, timeline] = [await region.boundingBox(), await page.locator('.plot.timeline').boundingBox()]
    expect(failing?.y).toBeLessThan(timeline?.y as number)
    // A poll leaves what the reader has opened.
    await page.waitForResponse('**/overview')
    expect(await region.getByRole('link', { name: 'Off' }).isVisible()).toBe(true)
    await region.getByRole('link', { name: 'Sync invoices' }).click()
    await page.getByRole('heading', { name: 'Sync invoices' }).waitFor()
  },
)

browserTest('what has failed for longer is open where nothing is newer, and stays open when something is', async () => {
  const older = await createTask(owner, { name: 'Count the stock', scheduled_at: inMinutes(60) })
  const newer = await createTask(owner, { name: 'Sync invoices', scheduled_at: inMinutes(60) })
  await fail(older.id, inMinutes(-180), 9, 'the target answered 503')
  const { page } = await open()
  await page.getByRole('link', { name: 'Count the stock' }).waitFor()
  await fail(newer.id, inMinutes(-5), 1, 'timeout after 30 s')
  await page.getByRole('link', { name: 'Sync invoices' }).waitFor()
  expect(await page.getByRole('link', { name: 'Count the stock' }).isVisible()).toBe(true)
})

browserTest(
  'the same error at the same host is one line, which opens to its tasks; with 340 of them the newest is in sight',
  async () => {
    await sql`
    insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at)
    select ${owner.id}, gen_random_uuid(), 'Task ' || n, 'http://api.example.com/' || n, 'POST', 1, 'hour', '2999-01-01T00:00:00Z'
    from generate_series(1, 340) n`
    await sql`
    insert into failing_task (service_id, task_id, since, settled, error)
    select service_id, id, now() - interval '30 minutes', 1, 'connection refused'
    from task`
    const { page } = await open()
    const region = page.getByRole('region', { name: '340 tasks are failing' })
    await region.waitFor()
    const group = region.getByText('connection refused at api.example.com: 340 tasks')
    await group.click()
    await region.getByRole('button', { name: 'Show 100 more of 340 tasks' }).waitFor()
    expect(await region.getByRole('listitem').count()).toBe(21)
    await region.getByRole('button', { name: 'Show 100 more' }).click()
    await region.getByRole('listitem').nth(120).waitFor()
    const { id } = await createTask(owner, { name: 'The newest', url: 'http://api.example.com/new' })
    await fail(id, inMinutes(0), 1, 'connection refused')
    await page.getByRole('region', { name: '341 tasks are failing' }).waitFor()
    await page.getByText('connection refused at api.example.com: 341 tasks').waitFor()
    expect(await page.locator('.failing-group summary .since').first().textContent()).toContain('Last: The newest, ')
    // Another error: more lines than are shown at first.
    for (let n = 1; n <= 21; n++) {
      const task = await createTask(owner, { name: `Other ${n}` })
      await fail(task.id, inMinutes(-n), 1, `error ${n}`)
    }
    await page.getByRole('link', { name: /^and \d+ tasks? more$/ }).click()
    await page.getByRole('link', { name: 'Other 21' }).waitFor()
    expect(new URL(page.url()).hash).toBe('#/?failing=all')
    await page.getByRole('link', { name: 'Show less' }).click()
    await page.getByRole('link', { name: /^and \d+ tasks? more$/ }).waitFor()
  },
)

browserTest('a new failure comes by itself, and goes when it is over', async () => {
  const { id } = await createTask(owner, { name: 'Sync invoices' })
  const { page } = await open()
  await page.getByText('Nothing is failing.').waitFor()
  await fail(id, inMinutes(0), 1, 'connection refused')
  await tally(0, 0, 1)
  await page.getByText('1 task is failing').waitFor()
  await page
    .getByRole('img', { name: /0 succeeded, 1 failed/ })
    .first()
    .waitFor()
  await sql`delete from failing_task`
  await page.getByText('Nothing is failing.').waitFor()
})

browserTest('the number of tasks by status leads to their list', async () => {
  await createTask(owner)
  await createTask(owner, { name: 'Asleep', status: 'paused' })
  const { page } = await open()
  await page.getByRole('link', { name: '1 active' }).waitFor()
  await page.getByRole('link', { name: '0 disabled' }).waitFor()
  await page.getByRole('link', { name: '1 paused' }).click()
  await page.getByRole('link', { name: 'Asleep' }).waitFor()
  expect(new URL(page.url()).hash).toBe('#/tasks?status=paused')
})

browserTest('skew and durations are shown in plain units, and a dash where nothing ran', async () => {
  await createTask(owner)
  const { page } = await open()
  const pace = page.getByRole('region', { name: /Pace/ })
  expect(await pace.locator('td:not(:empty)').allTextContents()).toEqual(['–', '–', '–', '–'])
  await tally(0, 100)
  await pace.getByText('ms').first().waitFor()
  const texts = await pace.locator('tbody td').allTextContents()
  const ms = texts.map((text) => Number(text.replace(/ ms$/, '')))
  expect(ms.slice(0, 2).every((value) => value >= 2 && value <= 4)).toBe(true)
  expect(ms.slice(2).every((value) => value >= 60 && value <= 100)).toBe(true)
})

browserTest('a service without tasks is told what to do next', async () => {
  const visit = await open()
  const { page, origin } = visit
  await page.getByText('No tasks yet').waitFor()
  expect(await page.locator('pre').textContent()).toStartWith(`curl -u ${owner.id}:TOKEN ${origin}/tasks`)
  expect(await page.locator('.plot').count()).toBe(0)
  await page.getByRole('link', { name: 'New task' }).click()
  await page.getByRole('heading', { name: 'New task' }).waitFor()
})

browserTest('a name and an error that hold HTML are text', async () => {
  const name = '<img src=x onerror="window.ran = 1">'
  const { id } = await createTask(owner, { name })
  await fail(id, inMinutes(-1), 1, '<script>window.ran = 2</script><b>')
  const { page } = await open()
  await page.getByRole('link', { name, exact: true }).waitFor()
  await page.getByText('<script>window.ran = 2</script><b>', { exact: true }).waitFor()
  expect(await page.locator('main img, main script, main b, iframe').count()).toBe(0)
  expect(await page.evaluate('window.ran')).toBeUndefined()
})

browserTest('late runs are counted, with their limit and about when the last of them starts', async () => {
  const task = await createTask(owner)
  await sql`update task set scheduled_at = now() - interval '8 hours' where id = ${task.id}`
  await sql`insert into catch_up (service_id, per_second) values (${owner.id}, 200)`
  const { page } = await open()
  const line = page.locator('.catching-up')
  expect(await line.textContent()).toStartWith('Catching up: 1 late run, 200 a second at most, done at about ')
  await line.getByRole('button', { name: 'Change the limit' }).click()
  await page.getByLabel('Late runs in a second').fill('many')
  await page.keyboard.press('Enter')
  await page.getByLabel('Late runs in a second').and(page.locator('[aria-invalid]')).waitFor()
  await page.getByLabel('Late runs in a second').fill('')
  await page.keyboard.press('Enter')
  await line.getByText('Catching up: 1 late run. When the last of them starts is not known.').waitFor()
  await sql`update task set scheduled_at = now() + interval '1 hour' where id = ${task.id}`
  await line.getByText('After an outage late runs start without a limit.').waitFor()
  await line.getByRole('button', { name: 'Set a limit' }).click()
  await page.getByLabel('Late runs in a second').fill('50')
  await page.getByRole('button', { name: 'Save' }).click()
  await line.getByText('After an outage 50 late runs start in a second at most.').waitFor()
})
