import type { Sql } from '../database/sql.ts'
import { formatTime } from '../formats/time.ts'
import { isInLine, isSlotDue } from '../transitions/predicates.ts'
import type { Overview } from './model.ts'

/** Late slots are counted up to this. */
const countedAtMost = 100_000

/**
 * Counts the late slots of a service that no flow limits, and estimates when the last of them starts.
 * @param toleranceSeconds a slot that is later than this is late
 * @returns null when none is late
 */
export async function findCatchUp(
  sql: Sql,
  serviceId: string,
  toleranceSeconds: number,
): Promise<Overview['catch_up']> {
  const [row] = await sql<[{ late: number; per_second: number | null; now: string }]>`
    /* duly:count_late_slots */
    select
      count(*)::integer as late,
      (select per_second from catch_up where service_id = ${serviceId}) as per_second,
      now() as now
    from (
      select
      from task
      where task.service_id = ${serviceId}
        and ${isSlotDue(sql, sql`now() - make_interval(secs => ${toleranceSeconds})`)}
        and ${isInLine(sql)}
      limit ${countedAtMost}
    ) slot`
  const { late, per_second, now } = row
  if (late === 0) return null
  const isKnown = per_second !== null && late < countedAtMost
  return { late, per_second, ends_at: isKnown ? formatTime(Date.parse(now) + (late / per_second) * 1000) : null }
}

/** Whether a count took long enough to be worth caching. */
export const isLongCount = (catchUp: Overview['catch_up']): boolean => catchUp !== null && catchUp.late >= 5_000
