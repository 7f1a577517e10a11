import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { SchedulerCounts } from '../../../src/metrics/scheduler-counts.ts'
import { type ClaimSource, claimBatches } from '../../../src/scheduler/claim/claim-batches.ts'
import { Congestion } from '../../../src/scheduler/claim/congestion.ts'
import { InDoubtClaims } from '../../../src/scheduler/claim/in-doubt.ts'
import { PayloadBudget } from '../../../src/scheduler/claim/payload-budget.ts'
import { Seats } from '../../../src/scheduler/claim/seats.ts'
import type { Allotment } from '../../../src/transitions/allotment.ts'
import type { Claimed } from '../../../src/transitions/claimed.ts'

/** Errors as PostgreSQL sends them: of a row, of the whole database, and an internal one. */
const ofRow = Object.assign(new Error('row'), { code: '22003', severity: 'ERROR' })
const ofDatabase = Object.assign(new Error('database'), { code: '57P01', severity: 'FATAL' })
const unclear = Object.assign(new Error('unclear'), { code: 'XX000', severity: 'ERROR' })

/** Parts whose executor notes what it is given; its calls end at once, so that seats are free. */
function claiming(seats = new Seats(100)) {
  const executed: string[] = []
  const parts = {
    seats,
    payloads: new PayloadBudget(),
    congestion: new Congestion(),
    inDoubt: new InDoubtClaims(),
    counts: new SchedulerCounts(),
    executor: { execute: ({ execution_id }: Claimed) => void executed.push(execution_id) },
    seatFreed: (ms: number) => Bun.sleep(ms),
    stopping: () => false,
  }
  return { parts, executed }
}

/** A source of these rows: a claim takes the first of each service, or none at all when one of these cannot be taken. */
function sourceOf(
  services: Readonly<Record<string, readonly string[]>>,
  failures: ReadonlyMap<string, Error> = new Map(),
) {
  const rows = new Map(Object.entries(services).map(([service, ids]) => [service, [...ids]]))
  const due = new Set(rows.keys())
  const claims: (readonly Allotment[])[] = []
  const postponed: string[] = []
  const source: ClaimSource = {
    due,
    cursors: new Map(),
    sharing: new Set(),
    claim: async (allotments) => {
      claims.push(allotments)
      const wanted = allotments.flatMap(({ service_id, seats }) =>
        (rows.get(service_id) ?? []).slice(0, seats).map((id) => ({ service_id, id })),
      )
      for (const { id } of wanted) if (failures.has(id)) throw failures.get(id)
      for (const { service_id } of wanted) rows.get(service_id)?.shift()
      return {
        taken: wanted.map(({ service_id, id }) => ({ service_id, execution_id: id }) as Claimed),
        running: [],
        late: [],
      }
    },
    goOn: (allotments, found) => {
      for (const { service_id, seats } of allotments)
        if (found.filter((row) => row.service_id === service_id).length < seats) due.delete(service_id)
    },
    skip: async () => {},
    postpone: async ({ service_id }) => {
      postponed.push(rows.get(service_id)?.shift() ?? '')
    },
  }
  return { source, claims, postponed }
}

const rowsOf = (service: string, count: number) => Array.from({ length: count }, (_, row) => `${service}${row}`)

test('whichever rows the database refuses, those are postponed and every other one is claimed', async () => {
  const cases = fc.record({
    counts: fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 })),
    refused: fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 39 })), {
      maxLength: 5,
    }),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ counts, refused }) => {
      const services = { a: rowsOf('a', counts[0]), b: rowsOf('b', counts[1]), c: rowsOf('c', counts[2]) }
      const all = Object.values(services).flat()
      const poison = new Set(refused.map(([service, row]) => `${service}${row}`).filter((id) => all.includes(id)))
      const { parts, executed } = claiming()
      const { source, postponed } = sourceOf(services, new Map([...poison].map((id) => [id, ofRow])))
      const claimed = await claimBatches(parts, source)
      expect(new Set(postponed)).toEqual(poison)
      expect(executed.toSorted()).toEqual(all.filter((id) => !poison.has(id)).toSorted())
      expect(claimed).toBe(executed.length)
    }),
    { numRuns: 50 },
  )
})

test('what is unclear postpones nothing, and is thrown after the other services were claimed', async () => {
  const { parts, executed } = claiming()
  const { source, postponed } = sourceOf({ a: rowsOf('a', 3), b: rowsOf('b', 3) }, new Map([['a0', unclear]]))
  await expect(claimBatches(parts, source)).rejects.toBe(unclear)
  expect({ executed, postponed }).toEqual({ executed: ['b0', 'b1', 'b2'], postponed: [] })
})

test('what is wrong with the whole database is thrown at once', async () => {
  const { parts, executed } = claiming()
  const { source, claims, postponed } = sourceOf(
    { a: rowsOf('a', 3), b: rowsOf('b', 3) },
    new Map([['a0', ofDatabase]]),
  )
  await expect(claimBatches(parts, source)).rejects.toBe(ofDatabase)
  expect({ executed, postponed, claims: claims.length }).toEqual({ executed: [], postponed: [], claims: 1 })
})

test('while a target stays congested, every other claim excludes it', async () => {
  const seats = new Seats(100)
  for (let call = 0; call < 75; call++) seats.take('a', 'hung')
  const { parts } = claiming(seats)
  parts.congestion.note(true, performance.now() - 1_000)
  const { source, claims } = sourceOf({ a: rowsOf('a', 200) })
  await claimBatches(parts, source)
  expect(claims.slice(0, 4).map(([allotment]) => allotment?.fullTargets)).toEqual([['hung'], [], ['hung'], []])
})

test('a claim that excludes a congested target and finds little is the last of them for a while', async () => {
  const seats = new Seats(100)
  for (let call = 0; call < 75; call++) seats.take('a', 'hung')
  const { parts } = claiming(seats)
  parts.congestion.note(true, performance.now() - 1_000)
  const { source, claims } = sourceOf({ a: rowsOf('a', 1) })
  await claimBatches(parts, source)
  expect(claims.map(([allotment]) => allotment?.fullTargets)).toEqual([['hung'], []])
  const again = sourceOf({ a: rowsOf('a', 1) })
  await claimBatches(parts, again.source)
  expect(again.claims.map(([allotment]) => allotment?.fullTargets)).toEqual([[]])
})

test('nothing is claimed once stopping, nor where no seat is free', async () => {
  const full = new Seats(1)
  full.take('b', 'target')
  for (const parts of [{ ...claiming().parts, stopping: () => true }, claiming(full).parts]) {
    const { source, claims } = sourceOf({ a: rowsOf('a', 3) })
    expect([await claimBatches(parts, source), claims]).toEqual([0, []])
  }
})
