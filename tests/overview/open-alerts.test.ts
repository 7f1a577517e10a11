import { beforeEach, expect, test } from 'bun:test'
import { closeTestAlerts, openTestAlerts } from '../support/alerts.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

test('the overview counts open alerts by kind, and has those of the failing tasks', async () => {
  const { id } = await createTask(owner, { name: 'failing' })
  await sql`
    insert into failing_task (service_id, task_id, since, consecutive, error)
    values (${owner.id}, ${id}, '2026-01-01T00:00:00Z', 3, 'the target answered 503')`
  const [alert] = await openTestAlerts(owner.id, { task_ids: [id] })
  await openTestAlerts(owner.id, { kind: 'long', count: 2 })
  await openTestAlerts((await createAccount('another')).id, { task_ids: [id] })
  const overview = async () => (await send(owner, 'GET', '/overview')).body
  expect((await overview()).alerts).toEqual({
    counts: { failing: 1, late: 0, long: 2 },
    failing: [{ task_id: id, id: alert, kind: 'failing', since: expect.stringMatching(/Z$/), muted_until: null }],
  })
  // A mute that its policy has counts as one of its own.
  const muted_until = '2099-01-01T00:00:00Z'
  await send(owner, 'PUT', `/tasks/${id}/alert-policy`, { muted_until })
  const muted = { id: alert, kind: 'failing', muted_until }
  const { alerts: after, failing_groups } = await overview()
  expect([after.failing, failing_groups.older.listed[0].newest.alert]).toMatchObject([[muted], muted])
  expect((await send(owner, 'GET', '/overview/failing')).body.records).toMatchObject([{ task_id: id, alert: muted }])
  await closeTestAlerts(owner.id)
  const { failing, alerts } = await overview()
  expect(failing).toHaveLength(1)
  expect(alerts).toEqual({ counts: { failing: 0, late: 0, long: 0 }, failing: [] })
})
