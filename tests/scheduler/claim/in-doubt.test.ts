import { expect, test } from 'bun:test'
import { InDoubtClaims } from '../../../src/scheduler/claim/in-doubt.ts'
import { renewLease } from '../../../src/scheduler/lease/lease.ts'
import { claimSlots } from '../../../src/transitions/claim-slots.ts'
import { emptyDatabase, sql } from '../../support/database.ts'
import { eventually } from '../../support/eventually.ts'
import { insertTask } from '../../support/rows.ts'
import { holdOpen } from '../../support/scene.ts'
import { schedulerSql } from '../../support/scheduler.ts'

test.each([
  ['the connection broke', { code: 'CONNECTION_CLOSED' }, true],
  ['it was cancelled, which a commit may have escaped', { severity: 'ERROR', code: '57014' }, true],
  ['the session was ended', { severity: 'FATAL', code: '57P01' }, true],
  ['the database refused it', { severity: 'ERROR', code: '23514' }, false],
  ['a lock was waited for in vain', { severity: 'ERROR', code: '55P03' }, false],
] as const)('a claim that failed as %s: whether it may have taken something', async (_, error, possible) => {
  const answers = new InDoubtClaims()
  await expect(answers.claim(() => Promise.reject(error))).rejects.toBe(error)
  expect(answers.possible).toBe(possible)
})

test('a claim is in doubt while it runs, and no longer once it is answered', async () => {
  const answers = new InDoubtClaims()
  const { promise, resolve } = Promise.withResolvers<void>()
  const claim = answers.claim(() => promise)
  expect(answers.possible).toBe(true)
  resolve()
  await claim
  expect(answers.possible).toBe(false)
})

test('a claim whose commit takes longer than any limit is in doubt until it ends, and what it claimed is found', async () => {
  await emptyDatabase()
  const task = await insertTask()
  const replicaId = Bun.randomUUIDv7()
  await renewLease(schedulerSql, { id: replicaId, host: 'here' }, null)
  const answers = new InDoubtClaims({ mayBeginMs: 0, lookLaterEveryMs: 0 })
  const part = [{ service_id: task.service_id, seats: 9, after: undefined }]
  const options = { replicaId, toleranceSeconds: 660, oldestOpenAt: '-infinity' }
  let commit = async () => {}
  await holdOpen(async (held) => {
    const unanswered = answers.claim(async () => {
      await claimSlots(held, part, options)
      throw Object.assign(new Error('no answer'), { code: 'CONNECTION_DESTROYED' })
    })
    await expect(unanswered).rejects.toThrow('no answer')
    commit = async () => void (await held.unsafe('commit'))
  })
  const find = () => answers.find(sql, replicaId, [], 10)
  expect([await find(), answers.possible]).toEqual([[], true])
  await commit()
  const found = await eventually(async () => (await find())[0], 'what it took')
  expect(found).toMatchObject({ task_id: task.id, attempt: 1, redelivery: 0 })
  expect(answers.possible).toBe(false)
})
