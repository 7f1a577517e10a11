import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
let id: string
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  id = (await createTask(owner, { name: 'Send the invoices', frequency: null, unit: null })).id
})

/** Its only slot was due ten minutes ago; attempt 1 has failed, and attempt 2 waits for another four minutes. */
async function failOnce(): Promise<void> {
  await sql`update task set scheduled_at = now() - interval '10 minutes', once_running = true`
  await sql`
    insert into failing_task (service_id, task_id, since, consecutive, settled, error)
    values (${owner.id}, ${id}, now() - interval '9 minutes', 1, 0, 'HTTP 503')`
  const execution = Bun.randomUUIDv7()
  await sql`
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status, attempt)
    select service_id, id, ${execution}, ${execution}, now() - interval '9 minutes', scheduled_at, 'queued', 2 from task`
  await sql`
    update task
    set queued_id = ${execution}, queued_created_at = (select created_at from execution),
        queued_for = now() + interval '4 minutes 30 seconds'`
}

browserTest('a run that waits for its next attempt says when that comes, and nowhere that it is overdue', async () => {
  await failOnce()
  const visit = await dashboard.visit()
  const { page, origin } = visit
  await signIn(visit, owner, '#/tasks')
  const row = page.getByRole('row', { name: /Send the invoices/ })
  await row.getByText(/next attempt in 4 min \d+ s/).waitFor()
  await page.goto(`${origin}/#/tasks/${id}`)
  await page.getByText(/^Attempt 2 is sent in 4 min \d+ s, at /).waitFor()
  await page.getByText(/next attempt in 4 min \d+ s/).waitFor()
  await page.getByRole('cell', { name: /To be sent at / }).waitFor()
  expect(await page.getByText(/due .* ago|has been due/).count()).toBe(0)
  await page.goto(`${origin}/#/`)
  await page.getByText(/Next try \d\d:\d\d/).waitFor()
  await page.goto(`${origin}/#/runs`)
  await page.getByText(/To be sent at /).waitFor()

  await sql`update execution set status = 'started', started_at = now(), replica_id = gen_random_uuid()`
  await sql`update task set queued_for = null, queued_id = null, queued_created_at = null`
  await page.goto(`${origin}/#/tasks`)
  await row.getByText('running now').waitFor()
})

browserTest('a slot that waits says since when it is due, above times at which it does not start yet', async () => {
  await send(owner, 'PUT', '/flows/partner', { paused: true })
  const { body: task } = await send(owner, 'POST', `/tasks/${id}`, { flow: 'partner', frequency: 1, unit: 'hour' })
  await sql`update task set scheduled_at = now() - interval '5 minutes' where id = ${task.id}`
  const visit = await dashboard.visit()
  await signIn(visit, owner, `#/tasks/${id}`)
  await visit.page.getByText(/^It has been due since .* and starts as soon as it can/).waitFor()
  await visit.page.getByText('The task waits until the flow is resumed').waitFor()
  await visit.page.getByText(/It waits until its flow partner is resumed\.$/).waitFor()
})

browserTest('a task that runs once does not wait for its flow while its run goes on', async () => {
  await send(owner, 'PUT', '/flows/partner', { concurrency: 1 })
  await send(owner, 'POST', `/tasks/${id}`, { flow: 'partner' })
  await failOnce()
  await sql`update execution set status = 'started', started_at = now(), replica_id = gen_random_uuid()`
  await sql`update task set queued_for = null, queued_id = null, queued_created_at = null`
  await send(owner, 'PUT', '/flows/partner', { concurrency: 1, paused: true })
  const visit = await dashboard.visit()
  const { page } = visit
  await page.clock.install()
  await signIn(visit, owner, `#/tasks/${id}`)
  await page.getByText(/^Running for /).waitFor()
  await page.getByText(/, paused since /).waitFor()
  // The sentence asks for the flow of what waits by itself, as often as the line of the flow does.
  const again = page.waitForResponse(/flows\?/)
  await page.clock.fastForward(5_000)
  await again
  expect(await page.getByText(/waits until (its|the) flow/).count()).toBe(0)
})
