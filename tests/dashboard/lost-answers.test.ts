import { beforeEach, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { fetchText } from '../../src/dashboard/client/fetch-text.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

/** Lets the server do what POST requests for this path ask for, and cuts the answers of so many of them. */
async function cutAnswers(page: Page, path: RegExp, times: number): Promise<{ keys: (string | undefined)[] }> {
  const keys: (string | undefined)[] = []
  await page.route(path, async (route) => {
    const request = route.request()
    if (request.method() !== 'POST') return route.continue()
    keys.push(request.headers()['idempotency-key'])
    if (keys.length > times) return route.continue()
    const done = await fetch(request.url(), {
      method: 'POST',
      headers: request.headers(),
      body: request.postData() ?? undefined,
    })
    expect(done.ok).toBe(true)
    await route.abort('connectionreset')
  })
  return { keys }
}

async function fillForm(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('URL').fill('http://127.0.0.1:9/')
  await page.getByLabel('First run').fill('2099-01-01T00:00:00')
}

browserTest('a task whose answer is cut once is created once, without a word', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/tasks/new')
  const cut = await cutAnswers(page, /\/tasks$/, 1)
  await fillForm(page, 'Cut once')
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByRole('heading', { name: 'Cut once' }).waitFor()
  expect(cut.keys).toEqual([expect.any(String), cut.keys[0]])
  expect(await sql`select name from task`).toEqual([{ name: 'Cut once' }] as never)
})

browserTest(
  'a task whose answers are all cut may have been created, and a second press makes no second one',
  async () => {
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, '#/tasks/new')
    const cut = await cutAnswers(page, /\/tasks$/, 2)
    await fillForm(page, 'Cut twice')
    await page.getByRole('button', { name: 'Create task' }).click()
    const told = page.getByRole('alert')
    await told.waitFor()
    expect(await told.textContent()).toBe(
      'Duly did not answer: the task may have been created. Trying again is safe and makes one task.',
    )
    // The focus is where it was, beside what is said.
    await page.locator('button[type=submit]:focus').waitFor()
    // What is typed meanwhile reaches the one task too.
    await page.getByLabel('Retries').fill('3')
    await page.getByRole('button', { name: 'Create task' }).click()
    await page.getByRole('heading', { name: 'Cut twice' }).waitFor()
    expect(new Set(cut.keys).size).toBe(1)
    expect(await sql`select name, retries from task`).toEqual([{ name: 'Cut twice', retries: 3 }] as never)
  },
)

browserTest('a run whose answers are cut may have begun, and a second press makes no second run', async () => {
  const task = await createTask(owner, { name: 'Mine', url: 'http://127.0.0.1:9/' })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner)
  const cut = await cutAnswers(page, /\/executions$/, 2)
  const button = page.getByRole('button', { name: 'Run now: Mine' })
  await button.click()
  await page.getByText('Duly did not answer: the run may have begun. Trying again is safe and makes one run.').waitFor()
  await button.click()
  await page.getByText('“Mine” is to run now.').waitFor()
  expect(new Set(cut.keys).size).toBe(1)
  expect((await send(owner, 'GET', `/tasks/${task.id}/executions`)).body.total_count).toBe(1)
  // No other run can be asked for while this one waits.
  await page.locator('button.run-now[aria-disabled=true]').waitFor()
  // The next press is another wish: it has a key of its own.
  await sql`delete from execution`
  await sql`update task set queued_for = null, queued_id = null, queued_created_at = null`
  await button.click()
  await eventually(() => new Set(cut.keys).size === 2, 'a second key')
})

browserTest('a pause whose answer is cut is not denied', async () => {
  const task = await createTask(owner, { name: 'Mine' })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${task.id}`)
  await cutAnswers(page, new RegExp(`/tasks/${task.id}$`), 1)
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  const told = page.getByRole('status').filter({ hasText: 'Duly did not answer' })
  await told.waitFor()
  expect(await told.textContent()).toStartWith('Duly did not answer: this may have been done. Trying again is safe.')
  expect(await sql`select status from task`).toEqual([{ status: 'paused' }] as never)
})

test('the patience for an answer counts from its last byte', async () => {
  const parts = (count: number, everyMs: number) =>
    new Response(
      new ReadableStream({
        async start(controller) {
          for (let part = 0; part < count; part++) {
            controller.enqueue(new TextEncoder().encode(`${part} `))
            await Bun.sleep(everyMs)
          }
          controller.close()
        },
      }),
    )
  using slow = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: ({ url }) => (url.endsWith('/slow') ? parts(6, 100) : parts(2, 3_000)),
  })
  expect((await fetchText(`${slow.url}slow`, {}, 400)).text).toBe('0 1 2 3 4 5 ')
  const given = await fetchText(`${slow.url}silent`, {}, 400).catch((error: Error) => error.name)
  expect(given).toBe('TimeoutError')
})
