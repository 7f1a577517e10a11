import { expect, test } from 'bun:test'
import { survive } from '../../src/background/survive.ts'
import type { connect } from '../../src/database/connect.ts'
import { createLog } from '../../src/log/log.ts'
import { Maintenance } from '../../src/maintenance/maintenance.ts'
import { LeaseKeeper } from '../../src/scheduler/lease/lease-keeper.ts'
import { OrphanSweep } from '../../src/scheduler/lease/orphan-sweep.ts'
import { Recovery } from '../../src/scheduler/lease/recovery.ts'
import { SecretNames } from '../../src/secrets/names.ts'
import { Secrets } from '../../src/secrets/secrets.ts'
import { SettledSlots } from '../../src/transitions/settled.ts'
import { eventually } from '../support/eventually.ts'

/** A log that breaks its promise, and throws at every line. */
const throwingLog = () => {
  const log = createLog('debug')
  const fail = () => {
    throw new Error('the log fails')
  }
  return Object.assign(log, { error: fail, warn: fail, info: fail, debug: fail })
}
/** A pool that throws at once instead of returning a statement, as nothing of the driver's should. */
const throwingSql = () => {
  let asked = 0
  const fail = () => {
    asked++
    throw new TypeError('not a statement')
  }
  const sql = new Proxy(fail, { get: () => fail }) as unknown as ReturnType<typeof connect>
  return { sql, asked: () => asked }
}

test.each([{ code: 23 }, undefined, null, 'text', Object.create(null)])(
  'a turn that throws %p ends nothing, though the log throws as well',
  async (thrown) => {
    const turn = (): number => {
      throw thrown
    }
    expect(await survive(throwingLog(), 'a turn failed', turn, 7)).toBe(7)
  },
)

test('lease, recovery, sweep and maintenance outlast whatever their statements and keys throw', async () => {
  const { sql, asked } = throwingSql()
  const log = throwingLog()
  const keyring = {
    keys: () => {
      throw new Error('EACCES')
    },
  }
  const lease = new LeaseKeeper({
    sql,
    log,
    host: 'host',
    oldestOpenAt: () => null,
    mayHoldOlder: () => false,
    restore: async () => {},
  })
  const self = lease.id
  const settledSlots = new SettledSlots()
  const recovery = new Recovery({ sql, maintenance: sql, log, self, renewLease: () => lease.renewNow(), settledSlots })
  const sweep = new OrphanSweep({
    maintenance: sql,
    log,
    self,
    isHeld: () => false,
    hasClaimsInDoubt: () => false,
    settledSlots,
  })
  const kept = { executionRetentionDays: 1, failureRetentionDays: 1, answerRetentionDays: 1 }
  const settings = { ...kept, auditRetentionDays: 1, taskHistoryBytes: 0 }
  const secrets = new Secrets(new SecretNames([]), keyring as never)
  const maintenance = new Maintenance({ sql, log, settings, secrets })
  await Promise.all([lease.start(), recovery.start(), sweep.runOnce(), maintenance.start()])
  const before = asked()
  expect(before).toBeGreaterThan(3)
  // The lease is tried again after a second.
  await eventually(() => asked() > before, 'it is tried again', 5_000)
  await Promise.all([lease.stop(), recovery.stop(), sweep.stop(), maintenance.stop()])
})
