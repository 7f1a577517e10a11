import type { FieldError } from '../formats/field-error.ts'
import { invalid } from '../http/errors.ts'
import { kindOf } from '../schedule/kind.ts'
import { upcoming } from '../schedule/upcoming.ts'
import type { TaskChange } from './change.ts'
import type { StoredSchedule } from './queries.ts'
import { checkNoEnd, checkSchedule, type ScheduleFields } from './schedule-input.ts'

/** Checks that a new task has a slot before its end. Nothing is found in a schedule that has other errors. */
export function checkNewEnd(schedule: ScheduleFields, now = Date.now()): FieldError[] {
  const { ends_at, scheduled_at } = schedule
  if (!ends_at || checkSchedule(schedule).length > 0) return []
  if (Date.parse(ends_at) <= now) return [isPast(ends_at)]
  if (scheduled_at && Date.parse(scheduled_at) > Date.parse(ends_at))
    return [{ path: '/ends_at', message: `must not be before scheduled_at, ${scheduled_at}` }]
  const [first] = upcoming({ ...schedule, ends_at: null }, now, 1, 0)
  if (first === undefined || Date.parse(first) <= Date.parse(ends_at)) return []
  return [endsBefore(first)]
}

/** The error of an end before the first run, which would be at this time. */
export const endsBefore = (first: string): FieldError => ({
  path: '/ends_at',
  message: `must not be before the first run, which would be at ${first}`,
})

/** Whether an update gives a task an end. */
export const setsEnd = ({ ends_at, max_runs }: TaskChange): boolean => (ends_at ?? max_runs ?? null) !== null

/**
 * Checks what an update says of the end of a task, beside what is stored.
 * @throws ApiError 400 for an end of a task that runs once, a new end in the past, and a task that is set active after its end
 */
export function checkEnds(change: TaskChange, stored: StoredSchedule): void {
  const { ends_at = stored.ends_at, max_runs } = change
  const kind = kindOf(change) === 'once' ? kindOf({ ...stored, ...change }) : kindOf(change)
  const errors = kind === 'once' ? checkNoEnd({ ends_at: change.ends_at ?? null, max_runs: max_runs ?? null }) : []
  if (errors.length > 0) throw invalid(errors)
  if (ends_at === null || Date.parse(ends_at) > Date.parse(stored.now)) return
  if (change.ends_at && Date.parse(change.ends_at) !== Date.parse(stored.ends_at ?? ''))
    throw invalid([isPast(ends_at)])
  if (change.status !== 'active' || change.ends_at !== undefined || stored.scheduled_at !== null) return
  throw invalid([
    {
      path: '/status',
      message: `cannot be active: the task ended at ${ends_at}; give a later ends_at with it, or null`,
    },
  ])
}

const isPast = (endsAt: string): FieldError => ({
  path: '/ends_at',
  message: `must be in the future, or null for no end; ${endsAt} is past`,
})
