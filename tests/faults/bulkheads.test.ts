import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount } from '../support/app.ts'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { expectWithin, promised } from '../support/promised.ts'
import { startReplica } from '../support/replica.ts'
import { insertTask } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'
import { Target } from '../support/target.ts'

const scene = useScene()
let other: { account: Account; target: Target }
beforeEach(async () => {
  other = { account: await createAccount('another team'), target: new Target() }
})

const seats = 40
const settings = { env: { SCHEDULER_CONCURRENCY: String(seats), REQUEST_TIMEOUT_SECONDS: '600' } }

/** Many due tasks in one statement. */
const insertMany = (count: number, service: Account, target: Target, lateSeconds = 60) => sql`
  insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at)
  select ${service.id}, gen_random_uuid(), 'many', ${target.url()}, 'GET', 1, 'hour',
    now() - make_interval(secs => ${lateSeconds}) + number * interval '1 microsecond'
  from generate_series(1, ${count}::integer) number`

/** How long a task of this service and target takes from its time to its start, in ms. */
async function startsAfter(account: Account, target: Target): Promise<number> {
  const due = performance.now()
  const task = await insertTask({
    service_id: account.id,
    url: target.url('/other'),
    scheduled_at: new Date().toISOString(),
  })
  const sent = await eventually(() => target.sent.find((one) => one.task === task.id), 'another task starts', 10_000)
  return sent.at - due
}

/** Waits until no more calls begin. */
async function full(target: Target): Promise<number> {
  for (let last = -1; ; await Bun.sleep(700)) {
    if (target.sent.length > 0 && target.sent.length === last) return last
    last = target.sent.length
  }
}

const hung: readonly (readonly [string, () => Promise<unknown>, () => [Account, Target]])[] = [
  [
    'of one service hangs: a task of another starts within a second',
    async () => {
      scene.target.hold()
      const second = new Target()
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

test('a target that hangs just below its limit of seats does not slow other targets down', async () => {
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
  await eventually(() => scene.target.sent.length > 500, 'the drain begins')
  const late: number[] = []
  for (let times = 0; times < 8; times++) late.push(await startsAfter(other.account, other.target))
  expect(Math.max(...late)).toBeLessThan(promised(1_000))
  expect(scene.target.sent.length).toBeLessThan(100_000)
  await sql`update task set status = 'paused' where service_id = ${scene.account.id}`
  await expectInvariants([scene.target, other.target])
})

test('a slow call does not hold up the outcomes of quick ones: each is recorded within a second of its end', async () => {
  await startReplica(scene.account)
  scene.target.answer = async ({ path }) => {
    if (path === '/slow') await Bun.sleep(4_000)
    return new Response('')
  }
  await insertTask({ service_id: scene.account.id, url: scene.target.url('/slow') })
  for (let times = 0; times < 3; times++) {
    const task = await insertTask({ service_id: scene.account.id, url: scene.target.url() })
    const sent = await eventually(() => scene.target.sent.find((one) => one.task === task.id), 'a quick one starts')
    await eventually(
      async () => (await sql`select 1 from execution where task_id = ${task.id} and status = 'success'`).length === 1,
      'its outcome',
    )
    expect(performance.now() - (sent.endedAt ?? 0)).toBeLessThan(3_000)
  }
  await expectInvariants(scene.target)
})

/** Fills what a service may hold with calls that hang, at a target of their own. */
async function hangAt(account: Account, count: number): Promise<void> {
  const target = new Target()
  target.hold()
  await insertMany(count, account, target)
  await full(target)
}

for (const [total, services] of [
  [100, 6],
  [10, 3],
  [5, 3],
] as const)
  test(`${services} services that hang one after another leave one of ${total} seats for the next service`, async () => {
    await startReplica(scene.account, { env: { ...settings.env, SCHEDULER_CONCURRENCY: String(total) } })
    for (let hung = 0; hung < services; hung++) await hangAt(await createAccount(`team ${hung}`), total)
    expect(await startsAfter(other.account, other.target)).toBeLessThan(promised(1_000))
    expect(await startsAfter(other.account, other.target)).toBeLessThan(promised(1_000))
  })

test('targets of one service that hang one after another leave a seat for its next target and for other services', async () => {
  await startReplica(scene.account, { env: { ...settings.env, SCHEDULER_CONCURRENCY: '100' } })
  for (let hung = 0; hung < 6; hung++) await hangAt(scene.account, 100)
  expect(await startsAfter(scene.account, scene.target)).toBeLessThan(promised(1_000))
  expect(await startsAfter(other.account, other.target)).toBeLessThan(promised(1_000))
})

/** Cron tasks that are due, each at a time of its own. */
const insertCrons = (count: number, service: Account, target: Target, cron: string) => sql`
  insert into task (service_id, id, name, url, method, cron, time_zone, scheduled_at)
  select ${service.id}, gen_random_uuid(), 'cron', ${target.url()}, 'GET', ${cron}, 'UTC',
    now() - interval '1 hour' + number * interval '1 millisecond'
  from generate_series(1, ${count}::integer) number`

test('due cron tasks of a target that hangs do not delay cron tasks of other targets', async () => {
  const hung = new Target()
  hung.hold()
  await insertCrons(1_000, scene.account, hung, '0 0 1 * *')
  await startReplica(scene.account, settings)
  await full(hung)
  const due = performance.now()
  await insertCrons(1, scene.account, scene.target, '0 0 1 * *')
  await sql`update task set scheduled_at = now() where url = ${scene.target.url()}`
  await eventually(() => scene.target.sent.length === 1, 'the cron task of another target starts')
  expectWithin(1_000, due)
})

test('cron tasks whose next time cannot be computed do not delay others', async () => {
  await sql`
    insert into task (service_id, id, name, url, method, cron, time_zone, scheduled_at)
    select ${scene.account.id}, gen_random_uuid(), 'cron', ${scene.target.url('/none')}, 'GET', '0 0 1 * *', 'Mars/' || number,
      now() - interval '1 hour'
    from generate_series(1, 1000) number`
  await startReplica(scene.account, settings)
  const due = performance.now()
  await insertCrons(1, scene.account, scene.target, '0 0 1 * *')
  await sql`update task set scheduled_at = now() where time_zone = 'UTC'`
  await eventually(() => scene.target.sent.length === 1, 'the valid cron task starts')
  expectWithin(2_000, due)
})

test('a due retry of another target does not wait behind runs now of one that hangs', async () => {
  const hung = new Target()
  hung.hold()
  await insertQueued(500, hung, 20, 60)
  await startReplica(scene.account, settings)
  await full(hung)
  const due = performance.now()
  await insertQueued(1, scene.target, 0, 90_000)
  await eventually(() => scene.target.sent.length === 1, 'the retry starts')
  expectWithin(1_000, due)
})

/** Executions that wait, were created so many seconds ago, and are due since another number of seconds. */
const insertQueued = (count: number, target: Target, dueSeconds: number, createdSeconds: number) => sql`
  with made as (
    insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at, queued_for, queued_created_at, queued_id)
    select ${scene.account.id}, gen_random_uuid(), 'queued', ${target.url()}, 'GET', 1, 'day', now() + interval '1 day',
      now() - make_interval(secs => ${dueSeconds}), now() - make_interval(secs => ${createdSeconds}), gen_random_uuid()
    from generate_series(1, ${count}::integer)
    returning *
  )
  insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status)
  select service_id, id, queued_id, queued_id, queued_created_at, queued_created_at, 'queued'
  from made`

test('calls with large payloads that hang leave room for the payloads of other services and targets', async () => {
  const hung = new Target()
  hung.hold()
  await startReplica(scene.account, { env: { ...settings.env, SCHEDULER_CONCURRENCY: '1000' } })
  await insertMany(400, scene.account, hung)
  await sql`update task set payload = repeat('x', 262144), method = 'POST'`
  await full(hung)
  expect(await startsAfter(scene.account, scene.target)).toBeLessThan(promised(1_000))
  expect(await startsAfter(other.account, other.target)).toBeLessThan(promised(1_000))
})

test('due tasks that run once, and whose run now hangs, do not delay others', async () => {
  const hung = new Target()
  hung.hold()
  await insertQueued(8, hung, 20, 60)
  await startReplica(scene.account, { env: { ...settings.env, SCHEDULER_CONCURRENCY: '10' } })
  await full(hung)
  await sql`
    update task
    set frequency = null, unit = null, scheduled_at = now() - interval '1 hour', once_running = false
    where queued_running`
  expect(await startsAfter(scene.account, scene.target)).toBeLessThan(promised(1_000))
})
