import { beforeEach, expect, test } from 'bun:test'
import { commandLine } from '../../src/audit/actor.ts'
import { setCatchUp } from '../../src/services/catch-up.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertService } from '../support/rows.ts'

beforeEach(emptyDatabase)

const rows = () => sql`select service_id, per_second from catch_up`

test('the limit of late slots is set, changed and removed, and each change has one audit entry', async () => {
  const id = await insertService()
  for (const perSecond of [200, 200, 5]) expect(await setCatchUp(sql, id, perSecond, commandLine())).toBe(true)
  expect([...(await rows())]).toEqual([{ service_id: id, per_second: 5 }])
  for (const _ of [1, 2]) expect(await setCatchUp(sql, id, 0, commandLine())).toBe(true)
  expect([...(await rows())]).toEqual([])
  const entries = await sql`select action, before, after from audit where service_id = ${id} order by at, id`
  const change = (before: number, after: number) => ({
    action: 'service_updated',
    before: { catch_up_per_second: before },
    after: { catch_up_per_second: after },
  })
  expect(entries.toSorted((a, b) => b.before.catch_up_per_second - a.before.catch_up_per_second)).toEqual([
    ...[change(200, 5), change(5, 0), change(0, 200)],
  ])
})

test('a service that does not exist has no limit', async () => {
  expect(await setCatchUp(sql, Bun.randomUUIDv7(), 5, commandLine())).toBe(false)
  expect([...(await rows())]).toEqual([])
})
