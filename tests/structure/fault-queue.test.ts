import { expect, test } from 'bun:test'
import { FaultQueue } from '../support/fault-queue.ts'

const names = ['a', 'many', 'b', 'big', 'c', 'd', 'huge']
const order = { heavy: ['big', 'many', 'huge', 'gone'], longest: ['d', 'gone', 'big'] }
const fileOf = (name: string) => `tests/faults/${name}.test.ts`

test('two lanes run each file once, the longest first, and never two heavy ones at the same time', async () => {
  const queue = new FaultQueue(names.map(fileOf), order)
  const started: string[] = []
  const running = new Set<string>()
  const run = async (file: string) => {
    started.push(file)
    running.add(file)
    expect(order.heavy.map(fileOf).filter((heavy) => running.has(heavy)).length).toBeLessThan(2)
    await Bun.sleep(1 + (started.length % 3))
    running.delete(file)
  }
  await Promise.all([queue.work(run), queue.work(run)])
  expect(started.slice(0, 2)).toEqual([fileOf('d'), fileOf('big')])
  expect(started.toSorted()).toEqual(names.map(fileOf).toSorted())
})

test('heavy files that are left when a lane has nothing else to do are run by the other', async () => {
  const queue = new FaultQueue(['big', 'many'].map(fileOf), order)
  const lanes: string[][] = [[], []]
  await Promise.all(
    lanes.map((lane) =>
      queue.work(async (file) => {
        lane.push(file)
        await Bun.sleep(1)
      }),
    ),
  )
  expect(lanes).toEqual([[fileOf('big'), fileOf('many')], []])
})
