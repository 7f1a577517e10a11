import { matchesOf, timesOfDay } from './day-times.ts'
import type { Pattern } from './pattern.ts'

const dayMs = 86_400_000
/** The shortest time between two slots of a task, in ms. */
const floorMs = 5_000
/** How far ahead days are compared: a date falls on each weekday within forty years. */
const comparedDays = 40 * 366

/**
 * Finds two slots of a task that are nearer than 5 s, by the local clock. Clock changes are not considered: they may bring two
 * slots nearer once a year.
 * @param from in ms
 * @returns what is wrong, as a clause that follows the name of the field; undefined if no two slots are too near
 */
export function slotsTooNear(patterns: readonly Pattern[], from: number): string | undefined {
  // Patterns without seconds are due at the start of minutes.
  if (patterns.every(({ seconds }) => seconds === undefined)) return undefined
  const checked = new Set<number>()
  const date = new Date(0)
  let before = 0
  const first = Math.floor(from / dayMs) * dayMs
  for (let day = first; day < first + comparedDays * dayMs; day += dayMs) {
    date.setTime(day)
    const matches = matchesOf(patterns, date)
    const key = before * 1024 + matches
    if (matches !== 0 && !checked.has(key)) {
      checked.add(key)
      const near = tooNear(patterns, before, matches)
      if (near) return describe(day, near)
    }
    before = matches
  }
  return undefined
}

/** Returns two times of a day that are too near, in ms since its midnight; the first may be of the day before. */
function tooNear(patterns: readonly Pattern[], before: number, matches: number): [number, number] | undefined {
  const times = timesOfDay(patterns, matches)
  const lastBefore = timesOfDay(patterns, before).at(-1)
  let last = lastBefore === undefined ? Number.NEGATIVE_INFINITY : lastBefore - dayMs
  for (const time of times) {
    if (time - last < floorMs) return [last, time]
    last = time
  }
  return undefined
}

function describe(day: number, [one, other]: [number, number]): string {
  const text = (time: number) => new Date(day + time).toISOString().slice(0, 19).replace('T', ' ')
  const [first, second] = [text(one), text(other)]
  const next = second.startsWith(first.slice(0, 10)) ? second.slice(11) : second
  return `must have at least 5 s between two slots, but has ${first} and ${next}`
}
