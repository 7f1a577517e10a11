import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard, withoutDate } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
let taskId: string
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  taskId = (await send(owner, 'POST', '/tasks', { ...farTask, name: 'Mine' })).body.id
})

interface Row {
  readonly status: string
  readonly status_code?: number
  readonly error?: string
  readonly response?: string
}

/** Records one execution, due and done `minutesAgo`. */
async function insertExecution(row: Row, minutesAgo = 1): Promise<void> {
  await sql`
    insert into execution (
      service_id, task_id, id, slot_id, replica_id, status, status_code, error, response, duration_ms,
      created_at, scheduled_for, started_at
    )
    select
      ${owner.id}, ${taskId}, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), ${row.status},
      ${row.status_code ?? null}, ${row.error ?? null}, ${row.response ?? null}, 2400, at, at, at
    from (select now() - ${minutesAgo} * interval '1 minute' as at) moment`
}

browserTest('shows executions page by page, newest first', async () => {
  for (let n = 1; n <= 45; n++)
    await insertExecution({ status: 'success', status_code: 200, response: `answer ${n}` }, n)
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${taskId}`)
  await page.getByText('1–20 of 45 executions').waitFor()
  const rows = page.getByRole('table', { name: 'Executions' }).getByRole('row')
  expect(await rows.count()).toBe(21)
  expect(await rows.nth(1).textContent()).toContain('answer 1')
  await page.getByRole('link', { name: 'Next' }).click()
  await page.getByText('21–40 of 45 executions').waitFor()
  await page.getByText('answer 21', { exact: true }).waitFor()
  await page.getByRole('link', { name: 'Next' }).click()
  await page.getByText('answer 45', { exact: true }).waitFor()
  expect(await rows.count()).toBe(6)
  expect(new URL(page.url()).hash).toBe(`#/tasks/${taskId}?page=3`)
  await page.getByRole('link', { name: 'Previous' }).click()
  await page.getByText('answer 21', { exact: true }).waitFor()
})

browserTest(
  'the attempts at a run stay together where a page ends, and its rule keeps clear of what is opened',
  async () => {
    for (let n = 1; n <= 22; n++)
      await insertExecution({ status: 'success', status_code: 200, response: `answer ${n}` }, n)
    // The 19th to the 22nd are attempts at one run: two on the first page, two on the second.
    await sql`
    update execution
    set slot_id = ${taskId}, status = 'failed', attempt = 23 - substr(response, 8)::integer, error = 'try ' || (23 - substr(response, 8)::integer)
    where substr(response, 8)::integer >= 19`
    for (let n = 23; n <= 30; n++)
      await insertExecution({ status: 'success', status_code: 200, response: `answer ${n}` }, n)
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, `#/tasks/${taskId}`)
    await page.getByText('4 attempts at the run of').waitFor()
    const words = page.locator('.executions .cell-words')
    expect((await words.allTextContents()).slice(18)).toEqual(
      [4, 3, 2, 1].map((attempt) => `attempt ${attempt} try ${attempt}`),
    )
    await page.getByRole('row', { name: /try 3/ }).getByRole('button').click()
    const details = page.locator('.slot .details td')
    await details.waitFor()
    expect(await details.evaluate((cell) => Number.parseFloat(getComputedStyle(cell).paddingLeft))).toBeGreaterThan(3)
    await page.getByText('1–22 of 30 executions').waitFor()
    await page.getByRole('link', { name: 'Next' }).click()
    await page.getByText('answer 23', { exact: true }).waitFor()
    expect(await words.count()).toBe(8)
    await page.getByText('23–30 of 30 executions').waitFor()
    expect(await page.locator('.slot').count()).toBe(0)
  },
)

browserTest(
  'each attempt stands in a line of 32 px, at the time when its run was due, and says how much later it was sent',
  async () => {
    for (let n = 1; n <= 4; n++)
      await insertExecution({ status: 'failed', status_code: 503, error: `HTTP 503: ${'no '.repeat(90)}` })
    await sql`
    update execution
    set slot_id = ${taskId}, scheduled_for = '2026-11-24T08:30:49Z', attempt = place,
      started_at = '2026-11-24T08:30:49Z'::timestamptz + (place - 1) * interval '5 seconds'
    from (select id as own, row_number() over (order by id) as place from execution) placed
    where own = id and place <= 3`
    const visit = await dashboard.visit({ viewport: { width: 1280, height: 800 } })
    const { page } = visit
    await signIn(visit, owner, `#/tasks/${taskId}`)
    const rows = page.locator('.slot tr:not(.slot-head)')
    await rows.nth(2).waitFor()
    expect(await rows.locator('.cell-due').allTextContents()).toEqual(Array(3).fill('24 Nov, 09:30:49'))
    const words = await rows.locator('.cell-words').allTextContents()
    expect(words.map((text) => text.split(' HTTP')[0]).sort()).toEqual([
      'attempt 1',
      'attempt 2, sent 5.0 s later',
      'attempt 3, sent 10.0 s later',
    ])
    const height = (row: Element) => row.getBoundingClientRect().height
    for (const row of await page.locator('.executions tbody tr:not(.slot-head)').all())
      expect(await row.evaluate(height)).toBeLessThanOrEqual(33)
  },
)

browserTest('a skipped row says for how many slots it stands, of a task and among all runs', async () => {
  await insertExecution({ status: 'skipped', error: 'passed over: one' }, 10)
  await sql`update execution set missed_slots = 1`
  await insertExecution({ status: 'skipped', error: 'passed over: some' }, 5)
  await sql`update execution set missed_slots = 3 where error = 'passed over: some'`
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${taskId}`)
  const rows = async () => {
    await page.locator('td.cell-words', { hasText: 'passed over: one' }).waitFor()
    return (await page.locator('td.cell-words').allTextContents()).map((text) => text.trim())
  }
  expect(await rows()).toEqual(['3 slots passed over: some', 'passed over: one'])
  await page.goto(`${visit.origin}/#/runs?period=hour`)
  await page.getByRole('table', { name: 'Runs' }).waitFor()
  expect(await rows()).toEqual(['3 slots passed over: some', 'passed over: one'])
})

browserTest('a run is not offered again while one runs', async () => {
  await insertExecution({ status: 'success', status_code: 200, response: 'done' }, 5)
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${taskId}`)
  await page.getByRole('row', { name: /done/ }).getByRole('button').click()
  await page.getByRole('button', { name: 'Run again' }).waitFor()
  await insertExecution({ status: 'started' })
  await page.getByText('It can be run again when what runs or waits now has ended.').waitFor()
  expect(await page.getByRole('button', { name: 'Run again' }).count()).toBe(0)
})

browserTest('a failure shows its code and its reason in words, and opens to the answer', async () => {
  await insertExecution({ status: 'failed', status_code: 503, error: 'the target answered 503', response: 'try later' })
  await insertExecution({ status: 'failed', error: 'connection refused' }, 2)
  await insertExecution({ status: 'success', status_code: 204, response: '' }, 3)
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${taskId}`)
  const answered = page.getByRole('row', { name: /the target answered 503/ })
  await answered.waitFor()
  expect(await answered.textContent()).toMatch(/^failed503.*2\.4 s/)
  await answered.getByRole('button', { name: 'Show' }).click()
  await page.getByText('try later', { exact: true }).waitFor()
  expect(new URL(page.url()).hash).toContain('open=')
  await page
    .getByRole('row', { name: /connection refused/ })
    .getByRole('button')
    .click()
  await page.getByText('No answer came.').waitFor()
  await page
    .getByRole('row', { name: /success 204/ })
    .getByRole('button')
    .click()
  await page.getByText('The answer had no body.').waitFor()

  await page.getByLabel('Result').selectOption('failed')
  await page.getByText('2 executions').waitFor()
})

browserTest("times are the reader's, with their zone and UTC on hover", async () => {
  await insertExecution({ status: 'success', status_code: 200 })
  await sql`update execution set scheduled_for = '2026-07-01T10:30:15.250Z'`
  for (const [timezoneId, shown] of [
    ['Asia/Tokyo', '1 Jul 2026, 19:30:15'],
    ['America/New_York', '1 Jul 2026, 06:30:15'],
  ] as const) {
    const visit = await dashboard.visit({ timezoneId })
    // The year is left out in its own year only, so that year must not be this one.
    await withoutDate(visit)
    await visit.page.clock.setFixedTime(new Date('2031-01-15T12:00:00Z'))
    await signIn(visit, owner, `#/tasks/${taskId}`)
    const time = visit.page.getByRole('table', { name: 'Executions' }).locator('time').first()
    expect(await time.textContent()).toBe(shown)
    expect(await time.getAttribute('title')).toBe(`${shown} ${timezoneId} · 2026-07-01 10:30:15 UTC`)
  }
})

browserTest('a browser whose language is no valid name shows the page all the same', async () => {
  const visit = await dashboard.visit()
  await visit.page.addInitScript(`
    Object.defineProperty(Navigator.prototype, 'languages', { get: () => ['en-US@posix'] })
    Object.defineProperty(Navigator.prototype, 'language', { get: () => 'en-US@posix' })`)
  await signIn(visit, owner, `#/tasks/${taskId}`)
  await visit.page.getByRole('heading', { name: 'Mine' }).waitFor()
})

browserTest('what comes meanwhile shows without a reload', async () => {
  const visit = await dashboard.visit()
  await visit.page.clock.install()
  await signIn(visit, owner, `#/tasks/${taskId}`)
  await visit.page.getByText('It has not run yet.').waitFor()
  await insertExecution({ status: 'failed', error: 'timeout after 30 s' })
  await visit.page.clock.fastForward(2_000)
  await visit.page.getByRole('cell', { name: 'timeout after 30 s' }).waitFor()
})

browserTest('an opened execution shows how long the parts of its call took, and that it was sent twice', async () => {
  await insertExecution({ status: 'success', status_code: 200, response: 'ok' })
  await sql`update execution set waited_ms = 120, lookup_ms = 30, answer_ms = 1900, sent_twice = true`
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${taskId}`)
  await page.getByRole('button', { name: 'Show' }).click()
  await page
    .getByText('waited for its turn 120 ms, look-up 30 ms, until the answer began 1.9 s, until its end 470 ms')
    .waitFor()
  await page.getByText('The target closed a kept connection without an answer.').waitFor()
})
