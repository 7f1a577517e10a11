import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

browserTest('a run by hand is marked in each list, and says who asked for it; so do its retries', async () => {
  const { id } = await createTask(owner, { name: 'Send the invoices' })
  const { body: token } = await send(owner, 'POST', '/tokens', { name: 'night shift', scopes: ['run'] })
  const { body: run } = await send({ id: owner.id, token: token.token }, 'POST', `/tasks/${id}/executions`)
  await sql`
    update execution
    set status = 'failed', error = 'HTTP 503', started_at = now(), replica_id = gen_random_uuid(), duration_ms = 5,
      status_code = 503, response = 'busy', response_header = '{"retry-after": ["120"], "x-request-id": ["a", "b"]}'`
  await sql`update task set queued_for = null, queued_id = null, queued_created_at = null`
  const retry = Bun.randomUUIDv7()
  await sql`
    insert into execution (
      service_id, task_id, id, slot_id, scheduled_for, attempt, status, created_at, started_at, replica_id, duration_ms
    )
    select service_id, task_id, ${retry}, slot_id, scheduled_for, 2, 'success', now(), now(), replica_id, 5 from execution`
  // One of the schedule.
  await sql`
    insert into execution (service_id, task_id, id, slot_id, scheduled_for, status, created_at, started_at, replica_id, duration_ms)
    select service_id, task_id, slot, slot, now() - interval '1 hour', 'success', now() - interval '59 minutes 59 seconds', now(),
      replica_id, 5
    from execution cross join (select gen_random_uuid() as slot) made
    where attempt = 2`
  const visit = await dashboard.visit()
  const { page, origin } = visit
  await signIn(visit, owner, '#/runs')
  const rows = page.getByRole('table', { name: 'Runs' }).locator('tbody tr')
  await rows.first().waitFor()
  expect(await rows.count()).toBe(3)
  expect(await rows.filter({ hasText: 'by hand' }).count()).toBe(1)
  for (const execution of [run.id, retry]) {
    await page.goto(`${origin}/#/runs?open=${id}.${execution}`)
    await page.getByText(/ by hand, by token night shift$/).waitFor()
    await page.goto(`${origin}/#/runs`)
    await page.getByText(/by token night shift/).waitFor({ state: 'detached' })
  }
  await page.goto(`${origin}/#/runs?open=${id}.${run.id}`)
  await page.getByText('2 headers').click()
  await page.getByText('retry-after: 120\nx-request-id: a\nx-request-id: b').waitFor()
  await page.goto(`${origin}/#/tasks/${id}`)
  const ofTask = page.getByRole('table', { name: /Executions/ }).locator('tbody tr')
  await ofTask.first().waitFor()
  expect(await ofTask.filter({ hasText: 'by hand' }).count()).toBe(1)
  const asked = async (execution: string) =>
    (await send(owner, 'GET', `/tasks/${id}/executions/${execution}`)).body.asked_by
  expect(await asked(retry)).toEqual({ actor: 'token', principal: 'night shift' })
  const [scheduled] = await sql`select id from execution where scheduled_for < now() - interval '30 minutes'`
  expect(await asked(scheduled?.id)).toBe(null)
})
