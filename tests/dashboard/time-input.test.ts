import { beforeEach, expect, test } from 'bun:test'
import { readTyped } from '../../src/dashboard/format/format-time.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

test('a typed time is read with and without seconds, a T, leading zeros and a time of day, and only if it exists', () => {
  for (const [text, time] of [
    ['2026-11-30 08:34', '2026-11-30T08:34:00'],
    ['2026-11-30T08:34:20', '2026-11-30T08:34:20'],
    [' 2026-1-3  8:04 ', '2026-01-03T08:04:00'],
    ['2026-11-30', '2026-11-30T00:00:00'],
    ['2024-02-29 23:59:59', '2024-02-29T23:59:59'],
    ['2026-02-29 10:00', undefined],
    ['2026-11-31', undefined],
    ['2026-11-30 24:00', undefined],
    ['2026-11-30 08:60', undefined],
    ['11/30/2026, 08:34 AM', undefined],
    ['2026-11-30 8', undefined],
    ['tomorrow', undefined],
    ['', undefined],
  ] as const)
    expect([text, readTyped(text)]).toEqual([text, time])
})

browserTest(
  'times are written in one form in every language, and a form with a text that is none is not sent',
  async () => {
    const { id } = await createTask(owner, { name: 'Send the invoices' })
    const visit = await dashboard.visit({ locale: 'en-US' })
    const { page } = visit
    await signIn(visit, owner, `#/tasks/${id}/edit`)
    const ends = page.getByLabel('Ends', { exact: true })
    await page.getByText('What few tasks need').first().click()
    // While it is typed it is a time, then none: the fields stay open.
    await ends.pressSequentially('2099-11-30 0')
    expect(await ends.isVisible()).toBe(true)
    await ends.fill('11/30/2099, 08:34 AM')
    const error = page.getByText('Write it as 2026-11-30 08:34 or 2026-11-30 08:34:20.')
    await error.waitFor()
    for (const name of ['Save and run now', 'Save changes']) await page.getByRole('button', { name }).click()
    expect(await page.evaluate<string>('document.activeElement.id')).toBe((await ends.getAttribute('id')) as string)
    expect((await send(owner, 'GET', `/tasks/${id}`)).body.ends_at).toBe(null)
    expect((await send(owner, 'GET', `/tasks/${id}/executions?limit=1`)).body.records).toEqual([])
    await ends.fill('2099-11-30 8:34')
    await error.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByRole('heading', { name: 'Send the invoices' }).waitFor()
    const { body } = await send(owner, 'GET', `/tasks/${id}`)
    expect(body.ends_at).toBe(
      await page.evaluate<string>(`new Date('2099-11-30T08:34').toISOString().replace('.000Z', 'Z')`),
    )
  },
)

browserTest(
  'a text that is no time is told, also when it was typed before the screen was drawn with the value that it replaced',
  async () => {
    const { id } = await createTask(owner)
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, `#/tasks/${id}/edit`)
    await page.getByText('What few tasks need').first().click()
    await page.getByLabel('Ends', { exact: true }).evaluate(async (input: HTMLInputElement) => {
      for (const text of ['2099-11-30', 'soon']) {
        input.value = text
        input.dispatchEvent(new Event('input', { bubbles: true }))
        // The element has the new value, and nothing has been painted.
        for (let turn = 0; turn < 10; turn++) await null
      }
    })
    await page.getByText('Write it as 2026-11-30 08:34 or 2026-11-30 08:34:20.').waitFor()
  },
)

browserTest(
  'a wrong time in fields that are folded keeps the form from being sent, and is shown with why',
  async () => {
    const { id } = await createTask(owner)
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner, `#/tasks/${id}/edit`)
    const fold = page.getByText('What few tasks need').first()
    const ends = page.getByLabel('Ends', { exact: true })
    await fold.click()
    await ends.fill('soon')
    await fold.click()
    await ends.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Save changes' }).click()
    await ends.waitFor()
    const described = (await ends.getAttribute('aria-describedby')) ?? ''
    const told = await page.evaluate<string>(
      `${JSON.stringify(described)}.split(' ').map((id) => document.getElementById(id).textContent).join(' ')`,
    )
    expect(told).toContain('Write it as 2026-11-30 08:34')
  },
)

browserTest(
  'a time that filters a list counts when the reader pauses or leaves it, once, and Back takes it back',
  async () => {
    const visit = await dashboard.visit()
    const { page } = visit
    await page.clock.install()
    await signIn(visit, owner, '#/runs?from=2026-11-20T02:00:00Z')
    const from = page.getByLabel('From', { exact: true })
    await from.waitFor()
    const [before, shown] = [page.url(), await from.inputValue()]
    expect(shown).toMatch(/^2026-11-\d\d \d\d:\d\d$/)
    const pause = () => page.clock.runFor(1_000)

    // Emptied, to type another one: the field stays. What may go on does not count.
    await from.fill('')
    await pause()
    for (const part of ['2026-11-1', '8 8', 'x']) {
      await from.pressSequentially(part)
      await pause()
      expect([part, page.url()]).toEqual([part, before])
    }
    await page.getByText('Write it as').waitFor()
    await from.press('Backspace')
    await from.pressSequentially(':30')
    await pause()
    await page.waitForURL((url) => url.href !== before)
    const after = page.url()
    expect(after).toContain('from=2026-11-18T')
    expect(await from.inputValue()).toBe('2026-11-18 8:30')
    const entries = await page.evaluate<number>('history.length')
    await from.press('Tab')
    await pause()
    expect([page.url(), await page.evaluate<number>('history.length')]).toEqual([after, entries])

    await from.pressSequentially('0 and more')
    await page.goBack()
    await pause()
    expect([page.url(), await from.inputValue()]).toEqual([before, shown])
  },
)

browserTest('a time of day alone is one of the day of the other end, or of today', async () => {
  const visit = await dashboard.visit({ timezoneId: 'UTC' })
  const { page, origin } = visit
  await signIn(visit, owner, '#/runs?from=2026-11-20T02:00:00Z')
  const [from, until] = [page.getByLabel('From', { exact: true }), page.getByLabel('Until', { exact: true })]
  await until.fill('03:00')
  await until.press('Tab')
  await page.waitForURL(/from=2026-11-20T02.*to=2026-11-20T03/)
  expect(await until.inputValue()).toBe('2026-11-20 03:00')

  await page.goto(`${origin}/#/runs?to=2026-11-21T05:00:00Z`)
  await page.waitForFunction(`document.querySelector('#run-to').value === '2026-11-21 05:00'`)
  await from.fill('4:30')
  await from.press('Tab')
  await page.waitForURL(/from=2026-11-21T04/)

  await page.goto(`${origin}/#/runs?to=2026-11-21T05:00:00Z`)
  await page.waitForFunction(`document.querySelector('#run-from').value === ''`)
  await until.fill('00:10')
  const today = await page.evaluate<string>('new Date().toISOString().slice(0, 10)')
  await until.press('Tab')
  await page.waitForURL((url) => !url.hash.includes('2026-11-21'))
  expect([today, new Date(Date.parse(today) + 86_400_000).toISOString().slice(0, 10)]).toContain(
    (await until.inputValue()).slice(0, 10),
  )
})

browserTest('while an end of a range is no time, it is said what the list goes by', async () => {
  const visit = await dashboard.visit({ timezoneId: 'UTC' })
  const { page } = visit
  await signIn(visit, owner, '#/runs?from=2026-11-20T02:00:00Z')
  await page.getByLabel('Until', { exact: true }).fill('tomorrow')
  await page.getByText('It does not limit the list yet.').waitFor()
  const from = page.getByLabel('From', { exact: true })
  await from.fill('yesterday')
  await page.getByText('The list still goes by 2026-11-20 02:00.').waitFor()
  expect(page.url()).toContain('from=2026-11-20T02:00:00Z')
})
