import { kindOf } from '../schedule/kind.ts'
import { sameTimes } from '../schedule/same-times.ts'
import { type Unit, unitMs } from '../schedule/unit.ts'
import type { FieldValues } from '../task-fields/fields.ts'
import { isReadBackText } from '../transitions/read-back.ts'

type Schedule = Pick<FieldValues, 'frequency' | 'unit' | 'cron' | 'time_zone' | 'scheduled_at'>

/**
 * Whether a schedule as a file gives it is the stored one, possibly in another spelling: `60 minute` and `1 hour`, `MON` and
 * `1`. Of a task that runs once the given time counts, also after it has run.
 * @param now the database's time, in ms
 */
export function sameSchedule(
  given: Schedule,
  stored: Schedule & { readonly given_at: string | null },
  now: number,
): boolean {
  const kind = kindOf(given)
  if (kind !== kindOf(stored)) return false
  switch (kind) {
    case 'interval':
      return lengthOf(given) === lengthOf(stored)
    case 'cron':
      return sameTimes(
        { cron: given.cron as string, time_zone: given.time_zone ?? 'UTC' },
        { cron: stored.cron as string, time_zone: stored.time_zone ?? 'UTC' },
        now,
      )
    case 'once':
      return [stored.given_at, stored.scheduled_at].some(
        (time) => time !== null && given.scheduled_at !== null && isReadBackText(given.scheduled_at, time),
      )
  }
}

/** The length of an interval, which is the same for `60 minute` and `1 hour`. Months have no fixed length. */
const lengthOf = ({ frequency, unit }: Schedule) =>
  unit === 'month' ? `${frequency} months` : (frequency ?? 0) * unitMs[unit as Unit]
