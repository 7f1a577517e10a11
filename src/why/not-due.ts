import { type CalendarUse, dayText, isOwnDay } from '../schedule/calendar.ts'
import { cronNext } from '../schedule/cron-next.ts'
import { nextLocal } from '../schedule/next-local.ts'
import { cachedPatterns } from '../schedule/pattern-cache.ts'
import { spanAt } from '../schedule/zone.ts'
import type { Cause } from './model.ts'
import { ms, type Past, type Span } from './past.ts'
import { neighbours, type Reads, shownChange, type Told, tell, zoneOf } from './told.ts'
import { clock, who } from './words.ts'

const dayMs = 86_400_000

/** Tells that a task was not due in a span of time, and what its schedule has to do with it. */
export async function tellNotDue(reads: Reads, past: Past, span: Span): Promise<Told> {
  const { timing, changes } = past
  const near = neighbours(past, span.from, span.until)
  const { later } = changes
  const at = clock(span.from, zoneOf(past))
  const changed = later && `Its schedule was changed later, at ${clock(ms(later.at), zoneOf(past))} ${who(later)}.`
  const because = timing.cron === null ? undefined : await becauseOf(reads, past, timing.cron, span)
  const spread = past.offset === 0 ? undefined : `It starts ${past.offset / 1000} s after each of its slots.`
  const sentences = [
    because?.sentence ?? `It was not due at ${at}${later ? ' by the schedule that it had then' : ''}.`,
    ...[near.words, spread, changed],
  ]
  return tell(past, later ? 'schedule_changed' : 'not_due', sentences, {
    ...near.facts,
    cause: because?.cause,
    change: later ? shownChange(later) : null,
  })
}

interface Because {
  readonly cause: Cause
  readonly sentence: string
}

/** Finds why a pattern that names the time of a span was not due in it: its calendar, or a clock change. */
async function becauseOf(reads: Reads, past: Past, cron: string, span: Span): Promise<Because | undefined> {
  const zone = zoneOf(past)
  const [from, until] = [span.from - past.offset, span.until - past.offset]
  const slot = cronNext(cron, zone, from - 1)
  const { use } = past.due.source
  if (slot !== undefined && slot < until && use) return ofCalendar(reads, past, slot, use)
  const { start, offset, previous } = spanAt(zone, from)
  if (!previous) return undefined
  const jump = offset - previous.offset
  if (from >= start + Math.abs(jump)) return undefined
  const shown = from + Math.min(offset, previous.offset)
  const isNamed = (local: number) =>
    cachedPatterns(cron).some((pattern) => nextLocal(pattern, local - 1, local + until - from) !== undefined)
  if (jump < 0 && isNamed(shown))
    return {
      cause: 'clock_change',
      sentence: `The clocks were set back at ${clock(start, zone)}, so that ${clockOf(shown)} came twice: it was due the first time only.`,
    }
  if (jump > 0 && isNamed(shown))
    return {
      cause: 'clock_change',
      sentence: `The clocks were set forward to ${clock(start, zone)}, so that ${clockOf(shown)} did not exist on that day.`,
    }
  return undefined
}

const clockOf = (local: number) => new Date(local).toISOString().slice(11, 16)

async function ofCalendar(reads: Reads, past: Past, slot: number, { calendar, rule }: CalendarUse): Promise<Because> {
  const zone = zoneOf(past)
  const name = past.timing.calendar ?? ''
  const day = Math.floor((slot + spanAt(zone, slot).offset) / dayMs)
  const note = calendar.noteOf(day)
  const open = calendar.isOpen(day) ? 'open' : 'closed'
  const changed = await reads.calendarChange(name, slot)
  const known = changed === undefined ? '' : ` as it is now (it was last changed at ${clock(changed, zone)})`
  const isMoved = (rule === 'next' || rule === 'previous') && !isOwnDay({ calendar, rule }, day)
  const effect = isMoved ? `moves its slots to the ${rule} open day` : 'leaves its slots out'
  return {
    cause: 'calendar',
    sentence: `${dayText(day)} is ${open} in the calendar ${name}${known}${note === null ? '' : `, as ${note}`}: that ${effect}.`,
  }
}
