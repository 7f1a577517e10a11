import { afterEach, expect, test } from 'bun:test'
import {
  type Answering,
  type ConnectionTarget,
  keepingAnswer,
  startConnectionTarget,
} from '../support/connection-target.ts'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { promised } from '../support/promised.ts'
import { startReplica } from '../support/replica.ts'
import { insertTasks } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'

const scene = useScene()
let target: ConnectionTarget | undefined
afterEach(() => target?.stop())

async function start(answering: Answering) {
  target = await startConnectionTarget(answering)
  return target
}

/** Answers after this time, and counts the calls in flight. */
function counting(ms: number) {
  const counts = { inFlight: 0, most: 0 }
  const answering: Answering = (_, socket) => {
    counts.most = Math.max(counts.most, ++counts.inFlight)
    setTimeout(() => {
      counts.inFlight--
      socket.write(keepingAnswer())
    }, ms)
  }
  return { counts, answering }
}

/** What a machine allows beyond the window that is so busy that the calls of a quick target take long: it doubles. */
const whenBusy = 2

const insert = (count: number, url: string) => insertTasks(count, { service_id: scene.account.id, url })

async function awaitEnded(count: number): Promise<void> {
  const ended = async () => {
    const [row] = await sql<{ ended: number }[]>`
      select count(*)::integer as ended from execution where status in ('success', 'failed')`
    return row?.ended ?? 0
  }
  await eventually(async () => (await ended()) === count, `${count} executions have ended`)
  expect(await sql`select distinct error from execution where status <> 'success'`).toHaveLength(0)
}

const awaitNoneOpen = (of: ConnectionTarget) =>
  eventually(
    () => of.open() === 0,
    () => `${of.open()} connections are open`,
    promised(2_000),
  )

test('1,000 tasks of a quick target: it has never more calls and connections than its window, and soon none', async () => {
  const { counts, answering } = counting(5)
  const target = await start(answering)
  await insert(1_000, target.url())
  await startReplica(scene.account)
  await awaitEnded(1_000)
  expect(target.requests).toHaveLength(1_000)
  expect(counts.most).toBeLessThanOrEqual(whenBusy * 32)
  expect(target.counts.mostOpen).toBeLessThanOrEqual(whenBusy * 32)
  await awaitNoneOpen(target)
})

test('ten names at one address, 100 tasks each: it has never more calls than the window of the address', async () => {
  const { counts, answering } = counting(5)
  const target = await start(answering)
  for (let name = 0; name < 10; name++) await insert(100, target.url('/', `n${name}.localhost`))
  await startReplica(scene.account)
  await awaitEnded(1_000)
  expect(target.requests).toHaveLength(1_000)
  expect(counts.most).toBeLessThanOrEqual(whenBusy * 64)
  expect(counts.most).toBeGreaterThan(32)
  await awaitNoneOpen(target)
})

test('a target that answers after two seconds has every seat within two seconds', async () => {
  const { counts, answering } = counting(2_000)
  const target = await start(answering)
  const replica = await startReplica(scene.account, { env: { SCHEDULER_CONCURRENCY: '400' } })
  await insert(400, target.url())
  await eventually(() => target.requests.length > 0, 'the first call has arrived')
  await eventually(
    () => counts.inFlight > 300,
    () => `${counts.most} were in flight`,
    promised(2_000),
  )
  await awaitEnded(400)
  expect(replica.running).toBe(true)
})

test('calls that wait for their turn when the service stops are sent by the next start: each slot is sent once', async () => {
  // One call after another: the window stays small, and most calls wait.
  let last = Promise.resolve()
  scene.target.answer = async () => {
    last = last.then(() => Bun.sleep(40))
    await last
    return new Response('ok')
  }
  const count = 300
  const replica = await startReplica(scene.account)
  await insert(count, scene.target.url())
  await scene.target.arrived(32)
  replica.kill('SIGTERM')
  expect(await replica.exited).toBe(0)
  scene.target.answer = () => new Response('ok')
  const sent = scene.target.sent.length
  expect(sent).toBeLessThan(count)
  const unsent = await sql`select from execution where status = 'failed' and error like 'not sent: %'`
  expect(unsent.length).toBeGreaterThan(0)
  await startReplica(scene.account)
  await eventually(
    async () => (await sql`select from execution where status = 'success'`).length === count,
    'every slot has succeeded',
  )
  expect(scene.target.sent).toHaveLength(count)
  expect(new Set(scene.target.sent.map(({ key }) => key)).size).toBe(count)
  await expectInvariants(scene.target)
})
