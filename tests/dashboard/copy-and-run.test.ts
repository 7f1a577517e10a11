import { beforeEach, expect, test } from 'bun:test'
import type { Task } from '../../src/dashboard/client/api.ts'
import { copyOf } from '../../src/dashboard/task-form/draft.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard, type Visit } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

async function open(hash: string, options = {}): Promise<Visit> {
  const visit = await dashboard.visit(options)
  await signIn(visit, owner, hash)
  return visit
}

const image = '<img src=x onerror="window.ran = 1">'
const pattern = { cron: '30 2 * * *', time_zone: 'Asia/Tokyo', frequency: null, unit: null }

browserTest('a duplicate begins with all fields of the task, and becomes one of its own', async () => {
  const task = await createTask(owner, {
    ...pattern,
    name: image,
    method: 'POST',
    header: { 'X-Team': 'search' },
    payload: '{"a": 1}',
    status: 'paused',
    timeout_seconds: 7,
    retries: 3,
  })
  const { page } = await open(`#/tasks/${task.id}`)
  await page.getByRole('link', { name: 'Duplicate' }).click()
  const name = page.getByLabel('Name', { exact: true })
  await name.waitFor()
  expect(await name.inputValue()).toBe(`${image} (copy)`)
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByRole('heading', { name: `${image} (copy)` }).waitFor()
  const [copy] = (await send(owner, 'GET', '/tasks')).body
  const { id, created_at, updated_at, scheduled_at, starts_at, ...same } = task
  expect(copy).toMatchObject({ ...same, name: `${image} (copy)` })
  expect(copy.id).not.toBe(id)
  // The first run of the original was put off by hand to 2099; the copy keeps to its pattern.
  expect(copy.scheduled_at).not.toBe(scheduled_at)
  expect(await page.locator('img').count()).toBe(0)
})

browserTest("a stranger's task cannot be copied", async () => {
  const foreign = await createTask(await createAccount('strangers'))
  const { page } = await open(`#/tasks/new?from=${foreign.id}`)
  await page.getByRole('heading', { name: 'No such task' }).waitFor()
})

test('a copy keeps a next run that is to come, and a run-once task that is over is active again', async () => {
  const task: Task = await createTask(owner, { name: '🦆'.repeat(200) })
  const copy = copyOf(task)
  expect([...copy.name].length).toBe(200)
  expect(copy.name).toEndWith('🦆 (copy)')
  expect(copy.scheduled_at).not.toBe('')
  expect(copyOf(task, Date.parse('2100-01-01')).scheduled_at).toBe('')
  const over: Task = { ...task, frequency: null, unit: null, scheduled_at: null, status: 'disabled' }
  expect(copyOf(over)).toMatchObject({ kind: 'once', scheduled_at: '', status: 'active' })
})

browserTest('create and run now makes the task and an execution of it', async () => {
  const { page } = await open('#/tasks/new')
  await page.getByLabel('Name', { exact: true }).fill('At once')
  await page.getByLabel('URL').fill('http://127.0.0.1:9/')
  await page.getByLabel('First run').fill('2099-01-01T00:00:00')
  await page.getByRole('button', { name: 'Create and run now' }).click()
  await page.getByText('Created “At once”. It runs now.').waitFor()
  await page.getByRole('cell', { name: 'queued' }).waitFor()
  const [task] = (await send(owner, 'GET', '/tasks')).body
  const { records } = (await send(owner, 'GET', `/tasks/${task.id}/executions`)).body
  expect(records).toMatchObject([{ status: 'queued' }])
})

browserTest('what was saved is not taken back when it cannot be run now', async () => {
  const task = await createTask(owner)
  await send(owner, 'POST', `/tasks/${task.id}/executions`)
  const { page, requests } = await open(`#/tasks/${task.id}/edit`)
  await page.getByLabel('Retries').fill('4')
  await page.getByRole('button', { name: 'Save and run now' }).click()
  await page.getByText(/^Saved “A task”\. It was not run: An execution of this task is queued or running/).waitFor()
  await page.getByRole('heading', { name: 'A task' }).waitFor()
  expect(await sql`select retries from task`).toEqual([{ retries: 4 }] as never)
  const sent = requests.filter((request) => request.method() === 'POST' && request.url().endsWith(task.id))
  expect(sent.map((request) => request.postDataJSON())).toEqual([{ retries: 4 }])
})

browserTest('the form shows and copies a curl command with its content, and the token is not in it', async () => {
  const visit = await open('#/tasks/new', { permissions: ['clipboard-read', 'clipboard-write'] })
  const { page, origin } = visit
  await page.getByLabel('Name', { exact: true }).fill(image)
  await page.getByText('As a curl command').click()
  const command = page.getByLabel('The curl command')
  await page.getByLabel('Every', { exact: true }).fill('5')
  const told = { name: image, url: '', method: 'GET', status: 'active', frequency: 5, unit: 'hour' }
  expect(JSON.parse(/ -d '(.*)'$/.exec(await command.inputValue())?.[1] ?? '')).toEqual(told)
  expect(await command.inputValue()).toStartWith(`curl -u "${owner.id}:$TOKEN" `)
  expect(await command.inputValue()).toContain(` '${origin}/tasks' `)
  expect(await page.content()).not.toContain(owner.token)
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByText('Copied the curl command.').waitFor()
  expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(await command.inputValue())
})

browserTest('an edit without a change has no curl command', async () => {
  const task = await createTask(owner)
  const { page } = await open(`#/tasks/${task.id}/edit`)
  await page.getByText('As a curl command').click()
  await page.getByText('Nothing is changed, so there is nothing to send.').waitFor()
  await page.getByLabel('Retries').fill('2')
  expect(await page.getByLabel('The curl command').inputValue()).toEndWith(`/tasks/${task.id}' -d '{"retries":2}'`)
})
