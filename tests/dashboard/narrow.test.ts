import { beforeEach, expect } from 'bun:test'
import { openTestAlerts } from '../support/alerts.ts'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { browserTest, signIn, useDashboard, type Visit } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { stickingOut } from '../support/sticking-out.ts'

const dashboard = useDashboard()
let owner: Account
let task: { readonly id: string }
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = await createTask(owner, { name: 'Send the invoices' })
})

/** Opens a place in a window of 320 px. */
async function open(hash: string): Promise<Visit['page']> {
  const visit = await dashboard.visit({ viewport: { width: 320, height: 800 } })
  await signIn(visit, owner, hash)
  return visit.page
}

browserTest('on a narrow phone no time to enter sticks out of a screen or of a dialog', async () => {
  await openTestAlerts(owner.id, { task_ids: [task.id] })
  const page = await open(`#/tasks/${task.id}?at=2026-01-02T03:04:05Z`)
  const go = (hash: string) => page.goto(page.url().replace(/#.*/, hash))
  await page.getByLabel('When it should have run').waitFor()
  expect(await stickingOut(page)).toEqual([])
  await page.getByRole('button', { name: 'Pause until…' }).click()
  await page.getByRole('dialog').getByLabel('Until', { exact: true }).waitFor()
  expect(await stickingOut(page)).toEqual([])
  await page.keyboard.press('Escape')

  await go('#/alerts')
  await page.getByRole('button', { name: /^Mute/ }).click()
  await page.getByRole('dialog').getByLabel('Until', { exact: true }).waitFor()
  expect(await stickingOut(page)).toEqual([])
  await page.keyboard.press('Escape')

  await go('#/runs?from=2026-01-02T03:04:05Z')
  await page.getByLabel('From', { exact: true }).waitFor()
  expect(await stickingOut(page)).toEqual([])

  await go('#/tasks/new')
  await page.getByLabel('Once').check()
  await page.getByText(/^What few tasks need/).click()
  await page.locator('.time-input input[type="text"]').nth(1).waitFor()
  await page.getByLabel('Pauses as set here').check()
  for (const adds of ['a label', 'a check', 'a wanted text'])
    await page.getByRole('button', { name: `Add ${adds}`, exact: true }).click()
  expect(await stickingOut(page)).toEqual([])
})

browserTest('on a narrow phone a run below its row is no wider than the screen, with all its buttons', async () => {
  const id = Bun.randomUUIDv7()
  await sql`
    insert into execution (service_id, task_id, id, slot_id, scheduled_for, status, response, created_at, started_at, replica_id, duration_ms)
    values (${owner.id}, ${task.id}, ${id}, ${id}, now(), 'success', '{"done":true}', now(), now(), gen_random_uuid(), 1)`
  for (const hash of [`#/runs?open=${task.id}.${id}`, `#/tasks/${task.id}?open=${id}`]) {
    const page = await open(hash)
    await page.locator('tr.details').getByRole('button', { name: 'Show it unformatted' }).waitFor()
    expect(await stickingOut(page)).toEqual([])
  }
})

browserTest(
  'on a narrow phone the tasks of a quarter hour have their names in a line, and times that break behind a comma',
  async () => {
    const at = `${new Date((Math.floor(Date.now() / 900_000) + 4) * 900_000).toISOString().slice(0, 19)}Z`
    const name = 'Poll the warehouse-management-system'
    await createTask(owner, { name, scheduled_at: at, frequency: 1, unit: 'minute' })
    const page = await open(`#/?at=${at}`)
    const row = page.getByRole('row', { name: new RegExp(`^Choose ${name}`) })
    await row.waitFor()
    const width = async (of: typeof row) => (await of.boundingBox())?.width ?? 0
    expect(await width(row.getByRole('rowheader'))).toBe(await width(page.locator('.quarter-tasks')))
    expect(await row.locator('time').allTextContents()).toEqual(
      ['', '', ''].map(() => expect.stringMatching(/^\d\d:\d\d$/)),
    )
    expect(await stickingOut(page)).toEqual([])
  },
)

browserTest(
  'on a narrow phone nothing that has the focus is behind the bar of selected tasks, or their report',
  async () => {
    for (let n = 0; n < 12; n++) await createTask(owner, { name: `Task ${n}` })
    const page = await open('#/tasks')
    await page.setViewportSize({ width: 320, height: 600 })
    const first = page.getByLabel('Select Task 11')
    await first.check()
    await page.getByRole('button', { name: 'Pause selected' }).click()
    await page.getByText('Paused 1 task.').waitFor()
    await first.focus()
    const covered: string[] = []
    for (const key of ['Tab', 'Shift+Tab'])
      for (let step = 0; step < 40; step++) {
        await page.keyboard.press(key)
        covered.push(
          ...(await page.evaluate<string[]>(`(() => {
          const element = document.activeElement
          const { left, top, width, height } = element.getBoundingClientRect()
          const at = document.elementFromPoint(left + width / 2, top + height / 2)
          return element.closest('.rows') && !element.contains(at) ? [element.outerHTML.slice(0, 80)] : []
        })()`)),
        )
      }
    expect(covered).toEqual([])
  },
)

browserTest('in forced colours a triangle stays one, and what is opened is told by a line', async () => {
  const id = Bun.randomUUIDv7()
  await sql`
    insert into execution (service_id, task_id, id, slot_id, scheduled_for, status, created_at, started_at, replica_id, duration_ms)
    values (${owner.id}, ${task.id}, ${id}, ${id}, now(), 'success', now(), now(), gen_random_uuid(), 1)`
  const visit = await dashboard.visit({ forcedColors: 'active' })
  const { page } = visit
  await signIn(visit, owner, `#/tasks/${task.id}?open=${id}`)
  await page.locator('.run-open').waitFor()
  const style = (of: string, pseudo: string, property: string) =>
    page.evaluate<string>(`getComputedStyle(document.querySelector('${of}'), '${pseudo}').${property}`)
  expect(await style('.account .menu > button', '::after', 'borderLeftColor')).toBe('rgba(0, 0, 0, 0)')
  expect(await style('.account .menu > button', '::after', 'borderTopColor')).not.toBe('rgba(0, 0, 0, 0)')
  expect(await style('.run-open > td', '', 'borderLeftWidth')).toBe('3px')
})

browserTest('on a narrow phone the label that is to have a policy is typed above the button that goes on', async () => {
  const page = await open('#/alerts/policies')
  const places = page.locator('.new-label > :is(input, button)')
  await places.nth(2).waitFor()
  const tops = await places.evaluateAll<number[], Element>((all) => all.map((one) => one.getBoundingClientRect().top))
  expect(tops.toSorted((one, other) => one - other)).toEqual(tops)
  expect(new Set(tops).size).toBe(3)
})

browserTest('on a narrow phone the times that a list is limited to have their minutes', async () => {
  const times = 'from=2026-11-28T02:08:00Z&to=2026-11-28T08:08:00Z'
  const page = await open(`#/runs?${times}`)
  for (const screen of ['runs', 'changes']) {
    await page.goto(page.url().replace(/#.*/, `#/${screen}?${times}`))
    await page.locator(`#${screen.slice(0, -1)}-to`).waitFor()
    const cut = `[...document.querySelectorAll('.time-input input[type=text]')].map(({ value, scrollWidth, clientWidth }) => [value.length, scrollWidth <= clientWidth])`
    expect(await page.evaluate<unknown>(cut)).toEqual([
      [16, true],
      [16, true],
    ])
    expect(await stickingOut(page)).toEqual([])
  }
})
