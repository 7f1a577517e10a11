import { matchesOf, timesOfDay } from './day-times.ts'
import type { Pattern } from './pattern.ts'

const dayMs = 86_400_000
/** The shortest time between two slots of a task, in ms. */
const floorMs = 5_000
/** How far ahead days are compared: a date falls on each weekday within forty years. */
const comparedDays = 40 * 366

/** Two times that are too near, in ms since midnight. */
type Near = readonly [number, number]

/** Two patterns with times that are too near, if `other` matches a day, and `one` that day or the day before. */
interface NearPair {
  readonly one: number
  readonly other: number
  /** Whether `one` has to match the day before. Its time is negative then. */
  readonly isBefore: boolean
  readonly times: Near
}

/**
 * Finds two slots of a task that are nearer than 5 s, by the local clock. Clock changes are not considered: they may bring two
 * slots nearer once a year.
 * @param from in ms
 * @returns what is wrong, as a clause that follows the name of the field; undefined if no two slots are too near
 */
export function slotsTooNear(patterns: readonly Pattern[], from: number): string | undefined {
  // Patterns without seconds are due at the start of minutes.
  if (patterns.every(({ seconds }) => seconds === undefined)) return undefined
  const pairs = nearPairs(patterns.map((_, at) => timesOfDay(patterns, 1 << at)))
  if (pairs.length === 0) return undefined
  const date = new Date(0)
  let before = 0
  const first = Math.floor(from / dayMs) * dayMs
  for (let day = first; day < first + comparedDays * dayMs; day += dayMs) {
    date.setTime(day)
    const matches = matchesOf(patterns, date)
    if (matches !== 0)
      for (const { one, other, isBefore, times } of pairs)
        if (matches & (1 << other) && (isBefore ? before : matches) & (1 << one)) return describe(day, times)
    before = matches
  }
  return undefined
}

/** Lists the patterns, by their index, with times that are too near. @param times the times of day of each, in ascending order */
function nearPairs(times: readonly (readonly number[])[]): NearPair[] {
  const pairs: NearPair[] = []
  for (const [one, ofOne] of times.entries())
    for (const [other, ofOther] of times.entries()) {
      const near = one === other ? nearInList(ofOne) : one < other ? nearBetween(ofOne, ofOther) : undefined
      if (near) pairs.push({ one, other, isBefore: false, times: near })
      const acrossMidnight = [(ofOne.at(-1) ?? 0) - dayMs, ofOther[0] ?? 0] as const
      if (isNear(acrossMidnight)) pairs.push({ one, other, isBefore: true, times: acrossMidnight })
    }
  return pairs
}

const isNear = ([first, second]: Near) => second - first > 0 && second - first < floorMs

function nearInList(times: readonly number[]): Near | undefined {
  for (let at = 1; at < times.length; at++) {
    const near = [times[at - 1] as number, times[at] as number] as const
    if (isNear(near)) return near
  }
  return undefined
}

/** Returns a time of each list that are too near. Equal times are one slot. */
function nearBetween(ofOne: readonly number[], ofOther: readonly number[]): Near | undefined {
  for (let one = 0, other = 0; one < ofOne.length && other < ofOther.length; ) {
    const [first, second] = [ofOne[one] as number, ofOther[other] as number]
    const near = first < second ? ([first, second] as const) : ([second, first] as const)
    if (isNear(near)) return near
    // What follows equal times within 5 s of them is in one list with one of them, where `nearInList` finds it.
    if (first <= second) one++
    else other++
  }
  return undefined
}

function describe(day: number, [one, other]: Near): string {
  const text = (time: number) => new Date(day + time).toISOString().slice(0, 19).replace('T', ' ')
  const [first, second] = [text(one), text(other)]
  const next = second.startsWith(first.slice(0, 10)) ? second.slice(11) : second
  return `must have at least 5 s between two slots, but has ${first} and ${next}`
}
