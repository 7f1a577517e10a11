import type { CalendarUse } from './calendar.ts'
import { cronNext } from './cron-next.ts'
import { recurrenceOf } from './kind.ts'
import { unitMs } from './unit.ts'
import type { Schedule } from './upcoming.ts'

/** How many of its coming slots a pattern is judged by. */
const comparedSlots = 100
const shortestMonthMs = 28 * 86_400_000

/**
 * Returns the least time between two slots of a schedule, in ms: of its next 100 for a pattern. Infinity for a task that runs
 * once.
 * @param from in ms
 * @throws PatternError for an invalid `cron`, RangeError for an unknown `time_zone`
 */
export function leastGap(schedule: Schedule, from: number, use?: CalendarUse): number {
  const recurrence = recurrenceOf(schedule)
  switch (recurrence.kind) {
    case 'once':
      return Number.POSITIVE_INFINITY
    case 'interval':
      return recurrence.frequency * (recurrence.unit === 'month' ? shortestMonthMs : unitMs[recurrence.unit])
    case 'cron': {
      let least = Number.POSITIVE_INFINITY
      let before = cronNext(recurrence.cron, recurrence.time_zone, from, use)
      for (let slots = 1; before !== undefined && slots < comparedSlots; slots++) {
        const slot = cronNext(recurrence.cron, recurrence.time_zone, before, use)
        if (slot !== undefined) least = Math.min(least, slot - before)
        before = slot
      }
      return least
    }
  }
}
