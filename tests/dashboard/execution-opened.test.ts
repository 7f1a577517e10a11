import { beforeEach, expect } from 'bun:test'
import type { Response } from 'playwright-core'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { promised } from '../support/promised.ts'

const dashboard = useDashboard()
let owner: Account
let taskId: string
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  const task = { ...farTask, name: 'Mine', method: 'POST', payload: '{"all":true}', header: { 'X-Team': 'billing' } }
  taskId = (await send(owner, 'POST', '/tasks', task)).body.id
  await sql`update task set updated_at = now() - interval '1 day'`
})

const slot = '0198b0b4-2f1c-4c3a-9d55-6a3f5c1b2e10'

/** Records one execution, sent `minutesAgo`; what is not given is a success. */
async function insertExecution(fields: Record<string, unknown>, minutesAgo = 1): Promise<string> {
  const id = crypto.randomUUID()
  const at = new Date(Date.now() - minutesAgo * 60_000).toISOString()
  const row = {
    ...{ service_id: owner.id, task_id: taskId, id, slot_id: crypto.randomUUID(), status: 'success', status_code: 200 },
    ...{ duration_ms: 120 * minutesAgo, created_at: at, scheduled_for: at, started_at: at },
    ...fields,
  }
  await sql`insert into execution ${sql(row as unknown as Record<string, string>)}`
  return id
}

const response = '.opened pre >> nth=0'
const request = '.opened pre >> nth=1'

browserTest('an opened execution shows the request, with its keys, and the answer', async () => {
  const id = await insertExecution({ slot_id: slot, missed_slots: 3 })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${taskId}?open=${id}`)
  await page.getByText('As it was sent: the task sends the same since.').waitFor()
  const text = await page.locator('.opened pre').last().textContent()
  expect(text).toStartWith('POST http://127.0.0.1:9/\nX-Team: billing\n')
  expect(text).toContain(`Idempotency-Key: ${slot}`)
  expect(text).toContain(`Duly-Execution-Id: ${id}`)
  expect(text).toEndWith('\n\n{"all":true}')
  await page.getByText('No answer is kept.').waitFor()
  expect(await page.getByText('3 runs before it were missed.').count()).toBe(2)

  await send(owner, 'POST', `/tasks/${taskId}`, { payload: '{"all":false}', header: {}, host: 'b.example' })
  await page.getByText(/^The task was changed at .* by token .*; this is what was sent\.$/).waitFor()
  expect(await page.locator('.opened pre').last().textContent()).toBe(text)
  await page.getByText('host was null.').waitFor()
})

browserTest('an answer in JSON stands on many lines, with its numbers as they came', async () => {
  const body = '{"id":12345678901234567890,"list":[1,"a, {b}"],"none":{}}'
  await insertExecution({ response: body })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${taskId}`)
  await page.getByRole('button', { name: 'Show' }).click()
  const pretty = '{\n  "id": 12345678901234567890,\n  "list": [\n    1,\n    "a, {b}"\n  ],\n  "none": {}\n}'
  await page.locator(response).waitFor()
  expect(await page.locator(response).textContent()).toBe(pretty)
  await page.getByRole('button', { name: 'Show it unformatted' }).click()
  expect(await page.locator(response).textContent()).toBe(body)
})

browserTest('an answer in HTML is text, and a truncated one says so', async () => {
  const html = '<!doctype html><script>window.ran = 1</script><img src=x onerror="window.ran = 2">'
  await insertExecution({
    response: html,
    response_truncated: true,
    status: 'failed',
    status_code: 502,
    error: 'HTTP 502',
  })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${taskId}`)
  await page.getByRole('button', { name: 'Show' }).click()
  await page.locator(request).waitFor()
  expect(await page.locator(response).textContent()).toBe(html)
  await page.getByText('The answer was longer than the 64 KiB that are kept, or broke off.').waitFor()
  await page.getByText('Status code 502: HTTP 502').waitFor()
  expect(await page.locator('main script, main img').count()).toBe(0)
  expect(await page.evaluate('window.ran')).toBeUndefined()
})

browserTest('the attempts at one slot stand together, and one sent again is named', async () => {
  await insertExecution({ slot_id: slot, attempt: 1, status: 'failed', error: 'lost: the replica stopped' }, 9)
  await insertExecution({ slot_id: slot, attempt: 1, redelivery: 1, status: 'failed', error: 'connection refused' }, 7)
  await insertExecution({ response: 'in between' }, 5)
  await insertExecution({ slot_id: slot, attempt: 2 }, 3)
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${taskId}`)
  const rows = page.getByRole('table', { name: 'Executions' }).getByRole('row')
  await page.getByText('3 attempts at the run of').waitFor()
  const words = await rows.allTextContents()
  expect(words).toHaveLength(6)
  expect(words[2]).toContain('attempt 2')
  expect(words[3]).toContain('attempt 1, sent again')
  expect(words[4]).toMatch(/attempt 1(?!,).*lost/)
  expect(words[5]).toContain('in between')
})

browserTest('the shown executions are plotted, and the plot says in words how long they took', async () => {
  for (const minutes of [1, 2, 3, 4]) await insertExecution({}, minutes)
  const failed = await insertExecution(
    { status: 'failed', status_code: null, error: 'timeout', duration_ms: 30_000 },
    5,
  )
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${taskId}`)
  await page
    .getByRole('img', { name: 'Durations of the 5 shown here: half took 360 ms or less, the longest 30.0 s.' })
    .waitFor()
  expect(await page.locator('.durations-cross').count()).toBe(1)
  await page.locator('.durations-failed').click()
  await page.getByText('No answer came.').waitFor()
  expect(new URL(page.url()).hash).toBe(`#/tasks/${taskId}?open=${failed}`)
  await page.goBack()
  await page.getByText('No answer came.').waitFor({ state: 'detached' })
})

/** Records runs with answers of 64 KiB that cannot be compressed, one for each minute before now. */
const insertLarge = (amount: number) => sql`
  insert into execution (
    service_id, task_id, id, slot_id, status, status_code, response, duration_ms, created_at, scheduled_for, started_at
  )
  select
    ${owner.id}, ${taskId}, gen_random_uuid(), gen_random_uuid(), 'success', 200, answer, 120, at, at, at
  from (
    select now() - n * interval '1 minute' as at, string_agg(md5(random()::text || n || part), '') as answer
    from generate_series(1, ${amount}::integer) n, generate_series(1, 2048) part
    group by n
  ) row`

browserTest(
  '20 runs with answers of 64 KiB are listed at 400 kbit/s, and asking again costs next to nothing',
  async () => {
    await insertLarge(20)
    const visit = await dashboard.visit()
    const { page } = visit
    await page.clock.install()
    const network = await page.context().newCDPSession(page)
    await network.send('Network.emulateNetworkConditions', {
      ...{ offline: false, latency: 50, downloadThroughput: 50_000, uploadThroughput: 50_000 },
    })
    const answers: Response[] = []
    page.on('response', (answer) => answers.push(answer))
    const began = performance.now()
    await signIn(visit, owner, `#/tasks/${taskId}`)
    const rows = page.locator('.executions tbody tr')
    await rows.nth(19).waitFor()
    expect(performance.now() - began).toBeLessThan(promised(5_000))

    /** Lets two seconds pass. @returns the statuses of the answers about the task, and the bytes of all */
    const poll = async () => {
      answers.length = 0
      await page.clock.fastForward(2_000)
      const own = () => answers.filter((answer) => answer.url().includes(`/tasks/${taskId}`))
      const has = (end: string) => own().some((answer) => new URL(answer.url()).pathname.endsWith(end))
      await eventually(() => has(taskId) && has('/executions'), 'the task and its executions are asked for again')
      // An answer that is streamed has no length, and none of these is to be.
      const bytes = answers.map((answer) => {
        const headers = answer.headers()
        const body = answer.status() === 304 ? 0 : Number(headers['content-length'])
        return body + JSON.stringify(headers).length
      })
      return { statuses: own().map((answer) => answer.status()), bytes: bytes.reduce((sum, size) => sum + size, 0) }
    }
    await page.waitForLoadState('networkidle')
    const same = await poll()
    expect(new Set(same.statuses)).toEqual(new Set([304]))
    expect(same.bytes).toBeLessThan(6_000)
    await insertExecution({ response: 'the newest' }, 0)
    const other = await poll()
    expect(other.statuses).toContain(200)
    expect(other.bytes).toBeLessThan(10_000)
    await page.getByText('the newest', { exact: true }).waitFor()

    await rows.nth(1).getByRole('button').click()
    await page.locator(response).waitFor()
    expect((await page.locator(response).textContent())?.length).toBe(65_536)
  },
)

browserTest('what is read does not move when newer runs come, which are told and shown on demand', async () => {
  for (const minutes of [1, 2, 3]) await insertExecution({ response: `answer ${minutes}` }, minutes)
  const visit = await dashboard.visit({ viewport: { width: 1280, height: 800 } })
  const { page } = visit
  await page.clock.install()
  await signIn(visit, owner, `#/tasks/${taskId}`)
  const rows = page.locator('.executions tbody tr:not(.details)')
  await rows.nth(1).getByRole('button').click()
  await page.locator(request).waitFor()
  expect(await page.locator(response).textContent()).toBe('answer 2')
  const place = async () => (await page.locator(response).boundingBox())?.y
  const before = await place()
  for (const seconds of [3, 2, 1]) await insertExecution({ response: `new ${seconds}` }, seconds / 60)
  await page.clock.fastForward(2_000)
  const newer = page.getByRole('button', { name: '3 newer runs to show in the list' })
  await newer.waitFor()
  expect(await place()).toBe(before as number)
  expect(await rows.count()).toBe(3)
  await newer.click()
  await rows.nth(5).waitFor()
  expect(await page.locator(response).textContent()).toBe('answer 2')
  // The bars of few runs are no blocks.
  const bar = page.locator('.durations-bar rect:not(.hover-area)').first()
  expect((await bar.boundingBox())?.width).toBeLessThan(40)
})

browserTest('newer runs are counted by their places: two of one moment, and one with two attempts', async () => {
  const at = new Date(Date.now() - 60_000).toISOString()
  const id = '80000000-0000-4000-8000-000000000000'
  await insertExecution({ id, created_at: at })
  await insertExecution({}, 2)
  const visit = await dashboard.visit({ viewport: { width: 1280, height: 800 } })
  const { page } = visit
  await page.clock.install()
  await signIn(visit, owner, `#/tasks/${taskId}?open=${id}`)
  await page.locator(response).waitFor()
  // One before, and one behind the run of the same time.
  for (const digit of ['0', 'f']) await insertExecution({ id: id.replaceAll(/[08]/g, digit), created_at: at })
  for (const attempt of [1, 2]) await insertExecution({ slot_id: slot, attempt }, 0.5 / attempt)
  await page.clock.fastForward(2_000)
  await page.getByRole('button', { name: '3 newer runs to show in the list' }).waitFor()
})

browserTest(
  'a wide window has the opened run beside the list, and its answer is copied and saved as it came',
  async () => {
    const answer = '{"a":1,"b":"\u202e"}'
    const id = await insertExecution({ slot_id: slot, attempt: 2, response: answer }, 1)
    await insertExecution({ slot_id: slot, attempt: 1, status: 'failed', error: 'timeout' }, 2)
    const visit = await dashboard.visit({ viewport: { width: 1920, height: 1000 } })
    const { page } = visit
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.clock.install()
    await signIn(visit, owner, `#/tasks/${taskId}`)
    await page.getByText('2 attempts at the run of').waitFor()
    await page
      .getByRole('row', { name: /attempt 2/ })
      .getByRole('button')
      .click()
    const pane = page.getByRole('complementary', { name: 'The opened run' })
    await pane.locator('pre').nth(1).waitFor()
    const [list, beside] = [await page.locator('.executions').boundingBox(), await pane.boundingBox()]
    expect(beside?.x).toBeGreaterThan((list?.x ?? 0) + (list?.width ?? 0))
    expect(await page.locator('.executions .details').count()).toBe(0)
    // What would turn the text is shown by its number, and copied as it came.
    expect(await pane.locator('pre').first().textContent()).toBe('{\n  "a": 1,\n  "b": "\\u202e"\n}')
    await pane.getByRole('button', { name: 'Copy the answer' }).click()
    await page.getByText('Copied the answer.').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(answer)
    const saving = page.waitForEvent('download')
    await pane.getByRole('button', { name: 'Download the answer' }).click()
    const file = await saving
    expect(file.suggestedFilename()).toBe(`answer-${id}.json`)
    expect(await Bun.file(await file.path()).text()).toBe(answer)
    // The list beside it goes on.
    await insertExecution({ response: 'the newest' }, 0)
    await page.clock.fastForward(2_000)
    await page.getByText('the newest', { exact: true }).waitFor()
    expect(await page.getByText('2 attempts at the run of').count()).toBe(1)
    expect(await pane.getByText(slot).count()).toBeGreaterThan(0)
    await pane.getByRole('button', { name: 'Close' }).click()
    await pane.waitFor({ state: 'detached' })
  },
)
