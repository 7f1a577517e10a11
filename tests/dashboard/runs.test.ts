import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = useDashboard()
let owner: Account
let invoices: { readonly id: string }
let backup: { readonly id: string }
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  const far = { scheduled_at: '2099-01-01T00:00:00Z', frequency: 1, unit: 'day' }
  invoices = await createTask(owner, { name: 'Send the invoices', url: 'http://127.0.0.1:9/a', ...far })
  backup = await createTask(owner, { name: '=Backup', url: 'http://127.0.0.1:10/b', ...far })
})

/** Has the last attempt of these tasks failed. */
const failing = (...tasks: { readonly id: string }[]) => sql`
  insert into failing_task (service_id, task_id, since, consecutive, error)
  select ${owner.id}, id, now(), 1, 'the target answered 503' from unnest(${tasks.map(({ id }) => id)}::uuid[]) id`

/** Writes a run of a task, and its record if it has failed. @param ago in minutes @returns its id */
async function insert(task: { readonly id: string }, ago: number, status = 'success', error: string | null = null) {
  const id = Bun.randomUUIDv7()
  await sql`
    insert into execution (
      service_id, task_id, id, slot_id, scheduled_for, status, error, response, created_at, started_at, replica_id, duration_ms
    )
    select ${owner.id}, ${task.id}, ${id}, ${id}, at, ${status}, ${error}, ${`the answer of ${id}`}, at, at, gen_random_uuid(), 120
    from (select now() - make_interval(mins => ${ago}) as at) time`
  if (status !== 'failed') return id
  await sql`
    insert into failure_reason (service_id, reason, error)
    values (${owner.id}, hashtextextended(concat(' ', ${error}::text), 0), ${error})
    on conflict do nothing`
  await sql`
    insert into failed_execution (service_id, created_at, failed_at, id, task_id, reason, settled)
    select service_id, created_at, created_at, id, task_id, hashtextextended(concat(' ', ${error}::text), 0), true
    from execution
    where id = ${id}`
  return id
}

browserTest('a run stands at the time by which it is found: when it failed, or when it was queued', async () => {
  const first = await insert(invoices, 40, 'failed', 'connection refused')
  const retry = await insert(invoices, 39, 'failed', 'connection refused')
  await sql`
    update execution
    set attempt = 2, started_at = created_at + interval '10 minutes', duration_ms = 60_000
    where id = ${retry}`
  await sql`update failed_execution set failed_at = created_at + interval '11 minutes' where id = ${retry}`
  const between = await insert(backup, 35, 'failed', 'connection refused')
  const visit = await dashboard.visit({ viewport: { width: 1500, height: 900 } })
  const { page, origin } = visit
  const shown = () =>
    page.evaluate<string[]>(`[...document.querySelectorAll('.cell-when time')].map((one) => one.dateTime)`)
  const stored = await sql<{ id: string; at: string }[]>`select id, created_at as at from execution`
  const createdMs = (id: string) => Date.parse(stored.find((row) => row.id === id)?.at ?? '')

  await signIn(visit, owner, '#/runs?period=hour')
  await page.getByText('attempt 2, sent 10 min 0 s later').waitFor()
  expect((await shown()).map(Date.parse)).toEqual([between, retry, first].map(createdMs))

  await page.goto(`${origin}/#/runs?period=hour&status=failed`)
  await page.getByRole('columnheader', { name: 'Failed at' }).waitFor()
  const failedMs = createdMs(retry) + 660_000
  // The head is there before its list.
  const failed = [failedMs, createdMs(between), createdMs(first)]
  await eventually(async () => Bun.deepEquals((await shown()).map(Date.parse), failed), 'the list by when they failed')
  const [from, to] = [failedMs - 60_000, failedMs + 60_000].map((ms) => new Date(ms).toISOString())
  await page.goto(`${origin}/#/runs?status=failed&from=${from}&to=${to}`)
  await page.getByText(/^1 run failed/).waitFor()
  await page.getByRole('row').nth(2).waitFor({ state: 'detached' })
  expect((await shown()).map(Date.parse)).toEqual([failedMs])
})

browserTest(
  'failures of the last hour are counted by error and host, one of them is opened, and its address stays right',
  async () => {
    await insert(invoices, 300, 'failed', 'an old failure')
    const first = await insert(invoices, 30, 'failed', 'connection refused')
    await insert(backup, 20, 'failed', 'connection refused')
    await insert(invoices, 10)
    await sql`
      insert into failing_task (service_id, task_id, since, consecutive, error)
      values (${owner.id}, ${backup.id}, now(), 1, 'connection refused')`
    const visit = await dashboard.visit({ viewport: { width: 1500, height: 900 } })
    const { page } = visit
    await signIn(visit, owner, '#/runs')
    await page.getByRole('row', { name: /an old failure/ }).waitFor()
    expect(await page.getByRole('row').count()).toBe(5)
    await page.getByLabel('Time').selectOption('Last hour')
    await page.getByLabel('Result').selectOption('Failed')
    await page.getByText(/^2 runs failed, .*; 1 of 2 tasks is well since, 1 is still failing\.$/).waitFor()
    await page.getByRole('link', { name: 'connection refused at 127.0.0.1:9' }).click()
    await page.getByRole('row', { name: /=Backup/ }).waitFor({ state: 'detached' })
    expect(page.url()).toContain('#/runs?status=failed&period=hour&text=connection+refused&host=127.0.0.1%3A9')
    const search = page.getByRole('searchbox', { name: 'Search' })
    expect(await search.inputValue()).toBe('host:127.0.0.1:9 connection refused')
    await search.fill('is:success host:127.0.0.1')
    await page.getByRole('row', { name: /connection refused/ }).waitFor({ state: 'detached' })
    expect(await page.getByLabel('Result').inputValue()).toBe('success')
    await search.fill('err:503 is:failed')
    await page.getByText('No run matches.').waitFor()
    expect(page.url()).toContain('#/runs?status=failed&period=hour&code=503')
    await page.goBack()
    await page.getByRole('link', { name: 'connection refused at 127.0.0.1:9' }).click()

    await page.getByRole('link', { name: /show the run of Send the invoices$/ }).press('Enter')
    const opened = page.getByRole('complementary', { name: 'The opened run' })
    await opened.getByText(`the answer of ${first}`).waitFor()
    // It stands beside the list, and the list stays.
    const [list, pane] = await Promise.all([page.locator('.runs').boundingBox(), opened.boundingBox()])
    expect((list?.x ?? 0) + (list?.width ?? 0)).toBeLessThanOrEqual(pane?.x ?? 0)
    await page.setViewportSize({ width: 1200, height: 900 })
    const row = page.locator('tr.details')
    await row.getByText(`the answer of ${first}`).waitFor()
    await page.goto(`${visit.origin}/#/runs?open=${invoices.id}.${first}`)
    await insert(invoices, 1)
    await opened.getByText(`the answer of ${first}`).waitFor()
    await opened.getByRole('button', { name: 'Close' }).click()
    await opened.waitFor({ state: 'detached' })
    await page.goto(`${visit.origin}/#/runs?open=${invoices.id}.${Bun.randomUUIDv7()}`)
    await opened.getByText('This service has no such run').waitFor()
  },
)

browserTest('a run that is over is read once, also where it stands below its row', async () => {
  const id = await insert(invoices, 1)
  const visit = await dashboard.visit({ viewport: { width: 1200, height: 900 } })
  const { page, requests } = visit
  await page.clock.install()
  await signIn(visit, owner, `#/runs?open=${invoices.id}.${id}`)
  await page.locator('tr.details').getByText(`the answer of ${id}`).waitFor()
  const read = (path: string) => requests.filter((request) => new URL(request.url()).pathname.endsWith(path)).length
  await page.clock.runFor(10_500)
  await eventually(async () => read('/executions') === 2, 'the second reading of the list')
  expect([read(`/executions/${id}`), read(`/tasks/${invoices.id}`)]).toEqual([1, 1])
})

browserTest(
  'the tasks of all runs that match are run again once each, not only those of the page, and what cannot run is left out and named',
  async () => {
    await insert(invoices, 3, 'failed', 'x')
    await insert(invoices, 2, 'failed', 'x')
    await insert(backup, 1, 'failed', 'x')
    // On another page than the newest.
    const far = { scheduled_at: '2099-01-01T00:00:00Z', frequency: 1, unit: 'day', status: 'paused' }
    const oldest = await createTask(owner, { name: 'Archive', ...far })
    await insert(oldest, 50, 'failed', 'x')
    for (let ago = 4; ago < 40; ago++) for (let time = 0; time < 3; time++) await insert(invoices, ago, 'failed', 'x')
    await send(owner, 'POST', `/tasks/${backup.id}/executions`)
    await failing(oldest, backup)
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, '#/runs?status=failed')
    await page.getByRole('button', { name: 'Run these again' }).click()
    const dialog = page.getByRole('dialog', { name: 'Run these again' })
    await dialog.getByText('Matching the filter: 112 attempts of 3 tasks, not only those on this page.').waitFor()
    await dialog.getByText('This cannot be undone.').waitFor()
    // What is well since is not done a second time, unless that is asked for.
    expect(await dialog.getByRole('listitem').allTextContents()).toEqual([
      'Archive 1 attempt, paused',
      expect.stringMatching(/^=Backup .+queued or running/),
      'Send the invoices It is not failing any more.',
    ])
    await dialog.getByRole('button', { name: 'Run 1 task now' }).waitFor()
    await dialog.getByRole('checkbox', { name: 'Only tasks that are failing now: 1 of 2' }).uncheck()
    expect(await dialog.getByRole('listitem').allTextContents()).toEqual([
      'Archive 1 attempt, paused',
      'Send the invoices 110 attempts',
      expect.stringMatching(/^=Backup .+queued or running/),
    ])
    const queued = async () => (await sql`select from execution where status = 'queued'`).length
    expect(await queued()).toBe(1)
    await dialog.getByRole('button', { name: 'Run 2 tasks now' }).click()
    await dialog.getByText('2 runs started.').waitFor()
    expect(await dialog.getByRole('listitem').allTextContents()).toEqual([expect.stringMatching(/^=Backup .+/)])
    expect(await queued()).toBe(3)
    await dialog.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Run these again' }).and(page.locator(':focus')).waitFor()
  },
)

browserTest(
  'of failures only the tasks that are failing now are run again, and the list of them is a link',
  async () => {
    await insert(invoices, 3, 'failed', 'the target answered 503')
    await insert(backup, 2, 'failed', 'the target answered 503')
    await failing(backup)
    const visit = await dashboard.visit()
    const { page, origin } = visit
    await signIn(visit, owner, '#/runs?status=failed&period=hour&text=answered+503&host=127.0.0.1')
    await page.getByRole('button', { name: 'Run these again' }).click()
    const dialog = page.getByRole('dialog', { name: 'Run these again' })
    await dialog.getByRole('button', { name: 'Run 1 task now' }).click()
    await dialog.getByText('1 run started.').waitFor()
    expect(await sql`select task_id from execution where status = 'queued'`).toMatchObject([{ task_id: backup.id }])
    await dialog.getByRole('button', { name: 'Close' }).click()
    const link = page.getByRole('link', { name: '1 is still failing' })
    expect(await link.getAttribute('title')).toBe(
      'Tasks that are failing now, with the same error, host, label and search, at any time',
    )
    await link.click()
    await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor()
    await page.getByRole('row', { name: /=Backup/ }).waitFor()
    expect(await page.getByRole('row', { name: /Send the invoices/ }).count()).toBe(0)
    expect(new URL(page.url()).hash).toBe(
      '#/tasks?result=failing&error=answered+503&host=127.0.0.1&sort=-failing_since',
    )
    await page.goto(`${origin}/#/runs?status=failed&name=backup`)
    await page.getByRole('link', { name: 'the task is still failing' }).click()
    await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor()
    await page.getByRole('row', { name: /=Backup/ }).waitFor()
  },
)

browserTest('what matches is saved as CSV that a spreadsheet takes for text, and as JSON', async () => {
  await insert(backup, 2, 'failed', 'said "no", twice')
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/runs')
  const saved = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
    return Bun.file(await download.path()).text()
  }
  const [head, line] = (await saved('Save as CSV')).split('\r\n')
  expect(head).toStartWith('created_at,task_name,task_key,status,status_code,error,')
  expect(line).toContain(`,'=Backup,,failed,,"said ""no"", twice",1,120,`)
  expect(JSON.parse(await saved('Save as JSON'))).toMatchObject([{ task_name: '=Backup', status: 'failed' }])
})

browserTest('the counts of the overview, its hours and its days lead to the runs that they count', async () => {
  await insert(invoices, 1, 'failed', 'x')
  await insert(backup, 1)
  await sql`
    insert into tally (service_id, at, shard, success, failed, skipped, duration_ms, skew_ms)
    values (
      ${owner.id}, date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00+00'), 0, 1, 1, 0,
      array_fill(0, array[36]), array_fill(0, array[36])
    )`
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '')
  await sql`
    insert into failing_task (service_id, task_id, since, consecutive, settled, error)
    values (${owner.id}, ${invoices.id}, now(), 1, 1, 'x')`
  await page.getByRole('link', { name: 'Failed once' }).click()
  await page.getByText('Only those of Send the invoices.').waitFor()
  await page.goBack()
  await page.getByRole('link', { name: '1 failed' }).first().click()
  await page.getByRole('row', { name: /Send the invoices/ }).waitFor()
  expect(await page.getByRole('row').count()).toBe(2)
  await page.goBack()
  await page.getByText('The timeline in numbers').click()
  const table = page.getByRole('table', { name: 'The last 24 hours' })
  await table.getByRole('row').last().getByRole('rowheader').getByRole('link').click()
  await page.getByLabel('From').waitFor()
  await page.goBack()
  await page.locator('.plot.timeline canvas').waitFor()
  const over = page.locator('.plot.timeline .u-over')
  const { width = 0, height = 0 } = (await over.boundingBox()) ?? {}
  await over.click({ position: { x: width / 2 - 4, y: height / 2 } })
  await page.getByLabel('From').waitFor()
  expect(page.url()).toMatch(/#\/runs\?from=.*&to=.*/)
})

browserTest(
  'what is read on a page at its top does not move when newer runs fail; they are told, and shown on demand',
  async () => {
    await insert(invoices, 30, 'failed', 'connection refused')
    const id = await insert(backup, 40, 'failed', 'connection refused')
    const visit = await dashboard.visit({ viewport: { width: 390, height: 800 } })
    const { page, requests } = visit
    await page.clock.install()
    await signIn(visit, owner, `#/runs?status=failed&open=${backup.id}.${id}`)
    const answer = page.getByText(`the answer of ${id}`)
    await answer.waitFor()
    await page.getByText(/^2 runs failed/).waitFor()
    const place = async () => (await answer.boundingBox())?.y
    const before = await place()
    for (const ago of [3, 2, 1]) await insert(invoices, ago, 'failed', `another error ${ago}`)
    await page.clock.fastForward(10_000)
    const newer = page.getByRole('button', { name: '3 newer runs to show in the list' })
    await newer.waitFor()
    const counts = () => requests.filter((request) => request.url().includes('/failures')).length
    // When the count after the next one is asked for, the next one has been shown. A request ends within 10 s by this clock.
    for (const enough = counts() + 2; counts() < enough; await Promise.all(requests.map((one) => one.response())))
      await page.clock.fastForward(5_000)
    expect(await page.evaluate('scrollY')).toBe(0)
    expect(await place()).toBe(before as number)
    expect(await page.locator('.cell-when').count()).toBe(2)
    await newer.press('Enter')
    await page.getByRole('row', { name: /another error 1/ }).waitFor()
    // The button is out of sight now.
    await page.getByRole('table', { name: 'Runs' }).and(page.locator(':focus')).waitFor()
    await page.getByText(/^5 runs failed/).waitFor()
    expect(await page.locator('.cell-when').count()).toBe(5)
    // Nothing is held while nothing is open.
    await page.getByRole('button', { name: 'Close' }).click()
    await insert(invoices, 0, 'failed', 'the last error')
    await page.clock.fastForward(10_000)
    await page.getByRole('row', { name: /the last error/ }).waitFor()
  },
)

browserTest('runs are found by the name of their task, also by who wrote it as a plain text', async () => {
  await insert(invoices, 30, 'failed', 'connection refused')
  await insert(backup, 20, 'failed', 'connection refused')
  const visit = await dashboard.visit()
  const { page, origin } = visit
  await signIn(visit, owner, '#/runs?status=failed')
  await page.getByText(/^2 runs failed/).waitFor()
  const search = page.getByRole('searchbox', { name: 'Search' })
  await search.fill('task:"the invoices"')
  await page.getByText(/^1 run failed/).waitFor()
  await page.getByRole('row', { name: /=Backup/ }).waitFor({ state: 'detached' })
  expect(page.url()).toBe(`${origin}/#/runs?status=failed&name=the+invoices`)
  await search.fill('the INVOICES')
  await page.getByText('No run has “the INVOICES” in its error.').waitFor()
  await page.getByRole('link', { name: 'Look for it in the names of tasks' }).click()
  await page.getByRole('row', { name: /Send the invoices/ }).waitFor()
  expect(await search.inputValue()).toBe('task:"the INVOICES"')
  await page.getByRole('link', { name: 'connection refused at 127.0.0.1:9' }).click()
  await page.waitForURL(/host=127/)
  await page.getByRole('row', { name: /Send the invoices/ }).waitFor()
  const words = 'task:"the INVOICES" host:127.0.0.1:9 connection refused'
  await eventually(async () => (await search.inputValue()) === words, 'what the link looks for in the search')
})

browserTest('words of a search that stand in the address are read as those in the field', async () => {
  await insert(invoices, 30, 'failed', 'connection refused')
  await insert(backup, 20, 'failed', 'timeout')
  await insert(backup, 10)
  const visit = await dashboard.visit()
  const { page, origin } = visit
  await signIn(visit, owner, '#/runs?text=is:failed refused task:invoices')
  await page.getByText(/^1 run failed/).waitFor()
  expect(await page.getByLabel('Result').inputValue()).toBe('failed')
  expect(await page.getByRole('searchbox', { name: 'Search' }).inputValue()).toBe('task:invoices refused')
  await sql`
    insert into failing_task (service_id, task_id, since, consecutive, error)
    values (${owner.id}, ${backup.id}, now(), 1, 'timeout')`
  await page.goto(`${origin}/#/tasks?search=is:failing err:timeout`)
  await page.getByRole('link', { name: '=Backup' }).waitFor()
  expect(await page.getByLabel('Last result').inputValue()).toBe('failing')
  expect(await page.getByRole('table', { name: 'Tasks' }).locator('tbody tr').count()).toBe(1)
})
