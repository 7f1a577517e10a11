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
    const { page, origin } = visit
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

    await page.goto(`${origin}/#/runs?from=2026-11-20T02:00:00Z&to=2026-11-20T03:00:00Z`)
    const from = page.getByLabel('From', { exact: true })
    await from.waitFor()
    expect(await from.inputValue()).toMatch(/^2026-11-\d\d \d\d:\d\d$/)
    const before = page.url()
    await from.pressSequentially('x')
    expect(page.url()).toBe(before)
    await from.fill('2026-11-19 00:00')
    await from.press('Enter')
    await page.waitForURL((url) => url.href !== before)
    expect(page.url()).toContain('from=2026-11-1')
  },
)
