import type { CalendarUse } from '../schedule/calendar.ts'
import { kindOf } from '../schedule/kind.ts'
import { isPassedOver } from '../transitions/skip.ts'
import { DueTimes, type KnownSlot } from './due-times.ts'
import type { ChangeRow, Changes, RunRow, Subject, Timing } from './queries.ts'

/** A span of time, in ms: from the first to before the second. */
export interface Span {
  readonly from: number
  readonly until: number
}

/** What is known of a task at a time. */
export interface Past {
  readonly subject: Subject
  /** The fields that decide when it ran, as they were. */
  readonly timing: Timing
  readonly changes: Changes
  /** Around that time, oldest first. */
  readonly runs: readonly RunRow[]
  readonly due: DueTimes
  /** By how much later than its slots the task started, in ms. */
  readonly offset: number
  readonly now: number
}

/** A time in ms. */
export const ms = (time: string): number => Math.floor(Date.parse(time))

/** Whether an execution is the first one of a slot of the schedule. */
export const isOfSlot = (run: RunRow): boolean => run.is_first && !run.by_hand

/** The fields of a task as they were at the time for which `subject` was read. */
export const timingThen = (subject: Subject): Timing => ({ ...subject, ...subject.undone })

/**
 * Puts together what is known of a task at a time.
 * @param use the calendar that it had then, as it is now
 * @param toleranceMs by how much a task may start late and keep its phase
 */
export function pastOf(
  subject: Subject,
  changes: Changes,
  runs: readonly RunRow[],
  use: CalendarUse | undefined,
  toleranceMs: number,
): Past {
  const timing = timingThen(subject)
  const { schedule, later } = changes
  const since = ms(schedule?.at ?? subject.created_at)
  const until = later ? ms(later.at) : Number.POSITIVE_INFINITY
  const given = schedule?.after.scheduled_at ? ms(schedule.after.scheduled_at) : undefined
  const offset = offsetOf(subject, timing) * 1000
  const known: KnownSlot[] = runs
    .filter((run) => isOfSlot(run) && ms(run.created_at) >= since && ms(run.created_at) < until)
    .map((run) => ({ at: ms(run.scheduled_for), takenAt: ms(run.created_at) - offset }))
  if (given !== undefined) known.push({ at: given })
  if (!later && subject.scheduled_at !== null) known.push({ at: ms(subject.scheduled_at) })
  const due = new DueTimes({
    timing,
    anchorDay: later ? null : subject.anchor_day,
    use,
    toleranceMs,
    known,
    // A first run may be given in the past.
    since: Math.min(since, given ?? since),
    until,
    patternSince: Math.max(since, given ?? since),
  })
  return { subject, timing, changes, runs, due, offset, now: ms(subject.now) }
}

/** How many seconds after its slots a task started: by the last eight digits of its id. */
function offsetOf({ id, spread_offset, spread_seconds }: Subject, then: Timing): number {
  if (then.spread_seconds === spread_seconds) return spread_offset
  return then.spread_seconds === 0 ? 0 : Number.parseInt(id.slice(-8), 16) % then.spread_seconds
}

/** What kept a task from having slots at a time, apart from its schedule. */
export interface Standstill {
  readonly reason: 'paused' | 'disabled' | 'ended'
  /** Who wanted it; undefined if nothing says so. */
  readonly change?: ChangeRow
  /** Of a task that has ended: its last run. */
  readonly lastRun?: RunRow
}

/** Returns why a task had no slots at the end of a span of time; undefined if it was active then. */
export function standstillAt({ timing, changes, runs }: Past, { until }: Span): Standstill | undefined {
  if (timing.status === 'active') return undefined
  const change = changes.status?.after.status === timing.status ? changes.status : undefined
  if (timing.status === 'paused') return { reason: 'paused', ...(change && { change }) }
  if (change) return { reason: 'disabled', change }
  // Nobody has disabled it: its schedule came to an end, with its last slot.
  const slots = runs.filter(isOfSlot)
  if (slots.some((run) => ms(run.created_at) >= until)) return undefined
  const lastRun = slots.at(-1)
  const hasEnd = kindOf(timing) === 'once' || timing.ends_at !== null || timing.max_runs !== null
  return { reason: hasEnd || lastRun ? 'ended' : 'disabled', ...(lastRun && { lastRun }) }
}

/** The execution that accounts for a slot, and how. */
export interface Account {
  readonly run: RunRow
  /** Whether the slot was not run by itself, but counted by the run of an earlier one. */
  readonly counted: boolean
}

/** Finds the execution that accounts for a slot: the first one of the slot itself, or the one that counts it. @param slot in ms */
export function accountOf({ runs, due, offset }: Past, slot: number): Account | undefined {
  const ofSlots = runs.filter(isOfSlot)
  const own = ofSlots.find((run) => ms(run.scheduled_for) === slot)
  if (own) return { run: own, counted: false }
  const counting = ofSlots.find((run) => {
    const first = ms(run.scheduled_for)
    const { missed_slots } = run
    if (first >= slot || missed_slots === 0) return false
    // One that was passed over goes on counting while the run before it lasts, so only its number says how far.
    if (!isPassedOver(run) && slot > ms(run.created_at) - offset) return false
    // A skipped one counts its own slot, too.
    const others = run.status === 'skipped' ? missed_slots - 1 : missed_slots
    return due.countBetween(first, slot, others + 1) <= others
  })
  return counting && { run: counting, counted: true }
}
