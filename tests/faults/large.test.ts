import { afterEach, beforeEach, expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { insertTestTask } from '../support/engine.ts'
import { expectInvariants } from '../support/invariants.ts'
import { eventually } from '../support/process.ts'
import { promised } from '../support/promised.ts'
import { startReplica } from '../support/replica.ts'
import { clearScene, type Scene, setScene } from '../support/scene.ts'

let scene: Scene
beforeEach(async () => {
  scene = await setScene()
})
afterEach(clearScene)

test('many due tasks with the largest headers and payloads: all are sent, and a small one of another service on time', async () => {
  const [tasks, payload] = [600, 262_144]
  await sql`
    insert into task (service_id, id, name, url, method, header, payload, frequency, unit, scheduled_at)
    select ${scene.account.id}, gen_random_uuid(), 'large', ${scene.target.url()}, 'POST',
      (select jsonb_object_agg('x-' || n, repeat(md5(n::text), 64)) from generate_series(1, 5) n),
      repeat(md5(number::text), ${payload}::integer / 32),
      1, 'hour', now() - interval '1 minute'
    from generate_series(1, ${tasks}::integer) number`
  await startReplica(scene.account)
  await eventually(
    () => scene.target.sent.length > 0,
    () => 'the first is sent',
  )
  const due = performance.now()
  const small = await insertTestTask({ url: scene.target.url('/small') })
  const sent = await eventually(
    () => scene.target.sent.find((one) => one.task === small.id),
    () => 'the small one',
  )
  expect(sent.at - due).toBeLessThan(promised(1_500))
  await eventually(
    () => scene.target.sent.length === tasks + 1,
    () => `${scene.target.sent.length} of ${tasks} sends`,
    30_000,
  )
  await expectInvariants(scene.target)
}, 60_000)
