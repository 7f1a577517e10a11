import type { Unit } from './unit.ts'

/** The kinds of schedule: `interval` has `frequency` and `unit`, `cron` has `cron` and `time_zone`, `once` has none of them. */
export type ScheduleKind = 'interval' | 'cron' | 'once'

/** The fields that decide the kind of a schedule. */
interface KindFields {
  readonly frequency?: number | null
  readonly unit?: Unit | null
  readonly cron?: string | null
  readonly time_zone?: string | null
}

/**
 * Returns the kind of a schedule. Of an incomplete schedule, or of the schedule fields in an update, it returns the kind that
 * the fields belong to; `once` if there are none.
 */
export function kindOf({ frequency, unit, cron }: KindFields): ScheduleKind {
  if ((cron ?? null) !== null) return 'cron'
  return (frequency ?? unit ?? null) === null ? 'once' : 'interval'
}

/** How a complete schedule recurs, with the fields of its kind. */
export type Recurrence =
  | { readonly kind: 'interval'; readonly frequency: number; readonly unit: Unit }
  | { readonly kind: 'cron'; readonly cron: string; readonly time_zone: string }
  | { readonly kind: 'once' }

/** Returns the kind of a complete schedule and the fields of that kind. The time zone of `cron` is UTC by default. */
export function recurrenceOf({ frequency, unit, cron, time_zone }: KindFields): Recurrence {
  if (cron) return { kind: 'cron', cron, time_zone: time_zone ?? 'UTC' }
  if (frequency && unit) return { kind: 'interval', frequency, unit }
  return { kind: 'once' }
}
