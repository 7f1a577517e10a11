import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

// Each visit also fails on a script error, a dialog, a refusal by the policy, and a request to another host.
const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const image = '<img src=x onerror="window.ran = 1">'
const script = '<script>window.ran = 2</script><svg onload="window.ran = 3"><iframe src="https://example.com">'

browserTest('names, URLs, headers and payloads are text wherever they stand', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', {
    ...farTask,
    name: image,
    url: `http://127.0.0.1:9/?q="><b>${encodeURIComponent(script)}`,
    header: { 'X-Note': script },
    payload: script,
  })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner)
  await page.getByRole('link', { name: image }).click()
  await page.getByRole('heading', { name: image }).waitFor()
  expect(await page.locator('pre').first().textContent()).toBe(script)
  expect(await page.getByText(`X-Note: ${script}`).count()).toBe(1)
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog', { name: `Delete “${image}”?` }).waitFor()
  await page.keyboard.press('Escape')
  await page.goto(`${visit.origin}/#/tasks/${task.id}/edit`)
  expect(await page.getByLabel('Payload').inputValue()).toBe(script)
  expect(await page.locator('img, iframe, main script, b').count()).toBe(0)
  expect(await page.evaluate('window.ran')).toBeUndefined()
})

browserTest(
  'characters that hide or turn text are shown by their numbers, and a name with them can be confirmed',
  async () => {
    await send(owner, 'POST', '/tasks', {
      ...farTask,
      name: 'pay\u202eecioni\u200b 👩\u200d💻',
      payload: 'a\u2066b\n\tc',
    })
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner)
    const name = 'pay\\u202eecioni\\u200b 👩\u200d💻'
    await page.getByRole('link', { name, exact: true }).click()
    await page.getByRole('heading', { name, exact: true }).waitFor()
    const payload = page.locator('pre').first()
    expect(await payload.textContent()).toBe('a\\u2066b\n\tc')
    // They can be seen, and copied, as they are.
    await page.getByRole('button', { name: 'Show them as they came' }).click()
    await page.getByText('They are there as they came.').waitFor()
    expect(await payload.textContent()).toBe('a\u2066b\n\tc')
    await page.getByRole('button', { name: 'Write their numbers' }).click()
    await page.getByText('They are written by their numbers.').waitFor()
    expect(await payload.textContent()).toBe('a\\u2066b\n\tc')
    // An input holds them as they are: what it has is told beside it, also while it is typed.
    await page.getByRole('link', { name: 'Edit' }).click()
    const told = (id: string) => page.locator(`#${id}-hidden`).textContent()
    const input = page.getByLabel('Name', { exact: true })
    await input.waitFor()
    expect(await told('name')).toBe(`It has characters that do not show: ${name}`)
    expect(await told('payload')).toBe('It has characters that do not show: a\\u2066b\n\tc')
    expect((await input.getAttribute('aria-describedby'))?.split(' ')).toContain('name-hidden')
    expect(await page.locator('#url-hidden').count()).toBe(0)
    await page.getByText(/^What few tasks need/).click()
    await page.getByLabel('Host', { exact: true }).fill(`${'a'.repeat(60)}\u202e${'b'.repeat(200)}`)
    expect(await told('host')).toMatch(/: …a{40}\\u202eb+…$/)
    await page.getByLabel('Host', { exact: true }).fill('example.com')
    await page.locator('#host-hidden').waitFor({ state: 'detached' })
    await page.goBack()
    await page.getByRole('button', { name: 'Leave without saving' }).click()
    await page.getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog', { name: `Delete “${name}”?` })
    await dialog.getByText('Service: team').waitFor()
    await dialog.getByRole('textbox').fill(name)
    await dialog.getByRole('button', { name: 'Delete task' }).click()
    await page.getByText(`Deleted “${name}”.`).waitFor()
    expect(await sql`select 1 from task where deleted_at is null`).toHaveLength(0)
  },
)

browserTest('an answer and an error that hold HTML are shown and not run', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', farTask)
  await sql`
    insert into execution (service_id, task_id, id, slot_id, status, status_code, error, response, scheduled_for)
    values (
      ${owner.id}, ${task.id}, gen_random_uuid(), gen_random_uuid(), 'failed', 500, ${image}, ${script}, now()
    )`
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${task.id}`)
  await page.getByRole('cell', { name: image }).waitFor()
  await page.getByRole('button', { name: 'Show' }).click()
  await page.locator('pre').first().waitFor()
  expect(await page.locator('pre').first().textContent()).toBe(script)
  expect(await page.locator('img, iframe, main script').count()).toBe(0)
  expect(await page.evaluate('window.ran')).toBeUndefined()
})

browserTest('a script that got into the page would be refused by the policy', async () => {
  const visit = await dashboard.visit()
  await visit.page.goto(visit.origin)
  await visit.page.evaluate(`document.body.insertAdjacentHTML('beforeend', '${image}')`)
  await visit.page.getByRole('heading', { name: 'Sign in' }).waitFor()
  const deadline = Date.now() + 5_000
  // The event of the page and the line in the browser's console.
  const seen = (kind: string) => visit.faults.some((fault) => fault.startsWith(kind))
  while (!seen('policy: script-src') || !seen('console: ')) {
    expect(Date.now()).toBeLessThan(deadline)
    await Bun.sleep(20)
  }
  expect(await visit.page.evaluate('window.ran')).toBeUndefined()
  visit.faults.length = 0
})

browserTest('a token with characters that do not show is told so, and not written out', async () => {
  const { page, origin } = await dashboard.visit()
  await page.goto(origin)
  await page.getByLabel('Token').fill('duly_\u200bsecret')
  expect(await page.locator('#token-hidden').textContent()).toStartWith('It has characters that do not show. Copy it')
  expect(await page.getByLabel('Token').getAttribute('aria-describedby')).toContain('token-hidden')
  expect(await page.locator('body').textContent()).not.toContain('secret')
})
