import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

browserTest(
  'a changed form asks before a link, Cancel or Back leaves it, and keeps the focus when one stays',
  async () => {
    const task = await createTask(owner, { name: 'Mine' })
    const visit = await dashboard.visit()
    const { page } = visit
    await signIn(visit, owner)
    await page.getByRole('link', { name: 'Mine' }).click()
    await page.getByRole('link', { name: 'Edit' }).click()
    const place = `#/tasks/${task.id}/edit`
    const name = page.getByLabel('Name', { exact: true })
    await name.fill('Typed')
    const asked = page.getByRole('dialog', { name: 'Leave without saving?' })
    const stay = async () => {
      await asked.waitFor()
      await page.keyboard.press('Escape')
      await asked.waitFor({ state: 'detached' })
      expect(new URL(page.url()).hash).toBe(place)
      expect(await name.inputValue()).toBe('Typed')
      await page.locator('#name:focus').waitFor()
    }
    await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click()
    await stay()
    await page.getByRole('link', { name: 'Cancel' }).click()
    await stay()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await stay()
    await page.goBack()
    await stay()
    await page.goBack()
    await asked.getByRole('button', { name: 'Leave without saving' }).click()
    await page.getByRole('heading', { name: 'Mine' }).waitFor()
    // The history is as it would be without the question: Back leads to the list, Forward to the form.
    await page.goBack()
    await page.getByRole('link', { name: 'Mine' }).waitFor()
    await page.goForward()
    await page.goForward()
    await name.waitFor()
    expect(await name.inputValue()).toBe('Mine')

    // A form as it is stored does not ask.
    await name.fill('Typed')
    await name.fill('Mine')
    await page.getByRole('link', { name: 'Cancel' }).click()
    await page.getByRole('heading', { name: 'Mine' }).waitFor()
    expect(await asked.count()).toBe(0)
    expect(await sql`select name from task`).toEqual([{ name: 'Mine' }] as never)
  },
)

browserTest('a reload of a changed form is asked about by the browser, and a save ends that', async () => {
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/flows/new')
  // Of its dialogs, these are the ones that are meant to be.
  page.removeAllListeners('dialog')
  const asked: string[] = []
  page.on('dialog', (dialog) => {
    asked.push(dialog.type())
    void dialog.dismiss()
  })
  const name = page.getByLabel('Name', { exact: true })
  await name.click()
  await page.keyboard.type('partner')
  await page.reload({ timeout: 1_000 }).catch(() => {})
  expect(asked).toEqual(['beforeunload'])
  expect(await name.inputValue()).toBe('partner')
  await page.getByLabel('Calls at once').fill('3')
  await page.getByRole('button', { name: 'Create flow' }).click()
  await page.getByText('Created “partner”.').waitFor()
  await page.reload()
  await page.getByRole('heading', { name: 'Flows' }).waitFor()
  expect(asked).toHaveLength(1)
})
