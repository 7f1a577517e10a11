import { expect, test } from 'bun:test'
import { sampler, traceIdOf, traceparentOf, traceUrl } from '../../src/formats/trace-context.ts'

const slot_id = '0b7c9d3e-1111-4aaa-8bbb-000000000000'
const id = 'f0000000-2222-4ccc-9ddd-123456789abc'
const all = () => true

test('the first attempt belongs to the trace of its slot, and each later one begins its own', () => {
  expect(traceIdOf({ id, slot_id, attempt: 1 })).toBe('0b7c9d3e11114aaa8bbb000000000000')
  expect(traceIdOf({ id, slot_id, attempt: 2 })).toBe('f000000022224ccc9ddd123456789abc')
})

test('traceparent follows the grammar of W3C Trace Context, version 00', () => {
  expect(traceparentOf({ id, slot_id, attempt: 1 }, all)).toBe(
    '00-0b7c9d3e11114aaa8bbb000000000000-9ddd123456789abc-01',
  )
  for (let round = 0; round < 1_000; round++) {
    const ids = { id: crypto.randomUUID(), slot_id: Bun.randomUUIDv7(), attempt: 1 + (round % 2) }
    const header = traceparentOf(ids, () => round % 3 === 0)
    expect(header).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]$/)
  }
})

test.each([0, 0.1, 0.5, 1])('a share of %p of the traces is sampled, within a hundredth', (ratio) => {
  const isSampled = sampler(ratio)
  let sampled = 0
  for (let round = 0; round < 100_000; round++)
    if (isSampled(traceIdOf({ id: '', slot_id: crypto.randomUUID(), attempt: 1 }))) sampled++
  expect(Math.abs(sampled / 100_000 - ratio)).toBeLessThan(0.01)
})

test('whether a trace is sampled depends on its id only', () => {
  const [one, other] = [sampler(0.3), sampler(0.3)]
  for (let round = 0; round < 1_000; round++) {
    const traceId = crypto.randomUUID().replaceAll('-', '')
    expect(one(traceId)).toBe(other(traceId))
  }
})

test('the address of a trace has its id wherever the template says', () => {
  expect(traceUrl('https://a.example/{trace_id}?id={trace_id}', 'abc')).toBe('https://a.example/abc?id=abc')
})
