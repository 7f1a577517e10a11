import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard, type Visit } from '../support/browser.ts'
import { emptyDatabase } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

/** Presses a button, does something while the request that it sends is under way, and then lets it go on. */
async function whileHeld(
  { page }: Pick<Visit, 'page'>,
  method: string,
  path: string,
  button: string,
  work: () => Promise<void>,
): Promise<void> {
  const held = Promise.withResolvers<void>()
  await page.route(path, async (route) => {
    if (route.request().method() !== method) return route.fallback()
    await held.promise
    await route.continue()
  })
  const asked = page.waitForRequest((request) => request.method() === method && request.url().endsWith(path.slice(2)))
  await page.getByRole('button', { name: button, exact: true }).click()
  await asked
  await work()
  held.resolve()
}

for (const held of ['POST', 'GET'])
  browserTest(
    `what is typed while an overtaken save of a task is under way stays, and is compared: ${held === 'POST' ? 'with the save' : 'with what is read after it'}`,
    async () => {
      const { body: task } = await send(owner, 'POST', '/tasks', farTask)
      const visit = await dashboard.visit()
      const { page } = visit
      await signIn(visit, owner, `#/tasks/${task.id}/edit`)
      const name = page.getByLabel('Name', { exact: true })
      await name.fill('My name')
      await send(owner, 'POST', `/tasks/${task.id}`, { name: 'Their name', retries: 7, timeout_seconds: 40 })
      await whileHeld(visit, held, `**/tasks/${task.id}`, 'Save changes', async () => {
        await name.fill('My better name')
        await page.getByLabel('Retries', { exact: true }).fill('3')
        await page.getByLabel('URL').fill('https://example.com/typed-meanwhile')
      })
      await page.getByText('Somebody else changed this task').waitFor()
      expect(await page.getByRole('alert').getByRole('listitem').allTextContents()).toEqual([
        'NameYours: My better nameTheirs: Their nameKeep mineTake theirs',
        'RetriesYours: 3Theirs: 7Keep mineTake theirs',
      ])
      expect(await page.locator('.field-error').count()).toBe(2)
      expect(await name.inputValue()).toBe('My better name')
      expect(await page.getByLabel('Retries', { exact: true }).inputValue()).toBe('3')
      expect(await page.getByLabel('URL').inputValue()).toBe('https://example.com/typed-meanwhile')
      expect(await page.getByLabel('Time for an answer').inputValue()).toBe('40')
      await page.getByRole('button', { name: 'Save changes' }).click()
      await page.getByText('Saved “My better name”.').waitFor()
      expect((await send(owner, 'GET', `/tasks/${task.id}`)).body).toMatchObject({
        name: 'My better name',
        retries: 3,
        url: 'https://example.com/typed-meanwhile',
        timeout_seconds: 40,
      })
    },
  )

/** Opens the form of a calendar with these days. */
async function editCalendar(days: readonly string[]): Promise<Visit> {
  await send(owner, 'PUT', '/calendars/berlin', { weekend: [], days: days.map((day) => ({ day })) })
  const visit = await dashboard.visit()
  await signIn(visit, owner, '#/calendars/edit?name=berlin')
  await visit.page.getByLabel('Day, or first day').waitFor()
  return visit
}

const daysOfCalendar = async () =>
  (await send(owner, 'GET', '/calendars/berlin')).body.days.map(({ day }: { day: string }) => day)

browserTest('what is changed of a calendar while its save is looked at is looked at too', async () => {
  const visit = await editCalendar(['2031-05-01'])
  const { page } = visit
  await whileHeld(visit, 'PUT', '**/calendars/berlin', 'Review and save…', async () => {
    await page.getByLabel('Day, or first day').fill('2031-12-25')
    await page.keyboard.press('Enter')
    await page.getByText('Added 1 day.').waitFor()
  })
  const dialog = page.getByRole('dialog', { name: 'Save “berlin”?' })
  await dialog.getByText('1 day more').waitFor()
  const reviews = visit.requests.filter((request) => request.method() === 'PUT')
  expect(reviews.map((request) => request.postDataJSON().days.length)).toEqual([1, 2])
  await dialog.getByRole('button', { name: 'Save calendar' }).click()
  await page.getByText('Saved “berlin”.').waitFor()
  expect(await daysOfCalendar()).toEqual(['2031-05-01', '2031-12-25'])
})

browserTest('what is changed of a calendar while a file is read stays', async () => {
  const visit = await editCalendar(['2031-05-01', '2031-06-01'])
  const { page } = visit
  const ics =
    'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20311231\r\nSUMMARY:Last\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'
  const text = page.getByLabel('Its text')
  await text.fill(ics)
  await whileHeld(visit, 'PUT', '**/calendars/berlin', 'Read into the list', async () => {
    await page.getByRole('button', { name: 'Remove 1 May 2031' }).click()
    await page.getByLabel('Day, or first day').fill('2031-12-25')
    await page.keyboard.press('Enter')
    await page.getByText('Added 1 day.').waitFor()
    await text.fill('2031-12-26')
  })
  await page.getByText('1 day added. Save the calendar').waitFor()
  expect(await text.inputValue()).toBe('2031-12-26')
  await page.getByRole('button', { name: 'Read into the list' }).click()
  await page.getByRole('button', { name: 'Remove 25 Dec 2031 to 26 Dec 2031' }).waitFor()
  await page.getByRole('button', { name: 'Review and save…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Save calendar' }).click()
  await page.getByText('Saved “berlin”.').waitFor()
  expect(await daysOfCalendar()).toEqual(['2031-06-01', '2031-12-25', '2031-12-26', '2031-12-31'])
})
