import { beforeEach, describe, expect, test } from 'bun:test'
import { countdown } from '../../src/dashboard/format/format-time.ts'
import { prettyJson } from '../../src/dashboard/format/pretty-json.ts'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

browserTest('the last results are a strip of marks with words, of shapes that differ, and a summary', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', { ...farTask, name: 'Mine' })
  await send(owner, 'POST', '/tasks', { ...farTask, name: 'New' })
  await sql`
    insert into execution (
      service_id, task_id, id, slot_id, status, status_code, error, duration_ms, created_at, scheduled_for, started_at
    )
    select
      ${owner.id}, ${task.id}, gen_random_uuid(), gen_random_uuid(), status, case when status = 'success' then 200 end,
      case when status = 'failed' then 'connection refused' end, 120, at, at, at
    from generate_series(1, 25) n,
      lateral (select case when n in (2, 5) then 'failed' else 'success' end as status, now() - n * interval '1 hour' as at) m`
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks')
  const strip = page.getByRole('row', { name: /Mine/ }).getByRole('img', { name: '18 of the last 20 succeeded' })
  await strip.waitFor()
  const marks = strip.locator('g')
  expect(await marks.count()).toBe(20)
  // The newest stands on the right.
  expect(await marks.nth(1).locator('title').textContent()).toMatch(/: failed, connection refused, 120 ms$/)
  expect(await marks.nth(0).locator('title').textContent()).toMatch(/^\d+ \w+, \d\d:\d\d:\d\d: success, 200, 120 ms$/)
  const box = async (at: number) => (await marks.nth(at).locator('rect').last().boundingBox()) ?? { x: 0, height: 0 }
  expect((await box(0)).x).toBeGreaterThan((await box(1)).x)
  expect((await box(1)).height).toBeGreaterThan((await box(0)).height)
  expect(await marks.nth(1).locator('rect').count()).toBeGreaterThan(await marks.nth(0).locator('rect').count())
  await page.getByRole('row', { name: /New/ }).getByRole('img', { name: 'No results yet' }).waitFor()

  await page.getByRole('link', { name: 'Mine' }).click()
  await page.locator('.last-results').getByText('18 of the last 20 succeeded', { exact: true }).last().waitFor()
})

browserTest('the strip and its words count runs, each by its last attempt, and no attempts', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', { ...farTask, name: 'Mine', retries: 2 })
  // Five runs of three attempts each; of the oldest one the last attempt succeeded.
  await sql`
    insert into execution (
      service_id, task_id, id, slot_id, status, status_code, error, attempt, duration_ms, created_at, scheduled_for, started_at
    )
    select
      ${owner.id}, ${task.id}, gen_random_uuid(), slot_id, case when is_well then 'success' else 'failed' end,
      case when is_well then 200 end, case when is_well then null else 'connection refused' end, attempt, 120,
      at + attempt * interval '5 seconds', at, at + attempt * interval '5 seconds'
    from generate_series(1, 5) n,
      lateral (select gen_random_uuid() as slot_id, date_trunc('hour', now()) - n * interval '1 hour' as at) slot,
      generate_series(1, 3) attempt,
      lateral (select n = 5 and attempt = 3 as is_well) result`
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks')
  const strip = page.getByRole('row', { name: /Mine/ }).getByRole('img', { name: '1 of the last 5 succeeded' })
  await strip.waitFor()
  expect(await strip.locator('g').count()).toBe(5)
  expect(await strip.locator('g title').first().textContent()).toEndWith(
    'failed, connection refused, 120 ms, 3 attempts',
  )
  await page.getByRole('link', { name: 'Mine' }).click()
  await page.locator('.last-results').getByText('1 of the last 5 succeeded', { exact: true }).last().waitFor()
})

browserTest('of a task that runs once the run is told, and no places for others', async () => {
  const once = { ...farTask, frequency: null, unit: null }
  const { body: task } = await send(owner, 'POST', '/tasks', { ...once, name: 'Mine' })
  await send(owner, 'POST', '/tasks', { ...once, name: 'New' })
  const insert = (attempt: number, status: string) => sql`
    insert into execution (
      service_id, task_id, id, slot_id, status, error, attempt, duration_ms, created_at, scheduled_for, started_at
    )
    select
      ${owner.id}, ${task.id}, gen_random_uuid(), ${task.id}, ${status}, 'connection refused', ${attempt}, 120,
      now() - interval '1 hour', date_trunc('hour', now()) - interval '2 hours', now() - interval '1 hour'`
  await insert(1, 'failed')
  await insert(2, 'failed')
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks')
  const results = (name: string) => page.getByRole('row', { name }).locator('.cell-results')
  await results('New').getByText('Not run yet', { exact: true }).waitFor()
  await results('Mine').getByText('failed', { exact: true }).waitFor()
  expect(await page.locator('.result-bar').count()).toBe(0)
  await page.getByRole('link', { name: 'Mine' }).click()
  await page.locator('.last-results').getByText('failed', { exact: true }).waitFor()
  expect(await page.locator('.last-results').textContent()).toBe('failed')
})

browserTest('attempts at one run are not called the only run of a task', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', { ...farTask, name: 'Mine', retries: 9 })
  await sql`
    insert into execution (
      service_id, task_id, id, slot_id, status, error, attempt, duration_ms, created_at, scheduled_for, started_at
    )
    select
      ${owner.id}, ${task.id}, gen_random_uuid(), ${task.id}, 'failed', 'connection refused', attempt, 120,
      now() + attempt * interval '1 second' - interval '1 hour', date_trunc('hour', now()) - interval '1 hour', now()
    from generate_series(1, 20) attempt`
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks')
  await page.getByRole('row', { name: /Mine/ }).getByRole('img', { name: 'The last one failed' }).waitFor()
})

browserTest('what comes of a task that has ended is told by its kind', async () => {
  const { body: repeated } = await send(owner, 'POST', '/tasks', { ...farTask, max_runs: 2 })
  const once = { ...farTask, frequency: null, unit: null }
  const { body: single } = await send(owner, 'POST', '/tasks', once)
  await sql`update task set status = 'disabled', scheduled_at = null, runs_left = case when max_runs is null then null else 0 end`
  const visit = await dashboard.visit()
  const { page, origin } = visit
  await signIn(visit, owner, `#/tasks/${repeated.id}`)
  await page.getByText('None: it has ended. Give it another end to have it run again, or run it now.').waitFor()
  await page.goto(`${origin}/#/tasks/${single.id}`)
  await page.getByText('None: it has run. Duplicate it to run it at another time, or run it now.').waitFor()
})

describe('what is left until a time', () => {
  test.each([
    ['2026-11-24T12:00:10Z', 'in 10 s'],
    ['2026-11-24T12:04:10Z', 'in 4 min 10 s'],
    ['2026-11-24T14:05:59Z', 'in 2 h 5 min'],
    ['2026-11-27T16:30:00Z', 'in 3 d 4 h'],
    ['2027-01-24T12:00:00Z', 'in 61 days'],
    ['2099-01-01T00:00:00Z', 'in 72 years'],
    ['2026-11-24T12:00:00Z', 'due now'],
    ['2026-11-24T11:59:48Z', 'due 12 s ago'],
  ])('%s: %s', (at, words) => {
    expect(countdown(at, Date.parse('2026-11-24T12:00:00Z'))).toBe(words)
  })
})

describe('JSON on many lines', () => {
  test.each(['', 'ok', '12', '"text"', '{"cut":', '<html>', '[1,]'])('%j is left alone', (text) => {
    expect(prettyJson(text)).toBeUndefined()
  })

  test.each([
    [' [ ] ', '[]'],
    [
      '{"a":{"b":[1.50,-0]},"a":"\\"}{,: "}',
      '{\n  "a": {\n    "b": [\n      1.50,\n      -0\n    ]\n  },\n  "a": "\\"}{,: "\n}',
    ],
    ['{ "a" :\n1 }', '{\n  "a": 1\n}'],
  ])('%j', (text, pretty) => {
    expect(prettyJson(text)).toBe(pretty)
  })

  test('a text of nothing but brackets stays of a bearable size', () => {
    const deep = `${'['.repeat(5_000)}1${']'.repeat(5_000)}`
    expect(prettyJson(deep)?.length).toBeLessThan(1_000_000)
  })
})
