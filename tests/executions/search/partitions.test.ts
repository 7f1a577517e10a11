import { expect, test } from 'bun:test'
import { startOfWindow } from '../../../src/executions/search/partitions.ts'

const partitions = [
  { fromMs: 3000, toMs: 4000, bytes: 500 },
  { fromMs: 1000, toMs: 2000, bytes: 1000 },
]
const start = (endMs: number, bytes: number) => startOfWindow(partitions, endMs, bytes, 3500)

test('a window reaches as far back as its bytes, over times without executions', () => {
  expect(start(Number.POSITIVE_INFINITY, 100)).toBe(3400)
  expect(start(3400, 100)).toBe(3300)
  expect(start(3100, 150)).toBe(1950)
  expect(start(2500, 1)).toBe(1999)
  expect(start(1000, 1)).toBe(Number.NEGATIVE_INFINITY)
  expect(start(Number.POSITIVE_INFINITY, 1500)).toBe(Number.NEGATIVE_INFINITY)
})
