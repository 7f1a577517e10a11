import { beforeEach, expect, test } from 'bun:test'
import { retryDraftOf, retryOf } from '../../src/dashboard/task-form/retry-draft.ts'
import { retrySentence, retryWords } from '../../src/dashboard/task-form/retry-words.ts'
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
  [0, null, 'Retries is 0: a failed call is not tried again.'],
  [3, null, 'A failed call is tried again at most 2 s, 4 s and 8 s after the attempt before it, at random.'],
  [
    4,
    { min_backoff_seconds: 10, max_backoff_seconds: 45 },
    'A failed call is tried again 10 s, 20 s, 40 s and 45 s after the attempt before it, up to a fifth later at random.',
  ],
  [
    4,
    { min_backoff_seconds: 60, max_doublings: 1 },
    'A failed call is tried again 1 min, 2 min, 4 min and 6 min after the attempt before it, up to a fifth later at random.',
  ],
  [
    3,
    { max_duration_seconds: 15 },
    'A failed call is tried again 5 s and 10 s after the attempt before it, up to a fifth later at random. Within 15 s there is time for 2 of 3 retries at most.',
  ],
  [
    3,
    { max_duration_seconds: 4 },
    'A failed call is not tried again: the first pause is longer than the time for retries.',
  ],
  ['x', null, undefined],
  [3, { min_backoff_seconds: 'x' as unknown as number }, undefined],
])('with %p retries by %j the form says: %s', (retries, policy, words) => {
  expect(retrySentence(retries, policy)).toBe(words as string)
})

test('a policy of the form is the one that is stored, with what a later version has stored', () => {
  const stored = { min_backoff_seconds: 90, max_doublings: 0, on: ['5xx', 429, 'no_answer', 'expect'], jitter: 'full' }
  expect(retryOf(retryDraftOf(stored as never))).toEqual(stored as never)
  expect(retryOf(retryDraftOf({}))).toEqual({})
  expect(retryOf(retryDraftOf(null))).toBeNull()
  expect(retryWords(stored)).toBe(
    'pauses from 1 min 30 s to 1 h, doubled 0 times, only after 5xx, 429, no answer or an unexpected answer',
  )
  expect(retryWords(null)).toBe('short pauses at random')
})

browserTest('a retry policy is typed by keyboard, and the form says when the retries come', async () => {
  const { page } = await openForm('#/tasks/new')
  await page.getByLabel('Name', { exact: true }).fill('Careful')
  await page.getByLabel('URL').fill('https://example.com/')
  const times = page.locator('#retry-times')
  await page.getByText('What few tasks need').focus()
  await page.keyboard.press('Enter')
  await times.filter({ hasText: 'Retries is 0' }).waitFor()
  await page.getByLabel('Retries', { exact: true }).fill('3')
  await times.filter({ hasText: 'at most 2 s, 4 s and 8 s after' }).waitFor()
  await page.getByLabel('Short pauses at random').focus()
  await page.keyboard.press('ArrowDown')
  await page.getByLabel('First pause', { exact: true }).waitFor()
  expect(await page.getByLabel('First pause', { exact: true }).getAttribute('placeholder')).toBe('5')
  expect(await page.getByLabel('Longest pause', { exact: true }).getAttribute('placeholder')).toBe('1')
  await times.filter({ hasText: '5 s, 10 s and 20 s after' }).waitFor()
  const type = async (label: string, text: string) => {
    await page.keyboard.press('Tab')
    await page.locator(`[aria-label="${label}"]:focus, #${ids[label]}:focus`).waitFor()
    await page.keyboard.type(text)
  }
  const ids: Readonly<Record<string, string>> = {
    'First pause': 'retry-first',
    'Longest pause': 'retry-longest',
    Doublings: 'retry-doublings',
    'Time for retries': 'retry-within',
    'Or after the statuses': 'retry-statuses',
  }
  await type('First pause', '10')
  await times.filter({ hasText: '10 s, 20 s and 40 s after' }).waitFor()
  await type('First pause: unit', 'm')
  await times.filter({ hasText: '10 min, 20 min and 40 min after' }).waitFor()
  await type('Longest pause', '2')
  await type('Longest pause: unit', 'h')
  await type('Doublings', '1')
  await times.filter({ hasText: '10 min, 20 min and 40 min after' }).waitFor()
  await type('Time for retries', '35')
  await type('Time for retries: unit', 'm')
  await times.filter({ hasText: 'Within 35 min there is time for 2 of 3 retries at most.' }).waitFor()
  // The first box of the causes, over the second.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await page.keyboard.press('Tab')
  await type('Or after the statuses', '429 , 500 - 504')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Careful' }).waitFor()
  const [task] = await sql`select id, retries, retry from task`
  expect(task).toMatchObject({
    retries: 3,
    retry: {
      min_backoff_seconds: 600,
      max_backoff_seconds: 7200,
      max_doublings: 1,
      max_duration_seconds: 2100,
      on: [429, '500-504', 'no_answer'],
    },
  })
  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Short pauses at random').check()
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('heading', { name: 'Careful' }).waitFor()
  expect((await send(owner, 'GET', `/tasks/${task?.id}`)).body.retry).toBeNull()
})

browserTest('each wrong number of a retry policy is told at its input, all at once', async () => {
  const { page } = await openForm('#/tasks/new')
  await page.getByLabel('URL').fill('https://example.com/')
  await page.getByLabel('Retries', { exact: true }).fill('2')
  await page.getByText('What few tasks need').click()
  await page.getByLabel('Pauses as set here').check()
  await page.getByLabel('First pause', { exact: true }).fill('soon')
  await page.getByLabel('Longest pause', { exact: true }).fill('25')
  await page.getByLabel('Doublings').fill('17')
  await page.getByLabel('Time for retries', { exact: true }).fill('200')
  await page.getByLabel('Or after the statuses').fill('5xx, 6xx, 504-500')
  await page.getByText('When the retries come stands here once the numbers are right.').waitFor()
  await page.getByRole('button', { name: 'Create task' }).click()
  // With the name, which is missing.
  await page.getByText('Not saved. 6 fields need a change.').waitFor()
  const errorOf = (id: string) => page.locator(`#${id}-error`).textContent()
  expect(await errorOf('retry-first')).toBe('First pause, in seconds, must be a whole number from 1 to 86400.')
  expect(await errorOf('retry-longest')).toBe('Longest pause, in seconds, must be a whole number from 1 to 86400.')
  expect(await errorOf('retry-doublings')).toBe('Doublings must be a whole number from 0 to 16.')
  expect(await errorOf('retry-within')).toBe('Time for retries, in seconds, must be a whole number from 1 to 604800.')
  expect(await errorOf('retry-statuses')).toStartWith('“6xx” must be a status such as 404')
  await page.getByLabel('Doublings').fill('3')
  await page.getByText('Not saved. 5 fields need a change.').waitFor()
  await page.getByLabel('Name', { exact: true }).fill('Careful')
  await page.getByLabel('First pause', { exact: true }).fill('30')
  await page.getByLabel('Longest pause: unit').selectOption('seconds')
  await page.getByLabel('Time for retries', { exact: true }).fill('')
  await page.getByLabel('Or after the statuses').fill('5xx, 504-500')
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByText('Not saved. 2 fields need a change.').waitFor()
  expect(await errorOf('retry-longest')).toBe(
    'Longest pause, in seconds, must not be less than the first pause, which is 30.',
  )
  expect(await errorOf('retry-statuses')).toBe('“504-500” must begin with the smaller status: "500-504".')
  await page.locator('#retry-longest:focus').waitFor()
})

browserTest('a retry policy that two have changed is shown with both, in words', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', { ...farTask, retry: { min_backoff_seconds: 10 } })
  const { page } = await openForm(`#/tasks/${task.id}/edit`)
  await page.getByLabel('First pause', { exact: true }).fill('20')
  await send(owner, 'POST', `/tasks/${task.id}`, { retry: { min_backoff_seconds: 30 } })
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Somebody else changed this task').waitFor()
  expect(await page.getByRole('alert').getByRole('listitem').textContent()).toStartWith(
    'Retry policyYours: pauses from 20 s to 1 hTheirs: pauses from 30 s to 1 h',
  )
  await page.locator('#retry-error').filter({ hasText: 'was changed to “pauses from 30 s to 1 h”' }).waitFor()
  await page.getByRole('button', { name: 'Take theirs: Retry policy' }).click()
  expect(await page.getByLabel('First pause', { exact: true }).inputValue()).toBe('30')
})
