import { beforeEach, expect } from 'bun:test'
import type { Locator } from 'playwright-core'
import { mask } from '../../src/formats/secret-mask.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard, type Visit } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { secrets } from '../support/secrets.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

// PostgreSQL puts the shorter name first.
const header = { Authorization: 'Bearer geheim', 'Accept-Language': 'de' }

/** The secret values that are stored for a task, opened. */
async function storedOf(id: string): Promise<Record<string, string>> {
  const [row] = await sql<{ secret_header: Record<string, string> | null }[]>`
    select secret_header
    from task
    where id = ${id}`
  return Object.fromEntries(secrets.open({ service_id: owner.id, task_id: id }, row?.secret_header ?? {}))
}

async function open(hash: string, options = {}): Promise<Visit> {
  const visit = await dashboard.visit(options)
  await signIn(visit, owner, hash)
  await visit.page.getByLabel('Payload').waitFor()
  return visit
}

/** What a screen reader says of an input beyond its name. */
function descriptionOf(input: Locator): Promise<string> {
  return input.evaluate((element) =>
    (element.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => element.ownerDocument.getElementById(id)?.textContent)
      .join(' '),
  )
}

browserTest('a secret value is told to be there, typing replaces it whole, and it can be kept after all', async () => {
  const task = await createTask(owner, { header })
  const { page } = await open(`#/tasks/${task.id}/edit`)
  const value = page.getByLabel('Value of header 1')
  expect(await value.inputValue()).toBe(mask)
  expect(await descriptionOf(value)).toBe('Kept encrypted and not shown; type to replace it.')
  expect(await descriptionOf(page.getByLabel('Value of header 2'))).toBe('')
  await page.getByText('Authorization, Cookie, *-Token and their kind are encrypted').waitFor()

  await page.getByLabel('Name of header 1').focus()
  await page.keyboard.press('Tab')
  await page.keyboard.type('by tab')
  expect(await value.inputValue()).toBe('by tab')
  expect(await descriptionOf(value)).toStartWith('Replaces the stored value.')
  await page.getByRole('button', { name: 'Keep the stored value' }).click()
  await value.and(page.locator(':focus')).waitFor()
  expect(await value.inputValue()).toBe(mask)
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Nothing was changed.').waitFor()
  expect(await storedOf(task.id)).toEqual({ authorization: header.Authorization })

  await page.goBack()
  await value.click()
  await page.keyboard.type('Bearer another')
  expect(await value.inputValue()).toBe('Bearer another')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Saved “').waitFor()
  expect(await storedOf(task.id)).toEqual({ authorization: 'Bearer another' })
})

browserTest('another header is changed beside a secret one, whose value stays', async () => {
  const task = await createTask(owner, { header })
  const { page } = await open(`#/tasks/${task.id}/edit`)
  await page.getByLabel('Value of header 2').fill('fr')
  await page.getByText('As a curl command').click()
  const line = page.getByLabel('The curl command')
  expect(await line.inputValue()).toContain(`"Authorization":"${mask}"`)
  await page.getByText(`The value ${mask} keeps what is stored.`).waitFor()
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Saved “').waitFor()
  expect(await storedOf(task.id)).toEqual({ authorization: header.Authorization })
  expect((await send(owner, 'GET', `/tasks/${task.id}`)).body.header).toEqual({
    Authorization: mask,
    'Accept-Language': 'fr',
  })
})

browserTest(
  'a secret header that gets another name needs its value anew, at the value, before anything is sent',
  async () => {
    const task = await createTask(owner, { header })
    const { page, requests } = await open(`#/tasks/${task.id}/edit`)
    await page.getByLabel('Name of header 1').fill('X-Other')
    const value = page.getByLabel('Value of header 1')
    expect(await descriptionOf(value)).toStartWith('The stored value is that of Authorization')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Not saved. 1 field needs a change.').waitFor()
    await page.locator('[aria-label="Value of header 1"]:focus').waitFor()
    expect(await value.getAttribute('aria-invalid')).toBe('true')
    expect(await page.getByLabel('Name of header 1').getAttribute('aria-invalid')).toBeNull()
    expect(await descriptionOf(value)).toEndWith(
      'This header cannot take along the value that is stored for Authorization: type it here anew.',
    )
    expect(requests.filter((one) => one.method() === 'POST' && one.url().endsWith(task.id))).toHaveLength(0)
    await page.keyboard.type('in the open')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Saved “').waitFor()
    expect((await send(owner, 'GET', `/tasks/${task.id}`)).body.header).toEqual({
      'X-Other': 'in the open',
      'Accept-Language': 'de',
    })
  },
)

browserTest('who keeps a secret value that somebody else removed meanwhile is told so, and asked for it', async () => {
  const task = await createTask(owner, { header })
  const { page } = await open(`#/tasks/${task.id}/edit`)
  await page.getByLabel('Value of header 2').fill('fr')
  await send(owner, 'POST', `/tasks/${task.id}`, { header: {}, retries: 7 })
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Somebody else changed this task').waitFor()
  const value = page.getByLabel('Value of header 1')
  await page.getByText('Its secret value was removed meanwhile: enter it, or remove the header.').waitFor()
  expect([await value.inputValue(), await page.getByLabel('Retries').inputValue()]).toEqual(['', '7'])
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('This header needs its value, which was removed meanwhile.').waitFor()
  await value.fill('Bearer anew')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Saved “').waitFor()
  expect(await storedOf(task.id)).toEqual({ authorization: 'Bearer anew' })
})

browserTest('a duplicate of a task with a secret header asks for the value and never sends a mask', async () => {
  const task = await createTask(owner, { header })
  const { page, requests } = await open(`#/tasks/new?from=${task.id}`)
  const value = page.getByLabel('Value of header 1')
  expect(await value.inputValue()).toBe('')
  expect(await descriptionOf(value)).toBe('Its secret value was not copied: enter it, or remove the header.')
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByText('This header needs its value, which was not copied.').waitFor()
  await page.locator('[aria-label="Value of header 1"]:focus').waitFor()
  await page.keyboard.type('Bearer copied')
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByRole('heading', { name: 'A task (copy)' }).waitFor()
  const created = requests.filter((one) => one.method() === 'POST' && new URL(one.url()).pathname === '/tasks')
  expect(created.map((one) => one.postDataJSON().header)).toEqual([
    { Authorization: 'Bearer copied', 'Accept-Language': 'de' },
  ])
  const copy = (await send(owner, 'GET', '/tasks')).body.find(({ id }: { id: string }) => id !== task.id)
  expect(await storedOf(copy.id)).toEqual({ authorization: 'Bearer copied' })
})

browserTest('a mask in a header that was added by hand is refused by the API at that header', async () => {
  const task = await createTask(owner, { header: { Accept: '*/*' } })
  const { page } = await open(`#/tasks/${task.id}/edit`)
  await page.getByRole('button', { name: 'Add a header' }).click()
  await page.locator('[aria-label="Name of header 2"]:focus').waitFor()
  await page.keyboard.type('Cookie')
  await page.getByLabel('Value of header 2').fill(mask)
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('This header is ********, which keeps a stored value, and there is none').waitFor()
  await page.locator('[aria-label="Value of header 2"]:focus').waitFor()
})

browserTest('the task and the request of an execution say what the mask stands for', async () => {
  const { id } = await createTask(owner, { header })
  await sql`
    insert into execution (service_id, task_id, id, slot_id, status, status_code, scheduled_for, started_at)
    values (${owner.id}, ${id}, gen_random_uuid(), gen_random_uuid(), 'failed', 500, now(), now())`
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${id}`)
  await page.getByText(`Authorization: ${mask} kept encrypted`).waitFor()
  await page.getByRole('button', { name: 'Show what was sent' }).click()
  await page.getByText('As it was sent').waitFor()
  expect(await page.locator('.opened pre').last().textContent()).toContain(
    `\nAuthorization: ${mask}\nAccept-Language: de`,
  )
  await page.getByText('the target gets the value itself').waitFor()
})
