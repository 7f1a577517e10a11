import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { actions, daily, requestsOf } from '../support/task-sets.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const { plan, apply, byKey } = requestsOf(() => owner)

test('a task that was paused because it left the file is active again when it comes back', async () => {
  const both = { a: daily, b: daily }
  await apply(both)
  for (const action of ['pause', 'keep'])
    expect(actions(await apply({ a: daily }, { prune: 'pause' }))).toEqual(['a unchanged', `b ${action}`])
  expect((await plan(both)).body.changes[1].fields).toEqual({
    status: { before: 'paused', after: 'active', drift: false },
  })
  await apply(both)
  expect((await byKey('b')).status).toBe('active')
})

test('a task that somebody had paused before it left the file stays paused when it comes back', async () => {
  await apply({ a: daily, b: daily })
  await send(owner, 'POST', `/tasks/${(await byKey('b')).id}`, { status: 'paused' })
  await apply({ a: daily }, { prune: 'pause' })
  expect(actions(await apply({ a: daily, b: daily }))).toEqual(['a unchanged', 'b unchanged'])
  expect((await byKey('b')).status).toBe('paused')
})

test('what was changed by hand is still drift after the task was paused because it left the file', async () => {
  await apply({ a: daily, b: { ...daily, retries: 2 } })
  await send(owner, 'POST', `/tasks/${(await byKey('b')).id}`, { retries: 5 })
  await apply({ a: daily }, { prune: 'pause' })
  const { body } = await plan({ a: daily, b: { ...daily, retries: 2 } })
  expect(body.changes[1].fields.retries).toEqual({ before: 5, after: 2, drift: true })
})

test('a task that was postponed by hand and has run once is not run again by the file as it was', async () => {
  const once = { url: daily.url, method: 'GET', scheduled_at: '2020-01-01T00:00:00Z' }
  await apply({ a: { ...once, scheduled_at: '2030-01-01T00:00:00Z' } })
  const { id } = await byKey('a')
  await send(owner, 'POST', `/tasks/${id}`, { scheduled_at: '2031-01-01T00:00:00Z' })
  await sql`update task set scheduled_at = null, status = 'disabled' where id = ${id}`
  const same = { ...once, scheduled_at: '2030-01-01T01:00:00+01:00' }
  expect(actions(await plan({ a: same }))).toEqual(['a unchanged'])
  await apply({ a: { ...same, payload: 'x' } })
  expect(await byKey('a')).toMatchObject({ payload: 'x', status: 'disabled', scheduled_at: null })
  await apply({ a: { ...once, scheduled_at: '2032-01-01T00:00:00Z' } })
  expect(await byKey('a')).toMatchObject({ status: 'active', scheduled_at: '2032-01-01T00:00:00Z' })
})

test('a masked URL whose secret_url was taken out of the file is refused: the mask would be called', async () => {
  await apply({ a: { ...daily, url: 'https://example.com/hidden', secret_url: true } })
  const refused = await apply({ a: { ...daily, url: 'https://example.com/********' } })
  expect([refused.status, refused.body.errors[0].path]).toEqual([400, '/tasks/a/url'])
  expect((await byKey('a')).secret_url).toBe(true)
  await apply({ a: { ...daily, url: 'https://example.com/shown' } })
  expect(await byKey('a')).toMatchObject({ secret_url: false, url: 'https://example.com/shown' })
})

test('a plan with another pattern stays the same when the task runs meanwhile', async () => {
  await apply({ a: daily })
  const other = { a: { ...daily, cron: '30 3 * * *' } }
  const { body } = await plan(other)
  expect(Object.keys(body.changes[0].fields)).toEqual(['cron'])
  await sql`update task set scheduled_at = scheduled_at + interval '1 day'`
  expect((await apply(other, { digest: body.digest })).status).toBe(200)
})

test('a URL that somebody made secret is not shown as what was applied', async () => {
  await apply({ a: { ...daily, url: 'https://example.com/hidden' } })
  const change = { url: 'https://example.com/hidden', secret_url: true }
  await send(owner, 'POST', `/tasks/${(await byKey('a')).id}`, change)
  const { body } = await send(owner, 'GET', '/task-sets/shop/members?drifted=true')
  expect(body.records[0].drift.url.applied).toBe('https://example.com/********')
  await apply({ a: { ...daily, url: 'https://example.com/hidden' } })
  expect(JSON.stringify([...(await sql`select applied from task_set_member`)])).not.toContain('hidden')
})
