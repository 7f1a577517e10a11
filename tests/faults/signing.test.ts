import { expect, test } from 'bun:test'
import { eventually } from '../support/eventually.ts'
import { startReplica } from '../support/replica.ts'
import { awaitStatus, insertTasks } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'
import { ask } from '../support/service.ts'
import { insertSigningKey, signaturesOf, verifies } from '../support/signing.ts'
import type { Sent } from '../support/target.ts'

const scene = useScene()

const hour = 3_600_000

test.each([
  ['fast', hour],
  ['slow', -hour],
])("a replica's clock is an hour %s: its requests verify, since they have the time of the database", async (_, off) => {
  const { secret } = await insertSigningKey(scene.account.id)
  const task = await scene.insertTask()
  await startReplica(scene.account, {
    preload: './tests/support/shifted-clock.ts',
    env: { CLOCK_OFF_MS: String(off) },
  })
  await awaitStatus(task, 'success', 5_000)
  const [sent] = scene.target.sent as [Sent]
  expect(Number(sent.headers.get('webhook-timestamp')) - Date.now() / 1000).toBeWithin(-60, 2)
  expect(verifies(sent, secret)).toBe(true)
})

/** How long the keys before a rotation go on signing in these tests, in seconds. */
const expiry = 3

test('10,000 calls of two replicas during three rotations: receivers that switch first and last refuse none', async () => {
  const first = await insertSigningKey(scene.account.id)
  // One receiver takes a new key alone as soon as there is one, the other right before the key before it expires.
  const receivers = { prompt: first.secret, late: first.secret }
  const refused: object[] = []
  const seen = new Set<number>()
  scene.target.answer = async (sent) => {
    const answers = Object.entries(receivers).map(([name, secret]) => [name, verifies(sent, secret)] as const)
    seen.add(signaturesOf(sent))
    for (const [name, ok] of answers) if (!ok) refused.push({ name, at: sent.at, signatures: signaturesOf(sent) })
    await Bun.sleep(400)
    return new Response(null, { status: answers.every(([, ok]) => ok) ? 200 : 401 })
  }
  await insertTasks(10_000, {
    service_id: scene.account.id,
    url: scene.target.url(),
    payload: '{"a": 1}',
    method: 'POST',
  })
  // 500 calls a second, so that they last longer than the rotations.
  const options = { env: { SCHEDULER_CONCURRENCY: '100' } }
  const [replica] = await Promise.all([startReplica(scene.account, options), startReplica(scene.account, options)])
  await scene.target.arrived(100)
  for (let rotation = 1; rotation <= 3; rotation++) {
    const { status, body } = await ask(replica, 'POST', '/signing-keys', { expires_others_in_seconds: expiry })
    expect(status).toBe(201)
    receivers.prompt = body.secret
    await Bun.sleep((expiry - 1.5) * 1000 - 500)
    receivers.late = body.secret
    await Bun.sleep(700)
  }
  const during = scene.target.sent.length
  await eventually(
    () => scene.target.sent.length >= 10_000,
    () => `${scene.target.sent.length} arrived`,
    120_000,
  )
  expect(refused).toEqual([])
  expect(during).toBeLessThan(10_000)
  // With one key, and with two while a rotation lasts.
  expect([seen.has(1), seen.has(2), seen.has(0)]).toEqual([true, true, false])
})
