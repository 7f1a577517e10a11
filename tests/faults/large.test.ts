import { expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { promised } from '../support/promised.ts'
import { startReplica } from '../support/replica.ts'
import { insertTask } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'

const scene = useScene()

test('many due tasks with the largest headers and payloads: all are sent, and a small task of another service is on time', async () => {
  const [tasks, payload] = [600, 262_144]
  await sql`
    insert into task (service_id, id, name, url, method, header, payload, frequency, unit, scheduled_at)
    select ${scene.account.id}, gen_random_uuid(), 'large', ${scene.target.url()}, 'POST',
      (select jsonb_object_agg('x-' || n, repeat(md5(n::text), 64)) from generate_series(1, 5) n),
      repeat(md5(number::text), ${payload}::integer / 32),
      1, 'hour', now() - interval '1 minute'
    from generate_series(1, ${tasks}::integer) number`
  await startReplica(scene.account)
  await eventually(() => scene.target.sent.length > 0, 'the first is sent')
  const due = performance.now()
  const small = await insertTask({ url: scene.target.url('/small') })
  const sent = await eventually(() => scene.target.sent.find((one) => one.task === small.id), 'the small one')
  expect(sent.at - due).toBeLessThan(promised(1_500))
  await eventually(
    () => scene.target.sent.length === tasks + 1,
    () => `${scene.target.sent.length} of ${tasks} sends`,
    30_000,
  )
  await expectInvariants(scene.target)
})

test('many lists of the largest tasks at once, read slowly or not at all, cost the process a bounded amount of memory', async () => {
  const tasks = 400
  await sql`
    insert into task (service_id, id, name, url, method, payload, frequency, unit, scheduled_at)
    select ${scene.account.id}, gen_random_uuid(), 'large ' || number, 'http://127.0.0.1:9/', 'POST',
      repeat(md5(number::text), 8192), 1, 'hour', '2999-01-01T00:00:00Z'
    from generate_series(1, ${tasks}::integer) number`
  const replica = await startReplica(scene.account, { env: { SCHEDULER_ENABLED: 'false' } })
  const memory = async () => {
    const text = await (await fetch(`${replica.base}/metrics`)).text()
    return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / 1_048_576
  }
  const list = () =>
    fetch(`${replica.base}/tasks?search=large&count=1000`, {
      headers: { service_id: replica.id, token: replica.token },
    })
  const before = await memory()
  const asked = Array.from({ length: 30 }, list)
  const answers = await Promise.all(asked)
  const begun = answers.filter(({ status }) => status === 200)
  // The others find no room, and are told so before anything is sent.
  expect(answers.filter(({ status }) => status === 429).length).toBe(30 - begun.length)
  expect(begun.length).toBeGreaterThan(3)
  const peaks = [await memory()]
  const read = await Promise.all(begun.slice(0, 3).map((answer) => answer.json() as Promise<unknown[]>))
  expect(read.map(({ length }) => length)).toEqual([tasks, tasks, tasks])
  peaks.push(await memory())
  for (const answer of answers.slice(3)) await answer.body?.cancel().catch(() => {})
  // Three lists as a whole would be 300 MiB of text alone, and thirty of them 3 GiB.
  expect(Math.max(...peaks) - before).toBeLessThan(600)
  await eventually(async () => (await list()).status === 200, 'a list is answered again')
})
