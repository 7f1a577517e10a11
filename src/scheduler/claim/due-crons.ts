import type { RepeatedErrors } from '../../background/repeated-errors.ts'
import type { Sql } from '../../database/sql.ts'
import type { CalendarUse } from '../../schedule/calendar.ts'
import { countTimes, timeBeforeLast } from '../../schedule/count-times.ts'
import { cronNext } from '../../schedule/cron-next.ts'
import { missedRunsAtMost } from '../../task-fields/missed.ts'
import { targetsAsJson, targetsOf } from '../../transitions/allotment.ts'
import { calendarUseIn, readCalendarUses } from '../../transitions/calendar-use.ts'
import { type CronTimes, isDueCron } from '../../transitions/cron-times.ts'
import { isInLine } from '../../transitions/predicates.ts'
import { offsetIn } from '../../transitions/spread.ts'

/** The most patterns that one look returns; the next look goes on behind them. */
const atMost = 300
/** Missed slots are counted up to this, and from 1970: a pattern that comes every minute reaches it after ten weeks. */
const countedAtMost = 100_000
/** How long a pattern that this replica cannot read is left out, in ms. */
const unreadableMs = 30_000
/** Before every entry of the index. */
const indexStart: IndexCursor = {
  scheduled_at: '-infinity',
  cron: '',
  time_zone: '',
  spread_offset: -1,
  calendar_use: '',
}

/** A pattern in a time zone that has a slot due. */
interface DueCron {
  readonly service_id: string
  readonly flow: string | null
  readonly cron: string
  readonly time_zone: string
  /** When its tasks start, which is `spread_offset` seconds after the slot. */
  readonly scheduled_at: string
  readonly spread_offset: number
  readonly calendar_use: string
  /** The time by the database's clock. */
  readonly now: string
}

/** A service whose due patterns are looked for, or one of its flows. */
export interface CronService {
  readonly service_id: string
  /** For the patterns of the tasks of a flow; undefined for those of tasks that no flow limits. */
  readonly flow?: string
  /** Its targets that may take no seat now. */
  readonly fullTargets?: readonly string[]
  /** Only slots from this time on (RFC 3339) are looked for. */
  readonly from?: string
}

/** An entry of the index of due patterns: a look goes on behind it. */
type IndexCursor = Pick<DueCron, 'scheduled_at' | 'cron' | 'time_zone' | 'spread_offset' | 'calendar_use'>

/**
 * Finds the cron schedules that are due, and the times that follow each. Patterns whose slots cannot be claimed do not hold
 * up the others: those with slots for full targets only are left out; one that this replica cannot read is logged and left
 * out for 30 s; and if none of the slots found was claimed, the next look continues behind them.
 */
export class DueCrons {
  /** Patterns that this replica cannot read, and when they are tried again, by performance.now(). */
  readonly #unreadable = new Map<string, number>()
  /** Where the last look ended in each service when it did not see all; by whether congested targets were excluded. */
  readonly #cursors = new Map<boolean, ReadonlyMap<string, IndexCursor>>()

  constructor(readonly repeatedErrors: RepeatedErrors) {}

  /**
   * Returns due cron schedules of these services, 300 at most, the oldest of each service first.
   * All of them are lines of the same kind: services, or flows.
   * @param excludeCongested whether congested targets are among the full ones
   */
  async find(
    sql: Sql,
    services: readonly CronService[],
    excludeCongested = false,
    now = performance.now(),
  ): Promise<CronTimes[]> {
    for (const [key, until] of this.#unreadable) if (until <= now) this.#unreadable.delete(key)
    const due = await listDueCrons(sql, services, this.#cursors.get(excludeCongested) ?? new Map(), [
      ...this.#unreadable.keys(),
    ])
    this.#cursors.set(excludeCongested, new Map(due.length < atMost ? [] : due.map((row) => [lineOf(row), row])))
    const distinct = new Map(
      due.map((row) => [`${row.scheduled_at} ${row.spread_offset} ${row.calendar_use} ${keyOf(row)}`, row]),
    )
    const uses = await readCalendarUses(sql, distinct.values())
    return [...distinct.values()].flatMap((row) => {
      // Its calendar has changed since the look, and so have the tasks: the next look finds them.
      if (!uses.has(row.calendar_use)) return []
      try {
        return [timesOf(row, uses.get(row.calendar_use))]
      } catch (error) {
        this.#unreadable.set(keyOf(row), now + unreadableMs)
        this.repeatedErrors.report(
          undefined,
          error,
          `no next time for "${row.cron}" in ${row.time_zone}; its slots stay due`,
        )
        return []
      }
    })
  }

  /** Time zones and patterns, with a space between, that this replica cannot read. */
  get unreadable(): readonly string[] {
    return [...this.#unreadable.keys()]
  }

  /** Notes how many executions were claimed since the last look. After any, the next look begins with the oldest again. */
  noteClaimed(count: number): void {
    if (count > 0) this.#cursors.clear()
  }
}

/** The key of a line of tasks: a service, or one of its flows. */
const lineOf = ({ service_id, flow }: { service_id: string; flow?: string | null }) => `${service_id} ${flow ?? ''}`

const keyOf = ({ time_zone, cron }: Pick<DueCron, 'time_zone' | 'cron'>) => `${time_zone} ${cron}`

/**
 * Steps through the index from pattern to pattern, so that its cost does not depend on how many tasks share one. Services
 * take turns, a pattern each.
 */
export async function listDueCrons(
  sql: Sql,
  services: readonly CronService[],
  cursors: ReadonlyMap<string, IndexCursor>,
  unreadable: readonly string[],
): Promise<DueCron[]> {
  const from = services.map(
    (service) =>
      cursors.get(lineOf(service)) ?? { ...indexStart, scheduled_at: service.from ?? indexStart.scheduled_at },
  )
  const isOfFlows = services.some(({ flow }) => flow !== undefined)
  const isWanted = sql`
    ${isDueCron(sql)}
      and ${isInLine(sql, isOfFlows ? sql`found.flow` : undefined)}
      and concat_ws(' ', task.time_zone, task.cron) <> all(${unreadable as string[]}::text[])`
  return sql<DueCron[]>`
    /* duly:list_due_crons */
    with recursive looked as materialized (
      select service_id, flow, ${targetsOf(sql)} as full_targets, scheduled_at, cron, time_zone, spread_offset, calendar_use
      from unnest(
        ${services.map((service) => service.service_id)}::uuid[],
        ${services.map(({ flow }) => flow ?? null)}::text[],
        ${services.map(targetsAsJson)}::text[],
        ${from.map((cursor) => cursor.scheduled_at)}::timestamptz[],
        ${from.map((cursor) => cursor.cron)}::text[],
        ${from.map((cursor) => cursor.time_zone)}::text[],
        ${from.map((cursor) => cursor.spread_offset)}::integer[],
        ${from.map((cursor) => cursor.calendar_use)}::text[]
      ) as looked (service_id, flow, full_targets, scheduled_at, cron, time_zone, spread_offset, calendar_use)
    ), found as (
      select *
      from looked
      union all
      select found.service_id, found.flow, found.full_targets, step.*
      from found
      cross join lateral (
        select task.scheduled_at, task.cron, task.time_zone, ${offsetIn(sql)} as spread_offset, ${calendarUseIn(sql)} as calendar_use
        from task
        where task.service_id = found.service_id
          and ${isWanted}
          -- Not "<> all": where all tasks have one target, PostgreSQL would expect hardly any row of it, and read and sort those
          -- of another index.
          and not (found.full_targets @> array[task.target])
          and (task.scheduled_at, task.cron, task.time_zone, ${offsetIn(sql)}, ${calendarUseIn(sql)})
            > (found.scheduled_at, found.cron, found.time_zone, found.spread_offset, found.calendar_use)
        order by task.scheduled_at, task.cron, task.time_zone, ${offsetIn(sql)}, ${calendarUseIn(sql)}
        limit 1
      ) step
    ), first as (
      select service_id, flow, scheduled_at, cron, time_zone, spread_offset, calendar_use
      from found
      limit ${atMost + services.length}
    )
    select *, now() as now
    from first
    offset ${services.length}`
}

/** @throws PatternError or RangeError for a pattern or a time zone that this replica does not know */
function timesOf(row: DueCron, use: CalendarUse | undefined): CronTimes {
  const { cron, time_zone, scheduled_at, spread_offset, calendar_use, now } = row
  // Slots are counted by the times of the pattern: the tasks start later by the offset.
  const offsetMs = spread_offset * 1000
  const toTime = (slot: number | undefined) => (slot === undefined ? null : new Date(slot + offsetMs).toISOString())
  const from = Date.parse(now) - offsetMs
  const first = cronNext(cron, time_zone, from, use)
  const second = first === undefined ? undefined : cronNext(cron, time_zone, first, use)
  const slot = Date.parse(scheduled_at) - offsetMs
  const missed = countTimes(cron, time_zone, Math.max(0, slot), from, countedAtMost, use)
  const tooMany = Math.max(0, missed - missedRunsAtMost)
  const lastTooMany = tooMany === 0 ? slot : timeBeforeLast(cron, time_zone, from, missedRunsAtMost, use)
  return {
    cron,
    time_zone,
    scheduled_at,
    spread_offset,
    calendar_use,
    first_at: toTime(first),
    second_at: toTime(second),
    missed_slots: missed,
    each_at: toTime(missed === 0 ? first : cronNext(cron, time_zone, lastTooMany, use)),
    each_missed: tooMany,
  }
}
