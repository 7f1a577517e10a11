import { expect, test } from 'bun:test'
import { createLog } from '../../../src/log/log.ts'
import { type Pending, RecordQueue, type RecordQueueParts } from '../../../src/scheduler/record/record-queue.ts'
import type { ClosedByKey } from '../../../src/transitions/close-by-key.ts'
import type { OutcomeRow } from '../../../src/transitions/outcome.ts'
import { SettledSlots } from '../../../src/transitions/settled.ts'
import { eventually } from '../../support/eventually.ts'
import { expectWithin } from '../../support/promised.ts'
import { silentLog } from '../../support/silent-log.ts'

/** Errors as PostgreSQL sends them: of a row, a lock timeout, an internal one. */
const ofRow = Object.assign(new Error('row'), { code: '22021', severity: 'ERROR' })
const lockTimeout = Object.assign(new Error('lock'), { code: '55P03', severity: 'ERROR' })
const unclear = Object.assign(new Error('unclear'), { code: 'XX000', severity: 'ERROR' })

/** A queue, and what it has written. By default every statement closes what it is given. */
function queueOf(parts: Partial<RecordQueueParts> = {}) {
  const queue = new RecordQueue({
    log: silentLog,
    settledSlots: new SettledSlots(),
    close: async () => ({ followed: [] }),
    closeByKey: async (outcomes) => closedExcept(outcomes),
    ...parts,
  })
  const written: string[] = []
  const add = (...ids: string[]) => {
    for (const execution_id of ids)
      queue.add({ execution_id, partition: 'execution', written: () => written.push(execution_id) } as never as Pending)
  }
  return { queue, add, written }
}
/** What closing by key returns when the rows of some outcomes are locked. */
function closedExcept(outcomes: readonly OutcomeRow[], ...open: string[]): ClosedByKey {
  const closed = idsOf(outcomes).filter((id) => !open.includes(id))
  return { open: new Set(open), closed: new Set(closed), followed: new Set() }
}
const idsOf = (outcomes: readonly OutcomeRow[]) => outcomes.map(({ execution_id }) => execution_id)

test('outcomes that come together are written in one statement, at most 500 of them', async () => {
  const statements: number[] = []
  const close = async (_: string, outcomes: readonly OutcomeRow[]) => {
    statements.push(outcomes.length)
    return { followed: [] }
  }
  const { queue, add, written } = queueOf({ close })
  for (let n = 0; n < 1_200; n++) add(`${n}`)
  await queue.drain()
  expect(statements).toEqual([500, 500, 200])
  expect(written).toHaveLength(1_200)
})

test('an outcome that the database refuses is written without the answer, and each other one as it is, once', async () => {
  const bare: OutcomeRow[] = []
  const closed: string[] = []
  const closeByKey = async (outcomes: readonly OutcomeRow[]) => {
    if (outcomes.some(({ execution_id, response }) => execution_id === '7' && response !== null)) throw ofRow
    bare.push(...outcomes.filter(({ response }) => response === null))
    closed.push(...idsOf(outcomes))
    return closedExcept(outcomes)
  }
  const { queue, add, written } = queueOf({ close: () => Promise.reject(ofRow), closeByKey })
  const ids = Array.from({ length: 20 }, (_, n) => `${n}`)
  add(...ids)
  await queue.drain()
  expect(bare).toMatchObject([{ execution_id: '7', response: null, error: 'no answer (the rest could not be stored)' }])
  expect(closed.toSorted()).toEqual(ids.toSorted())
  expect(written.toSorted()).toEqual(ids.toSorted())
})

test.each([
  ['whose row is locked', undefined],
  ['that fails for an unclear reason', unclear],
] as const)('an outcome %s is deferred until it can be written, and the others are not', async (_, error) => {
  let blocked = true
  const closeByKey = async (outcomes: readonly OutcomeRow[]) => {
    const stuck = blocked && idsOf(outcomes).includes('stuck')
    if (stuck && error) throw error
    return stuck ? closedExcept(outcomes, 'stuck') : closedExcept(outcomes)
  }
  const { queue, add, written } = queueOf({ close: async () => undefined, closeByKey })
  add('a', 'stuck', 'b')
  const others = () => written.length === 2
  await eventually(others, 'the others are written', 5_000)
  add('c')
  await eventually(() => written.length === 3, 'a later one is written', 5_000)
  expect(written).not.toContain('stuck')
  blocked = false
  await queue.drain()
  expect(written.toSorted()).toEqual(['a', 'b', 'c', 'stuck'])
})

test('after a lock timeout batches are written by key, which waits for no lock', async () => {
  let inPlace = 0
  const close = () => {
    inPlace++
    return Promise.reject(lockTimeout)
  }
  const { queue, add, written } = queueOf({ close })
  const started = performance.now()
  for (const id of ['a', 'b', 'c']) {
    add(id)
    await queue.drain()
  }
  expectWithin(1_000, started)
  expect({ inPlace, written }).toEqual({ inPlace: 1, written: ['a', 'b', 'c'] })
})

test('while the database is unavailable nothing is lost, and it is all written when it answers', async () => {
  let tries = 0
  const close = async () => {
    if (++tries < 3) throw Object.assign(new Error('unavailable'), { code: 'ECONNREFUSED' })
    return { followed: [] }
  }
  const closeByKey = () => Promise.reject(new Error('nothing is written by key'))
  const { queue, add, written } = queueOf({ close, closeByKey })
  add('a', 'b')
  await Bun.sleep(100)
  add('c')
  await queue.drain()
  expect(written.toSorted()).toEqual(['a', 'b', 'c'])
})

test('an outcome stays with the queue, whatever its statement throws, until it is written', async () => {
  let tries = 0
  const flaky = () => {
    if (++tries < 3) throw new TypeError('nobody foresaw this')
  }
  const log = Object.assign(createLog('debug'), {
    error: () => {
      throw new Error('the log fails')
    },
  })
  const { queue, add, written } = queueOf({
    log,
    close: async () => {
      flaky()
      return { followed: [] }
    },
    closeByKey: async (outcomes) => {
      flaky()
      return closedExcept(outcomes)
    },
  })
  add('one')
  await queue.drain()
  expect(tries).toBeGreaterThan(2)
  expect(written).toEqual(['one'])
})

test('slots settle when they are written, once, except those that another attempt follows', async () => {
  const settledSlots = new SettledSlots()
  const reported: string[] = []
  settledSlots.listen((slots) => reported.push(...slots.map(({ execution_id }) => execution_id)))
  let tries = 0
  const { queue, add } = queueOf({
    settledSlots,
    close: async () => (++tries === 1 ? { followed: ['retried'] } : undefined),
    // Closed by another replica, or by a first try whose answer was lost.
    closeByKey: async () => ({ open: new Set(), closed: new Set(), followed: new Set() }),
  })
  add('done', 'retried')
  await queue.drain()
  add('closed before')
  await queue.drain()
  expect(reported).toEqual(['done'])
})
