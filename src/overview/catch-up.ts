import type { Sql } from '../database/sql.ts'
import { formatTime } from '../formats/time.ts'
import { isInLine, isSlotDue, repeats } from '../transitions/predicates.ts'
import { offsetIn } from '../transitions/spread.ts'
import type { CatchUp } from './model.ts'

/** Late slots are counted up to this. */
const countedAtMost = 100_000

/** How fast late slots have started lately. */
export interface Pace {
  /** How many have started in the last minute, and in its last ten seconds. */
  readonly in_minute: number
  readonly in_ten_seconds: number
  /** How long ago the first of them started, in seconds. */
  readonly first_seconds: number
}

/** After so many seconds, and so many starts, a pace is known. */
const [knownAfterSeconds, knownFrom] = [10, 10]
/** A service that starts fewer late slots than this part of its limit is held up by something else than its limit. */
const limitedFrom = 0.8

/**
 * Returns how many late slots of a service start in a second from now on: its limit, or what it started in the last minute if
 * it has none or does not come near it.
 * @returns null when that is unknown: it has no limit, and has not yet started enough to tell
 */
export function expectedPerSecond(limit: number | null, pace: Pace): number | null {
  const { in_minute, in_ten_seconds, first_seconds } = pace
  const isKnown = first_seconds >= knownAfterSeconds && in_minute >= knownFrom
  const measured = isKnown ? in_minute / first_seconds : null
  if (limit === null || measured === null) return limit ?? measured
  return in_ten_seconds < 10 * limit * limitedFrom ? Math.min(limit, measured) : limit
}

/**
 * Counts the late slots of a service that no flow limits, and estimates when the last of them starts. It is unknown when there
 * are more than are counted, when tasks have a run for each slot that they missed, and when it is not known how many start in a
 * second.
 * @param toleranceSeconds a slot that is later than this is late
 * @returns null when none is late
 */
export async function findCatchUp(sql: Sql, serviceId: string, toleranceSeconds: number): Promise<CatchUp | null> {
  const tolerance = sql`make_interval(secs => ${toleranceSeconds})`
  const [row] = await sql<[{ late: number; has_more: boolean; per_second: number | null; now: string } & Pace]>`
    /* duly:count_late_slots */
    select
      slot.late, slot.has_more,
      (select per_second from catch_up where service_id = ${serviceId}) as per_second,
      coalesce(started.in_minute, 0) as in_minute,
      coalesce(started.in_ten_seconds, 0) as in_ten_seconds,
      coalesce(started.first_seconds, 0) as first_seconds,
      now() as now
    from (
      select count(*)::integer as late, coalesce(bool_or(missed = 'all' and ${repeats(sql)}), false) as has_more
      from (
        select missed, frequency, cron
        from task
        where task.service_id = ${serviceId}
          and ${isSlotDue(sql, sql`now() - ${tolerance}`)}
          and ${isInLine(sql)}
        limit ${countedAtMost}
      ) task
    ) slot
    -- First attempts at late slots of this line. Only the last pages of executions are read, and only when something is late.
    left join lateral (
      select
        count(*)::integer as in_minute,
        (count(*) filter (where created_at > now() - interval '10 seconds'))::integer as in_ten_seconds,
        date_part('epoch', now() - min(created_at)) as first_seconds
      from execution
      where execution.service_id = ${serviceId}
        and created_at > now() - interval '1 minute'
        and created_at <= now()
        and scheduled_for < created_at - ${tolerance}
        and attempt = 1
        and redelivery = 0
        and status <> 'queued'
        -- Of one row, so that it does not become a join that reads all tasks.
        and (
          select true
          from task
          where task.service_id = ${serviceId}
            and task.id = execution.task_id
            and ${isInLine(sql)}
            and execution.scheduled_for + make_interval(secs => ${offsetIn(sql)}) < execution.created_at - ${tolerance}
          limit 1
        ) is not null
    ) started on slot.late > 0`
  const { late, has_more, per_second, now, ...pace } = row
  if (late === 0) return null
  const perSecond = expectedPerSecond(per_second, pace)
  const isKnown = perSecond !== null && late < countedAtMost && !has_more
  return { late, per_second, ends_at: isKnown ? formatTime(Date.parse(now) + (late / perSecond) * 1000) : null }
}

/** Whether a count took long enough to be worth caching. */
export const isLongCount = (catchUp: CatchUp | null): boolean => catchUp !== null && catchUp.late >= 5_000
