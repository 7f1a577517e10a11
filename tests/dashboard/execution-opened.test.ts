import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

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
  await page.getByText('From the task as it is now.').waitFor()
  const text = await page.locator('.opened pre').last().textContent()
  expect(text).toStartWith('POST http://127.0.0.1:9/\nX-Team: billing\n')
  expect(text).toContain(`Idempotency-Key: ${slot}`)
  expect(text).toContain(`Duly-Execution-Id: ${id}`)
  expect(text).toEndWith('\n\n{"all":true}')
  await page.getByText('No answer is kept.').waitFor()
  expect(await page.getByText('3 runs before it were missed.').count()).toBe(2)

  await sql`update task set updated_at = now()`
  await page.getByText('The task was changed after this was sent').waitFor()
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
  await page.getByRole('button', { name: 'Show it as it came' }).click()
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
