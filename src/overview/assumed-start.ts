import type { Fragment, Sql } from '../database/sql.ts'
import { type Unit, unitMs } from '../schedule/unit.ts'

/** A start that is later than this is counted as if it were so late, in ms: its exact time would only make more groups. */
const overdueMs = 3_600_000

/** What a start is assumed by. */
interface Assumed {
  readonly frequency: number | null
  readonly unit: Unit | null
  readonly phase: 'keep' | 'restart'
}

/**
 * Returns the next start of a task as the coming day is counted, in ms: one that has been due for long is due now, and the ones after
 * it keep to the times of its interval, or begin anew with the late one where the task asks for that.
 * @param start when it starts next, in ms
 */
export function assumedStart({ frequency, unit, phase }: Assumed, start: number, now: number): number {
  const overdue = now - overdueMs
  if (start >= overdue) return start
  if (frequency !== null && phase === 'restart') return now
  if (frequency === null || unit === null || unit === 'month') return overdue
  const step = frequency * unitMs[unit]
  return start + Math.floor((overdue - start) / step) * step
}

/** SQL for `assumedStart` of a row of `task`. @param start SQL for when it starts next */
export const assumedStartIn = (sql: Sql, start: Fragment, now: Fragment): Fragment => sql`
  case
    when ${start} >= ${now} - interval '1 hour' then ${start}
    when task.frequency is not null and task.phase = 'restart' then ${now}
    when task.unit <> 'month' then date_bin(
      make_interval(
        secs => task.frequency * case
          when task.unit = 'minute' then 60.0::float8
          when task.unit = 'hour' then 3600
          when task.unit = 'day' then 86400
          else 604800
        end
      ),
      ${now} - interval '1 hour',
      ${start}
    )
    else ${now} - interval '1 hour'
  end`
