import { beforeEach, expect } from 'bun:test'
import { utcTime } from '../../src/dashboard/format/format-time.ts'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard, type Visit, withoutDate } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = useDashboard()
let owner: Account
let taskId: string
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  taskId = (await send(owner, 'POST', '/tasks', { ...farTask, name: 'Mine' })).body.id
})

const lists = ({ requests }: Visit) => requests.filter((request) => request.url().includes('/tasks?')).length

async function look(visit: Visit, hidden: boolean): Promise<void> {
  await visit.page.evaluate(`
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${hidden} })
    document.dispatchEvent(new Event('visibilitychange'))`)
}

for (const hash of ['#/tasks', 'task'])
  browserTest(
    `${hash}: a lost connection is told with its time, keeps what was shown, and comes back by itself`,
    async () => {
      const visit = await dashboard.visit()
      const { page } = visit
      await page.clock.install({ time: new Date('2026-11-24T01:10:00Z') })
      await withoutDate(visit)
      await signIn(visit, owner, hash === 'task' ? `#/tasks/${taskId}` : hash)
      const task = page.getByText('Mine', { exact: true })
      await task.waitFor()
      await page.context().setOffline(true)
      await page.clock.fastForward(2_000)
      const told = page.getByText(
        /^No connection since 02:10:\d\d, trying again\. What stands here is of 02:10:\d\d\.$/,
      )
      await told.waitFor()
      const since = async () => /since \S+,/.exec((await told.textContent()) ?? '')?.[0]
      const first = await since()
      await page.clock.fastForward(4_000)
      expect(await task.isVisible()).toBe(true)
      expect(await page.getByRole('alert').count()).toBe(1)
      expect(await since()).toBe(first as string)
      // A screen of which nothing could be read says so, in the one banner that there is. Its script is not here yet either.
      const [other, heading] =
        hash === 'task'
          ? [page.getByRole('navigation').getByRole('link', { name: 'Changes' }), 'Changes']
          : [task, 'Mine']
      await other.click()
      // It counts from the first request of the tab that failed, and not from those of this screen.
      const begun = first?.replace(/^since /, '').replace(',', '')
      await page.getByText(`No connection since ${begun}, trying again. Nothing could be read yet.`).waitFor()
      await eventually(async () => (await page.getByRole('alert').count()) === 1, 'one banner')
      await page.context().setOffline(false)
      await page.clock.fastForward(6_000)
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
      await page.goBack()
      await task.waitFor()
      await page.getByRole('alert').waitFor({ state: 'detached' })
    },
  )

browserTest('a form tells of an outage too, its relative times go on, and the outage ends for it as well', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await page.clock.install({ time: new Date('2026-11-24T01:10:00Z') })
  await withoutDate(visit)
  await sql`update task set scheduled_at = '2026-11-24T01:10:45Z'`
  await signIn(visit, owner, `#/tasks/${taskId}/edit`)
  await page.getByText(/^Your time .*, in 4[0-5] seconds\.$/).waitFor()
  await page.context().setOffline(true)
  await page.clock.runFor(6_000)
  await page.getByText(/^No connection since 02:10:\d\d, trying again\. What stands here is of 02:10:\d\d\.$/).waitFor()
  await page.getByLabel('Name', { exact: true }).fill('Typed meanwhile')
  await page.clock.runFor(60_000)
  await page.getByText(/^Your time .*, and past: it is due at once\.$/).waitFor()
  await page.context().setOffline(false)
  await page.clock.runFor(6_000)
  await page.getByRole('alert').waitFor({ state: 'detached' })
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Typed meanwhile')
  // The next outage begins anew.
  await page.context().setOffline(true)
  await page.clock.runFor(6_000)
  await page.getByText(/^No connection since 02:1[1-9]:\d\d, /).waitFor()
})

browserTest('of when is what is shown does not go back in time while the connection is gone', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await page.clock.install({ time: new Date('2026-11-24T01:10:00Z') })
  await withoutDate(visit)
  await signIn(visit, owner, '#/')
  await page.getByRole('link', { name: '1 active' }).waitFor()
  await page.clock.runFor(5_000)
  await page.context().setOffline(true)
  const told = page.getByText(/^No connection since /)
  await page.clock.runFor(3_000)
  await told.waitFor()
  const first = await told.textContent()
  // What is read less often has been asked for in vain by now as well.
  await page.clock.runFor(90_000)
  expect(await told.textContent()).toBe(first)
})

browserTest('of when is what is shown goes by what is still read again, and not by a page that was left', async () => {
  await sql`
    insert into execution (service_id, task_id, id, slot_id, scheduled_for, status, started_at, replica_id, duration_ms)
    select ${owner.id}, ${taskId}, id, id, now() - number * interval '1 minute', 'success', now(), gen_random_uuid(), 1
    from (select gen_random_uuid() as id, number from generate_series(1, 30) number) run`
  const visit = await dashboard.visit()
  const { page } = visit
  await page.clock.install({ time: new Date('2026-11-24T01:10:00Z') })
  await withoutDate(visit)
  await signIn(visit, owner, `#/tasks/${taskId}`)
  const pages = page.getByRole('navigation', { name: 'Pages of executions' })
  await pages.getByRole('link', { name: 'Next' }).click()
  await page.getByText('21–30 of 30 executions').waitFor()
  await pages.getByRole('link', { name: 'Previous' }).click()
  await page.getByText('1–20 of 30 executions').waitFor()
  const unanswered = new Set<unknown>()
  page.on('request', (request) => unanswered.add(request))
  page.on('response', (response) => unanswered.delete(response.request()))
  // All else of the screen is read again at least every 30 seconds.
  for (const seconds of [40, 40, 40]) {
    const answered = page.waitForResponse(/upcoming/)
    await page.clock.fastForward(seconds * 1_000)
    await answered
    // What is not answered yet is not asked for again by the next jump.
    await eventually(() => unanswered.size === 0, 'all answers')
  }
  await page.context().setOffline(true)
  await page.clock.runFor(3_000)
  await page
    .getByText(/^No connection since 02:12:\d\d, trying again\. What stands here is of 02:1[12]:\d\d\.$/)
    .waitFor()
})

browserTest('nothing is asked while the tab is hidden, and at once when it is looked at again', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await page.clock.install()
  await signIn(visit, owner, '#/tasks')
  await page.getByRole('link', { name: 'Mine' }).waitFor()
  await look(visit, true)
  const before = lists(visit)
  await page.clock.runFor(60_000)
  expect(lists(visit)).toBe(before)
  await sql`update task set name = 'Renamed'`
  await look(visit, false)
  await page.getByRole('link', { name: 'Renamed' }).waitFor()
  expect(lists(visit)).toBeGreaterThan(before)
})

browserTest('the time to the next run ticks each second, and asks the API no more often for that', async () => {
  const due = new Date(Math.ceil(Date.now() / 1000) * 1000 + 300_000)
  await sql`update task set scheduled_at = ${due.toISOString()}::text::timestamptz`
  const visit = await dashboard.visit()
  const { page } = visit
  await page.clock.install()
  await withoutDate(visit)
  await signIn(visit, owner, '#/tasks')
  const time = page.getByRole('cell').locator('time').first()
  await time.waitFor()
  expect(await time.getAttribute('title')).toEndWith(`Europe/Berlin · ${utcTime(due.toISOString())}`)
  const left = async () => {
    const [, minutes, seconds] = /^in (\d) min (\d+) s/.exec((await time.textContent()) ?? '') ?? []
    return Number(minutes) * 60 + Number(seconds)
  }
  const [first, before] = [await left(), lists(visit)]
  expect(first).toBeGreaterThan(240)
  await page.clock.runFor(10_000)
  const second = await left()
  expect(first - second).toBeGreaterThanOrEqual(10)
  expect(lists(visit) - before).toBeLessThanOrEqual((first - second) / 2 + 1)
})

browserTest('a long list is read less often, and not twice when it is found to be long', async () => {
  for (let n = 0; n < 25; n++) await send(owner, 'POST', '/tasks', { ...farTask, name: `Another ${n}` })
  const visit = await dashboard.visit()
  const { page } = visit
  await page.clock.install()
  await signIn(visit, owner, '#/tasks')
  await page.getByRole('link', { name: 'Mine' }).waitFor()
  await page.clock.runFor(4_000)
  expect(lists(visit)).toBe(1)
  await page.clock.runFor(1_500)
  await eventually(async () => lists(visit) === 2, 'the second reading')
})

browserTest('a database that is away is told once, in the words of the server, with its time', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await page.clock.install({ time: new Date('2026-11-24T01:10:00Z') })
  await withoutDate(visit)
  await signIn(visit, owner, `#/tasks/${taskId}`)
  await page.getByText('It has not run yet.').waitFor()
  const away = { status: 503, contentType: 'application/json', body: '{"message":"The database cannot be reached."}' }
  await page.route('**/tasks/**', (route) => route.fulfill(away))
  await page.clock.fastForward(2_000)
  await page
    .getByText(/^The database cannot be reached\. It has been so since 02:10:\d\d; trying again\. What/)
    .waitFor()
  expect(await page.getByRole('alert').count()).toBe(1)
  expect(await page.getByRole('heading', { name: 'Mine' }).isVisible()).toBe(true)
  await page.unroute('**/tasks/**')
  await page.clock.fastForward(2_000)
  await page.getByRole('alert').waitFor({ state: 'detached' })
})

browserTest('what is loaded every 30 seconds is loaded again 5 seconds after a failure', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await page.clock.install()
  await page.route('**/alert-policies*', (route) => route.abort(), { times: 1 })
  await signIn(visit, owner, '#/alerts/policies')
  await page.getByText(/^No connection since/).waitFor()
  await page.clock.fastForward(5_000)
  await page.getByText('None is set').waitFor()
})

for (const hours of [1, -1])
  browserTest(`times are by the server's clock where the one of the browser is off by ${hours} h`, async () => {
    await sql`update task set scheduled_at = now() + interval '5 minutes'`
    const visit = await dashboard.visit({ locale: 'en-US' })
    const { page } = visit
    await page.clock.install({ time: Date.now() + hours * 3_600_000 })
    await signIn(visit, owner, '#/tasks')
    await page.getByText(/^in (4 min \d+|5 min [0-2]) s/).waitFor()
    await page.goto(`${visit.origin}/#/tasks/${taskId}`)
    await page.getByText(/It is due in 5 minutes\./).waitFor()
    await page.getByRole('button', { name: 'Pause until' }).click()
    const until = page.getByLabel('Until', { exact: true })
    const proposed = `new Date(${JSON.stringify(await until.inputValue())}).getTime()`
    const ahead = (await page.evaluate<number>(proposed)) - Date.now()
    expect(ahead).toBeGreaterThan(3_590_000)
    expect(ahead).toBeLessThan(3_670_000)
    // Below the input stands the same as elsewhere on the page.
    await until.fill('2099-07-01T18:30')
    await page.getByText('That is Wed, Jul 1, 2099, 18:30:00.').waitFor()
  })
