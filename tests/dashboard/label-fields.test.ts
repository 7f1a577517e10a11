import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard, type Visit } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

async function openForm(hash: string): Promise<Visit> {
  const visit = await dashboard.visit()
  await signIn(visit, owner, hash)
  await visit.page.getByLabel('Name', { exact: true }).waitFor()
  return visit
}

browserTest('labels are typed in rows by keyboard, with suggestions of what other tasks have', async () => {
  await createTask(owner, { labels: { team: 'billing', area: '' } })
  await createTask(owner, { labels: { team: 'search' } })
  const { page } = await openForm('#/tasks/new')
  await page.getByLabel('Name', { exact: true }).fill('Labelled')
  await page.getByLabel('URL').fill('https://example.com/')
  await page.getByText('What few tasks need').focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Add a label' }).focus()
  await page.keyboard.press('Enter')
  await page.locator('[aria-label="Name of label 1"]:focus').waitFor()
  await page.locator('#label-names option').nth(1).waitFor({ state: 'attached' })
  const suggested = () =>
    page.evaluate(() =>
      [...((document.activeElement as HTMLInputElement).list?.options ?? [])].map(({ value }) => value),
    )
  expect(await suggested()).toEqual(['area', 'team'])
  await page.keyboard.type('team')
  await page.keyboard.press('Tab')
  expect(await suggested()).toEqual(['billing', 'search'])
  await page.keyboard.type('billing')
  // Over the button that removes the row.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.locator('[aria-label="Name of label 2"]:focus').waitFor()
  await page.keyboard.type('urgent')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Labelled' }).waitFor()
  const [task] = await sql`select id, labels from task where name = 'Labelled'`
  expect(task?.labels).toEqual({ team: 'billing', urgent: '' })
  expect(await page.locator('dl.facts').textContent()).toContain('Labelsteam=billing, urgent=')

  await page.getByRole('link', { name: 'Edit' }).click()
  expect(await page.getByLabel('Value of label 1').inputValue()).toBe('billing')
  await page.getByRole('button', { name: 'Remove label 1' }).click()
  await page.locator('button.add:focus', { hasText: 'Add a label' }).waitFor()
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('heading', { name: 'Labelled' }).waitFor()
  expect((await send(owner, 'GET', `/tasks/${task?.id}`)).body.labels).toEqual({ urgent: '' })
})

browserTest(
  'what is wrong with a label stands at its row, and what was corrected leaves the others marked',
  async () => {
    const { page } = await openForm('#/tasks/new')
    await page.getByLabel('Name', { exact: true }).fill('Labelled')
    await page.getByLabel('URL').fill('https://example.com/')
    await page.getByText('What few tasks need').click()
    const add = async (number: number, name: string, value: string) => {
      await page.getByRole('button', { name: 'Add a label' }).click()
      await page.getByLabel(`Name of label ${number}`).fill(name)
      await page.getByLabel(`Value of label ${number}`).fill(value)
    }
    await add(1, 'two words', 'x')
    await add(2, 'team', 'x'.repeat(201))
    await page.getByRole('button', { name: 'Create task' }).click()
    await page.getByText('Not saved. 2 fields need a change.').waitFor()
    expect(await page.locator('.field-error').allTextContents()).toEqual([
      'This label must have a name of 1 to 63 of the characters a-z, A-Z, 0-9, ., _, / and -.',
      'This label must be a string of at most 200 characters without NUL.',
    ])
    await page.locator('[aria-label="Name of label 1"][aria-invalid]:focus').waitFor()
    await page.locator('[aria-label="Value of label 2"][aria-invalid]').waitFor()
    await page.getByLabel('Name of label 1').fill('words')
    await page.getByText('Not saved. 1 field needs a change.').waitFor()
    expect(await page.locator('.field-error').count()).toBe(1)

    // The form itself finds what the API does not see, together with what the API finds.
    await page.getByLabel('Name of label 1').fill('team')
    await page.getByLabel('Value of label 2').fill('x')
    await add(3, '', 'nameless')
    await page.getByLabel('Retries').fill('99')
    await page.getByRole('button', { name: 'Create task' }).click()
    await page.getByText('Not saved. 3 fields need a change.').waitFor()
    const errors = await page.locator('.field-error').allTextContents()
    expect(errors).toContain('Retries must be a whole number from 0 to 10.')
    expect(errors).toContain('This label stands there twice.')
    expect(errors).toContain('Labels need a name in every row that has a value.')
    await page.locator('[aria-label="Name of label 3"][aria-invalid]').waitFor()
    expect(await sql`select 1 from task`).toHaveLength(0)
  },
)

browserTest(
  'labels that two have changed are shown with both values; what was typed is not left without a question',
  async () => {
    const { body: task } = await send(owner, 'POST', '/tasks', { ...farTask, labels: { team: 'billing' } })
    const { page } = await openForm(`#/tasks/${task.id}/edit`)
    await page.getByLabel('Value of label 1').fill('search')
    await send(owner, 'POST', `/tasks/${task.id}`, { labels: { team: 'mail' } })
    await page.getByRole('link', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Keep editing' }).click()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Somebody else changed this task').waitFor()
    expect(await page.getByRole('alert').getByRole('listitem').textContent()).toStartWith(
      'LabelsYours: team=searchTheirs: team=mail',
    )
    expect(await page.locator('#labels-error').textContent()).toContain('was changed to “team=mail” by somebody else')
    await page.getByRole('button', { name: 'Take theirs: Labels' }).click()
    expect(await page.getByLabel('Value of label 1').inputValue()).toBe('mail')
    await page.getByLabel('Value of label 1').fill('search')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText(/^Saved “/).waitFor()
    expect((await send(owner, 'GET', `/tasks/${task.id}`)).body.labels).toEqual({ team: 'search' })
  },
)
