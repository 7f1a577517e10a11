import { expect, test } from 'bun:test'
import { partitionDays } from '../../src/maintenance/partition-length.ts'
import {
  dayMs,
  type Held,
  longestDays,
  nextWork,
  type Retention,
  shortestDays,
  type Work,
} from '../../src/maintenance/retention.ts'

const retention = (execution: number, failure = execution, answer = failure): Retention => ({
  executionRetentionDays: execution,
  failureRetentionDays: failure,
  answerRetentionDays: answer,
})

/** A partition of the days from `from` to `to`, counted from 1970, of which nothing has been dropped. */
const held = (from: number, to: number, more: Partial<Held> = {}): Held => ({
  ...{ name: `execution_${from}`, from: from * dayMs, to: to * dayMs, is_empty: false },
  ...{ successesBefore: Number.NEGATIVE_INFINITY, answersBefore: Number.NEGATIVE_INFINITY },
  ...more,
})
const defaultPartition = (is_empty: boolean): Held =>
  held(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, { name: 'execution_default', is_empty })

/** The partitions after some work, as the statements leave them. */
function after(partitions: readonly Held[], { sources, from, to, inPlace, ...dropped }: Work): Held[] {
  const old = partitions.filter(({ name }) => sources.includes(name))
  const least = (kind: 'successesBefore' | 'answersBefore') =>
    Math.max(dropped[kind], Math.min(...old.map((one) => one[kind])))
  const made = { successesBefore: least('successesBefore'), answersBefore: least('answersBefore') }
  const others = partitions.filter(({ name }) => !sources.includes(name))
  return inPlace ? [...others, { ...(old[0] as Held), ...made }] : [...others, held(from / dayMs, to / dayMs, made)]
}

test('with one retention there is nothing to do: partitions are dropped', () => {
  const partitions = [defaultPartition(false), ...Array.from({ length: 31 }, (_, day) => held(day, day + 1))]
  expect(nextWork(partitions, retention(30), 31 * dayMs, true)).toBeUndefined()
})

test('a partition is replaced when all of it has expired, and changed in place before, or if the user may not replace it', () => {
  const week = [held(70, 77)]
  const days = retention(20, 400)
  expect(nextWork(week, days, 90 * dayMs, true)).toBeUndefined()
  expect(nextWork(week, days, 93 * dayMs, true)).toMatchObject({ inPlace: true, successesBefore: 73 * dayMs })
  expect(nextWork(week, days, 97 * dayMs, true)).toMatchObject({ inPlace: false, successesBefore: 77 * dayMs })
  expect(nextWork(week, days, 97 * dayMs, false)).toMatchObject({ inPlace: true, successesBefore: 77 * dayMs })
})

test('a longer retention brings nothing back, and is no work; a shorter one is', () => {
  const done = [held(70, 71, { successesBefore: 71 * dayMs, answersBefore: 71 * dayMs })]
  expect(nextWork(done, retention(60, 400, 60), 120 * dayMs, true)).toBeUndefined()
  expect(nextWork(done, retention(40, 400, 7), 120 * dayMs, true)).toBeUndefined()
  const half = [held(70, 71, { successesBefore: 71 * dayMs })]
  expect(nextWork(half, retention(40, 400, 7), 120 * dayMs, true)).toMatchObject({ answersBefore: 71 * dayMs })
})

test('partitions are merged over days without one, unless the default partition may have executions of these', () => {
  const days = retention(10, 400)
  const done = [70, 71, 73].map((day) => held(day, day + 1, { successesBefore: (day + 1) * dayMs }))
  expect(nextWork([...done, defaultPartition(true)], days, 100 * dayMs, true)).toMatchObject({
    ...{ sources: ['execution_70', 'execution_71', 'execution_73'], from: 70 * dayMs, to: 74 * dayMs, inPlace: false },
  })
  const full = { ...defaultPartition(false), successesBefore: 200 * dayMs, answersBefore: 200 * dayMs }
  expect(nextWork([...done, full], days, 100 * dayMs, true)).toMatchObject({
    sources: ['execution_70', 'execution_71'],
  })
})

test.each([
  [30, 365, 7],
  [30, 365, 90],
  [365, 1_800, 30],
  [1, 1_800, 1],
  [100, 500, 99],
  [63, 64, 1],
])(
  'kept for %i days, failures %i and answers %i: on each day all that has expired is dropped, in few partitions, whatever day is empty',
  (execution, failure, answer) => {
    const days = retention(execution, failure, answer)
    const length = partitionDays(shortestDays(days))
    const begin = 20_000
    let partitions: Held[] = [defaultPartition(true)]
    let most = 0
    let steps = 0
    for (let today = begin; today < begin + longestDays(days) + 200; today++) {
      if (today % length === 0 || today === begin) {
        const to = (Math.floor(today / length) + 1) * length
        partitions.push(held(today, to))
      }
      partitions = partitions.filter(({ to }) => to > (today - failure) * dayMs)
      // Every third day had no failure, so that its partition is dropped when it is empty.
      const isGone = (one: Held) =>
        one.to - one.from === dayMs && one.successesBefore === one.to && (one.from / dayMs) % 3 === 0
      for (;;) {
        const work = nextWork(partitions, days, today * dayMs, true)
        if (work === undefined) break
        partitions = after(partitions, work).filter((one) => !isGone(one))
        if (++steps > 40_000) throw new Error('it does not come to an end')
      }
      const sorted = partitions.filter(({ to }) => Number.isFinite(to)).sort((a, b) => a.from - b.from)
      const isLate = (one: Held, kind: 'successesBefore' | 'answersBefore', kept: number) =>
        kept < failure && one[kind] < Math.min(one.to, (today - kept) * dayMs) && (today - kept) * dayMs > one.from
      const wrong = sorted.filter(
        (one, index) =>
          one.from < (sorted[index - 1]?.to ?? 0) ||
          isLate(one, 'successesBefore', execution) ||
          isLate(one, 'answersBefore', answer),
      )
      if (wrong.length > 0) throw new Error(`on day ${today}: ${JSON.stringify(wrong)}`)
      most = Math.max(most, sorted.length)
    }
    expect(most).toBeLessThan(62 * 3 + 20)
    // A partition is copied once for each border, and some times for merging.
    expect(steps).toBeLessThan((failure + 200) * 4)
  },
)
