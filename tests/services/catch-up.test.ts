import { beforeEach, expect, test } from 'bun:test'
import { commandLine } from '../../src/audit/actor.ts'
import { setCatchUp } from '../../src/services/catch-up.ts'
import { createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertService } from '../support/rows.ts'

beforeEach(emptyDatabase)

const rows = () => sql`select service_id, per_second from catch_up`

test('the limit of late slots is set, changed and removed, and each change has one audit entry', async () => {
  const id = await insertService()
  for (const perSecond of [200, 200, 5])
    expect(await setCatchUp(sql, id, perSecond, commandLine())).toMatchObject({ id, catch_up_per_second: perSecond })
  expect([...(await rows())]).toEqual([{ service_id: id, per_second: 5 }])
  for (const _ of [1, 2]) expect((await setCatchUp(sql, id, null, commandLine()))?.catch_up_per_second).toBeNull()
  expect([...(await rows())]).toEqual([])
  const entries = await sql`select action, before, after from audit where service_id = ${id} order by at, id`
  const change = (before: number | null, after: number | null) => ({
    action: 'service_updated',
    before: { catch_up_per_second: before },
    after: { catch_up_per_second: after },
  })
  expect(entries.toSorted((a, b) => b.before.catch_up_per_second - a.before.catch_up_per_second)).toEqual([
    ...[change(200, 5), change(5, null), change(null, 200)],
  ])
})

test('a service that does not exist has no limit', async () => {
  expect(await setCatchUp(sql, Bun.randomUUIDv7(), 5, commandLine())).toBeUndefined()
  expect([...(await rows())]).toEqual([])
})

test('a service sets its own limit over HTTP', async () => {
  const account = await createAccount('own')
  const other = await createAccount('other')
  const put = (body: object) => send(account, 'PUT', '/service', body)
  const unlimited = { id: account.id, name: 'own', catch_up_per_second: null }
  expect((await send(account, 'GET', '/service')).body).toMatchObject(unlimited)
  expect(await put({ catch_up_per_second: 200 })).toMatchObject({
    status: 200,
    body: { ...unlimited, catch_up_per_second: 200 },
  })
  expect((await send(account, 'GET', '/service')).body.catch_up_per_second).toBe(200)
  expect((await send(other, 'GET', '/service')).body).toMatchObject({ name: 'other', catch_up_per_second: null })
  for (const wrong of [0, 100_001, 1.5, '5', undefined])
    expect(await put({ catch_up_per_second: wrong })).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/catch_up_per_second' }] },
    })
  expect((await put({ catch_up_per_second: null })).body).toMatchObject(unlimited)
  expect([...(await rows())]).toEqual([])
  const { body: audit } = await send(account, 'GET', '/audit')
  expect(audit.records[0]).toMatchObject({
    action: 'service_updated',
    before: { catch_up_per_second: 200 },
    after: { catch_up_per_second: null },
  })
})
