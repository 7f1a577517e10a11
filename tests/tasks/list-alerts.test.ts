import { beforeEach, expect, test } from 'bun:test'
import { closeTestAlerts, openTestAlerts } from '../support/alerts.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

test('with include=alerts each task of a list has its open alerts, and no closed ones', async () => {
  const quiet = await createTask(owner, { name: 'quiet' })
  const loud = await createTask(owner, { name: 'loud' })
  const [failing = ''] = await openTestAlerts(owner.id, { task_ids: [loud.id] })
  const [late = ''] = await openTestAlerts(owner.id, { kind: 'late', task_ids: [loud.id] })
  await openTestAlerts((await createAccount('another')).id, { task_ids: [quiet.id] })
  await sql`update alert set muted_until = '2099-01-01T00:00:00Z' where id = ${late}`
  const read = async (query: string) => {
    const { body } = await send(owner, 'GET', `/tasks?${query}`)
    return body.map(({ name, recent, alerts }: Record<string, unknown>) => ({ name, recent, alerts }))
  }
  const since = expect.stringMatching(/Z$/)
  const alerts = [
    { id: failing, kind: 'failing', since, muted_until: null },
    { id: late, kind: 'late', since, muted_until: '2099-01-01T00:00:00Z' },
  ]
  expect(await read('include=alerts')).toEqual([
    { name: 'loud', alerts },
    { name: 'quiet', alerts: [] },
  ])
  expect(await read('include=recent%2Calerts&count=1')).toEqual([{ name: 'loud', recent: [], alerts }])
  expect(await read('include=recent&count=1')).toEqual([{ name: 'loud', recent: [] }])
  await closeTestAlerts(owner.id, [failing])
  expect(await read('include=alerts&count=1')).toEqual([{ name: 'loud', alerts: alerts.slice(1) }])
})

test('an alert that the policy of its task mutes is muted in the list, until the later of both times', async () => {
  const labelled = await createTask(owner, { name: 'all', labels: { team: 'billing' } })
  const both = await createTask(owner, { name: 'both' })
  const own = await createTask(owner, { name: 'own' })
  await openTestAlerts(owner.id, { task_ids: [labelled.id, both.id, own.id] })
  await sql`update alert set muted_until = '2098-01-01T00:00:00Z' where task_id = ${both.id}`
  const untils = async () => {
    const { body } = await send(owner, 'GET', '/tasks?include=alerts')
    type Listed = { name: string; alerts: { muted_until: string | null }[] }
    const shown = body.map(({ name, alerts }: Listed) => [name, alerts.map(({ muted_until }) => muted_until)])
    return Object.fromEntries(shown)
  }
  expect(await untils()).toEqual({ all: [null], both: ['2098-01-01T00:00:00Z'], own: [null] })
  const muted_until = '2099-01-01T00:00:00Z'
  await send(owner, 'PUT', '/alert-policy', { muted_until })
  await send(owner, 'PUT', `/tasks/${own.id}/alert-policy`, { failures: 2 })
  expect(await untils()).toEqual({ all: [muted_until], both: [muted_until], own: [null] })
  await send(owner, 'PUT', '/labels/team=billing/alert-policy', { failures: 2 })
  expect(await untils()).toEqual({ all: [null], both: [muted_until], own: [null] })
})
