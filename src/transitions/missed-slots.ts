import { servicesWith } from '../database/services-with.ts'
import type { Sql } from '../database/sql.ts'
import { calendarUseIn } from './calendar-use.ts'
import type { LateSlot } from './claim-slots.ts'
import { isInLine, isSlotDue, repeats } from './predicates.ts'
import { offsetIn } from './spread.ts'

/** Which slots and executions an operator has skipped: see `duly skip-missed`. */
export interface Missed {
  /** Slots that were due, and executions that were created, at this time or before it (RFC 3339). */
  readonly until: string
  /** Whether tasks that run once are skipped too. */
  readonly runOnce: boolean
}

/** What was missed, as numbers. */
export interface MissedCount {
  /** Due slots of tasks that repeat, and of those that run once. */
  readonly repeating: number
  readonly run_once: number
  /** When the oldest of them was due. */
  readonly oldest: string | null
}

/** The services with a task without a flow that has a next slot, and the flows. */
export async function listLines(sql: Sql): Promise<{ service_id: string; flow: string | null }[]> {
  return sql<{ service_id: string; flow: string | null }[]>`
    /* duly:list_lines */
    select service_id, null as flow
    from (${servicesWith(sql, 'task', sql`status = 'active' and not once_running and limited_by is null`)}) plain
    union all
    select service_id, name
    from flow`
}

/** A time of the database's clock, some ms ago. */
export async function timeAgo(sql: Sql, ms: number): Promise<string> {
  const [row] = await sql<{ at: string }[]>`
    /* duly:find_time_ago */
    select now() - make_interval(secs => ${ms / 1000}::float8) as at`
  return row?.at ?? ''
}

/** Counts the slots that were missed, in all services. */
export async function countMissedSlots(sql: Sql, { until, runOnce }: Missed): Promise<MissedCount> {
  const [row] = await sql<MissedCount[]>`
    /* duly:count_missed_slots */
    select
      count(*) filter (where ${repeats(sql)})::integer as repeating,
      count(*) filter (where not ${repeats(sql)})::integer as run_once,
      min(scheduled_at) as oldest
    from task
    where ${isSlotDue(sql, sql`${until}::timestamptz`)}
      and (${runOnce} or ${repeats(sql)})`
  return row as MissedCount
}

/**
 * Missed slots of a line, oldest first, for `skipLateSlots`: the next slot is then the first one after now.
 * @param after the last one of the batch before, which may still be found in the index
 */
export async function listMissedSlots(
  sql: Sql,
  { service_id, flow }: { readonly service_id: string; readonly flow: string | null },
  { until, runOnce }: Missed,
  limit: number,
  after?: LateSlot,
): Promise<LateSlot[]> {
  return sql<LateSlot[]>`
    /* duly:list_missed_slots */
    select
      service_id, id as task_id, scheduled_at, ${offsetIn(sql)} as spread_offset, cron, time_zone,
      ${calendarUseIn(sql)} as calendar_use, 0 as after_seconds,
      late_limit_seconds, now() as now
    from task
    where service_id = ${service_id}
      and ${isSlotDue(sql, sql`${until}::timestamptz`)}
      and ${isInLine(sql, flow === null ? undefined : sql`${flow}`)}
      and (scheduled_at, id) > (
        ${after?.scheduled_at ?? '-infinity'}::timestamptz,
        ${after?.task_id ?? '00000000-0000-0000-0000-000000000000'}::uuid
      )
      and (${runOnce} or ${repeats(sql)})
    order by scheduled_at, id
    limit ${limit}`
}
