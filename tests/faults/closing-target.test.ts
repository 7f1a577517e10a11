import { afterEach, beforeEach, expect, test } from 'bun:test'
import { startClosingTarget } from '../support/closing-target.ts'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startReplica } from '../support/replica.ts'
import { clearScene, type Scene, setScene } from '../support/scene.ts'

let scene: Scene
beforeEach(async () => {
  scene = await setScene()
})
afterEach(clearScene)

const calls = 200
for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
  test(`a target that closes its idle connections: ${calls} calls with ${method} are ${calls} sends, and none fails`, async () => {
    const target = await startClosingTarget()
    try {
      await startReplica(scene.account, { env: { SCHEDULER_CONCURRENCY: '8' } })
      await sql`
        insert into task (service_id, id, name, url, method, payload, frequency, unit, scheduled_at)
        select ${scene.account.id}, gen_random_uuid(), 'closing', ${target.url}, ${method}, '{}', 1, 'hour', now()
        from generate_series(1, ${calls}::integer)`
      await eventually(async () => {
        const [row] = await sql<{ ended: number }[]>`
            select count(*)::integer as ended from execution where status in ('success', 'failed')`
        return row?.ended === calls
      }, 'all have ended')
      expect(await sql`select error from execution where status <> 'success'`).toHaveLength(0)
      const rows = await sql<{ id: string }[]>`select id from execution`
      expect([...target.requests.keys()].sort()).toEqual(rows.map((row) => row.id).sort())
      expect([...target.requests.values()].every((count) => count === 1)).toBe(true)
    } finally {
      target.stop()
    }
  })
