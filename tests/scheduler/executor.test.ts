import { expect, test } from 'bun:test'
import { SchedulerCounts } from '../../src/metrics/scheduler-counts.ts'
import { SecretValues } from '../../src/named-secrets/secret-values.ts'
import type { Place } from '../../src/outbound/window.ts'
import { windowOfAddress, windowOfTarget } from '../../src/outbound/windows.ts'
import { FlowCalls } from '../../src/scheduler/claim/flow-calls.ts'
import { PayloadBudget } from '../../src/scheduler/claim/payload-budget.ts'
import { Seats } from '../../src/scheduler/claim/seats.ts'
import { Executor } from '../../src/scheduler/executor.ts'
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
function makeExecutor() {
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
