import { beforeEach, expect, test } from 'bun:test'
import { renewLease } from '../../src/scheduler/lease/lease.ts'
import { claimQueued } from '../../src/transitions/claim-queued.ts'
import { claimSlots } from '../../src/transitions/claim-slots.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertService, insertTask } from '../support/rows.ts'
import { schedulerSql } from '../support/scheduler.ts'

let service: string
const replicas = [Bun.randomUUIDv7(), Bun.randomUUIDv7()] as const
beforeEach(async () => {
  await emptyDatabase()
  service = await insertService()
  for (const id of replicas) await renewLease(schedulerSql, { id, host: 'test' }, null)
})

const tasks = 1_500
const options = (replicaId: string) => ({
  replicaId,
  toleranceSeconds: 660,
  oldestOpenAt: '-infinity',
})

/** Every task has a slot that is due, and an execution that waits and is due as well. */
async function bothDue(): Promise<void> {
  await sql`truncate execution, task cascade`
  await sql`
    insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at, queued_for, queued_created_at, queued_id)
    select ${service}, gen_random_uuid(), 'both', 'http://127.0.0.1:9/', 'GET', 1, 'hour', now() - interval '1 second' * random(),
      now() - interval '1 second' * random(), now(), gen_random_uuid()
    from generate_series(1, ${tasks})`
  await sql`
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status)
    select service_id, id, queued_id, queued_id, queued_created_at, now(), 'queued'
    from task`
}

test('one replica claims slots and one queued executions of the same tasks: never both of one task', async () => {
  for (let round = 0; round < 8; round++) {
    await bothDue()
    const takeAll = async (claim: () => Promise<number>) => {
      for (let empty = 0; empty < 3; ) if ((await claim()) === 0) empty++
    }
    await Promise.all([
      takeAll(async () => {
        const part = [{ service_id: service, seats: 60, after: undefined }]
        return (await claimSlots(schedulerSql, part, options(replicas[0]))).taken.length
      }),
      takeAll(async () => {
        const part = [{ service_id: service, seats: 400, after: undefined }]
        return (await claimQueued(schedulerSql, part, options(replicas[1]))).length
      }),
    ])
    const twice = await sql`
      select task_id
      from execution
      where status = 'started'
      group by task_id
      having count(*) > 1`
    expect(twice.length).toBe(0)
  }
})

test('many replicas claim queued executions of the same tasks: each is claimed once', async () => {
  await bothDue()
  const part = [{ service_id: service, seats: 100, after: undefined }]
  const taken: string[] = []
  await Promise.all(
    Array.from({ length: 6 }, async (_, index) => {
      const replica = replicas[index % 2] as string
      for (let empty = 0; empty < 3; ) {
        const claimed = await claimQueued(schedulerSql, part, options(replica))
        taken.push(...claimed.map((execution) => execution.execution_id))
        if (claimed.length === 0) empty++
      }
    }),
  )
  expect(new Set(taken).size).toBe(taken.length)
  expect(taken).toHaveLength(tasks)
})

test.each(['10 minutes', '61 minutes', '1 day', '30 days'])(
  "the database's clock goes back by %s: what it started in the future still counts as running",
  async (ahead) => {
    const task = await insertTask({ service_id: service })
    await sql`
    insert into execution (service_id, task_id, id, slot_id, created_at, started_at, scheduled_for, status, replica_id)
    values (${service}, ${task.id}, ${task.id}, ${task.id}, now() + ${ahead}::interval, now(), now(), 'started', ${replicas[0]})`
    await sql`update task set current_created_at = execution.created_at, current_execution_id = execution.id from execution`
    const part = [{ service_id: service, seats: 10, after: undefined }]
    const { taken, running } = await claimSlots(schedulerSql, part, options(replicas[1]))
    expect(taken).toEqual([])
    expect(running).toHaveLength(1)
    await sql`
    with queued as (
      insert into execution (service_id, task_id, id, slot_id, scheduled_for, status)
      values (${service}, ${task.id}, gen_random_uuid(), gen_random_uuid(), now(), 'queued')
      returning id
    )
    update task
    set queued_for = now(), queued_created_at = now(), queued_id = queued.id
    from queued
    where task.id = ${task.id}`
    expect(await claimQueued(schedulerSql, part, options(replicas[1]))).toEqual([])
  },
)
