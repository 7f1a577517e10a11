import { beforeEach, expect, test } from 'bun:test'
import { listDueGroups, tellGroup } from '../../src/notifications/tell.ts'
import { closeTestAlerts, insertChannel, openTestAlerts, passTime } from '../support/alerts.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
})

const later = '2100-01-01T00:00:00Z'
const get = (path: string) => send(account, 'GET', path)
const mute = (id: string | undefined, until: string | null) => send(account, 'POST', `/alerts/${id}/mute`, { until })
const ids = async (query = '') => (await get(`/alerts${query}`)).body.records.map(({ id }: { id: string }) => id)

test('alerts are listed newest first, by state, kind and task, in pages', async () => {
  const task = (await createTask(account)).id
  const open = async (fields: object) => {
    const [id] = await openTestAlerts(account.id, fields)
    await passTime(1)
    return id as string
  }
  const closed = await open({})
  await closeTestAlerts(account.id)
  const failing = await open({ task_ids: [task] })
  const late = await open({ kind: 'late', task_ids: [task] })
  const outage = await open({ kind: 'outage', is_event: true, target: '' })
  await mute(late, later)
  expect(await ids()).toEqual([outage, late, failing, closed])
  expect(await ids('?state=open')).toEqual([failing])
  expect(await ids('?state=muted')).toEqual([late])
  expect(await ids('?state=closed')).toEqual([outage, closed])
  expect(await ids('?kind=outage')).toEqual([outage])
  expect(await ids(`?task_id=${task.toUpperCase()}`)).toEqual([late, failing])
  expect(await ids(`?task_id=${task}&state=open&kind=late`)).toEqual([])
  expect((await get('/alerts?state=all')).status).toBe(400)
  const first = await get('/alerts?limit=3')
  const second = await get(`/alerts?limit=3&cursor=${first.body.next_cursor}`)
  expect([second.body.records.map(({ id }: { id: string }) => id), second.body.next_cursor]).toEqual([[closed], null])
  expect((await get(`/alerts?limit=3&state=open&cursor=${first.body.next_cursor}`)).status).toBe(400)
  for (const record of [...first.body.records, ...second.body.records])
    expect((await get(`/alerts/${record.id}`)).body).toEqual(record)
})

test('an alert says what is wrong since when, and what it knew when it opened', async () => {
  const task = (await createTask(account)).id
  const [id] = await openTestAlerts(account.id, { task_ids: [task] })
  expect((await get(`/alerts/${id}`)).body).toEqual({
    ...{ id, kind: 'failing', state: 'open', task_id: task, task_name: 'task 000001', target: 'api:443' },
    ...{ since: expect.any(String), until: null, opened_at: expect.any(String), closed_at: null, closed_because: null },
    ...{ failures: 3, tasks: null, error: 'the target answered 503', execution_id: null, muted_until: null },
  })
})

test('a list of alerts that has not changed is not sent again', async () => {
  await openTestAlerts(account.id)
  const { headers } = await get('/alerts')
  const known = { 'if-none-match': headers.get('etag') as string }
  expect((await send(account, 'GET', '/alerts', undefined, known)).status).toBe(304)
  await closeTestAlerts(account.id)
  expect((await send(account, 'GET', '/alerts', undefined, known)).status).toBe(200)
})

test('while an alert is muted nothing is sent about it, and once the mute is ended it is', async () => {
  await insertChannel(account.id)
  const [id] = await openTestAlerts(account.id)
  expect(await mute(id, later)).toMatchObject({ status: 200, body: { state: 'muted', muted_until: later } })
  const told = async () => {
    for (const group of await listDueGroups(sql, 10)) await tellGroup(sql, group)
    return (await sql`select from notification`).length
  }
  await passTime(31)
  expect(await told()).toBe(0)
  expect(await mute(id, null)).toMatchObject({ status: 200, body: { state: 'open', muted_until: null } })
  await passTime(31)
  expect(await told()).toBe(1)
})

test('a mute that changes nothing writes nothing, and each change has an audit entry', async () => {
  const [id] = await openTestAlerts(account.id)
  await mute(id, null)
  await mute(id, later)
  const [before] = await sql`select xmin::text from alert`
  await mute(id, later)
  expect((await sql`select xmin::text from alert`)[0]).toEqual(before)
  await mute(id, null)
  const { body } = await get('/audit?limit=10')
  expect(body.records.slice(0, 2)).toMatchObject([
    {
      action: 'alert_muted',
      name: 'failing task 000001',
      before: { muted_until: later },
      after: { muted_until: null },
    },
    { action: 'alert_muted', task_id: null, before: { muted_until: null }, after: { muted_until: later } },
  ])
  expect(body.records.filter(({ action }: { action: string }) => action === 'alert_muted')).toHaveLength(2)
})

test('a closed alert cannot be muted, none until a time that has passed, and none of another service', async () => {
  const stranger = await createAccount()
  const [[id], [foreign]] = [await openTestAlerts(account.id), await openTestAlerts(stranger.id)]
  expect(await mute(id, '2020-01-01T00:00:00Z')).toMatchObject({ status: 400, body: { errors: [{ path: '/until' }] } })
  expect((await get(`/alerts/${id}`)).body.state).toBe('open')
  await closeTestAlerts(account.id)
  expect(await mute(id, later)).toMatchObject({ status: 409, body: { code: 'alert_closed' } })
  for (const unknown of [foreign, crypto.randomUUID()]) {
    expect(await mute(unknown, later)).toMatchObject({ status: 404, body: { code: 'alert_not_found' } })
    expect(await get(`/alerts/${unknown}`)).toMatchObject({ status: 404, body: { code: 'alert_not_found' } })
  }
})

test('a mute until a time with any offset of RFC 3339 is until that time', async () => {
  const [id] = await openTestAlerts(account.id)
  expect(await mute(id, '2099-12-31T00:01:00-23:59')).toMatchObject({
    status: 200,
    body: { muted_until: '2100-01-01T00:00:00Z' },
  })
  expect(await send(account, 'PUT', '/alert-policy', { muted_until: '2099-12-31T00:01:00-23:59' })).toMatchObject({
    status: 201,
    body: { muted_until: '2100-01-01T00:00:00Z' },
  })
})
