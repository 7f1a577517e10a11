import { beforeEach, expect } from 'bun:test'
import { openTestAlerts } from '../support/alerts.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  for (let n = 1; n <= 8; n++) {
    const { id } = await createTask(owner, { name: `Task ${n}`, scheduled_at: '2099-01-01T00:00:00Z' })
    const error = `HTTP 50${n}`
    await sql`
      insert into failing_task (service_id, task_id, since, settled, consecutive, error)
      values (${owner.id}, ${id}, now() - interval '20 minutes', 3, 9, ${error})`
    await sql`
      insert into failure_reason (service_id, reason, error)
      values (${owner.id}, hashtextextended(concat(' ', ${error}::text), 0), ${error}) on conflict do nothing`
    await sql`
      with run as (
        insert into execution (
          service_id, task_id, id, slot_id, scheduled_for, status, error, created_at, started_at, replica_id, duration_ms
        )
        select ${owner.id}, ${id}, gen_random_uuid(), gen_random_uuid(), at, 'failed', ${error}, at, at, gen_random_uuid(), 120
        from generate_series(1, 5) n, lateral (select now() - n * interval '4 minutes' as at) time
        returning service_id, created_at, id, task_id
      )
      insert into failed_execution (service_id, created_at, failed_at, id, task_id, reason, settled)
      select service_id, created_at, created_at, id, task_id, hashtextextended(concat(' ', ${error}::text), 0), true from run`
  }
  await sql`insert into outage (began_at, ended_at) values (now() - interval '3 hours', now() - interval '2 hours')`
})

/** What is asked for later by one screen, and how long each answer takes, in ms: they come one after the other. */
const slow = {
  '/overview': 150,
  '/outages': 350,
  '/executions': 150,
  '/failures': 350,
  '/alerts': 350,
  '/service': 450,
  '/token': 100,
  '/tokens': 500,
  '/secrets': 50,
  '/signing-keys': 250,
  '/service/retention': 150,
}

for (const [name, hash, shown] of [
  ['the overview', '#/', '.plot.days canvas'],
  ['the runs that failed', '#/runs?status=failed', 'text=40 runs failed'],
  ['the runs of an hour', '#/runs?period=hour', 'text=40 runs failed'],
  ['what is set for the service', '#/service', 'text=What was dropped does not come back when days are made longer.'],
] as const)
  browserTest(`nothing moves while ${name} is loaded, however its answers come`, async () => {
    const visit = await dashboard.visit({ viewport: { width: 1280, height: 800 } })
    const { page } = visit
    for (const [path, ms] of Object.entries(slow))
      await page.route(
        (url) => url.pathname === path,
        async (route) => {
          await Bun.sleep(ms)
          await route.continue()
        },
      )
    await page.addInitScript(`
      window.moved = []
      new PerformanceObserver((list) => {
        for (const { value, hadRecentInput, sources } of list.getEntries())
          if (!hadRecentInput) window.moved.push([value, ...sources.map(({ node }) => node?.className ?? node?.nodeName)])
      }).observe({ type: 'layout-shift', buffered: true })
    `)
    for (const one of ['reader', 'writer']) await send(owner, 'POST', '/tokens', { name: one, scopes: ['read'] })
    await send(owner, 'PUT', '/secrets/API_TOKEN', { value: 'value' })
    await send(owner, 'POST', '/signing-keys', {})
    const slowest = page.waitForResponse('**/service')
    await signIn(visit, owner, hash)
    await page.locator(shown).first().waitFor()
    await slowest
    await page.getByRole('button', { name: /^team/ }).waitFor()
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))')
    // How far what moved, and its classes.
    const moved = await page.evaluate<[number][]>('window.moved')
    expect(moved.reduce((sum, [value]) => sum + value, 0)).toBeLessThan(0.01)
    // What moves is seen.
    await page.evaluate(
      `document.querySelector('main').prepend(Object.assign(document.createElement('div'), { style: 'height: 300px' }))`,
    )
    await eventually(() => page.evaluate<boolean>('window.moved.some(([value]) => value > 0.1)'), 'the move is seen')
  })

browserTest('each failing task of the overview is a line of 32 px, with its alert', async () => {
  await sql`
    update failing_task
    set since = now() - interval '13 hours', settled = 1234, consecutive = 3702, error = ${'the target answered 503: '.repeat(9)}
    where task_id = (select max(task_id::text)::uuid from failing_task)`
  const failing = await sql<{ task_id: string }[]>`select task_id from failing_task`
  await sql`update task set scheduled_at = now() + interval '20 hours'`
  await openTestAlerts(owner.id, { task_ids: failing.map(({ task_id }) => task_id) })
  const visit = await dashboard.visit({ viewport: { width: 1280, height: 800 } })
  const { page } = visit
  await signIn(visit, owner, '#/?failing=all')
  await page.locator('.failing li .alert-mark').first().waitFor()
  // Nothing of the second line is cut.
  expect(
    await page
      .locator('.failing .since')
      .evaluateAll((ones) => ones.filter((one) => one.scrollWidth > one.clientWidth).length),
  ).toBe(0)
  const heights = await page
    .locator('.failing li')
    .evaluateAll((lines) => lines.map((line) => line.getBoundingClientRect().height))
  expect(heights).toEqual(Array(8).fill(32))
})
