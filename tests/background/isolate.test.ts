import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { isolate } from '../../src/background/isolate.ts'

/** Errors as PostgreSQL sends them: of a row, of the whole database, and an internal one. */
const ofRow = Object.assign(new Error('row'), { code: '23514', severity: 'ERROR', constraint_name: 'positive' })
const ofDatabase = Object.assign(new Error('database'), { code: '57P01', severity: 'FATAL' })
const unclear = Object.assign(new Error('unclear'), { code: 'XX000', severity: 'ERROR' })

/** Work that is done for all of a batch or for none, and fails where one of these is in it. */
function worker(failures: ReadonlyMap<number, Error>) {
  const done: number[] = []
  const batches: number[] = []
  const work = async (some: readonly number[]) => {
    batches.push(some.length)
    for (const item of some) if (failures.has(item)) throw failures.get(item)
    done.push(...some)
  }
  return { work, done, batches }
}
const upTo = (count: number) => Array.from({ length: count }, (_, item) => item)

test('whatever rows are refused, each is reported alone, and the work is done once for every other row', async () => {
  const cases = fc.tuple(
    fc.integer({ min: 0, max: 60 }),
    fc.array(fc.integer({ min: 0, max: 59 })),
    fc.integer({ min: 1, max: 70 }),
  )
  await fc.assert(
    fc.asyncProperty(cases, async ([count, refused, batchSize]) => {
      const { work, done } = worker(new Map(refused.map((item) => [item, ofRow])))
      const poison: number[] = []
      await isolate(upTo(count), { work, onPoison: (item) => void poison.push(item), batchSize })
      expect(poison).toEqual(upTo(count).filter((item) => refused.includes(item)))
      expect(done).toEqual(upTo(count).filter((item) => !refused.includes(item)))
    }),
  )
})

test('one of 512 is found with 19 statements; none is made for nothing', async () => {
  const { work, batches } = worker(new Map([[317, ofRow]]))
  await isolate(upTo(512), { work, onPoison: () => {} })
  expect(batches).toHaveLength(19)
  await isolate([], { work, onPoison: () => {} })
  expect(batches).toHaveLength(19)
})

test('what is wrong with the whole database is thrown at once, and blamed on no row', async () => {
  const { work, done, batches } = worker(new Map([[0, ofDatabase]]))
  const poison: number[] = []
  const working = isolate(upTo(4), { work, onPoison: (item) => void poison.push(item) })
  await expect(working).rejects.toBe(ofDatabase)
  expect({ done, batches, poison }).toEqual({ done: [], batches: [4], poison: [] })
})

test('what is unclear is blamed on no row, and thrown after the work is done for the others', async () => {
  const { work, done } = worker(
    new Map([
      [1, unclear],
      [2, ofRow],
    ]),
  )
  const poison: number[] = []
  const working = isolate(upTo(5), { work, onPoison: (item) => void poison.push(item) })
  await expect(working).rejects.toBe(unclear)
  expect({ done, poison }).toEqual({ done: [0, 3, 4], poison: [2] })
})

test('what is unclear is handed on where that is wanted', async () => {
  const { work, done } = worker(new Map([[1, unclear]]))
  const handed: unknown[] = []
  await isolate(upTo(3), { work, onPoison: () => {}, onUnclear: (item, error) => void handed.push([item, error]) })
  expect({ done, handed }).toEqual({ done: [0, 2], handed: [[1, unclear]] })
})
