import { afterEach, beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount } from '../support/app.ts'
import { sql } from '../support/database.ts'
import { insertTestTask } from '../support/engine.ts'
import { expectInvariants } from '../support/invariants.ts'
import { eventually } from '../support/process.ts'
import { expectWithin, promised } from '../support/promised.ts'
import { RecordingTarget } from '../support/recording-target.ts'
import { startReplica } from '../support/replica.ts'
import { clearScene, type Scene, setScene } from '../support/scene.ts'

let scene: Scene
let other: { account: Account; target: RecordingTarget }
beforeEach(async () => {
  scene = await setScene()
  other = { account: await createAccount('another team'), target: new RecordingTarget() }
})
afterEach(clearScene)

const seats = 40
const settings = { env: { SCHEDULER_CONCURRENCY: String(seats), REQUEST_TIMEOUT_SECONDS: '600' } }

/** Many due tasks in one statement. */
const insertMany = (count: number, service: Account, target: RecordingTarget, lateSeconds = 60) => sql`
  insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at)
  select ${service.id}, gen_random_uuid(), 'many', ${target.url()}, 'GET', 1, 'hour',
    now() - make_interval(secs => ${lateSeconds}) + number * interval '1 microsecond'
  from generate_series(1, ${count}::integer) number`

/** How long a task of this service and target takes from its time to its start, in ms. */
async function startsAfter(account: Account, target: RecordingTarget): Promise<number> {
  const due = performance.now()
  const task = await insertTestTask({
    service_id: account.id,
    url: target.url('/other'),
    scheduled_at: new Date().toISOString(),
  })
  const sent = await eventually(
    () => target.sent.find((one) => one.task === task.id),
    () => 'another task starts',
    10_000,
  )
  return sent.at - due
}

/** Waits until no more calls begin. */
async function full(target: RecordingTarget): Promise<number> {
  for (let last = -1; ; await Bun.sleep(700)) {
    if (target.sent.length > 0 && target.sent.length === last) return last
    last = target.sent.length
  }
}

const hung: readonly (readonly [string, () => Promise<unknown>, () => [Account, RecordingTarget]])[] = [
  [
    'of one service hangs: a task of another starts within a second',
    async () => {
      scene.target.hold()
      const second = new RecordingTarget()
      second.hold()
      await insertMany(seats, scene.account, scene.target)
      await insertMany(seats, scene.account, second)
    },
    () => [other.account, other.target],
  ],
  [
    'at one target hangs: a task of the same service with another target starts within a second',
    async () => {
      scene.target.hold()
      await insertMany(seats * 2, scene.account, scene.target)
    },
    () => [scene.account, other.target],
  ],
  [
    'at one target hangs, for two services: a task with another target starts within a second',
    async () => {
      scene.target.hold()
      await insertMany(seats, scene.account, scene.target)
      await insertMany(seats, other.account, scene.target)
    },
    () => [other.account, other.target],
  ],
]
for (const [what, fill, next] of hung)
  test(`all seats' worth of calls ${what}`, async () => {
    await startReplica(scene.account, settings)
    await fill()
    expect(await full(scene.target)).toBeLessThanOrEqual(Math.floor(seats * 0.9))
    for (let times = 0; times < 4; times++) expect(await startsAfter(...next())).toBeLessThan(promised(1_000))
  })

test('a target that hangs with a few seats left to it does not slow the others down', async () => {
  await startReplica(scene.account, settings)
  scene.target.hold()
  await insertMany(Math.floor(seats * 0.81) - 1, scene.account, scene.target)
  await full(scene.target)
  const begun = performance.now()
  await insertMany(500, other.account, other.target, 1)
  await eventually(
    () => other.target.sent.length === 500,
    () => `${other.target.sent.length} of 500 calls`,
    20_000,
  )
  expectWithin(3_000, begun)
})

test('100,000 due tasks of one service do not delay a task of another by more than a second', async () => {
  await insertMany(100_000, scene.account, scene.target)
  await sql`analyze task`
  await startReplica(scene.account)
  await eventually(
    () => scene.target.sent.length > 500,
    () => 'the drain begins',
  )
  const late: number[] = []
  for (let times = 0; times < 8; times++) late.push(await startsAfter(other.account, other.target))
  expect(Math.max(...late)).toBeLessThan(promised(1_000))
  expect(scene.target.sent.length).toBeLessThan(100_000)
  await sql`update task set status = 'paused' where service_id = ${scene.account.id}`
  await expectInvariants([scene.target, other.target])
}, 60_000)

test('a slow call does not hold up the outcomes of quick ones: each is recorded within a second of its end', async () => {
  await startReplica(scene.account)
  scene.target.answer = async ({ path }) => {
    if (path === '/slow') await Bun.sleep(4_000)
    return new Response('')
  }
  await insertTestTask({ service_id: scene.account.id, url: scene.target.url('/slow') })
  for (let times = 0; times < 3; times++) {
    const task = await insertTestTask({ service_id: scene.account.id, url: scene.target.url() })
    const sent = await eventually(
      () => scene.target.sent.find((one) => one.task === task.id),
      () => 'a quick one starts',
    )
    await eventually(
      async () => (await sql`select 1 from execution where task_id = ${task.id} and status = 'success'`).length === 1,
      () => 'its outcome',
    )
    expect(performance.now() - (sent.endedAt ?? 0)).toBeLessThan(3_000)
  }
  await expectInvariants(scene.target)
})
