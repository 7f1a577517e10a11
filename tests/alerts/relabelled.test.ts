import { beforeEach, expect, test } from 'bun:test'
import { openFailing } from '../../src/alerts/failing.ts'
import { insertChannel } from '../support/alerts.ts'
import { type Account, createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { daily, requestsOf } from '../support/task-sets.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
  await insertChannel(account.id)
})

const billing = { team: 'billing' }
const { apply, byKey } = requestsOf(() => account)
const due = async () => (await sql`select alert_due from failing_task`)[0]?.alert_due
const openAlerts = () => sql`select from alert where closed_at is null`

test.each([
  ['a change of the task', (id: string, fields: object) => send(account, 'POST', `/tasks/${id}`, fields)],
  ['an apply of its set', (_: string, fields: object) => apply({ invoices: { ...daily, labels: billing, ...fields } })],
])(
  'a failing task is examined again when %s gives it other labels, by the policy that it has then',
  async (_, change) => {
    await send(account, 'PUT', '/labels/team=billing/alert-policy', { failures: 10 })
    await apply({ invoices: { ...daily, labels: billing } })
    const { id } = await byKey('invoices')
    await sql`insert into failing_task (service_id, task_id, settled, alert_due) values (${account.id}, ${id}, 3, true)`
    await openFailing(sql, account.id)
    expect([await due(), await openAlerts()]).toEqual([false, []])
    // With the same labels nothing is examined.
    expect((await change(id, { labels: billing, name: 'Invoices' })).status).toBe(200)
    expect(await due()).toBe(false)
    expect((await change(id, { labels: { team: 'stock' } })).status).toBe(200)
    expect(await due()).toBe(true)
    await openFailing(sql, account.id)
    expect(await openAlerts()).toHaveLength(1)
  },
)
