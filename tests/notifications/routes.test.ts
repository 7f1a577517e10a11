import { beforeEach, expect, test } from 'bun:test'
import { listDueGroups, tellGroup } from '../../src/notifications/tell.ts'
import { insertChannel, insertNotification, openTestAlerts, passTime } from '../support/alerts.ts'
import { type Account, createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
})

const list = async (query = '') => {
  const { status, body } = await send(account, 'GET', `/notifications${query}`)
  expect(status).toBe(200)
  return body.records
}

test('notifications are listed newest first, by channel and by state, in pages', async () => {
  const [one, two] = [await insertChannel(account.id, { name: 'ops' }), await insertChannel(account.id)]
  const at = (second: number) => `2026-11-28T12:00:0${second}Z`
  const ids = [
    await insertNotification(one, { created_at: at(1), due_at: null, sent_at: at(2), attempt: 1, status_code: 200 }),
    await insertNotification(one, { created_at: at(3), due_at: null, given_up_at: at(4), error: 'it answered 500' }),
    await insertNotification(two, { created_at: at(5) }),
  ]
  const idsOf = async (query = '') => (await list(query)).map(({ id }: { id: string }) => ids.indexOf(id))
  expect(await idsOf()).toEqual([2, 1, 0])
  expect(await idsOf(`?channel_id=${one.id.toUpperCase()}`)).toEqual([1, 0])
  expect(await idsOf('?state=waiting')).toEqual([2])
  expect(await idsOf('?state=sent')).toEqual([0])
  expect(await idsOf(`?state=given_up&channel_id=${one.id}`)).toEqual([1])
  expect(await idsOf(`?state=given_up&channel_id=${two.id}`)).toEqual([])
  expect((await list('?state=sent'))[0]).toEqual({
    id: ids[0],
    channel_id: one.id,
    channel_name: 'ops',
    type: 'opened',
    kind: 'failing',
    target: `${ids[0]}:443`,
    state: 'sent',
    created_at: at(1),
    due_at: null,
    attempt: 1,
    sent_at: at(2),
    given_up_at: null,
    status_code: 200,
    error: null,
  })
  const first = await send(account, 'GET', '/notifications?limit=2')
  expect(first.body.records).toHaveLength(2)
  const second = await send(account, 'GET', `/notifications?limit=2&cursor=${first.body.next_cursor}`)
  expect([second.body.records.map(({ id }: { id: string }) => id), second.body.next_cursor]).toEqual([[ids[0]], null])
  const other = await send(account, 'GET', `/notifications?state=sent&cursor=${first.body.next_cursor}`)
  expect(other.status).toBe(400)
})

test('one notification says which alerts it tells of', async () => {
  await insertChannel(account.id)
  await openTestAlerts(account.id, { count: 2 })
  await passTime(30)
  for (const group of await listDueGroups(sql, 10)) await tellGroup(sql, group)
  const [{ id }] = await list()
  const { status, body } = await send(account, 'GET', `/notifications/${id}`)
  expect(status).toBe(200)
  expect(body).toMatchObject({ id, type: 'opened', state: 'waiting', kind: 'failing', target: 'api:443', attempt: 0 })
  expect(body.body.opened).toMatchObject({ count: 2, alerts: [{ task_name: 'task 000001', failures: 3 }, {}] })
  expect(body.body.closed).toEqual({ count: 0, alerts: [] })
})

test("an unknown notification, and another service's, is not found", async () => {
  const stranger = await createAccount()
  const id = await insertNotification(await insertChannel(stranger.id))
  for (const wanted of [id, Bun.randomUUIDv7()])
    expect(await send(account, 'GET', `/notifications/${wanted}`)).toMatchObject({
      status: 404,
      body: { code: 'notification_not_found' },
    })
  expect((await send(account, 'GET', '/notifications?state=open')).status).toBe(400)
})
