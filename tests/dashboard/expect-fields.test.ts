import { beforeEach, expect, test } from 'bun:test'
import { expectDraftOf, expectOf, readValue, valueText } from '../../src/dashboard/task-form/expect-draft.ts'
import { expectWords, valueHint } from '../../src/dashboard/task-form/expect-words.ts'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
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

test.each([
  'ok',
  '5',
  'true',
  'null',
  ' spaced ',
  '',
  '"quoted"',
  '{"a":1}',
  '[',
  5,
  -0.5,
  true,
  null,
  [1, 'a'],
  { a: { b: null } },
])('a value %j of a check is read as it was stored', (value) => {
  expect(readValue(valueText(value))).toEqual(value)
})

test.each([
  ['ok', undefined],
  ['5', 'Compared as the number 5. As a text it stands in quotation marks: "5".'],
  ['true', 'Compared as the JSON value true. As a text it stands in quotation marks: "true".'],
  ['{"a":1}', 'Compared as a JSON object.'],
  ['[1]', 'Compared as a JSON list.'],
  ['"5"', undefined],
  ['{"a":', 'This is not JSON, so it is compared as a text.'],
  ['1e999', undefined],
  ['', undefined],
])('of a value %j the form says: %s', (typed, words) => {
  expect(valueHint(typed)).toBe(words as string)
})

test('what the form says is what is stored, with what a later version has stored', () => {
  const stored = {
    status: ['2xx', 304, '400-404'],
    contains: ['a', 'b'],
    not_contains: ['c'],
    json: [
      { pointer: '/status', equals: 'ok' },
      { pointer: '', present: true },
      { pointer: '/count', at_least: 5 },
      { pointer: '/a', matches: 'x' },
    ],
    header: { etag: 'x' },
  }
  expect(expectOf(expectDraftOf(stored as never))).toEqual(stored as never)
  expect(expectOf(expectDraftOf(null))).toBeNull()
  expect(expectWords(stored)).toBe(
    '2xx, 304 or 400-404, contains “a”, contains “b”, does not contain “c”, /status is "ok", the document is there, /count is at least 5, /a matches "x"',
  )
})

browserTest('what is expected of an answer is typed by keyboard', async () => {
  const { page } = await openForm('#/tasks/new')
  await page.getByLabel('Name', { exact: true }).fill('Strict')
  await page.getByLabel('URL').fill('https://example.com/')
  await page.getByText('What few tasks need').focus()
  await page.keyboard.press('Enter')
  await page.getByLabel('Statuses of a success').focus()
  await page.keyboard.type('2xx 304')
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  await press('Tab', 'Enter')
  await page.locator('[aria-label="Place of check 1"]:focus').waitFor()
  await page.keyboard.type('/status')
  await press('Tab', 'Tab')
  await page.keyboard.type('ok')
  await press('Tab', 'Tab', 'Enter')
  await page.locator('[aria-label="Place of check 2"]:focus').waitFor()
  await page.keyboard.type('/items/0')
  await press('Tab')
  await page.keyboard.type('is there')
  // The value is gone, which an item has not.
  await page.getByLabel('Value of check 2').waitFor({ state: 'detached' })
  await press('Tab', 'Tab', 'Enter')
  await page.locator('[aria-label="Place of check 3"]:focus').waitFor()
  await page.keyboard.type('/count')
  await press('Tab', 'Tab')
  await page.keyboard.type('5')
  await page.getByText('Compared as the number 5.').waitFor()
  await press('Tab', 'Tab', 'Tab', 'Enter')
  await page.locator('[aria-label="Wanted text 1"]:focus').waitFor()
  await page.keyboard.type('done')
  await press('Tab', 'Tab', 'Tab', 'Enter')
  await page.locator('[aria-label="Unwanted text 1"]:focus').waitFor()
  await page.keyboard.type('error')
  await press('Enter')
  await page.getByRole('heading', { name: 'Strict' }).waitFor()
  const [task] = await sql`select id, expect from task`
  expect(task?.expect).toEqual({
    status: ['2xx', 304],
    contains: ['done'],
    not_contains: ['error'],
    json: [
      { pointer: '/status', equals: 'ok' },
      { pointer: '/items/0', present: true },
      { pointer: '/count', equals: 5 },
    ],
  })
  expect(await page.locator('dl.facts').textContent()).toContain(
    'Expected answer2xx or 304, contains “done”, does not contain “error”, /status is "ok", /items/0 is there, /count is 5',
  )
  await page.getByRole('link', { name: 'Edit' }).click()
  for (const name of [
    'Remove check 3',
    'Remove check 2',
    'Remove check 1',
    'Remove wanted text 1',
    'Remove unwanted text 1',
  ])
    await page.getByRole('button', { name, exact: true }).click()
  await page.getByLabel('Statuses of a success').fill('')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('heading', { name: 'Strict' }).waitFor()
  expect((await send(owner, 'GET', `/tasks/${task?.id}`)).body.expect).toBeNull()
})

browserTest('each wrong part of what is expected is told at its input, empty rows or not', async () => {
  const { page } = await openForm('#/tasks/new')
  await page.getByLabel('URL').fill('https://example.com/')
  await page.getByText('What few tasks need').click()
  await page.getByLabel('Statuses of a success').fill('2xx, 6xx, 404-400')
  const add = async (number: number, place: string, condition: string, value: string) => {
    await page.getByRole('button', { name: 'Add a check' }).click()
    await page.getByLabel(`Place of check ${number}`).fill(place)
    await page.getByLabel(`Condition of check ${number}`).selectOption(condition)
    if (value !== '') await page.getByLabel(`Value of check ${number}`).fill(value)
  }
  await page.getByRole('button', { name: 'Add a check' }).click()
  await add(2, 'status', 'is', 'ok')
  await add(3, '/count', 'is at least', 'many')
  await add(4, '/id', 'is', '12345678901234567890')
  await page.getByRole('button', { name: 'Add a wanted text' }).click()
  await page.getByLabel('Wanted text 1', { exact: true }).fill('x'.repeat(201))
  await page.getByRole('button', { name: 'Create task' }).click()
  // With the name, which is missing.
  await page.getByText('Not saved. 5 fields need a change.').waitFor()
  const errorAt = (label: string) =>
    page
      .locator('.input-row', { has: page.getByLabel(label, { exact: true }) })
      .locator('.field-error')
      .textContent()
  expect(await page.locator('#expect-status-error').textContent()).toStartWith('“6xx” must be a status such as 404')
  expect(await errorAt('Place of check 2')).toStartWith('The place must be a JSON pointer')
  expect(await errorAt('Place of check 3')).toBe('The value must be a number.')
  expect(await errorAt('Wanted text 1')).toBe('This text must be a text of 1 to 200 characters.')
  await page.locator('[aria-label="Place of check 2"][aria-invalid]').waitFor()
  await page.locator('[aria-label="Value of check 3"][aria-invalid]').waitFor()
  await page.getByLabel('Place of check 2').fill('/status')
  await page.getByText('Not saved. 4 fields need a change.').waitFor()
  await page.getByLabel('Value of check 3').fill('3')
  await page.getByLabel('Statuses of a success').fill('2xx, 404-400')
  await page.getByLabel('Wanted text 1', { exact: true }).fill('x')
  await page.getByLabel('Name', { exact: true }).fill('Strict')
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByText('Not saved. 2 fields need a change.').waitFor()
  expect(await page.locator('#expect-status-error').textContent()).toBe(
    '“404-400” must begin with the smaller status: "400-404".',
  )
  expect(await errorAt('Value of check 4')).toStartWith('The value must not be a whole number beyond')
  await page.getByLabel('Statuses of a success').fill('')
  // A value that is missing is told by the form, together with what the API finds.
  await page.getByLabel('Value of check 4').fill('')
  await page.getByLabel('Retries').fill('99')
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByText('Not saved. 2 fields need a change.').waitFor()
  expect(await errorAt('Value of check 4')).toBe('The value is missing: type "" for an empty text.')
  await page.getByLabel('Value of check 4').fill('""')
  await page.getByLabel('Retries').fill('1')
  await page.getByLabel('Method').selectOption('HEAD')
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByText('Not saved. 2 fields need a change.').waitFor()
  expect(await page.locator('#expect-json-error').textContent()).toBe(
    'Values of a JSON answer cannot be checked with HEAD, whose answer has no body.',
  )
  await page.getByLabel('Method').selectOption('GET')
  expect(await page.locator('.field-error').count()).toBe(0)
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByRole('heading', { name: 'Strict' }).waitFor()
  const [task] = await sql`select expect from task`
  expect(task?.expect).toEqual({
    contains: ['x'],
    json: [
      { pointer: '/status', equals: 'ok' },
      { pointer: '/count', at_least: 3 },
      { pointer: '/id', equals: '' },
    ],
  })
})

browserTest('what two have expected of an answer is shown with both, in words', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', { ...farTask, expect: { contains: 'done' } })
  const { page } = await openForm(`#/tasks/${task.id}/edit`)
  await page.getByLabel('Wanted text 1', { exact: true }).fill('ready')
  await send(owner, 'POST', `/tasks/${task.id}`, { expect: { status: [204] } })
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Somebody else changed this task').waitFor()
  expect(await page.getByRole('alert').getByRole('listitem').textContent()).toStartWith(
    'Expected answerYours: any 2xx, contains “ready”Theirs: 204',
  )
  await page.locator('#expect-error').filter({ hasText: 'was changed to “204”' }).waitFor()
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText(/^Saved “/).waitFor()
  expect((await send(owner, 'GET', `/tasks/${task.id}`)).body.expect).toEqual({ contains: ['ready'] })
})
