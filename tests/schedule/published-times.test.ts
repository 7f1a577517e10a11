import { expect, test } from 'bun:test'
import { cronNext } from '../../src/schedule/cron-next.ts'
import table from './published-times.json'

/**
 * What the tests of another project say of a pattern: the times that follow `from`, the last of the first `count` of them, or
 * whether it is due `at` a time. Left out is what projects decide differently: a time that the clock skips, and `31W` in a month
 * of 30 days.
 */
interface Published {
  readonly project: string
  readonly cron: string
  readonly zone?: string
  readonly from?: string
  /** Empty for a pattern that is never due. */
  readonly next?: readonly string[]
  readonly count?: number
  readonly last?: string
  readonly at?: string
  readonly due?: boolean
}
const published = table as readonly Published[]
const text = (time: number | undefined) =>
  time === undefined ? 'never' : new Date(time).toISOString().replace('.000Z', 'Z')

/** Returns what Duly says instead. */
function found(one: Published): Published {
  const { cron, zone = 'UTC', from, next, at, count: wanted = Math.max(1, next?.length ?? 0) } = one
  if (at !== undefined) return { ...one, due: text(cronNext(cron, zone, Date.parse(at) - 1)) === at }
  let time = Date.parse(from ?? '')
  const times: string[] = []
  for (let count = 0; count < wanted && !Number.isNaN(time); count++) {
    const following = cronNext(cron, zone, time)
    if (following !== undefined) times.push(text(following))
    time = following ?? Number.NaN
  }
  return one.last === undefined ? { ...one, next: times } : { ...one, last: times.at(wanted - 1) ?? 'never' }
}

test.each([...new Set(published.map(({ project }) => project))])(
  'patterns have the times that %s expects',
  (project) => {
    const expected = published.filter((one) => one.project === project)
    expect(expected.map(found)).toEqual(expected)
  },
)
