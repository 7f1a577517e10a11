import { expect, test } from 'bun:test'
import type { Sql } from '../../src/database/sql.ts'
import { renewLease } from '../../src/scheduler/lease/lease.ts'
import { claimSlots } from '../../src/transitions/claim-slots.ts'
import { flowLine } from '../../src/transitions/line.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertService, insertTask } from '../support/rows.ts'
import { schedulerSql } from '../support/scheduler.ts'

test('a claim that was slow to begin lets the next calls of the flow start later, too', async () => {
  await emptyDatabase()
  const service_id = await insertService()
  const replica = { id: Bun.randomUUIDv7(), host: 'here' }
  await renewLease(schedulerSql, replica, null)
  await sql`
    insert into flow (service_id, name, rate, period_seconds, burst)
    values (${service_id}, 'paced', 1, 1, 3)`
  for (let n = 0; n < 4; n++) await insertTask({ service_id, flow: 'paced' })
  const { taken, beganAt } = await schedulerSql.begin(async (transaction) => {
    const [row] = await transaction<[{ at: string }]>`select now() as at, pg_sleep(0.1)`
    const claimed = await claimSlots(
      transaction as unknown as Sql,
      [{ service_id, flow: { name: 'paced', calls: 0 }, seats: 10, after: undefined, fullTargets: [] }],
      { replicaId: replica.id, toleranceSeconds: 660, oldestOpenAt: '-infinity' },
      [],
      flowLine,
    )
    return { ...claimed, beganAt: Date.parse(row.at) }
  })
  expect(taken).toHaveLength(3)
  const [flow] = await sql<[{ next_free_at: string }]>`select next_free_at from flow`
  // The three calls have spent the burst and are sent now, 0.1 s after the claim began: the next may start a second after that.
  expect(Date.parse(flow.next_free_at)).toBeGreaterThanOrEqual(beganAt + 1_100)
})
