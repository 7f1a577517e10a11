import { expect, test } from 'bun:test'
import { createServer } from 'node:net'
import { SchedulerCounts } from '../../src/metrics/scheduler-counts.ts'
import { SecretValues } from '../../src/named-secrets/secret-values.ts'
import type { Place } from '../../src/outbound/window.ts'
import { windowOfAddress, windowOfTarget } from '../../src/outbound/windows.ts'
import { FlowCalls } from '../../src/scheduler/claim/flow-calls.ts'
import { PayloadBudget } from '../../src/scheduler/claim/payload-budget.ts'
import { Seats } from '../../src/scheduler/claim/seats.ts'
import { Executor, type ExecutorParts } from '../../src/scheduler/executor.ts'
import type { Pending, Recorder } from '../../src/scheduler/record/record-queue.ts'
import { SigningKeys } from '../../src/signing/signing-keys.ts'
import { ProfilesForCalls } from '../../src/tls-profiles/profiles-for-calls.ts'
import type { Claimed } from '../../src/transitions/claimed.ts'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { outbound } from '../support/outbound.ts'
import { secrets } from '../support/secrets.ts'
import { silentLog } from '../support/silent-log.ts'
import { Target } from '../support/target.ts'

const claimedFor = (target: Target) =>
  ({
    service_id: 'service',
    task_id: 'task',
    execution_id: Bun.randomUUIDv7(),
    slot_id: 'slot',
    created_at: '2001-01-01T00:00:00Z',
    scheduled_for: '2001-01-01T00:00:00Z',
    attempt: 1,
    retries: 0,
    method: 'GET',
    url: target.url('/'),
    target: `127.0.0.1:${target.port}`,
    header: {},
    payload: null,
    timeout_seconds: null,
    secret_header: null,
  }) as unknown as Claimed

/** An executor whose lease lapses when `lapses` is raised, and what it records. */
function makeExecutor(parts: Partial<ExecutorParts> = {}) {
  const recorded: Pending[] = []
  const lease = { lapses: 0 }
  const executor = new Executor({
    seats: new Seats(10),
    payloads: new PayloadBudget(),
    flowCalls: new FlowCalls(() => {}),
    counts: new SchedulerCounts(),
    recorder: { add: (pending: Pending) => recorded.push(pending) } as unknown as Recorder,
    log: silentLog,
    policy: outbound(),
    secrets,
    namedSecrets: new SecretValues(sql, secrets),
    tlsProfiles: new ProfilesForCalls(sql, secrets),
    signingKeys: new SigningKeys({ sql, secrets, log: silentLog }),
    isSampled: undefined,
    defaultTimeoutSeconds: 5,
    mayCall: () => true,
    lapses: () => lease.lapses,
    seatFreed: () => {},
    ...parts,
  })
  return { executor, recorded, lease }
}

for (const [name, windowOf] of Object.entries({ target: windowOfTarget, address: windowOfAddress }))
  test(`a call that waits in the window of its ${name} while the lease lapses is not sent, and its slot is`, async () => {
    const target = new Target()
    const window = windowOf(`127.0.0.1:${target.port}`)
    const places: Place[] = []
    for (let place = window.tryEnter(); place; place = window.tryEnter()) places.push(place)
    const { executor, recorded, lease } = makeExecutor()
    executor.execute(claimedFor(target))
    expect(executor.calls).toBe(1)
    await Bun.sleep(5)
    lease.lapses++
    for (const place of places) place.leave()
    await eventually(() => recorded.length === 1, 'the execution has ended')
    expect(recorded[0]).toMatchObject({
      status: 'failed',
      error: 'not sent: its replica had lost its lease or was stopping',
      redeliver: true,
    })
    expect(target.sent).toEqual([])
    expect(executor.calls).toBe(0)
    target.stop()
  })

/** Starts the call of an execution that has retries, and resolves when it has arrived. */
async function inFlight(target: Target) {
  const [made, claimed] = [makeExecutor(), { ...claimedFor(target), retries: 3 }]
  made.executor.execute(claimed)
  await target.arrived(1)
  return { ...made, id: claimed.execution_id, claimed }
}

const neverAgain = { status: 'failed', redeliver: false, retry_in_ms: null }

test('a call that a person stops has failed, and nothing follows it; the others go on', async () => {
  const target = new Target()
  target.hold()
  const { executor, recorded, id } = await inFlight(target)
  executor.execute(claimedFor(target))
  await target.arrived(2)
  executor.stopWaiting(id)
  executor.stopWaiting(id)
  await eventually(() => recorded.length === 1, 'the execution has ended')
  expect(recorded[0]).toMatchObject({
    ...neverAgain,
    execution_id: id,
    error: 'stopped by a person while waiting for the answer; the target may still be working on it',
  })
  expect(executor.calls).toBe(1)
  target.release()
  await eventually(() => recorded.length === 2, 'the other has ended')
  expect(recorded[1]).toMatchObject({ status: 'success' })
  target.stop()
})

test('in the middle of an answer: what has come of it is kept', async () => {
  const target = new Target()
  target.answer = () =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          controller.enqueue(new TextEncoder().encode('half'))
          await new Promise(() => {})
        },
      }),
    )
  const { executor, recorded, id } = await inFlight(target)
  // Its headers have arrived when nothing more of the answer does.
  await Bun.sleep(100)
  executor.stopWaiting(id)
  await eventually(() => recorded.length === 1, 'the execution has ended')
  expect(recorded[0]).toMatchObject({
    ...{ ...neverAgain, status_code: 200, response: 'half', response_truncated: true },
    error: 'stopped by a person in the middle of the answer; the target may still be working on it',
  })
  target.stop()
})

test('before the request is sent the target has nothing to work on, and the error does not say so', async () => {
  // It takes connections and says nothing to a TLS greeting.
  const greeted = Promise.withResolvers<void>()
  const server = createServer((socket) => socket.on('error', () => {}).once('data', () => greeted.resolve()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const { executor, recorded } = makeExecutor()
  const claimed = { ...claimedFor(new Target()), url: `https://127.0.0.1:${port}/`, target: `127.0.0.1:${port}` }
  executor.execute(claimed)
  await greeted.promise
  executor.stopWaiting(claimed.execution_id)
  await eventually(() => recorded.length === 1, 'the execution has ended')
  expect(recorded[0]).toMatchObject({ ...neverAgain, error: 'stopped by a person during the TLS handshake' })
  server.close()
})

test('one that waits for its turn is not sent any more, and gives its seat back', async () => {
  const target = new Target()
  const window = windowOfTarget(`127.0.0.1:${target.port}`)
  const places: Place[] = []
  for (let place = window.tryEnter(); place; place = window.tryEnter()) places.push(place)
  const seats = new Seats(10)
  const { executor, recorded } = makeExecutor({ seats })
  const claimed = { ...claimedFor(target), retries: 3 }
  executor.execute(claimed)
  executor.stopWaiting(claimed.execution_id)
  for (const place of places) place.leave()
  expect(recorded).toMatchObject([
    { ...neverAgain, error: 'not sent: a person stopped it while it waited to be sent', duration_ms: null },
  ])
  expect([executor.calls, seats.free]).toEqual([0, 10])
  expect(target.sent).toEqual([])
  target.stop()
})

test('one whose secrets are being read is not sent either', async () => {
  const target = new Target()
  const found = Promise.withResolvers<undefined>()
  const tlsProfiles = { find: () => found.promise.then(() => ({})) } as unknown as ProfilesForCalls
  const { executor, recorded } = makeExecutor({ tlsProfiles })
  const claimed = { ...claimedFor(target), extras: { tls_profile: 'backend' } } as unknown as Claimed
  executor.execute(claimed)
  executor.stopWaiting(claimed.execution_id)
  found.resolve(undefined)
  await eventually(() => recorded.length === 1, 'the execution has ended')
  expect(recorded[0]).toMatchObject({ error: 'not sent: a person stopped it while it waited to be sent' })
  expect(target.sent).toEqual([])
  target.stop()
})

test('an answer that has come first is recorded, and a stop that comes later changes nothing', async () => {
  const target = new Target()
  const { executor, recorded, id, claimed } = await inFlight(target)
  await eventually(() => recorded.length === 1, 'the execution has ended')
  executor.stopWaiting(id)
  expect(recorded).toMatchObject([{ status: 'success', status_code: 200 }])
  recorded[0]?.written()
  expect(executor.has(id)).toBe(false)
  // Nothing is remembered of it: the same execution could be stopped again.
  executor.stopWaiting(id)
  target.hold()
  executor.execute(claimed)
  await target.arrived(2)
  executor.stopWaiting(id)
  await eventually(() => recorded.length === 2, 'it has been stopped')
  target.stop()
})

test('a shutdown does not have what a person has stopped sent again', async () => {
  const target = new Target()
  target.hold()
  const { executor, recorded, id } = await inFlight(target)
  executor.stopWaiting(id)
  await executor.close()
  expect(recorded).toMatchObject([{ ...neverAgain, error: expect.stringContaining('stopped by a person') }])
  target.stop()
})
