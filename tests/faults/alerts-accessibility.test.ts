import { beforeEach } from 'bun:test'
import { openTestAlerts } from '../support/alerts.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { useDashboard } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { type Tour, testForEverybody, testTitles } from '../support/for-everybody.ts'

// Each visit also fails on a script error, a message on the console, and a refusal by the policy.
const dashboard = useDashboard()
/** What has no place at which a line could end. */
const long = 'n'.repeat(100)
let owner: Account
let beginner: Account
let id: string
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  beginner = await createAccount('beginners')
  ;({ id } = await createTask(owner, { name: long, labels: { team: 'billing' } }))
  await sql`insert into failing_task (service_id, task_id, since, error) values (${owner.id}, ${id}, now(), ${long})`
  for (const kind of ['failing', 'late', 'long'])
    await openTestAlerts(owner.id, { kind, task_ids: [id], error: long.repeat(5), target: `${long}:443` })
  await openTestAlerts(owner.id, { kind: 'outage', is_event: true, target: '' })
  await sql`update alert set task_name = ${long} where task_id is not null`
  await sql`update alert set muted_until = '2099-01-01T00:00:00Z' where kind = 'late'`
  for (const name of ['#ops', long])
    await send(owner, 'POST', '/channels', { name, kind: 'slack', url: 'http://127.0.0.1:9/' })
  await sql`
    update channel
    set disabled_at = now(), disabled_reason = 'Its URL answered 410.', last_failed_at = now(), last_error = ${long}
    where name = ${long}`
  await send(owner, 'PUT', '/flows/partner', { concurrency: 10, rate: 100, target: `${long}.example`, paused: true })
  await send(owner, 'PUT', `/flows/${long.slice(0, 64)}`, { rate: 5, period_seconds: 300 })
  await send(owner, 'POST', `/tasks/${id}`, { flow: 'partner' })
  await sql`update task set scheduled_at = now() - interval '1 hour' where id = ${id}`
  await send(owner, 'PUT', '/labels/team%3Dbilling/alert-policy', { failures: 3 })
  await send(owner, 'PUT', `/tasks/${id}/alert-policy`, {
    failures: 2,
    long_seconds: 90,
  })
})

async function tour({ page, open, look }: Tour): Promise<void> {
  await open('#/alerts?state=all', 'Duly started nothing')
  await look('alerts')
  await page.getByRole('button', { name: /^Mute/ }).first().click()
  await look('alert about to be muted')
  await page.keyboard.press('Escape')
  await open('#/alerts?state=closed&kind=long', 'No alert matches.')
  await look('alerts, none that matches')
  await open('#/alerts/channels', 'Its URL answered 410.')
  await page.getByRole('button', { name: 'Test #ops' }).click()
  await page.getByText('It arrived').waitFor()
  await look('channels, one tested')
  await page.getByRole('button', { name: 'Delete #ops' }).click()
  await page.getByRole('dialog').waitFor()
  await look('channel about to be deleted')
  await page.keyboard.press('Escape')
  await open('#/alerts/channels/new', 'Kind')
  for (const kind of ['E-mail', 'Slack', 'Webhook']) {
    await page.getByLabel(kind).check()
    await page.getByRole('button', { name: 'Create channel' }).click()
    await page.getByRole('alert').waitFor()
    await look(`new channel, ${kind}, refused`)
  }
  await page.getByLabel('Name').fill('hook')
  await page.getByLabel('URL').fill('http://127.0.0.1:9/')
  await page.getByRole('button', { name: 'Create channel' }).click()
  await page.getByText('It is shown this once.').waitFor()
  await look('secret of a channel')
  await open('#/alerts/policies', 'after 3 failed runs in a row')
  await look('policies')
  await page.getByRole('button', { name: 'Remove the policy of team=billing' }).click()
  await page.getByRole('dialog').waitFor()
  await look('policy about to be removed')
  await page.keyboard.press('Escape')
  await open('#/alerts/policies/default', 'Only some')
  await page.getByLabel('Only some').check()
  await page.getByLabel('Failed runs in a row').fill('x')
  await page.getByRole('button', { name: 'Save policy' }).click()
  await page.getByRole('alert').waitFor()
  await look('policy, refused')
  await open(`#/tasks/${id}`, 'failing since')
  await page.locator('summary', { hasText: 'Alert policy' }).click()
  await page.getByText('The task has a policy of its own.').waitFor()
  await look('task with alerts and a policy')
  await open('#/tasks', 'failing since')
  await look('list of tasks with alerts')
  await open('#/flows', 'In flight')
  await look('flows')
  await page.getByRole('button', { name: 'Delete partner' }).click()
  await page.getByRole('button', { name: 'Delete flow' }).click()
  await page.getByRole('alert').waitFor()
  await look('flow, delete refused')
  await page.keyboard.press('Escape')
  await open('#/flows/new', 'Calls at once')
  await page.getByRole('button', { name: 'Create flow' }).click()
  await page.getByText('Name must not be empty.').waitFor()
  await look('new flow, refused')
  await open('#/tasks?flow=partner', 'Only tasks that the flow')
  await look('tasks of a flow')
  await open('#/', 'failing since')
  await page.getByRole('button', { name: 'Set a limit' }).click()
  await page.getByLabel('Late runs in a second').fill('x')
  await page.keyboard.press('Enter')
  await page.getByLabel('Late runs in a second').and(page.locator('[aria-invalid]')).waitFor()
  await look('limit of late runs, refused')
  await page.keyboard.press('Escape')
  await look('overview with alerts')
}

testForEverybody({
  dashboard,
  what: 'every screen about alerts is',
  accounts: () => ({ beginner, owner }),
  nothing: [
    ['#/alerts', 'No alert is open.'],
    ['#/alerts/channels', 'No channel yet.'],
    ['#/alerts/policies', 'None is set'],
    ['#/flows', 'No flow yet.'],
  ],
  tour,
})

testTitles({
  dashboard,
  what: 'every screen about alerts',
  owner: () => owner,
  screens: () => [
    ['#/alerts', 'Alerts'],
    ['#/alerts/channels', 'Channels'],
    ['#/alerts/channels/new', 'New channel'],
    ['#/flows', 'Flows'],
    ['#/flows/new', 'New flow'],
    ['#/flows/edit?name=partner', 'Flow partner', 'Edit flow'],
    ['#/alerts/policies', 'Alert policies'],
    ['#/alerts/policies/default', 'Default alert policy'],
    ['#/alerts/policies/label?label=team%3Dbilling', 'Alert policy of team=billing', 'Alert policy of a label'],
    [`#/tasks/${id}/alert-policy`, 'Alert policy of the task', 'Alert policy of a task'],
  ],
})
