import { expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startReplica } from '../support/replica.ts'
import { killHard, useScene } from '../support/scene.ts'
import type { Service } from '../support/service.ts'

const scene = useScene()
const replicas = new Map<string, Service>()

async function addReplica(): Promise<void> {
  const service = await startReplica(scene.account)
  const [added] = await eventually(
    () => sql<{ id: string }[]>`select id from replica where id <> all(${[...replicas.keys()]}::uuid[])`,
    'a replica with a lease',
  )
  replicas.set(added?.id as string, service)
}

test('five replicas at a concurrency of 1, of which the one that calls is killed again and again: never two calls at once', async () => {
  const { target, account } = scene
  let held = 0
  let most = 0
  target.answer = async () => {
    most = Math.max(most, ++held)
    await Bun.sleep(30)
    held--
    return new Response()
  }
  for (let count = 0; count < 5; count++) await addReplica()
  await sql`insert into flow (service_id, name, concurrency) values (${account.id}, 'one', 1)`
  await sql`
    insert into task (service_id, id, name, url, method, scheduled_at, flow)
    select ${account.id}, gen_random_uuid(), 'task ' || n, ${target.url()}, 'GET', now(), 'one'
    from generate_series(1, 60) n`
  for (let round = 0; round < 4; round++) {
    const sent = target.sent.length
    await eventually(() => target.sent.length >= sent + 5, 'calls after a kill')
    const [calling] = await eventually(
      () => sql<{ id: string }[]>`select replica_id as id from execution where status = 'started'`,
      'a call in flight',
    )
    const id = calling?.id as string
    await killHard(replicas.get(id) as Service)
    // The target may still be answering: what is sent again then may overlap, as with any redelivery. Recovery takes longer.
    await Bun.sleep(50)
    await sql`update replica set lease_until = now() - interval '1 second' where id = ${id}`
    await eventually(async () => (await sql`select from replica where id = ${id}`).length === 0, 'the recovery')
    replicas.delete(id)
  }
  await eventually(
    async () => (await sql`select from task where status = 'disabled'`).length === 60,
    'the end of all tasks',
    20_000,
  )
  expect(most).toBe(1)
  const [left] = await sql<{ count: number }[]>`
    select count(*)::integer as count
    from flow
    cross join jsonb_each(calls) as used
    where used.key not in (select id::text from replica)`
  expect(left?.count).toBe(0)
})
