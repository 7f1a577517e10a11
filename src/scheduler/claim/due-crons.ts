import type { RepeatedErrors } from '../../background/repeated-errors.ts'
import type { Sql } from '../../database/sql.ts'
import { countTimes } from '../../schedule/count-times.ts'
import { cronNext } from '../../schedule/cron-next.ts'
import { listTargets, targetsOf } from '../../transitions/allotment.ts'
import { type CronTimes, isDueCron } from '../../transitions/cron-times.ts'

/** Patterns that are looked at in one pass at most; the next pass takes the others. */
const atMost = 300
/** Missed slots are counted up to this, and from 1970 on: a pattern of every minute reaches it after ten weeks. */
const countedAtMost = 100_000
/** How long a pattern that cannot be read is left out, in ms. */
const unreadableMs = 30_000
/** Before every place in the index. */
const firstPlace: Place = { scheduled_at: '-infinity', cron: '', time_zone: '' }

/** A pattern in a zone, of which a slot is due. */
interface DueCron {
  readonly service_id: string
  readonly cron: string
  readonly time_zone: string
  readonly scheduled_at: string
  /** The database's clock. */
  readonly now: string
}

/** A service whose due patterns are looked for, and its targets that may take no seat now. */
export interface CronService {
  readonly service_id: string
  readonly fullTargets?: readonly string[]
}

/** A place in the index of due patterns. */
type Place = Pick<DueCron, 'scheduled_at' | 'cron' | 'time_zone'>

/**
 * Finds the cron schedules that are due, and what follows each. What cannot be taken does not stand in the way of what can:
 * patterns whose slots are only for full targets are not among them, one that this replica cannot read is told to the log
 * and left out for a while, and where many are due and none could be taken, the next look goes on behind them.
 */
export class DueCrons {
  /** Patterns that this replica cannot read, and until when they are left out, by performance.now(). */
  readonly #unreadable = new Map<string, number>()
  /** Where the last look of each kind ended in each service, where it did not see all. */
  readonly #places = new Map<boolean, ReadonlyMap<string, Place>>()

  constructor(readonly repeatedErrors: RepeatedErrors) {}

  /**
   * Some of the due cron schedules of these services, the oldest of each first.
   * @param around whether the full targets are those of a claim that goes round more than the full ones
   */
  async find(
    sql: Sql,
    services: readonly CronService[],
    around = false,
    now = performance.now(),
  ): Promise<CronTimes[]> {
    for (const [key, until] of this.#unreadable) if (until <= now) this.#unreadable.delete(key)
    const due = await listDueCrons(sql, services, this.#places.get(around) ?? new Map(), [...this.#unreadable.keys()])
    this.#places.set(around, new Map(due.length < atMost ? [] : due.map((row) => [row.service_id, row])))
    const distinct = new Map(due.map((row) => [`${row.scheduled_at} ${keyOf(row)}`, row]))
    return [...distinct.values()].flatMap((row) => {
      try {
        return [timesOf(row)]
      } catch (error) {
        this.#unreadable.set(keyOf(row), now + unreadableMs)
        this.repeatedErrors.tell(undefined, error, `no next time for "${row.cron}" in ${row.time_zone}; its slots wait`)
        return []
      }
    })
  }

  /** Notes how many slots were taken: after some, the next look begins with the oldest again. */
  noteTaken(count: number): void {
    if (count > 0) this.#places.clear()
  }
}

const keyOf = ({ time_zone, cron }: Place) => `${time_zone} ${cron}`

/** Steps from pattern to pattern in the index, however many tasks share one; the services by turns, a pattern of each. */
async function listDueCrons(
  sql: Sql,
  services: readonly CronService[],
  places: ReadonlyMap<string, Place>,
  unreadable: readonly string[],
): Promise<DueCron[]> {
  const from = services.map(({ service_id }) => places.get(service_id) ?? firstPlace)
  const isWanted = sql`
    ${isDueCron(sql)}
      and concat_ws(' ', task.time_zone, task.cron) <> all(${unreadable as string[]}::text[])`
  return sql<DueCron[]>`
    with recursive looked as materialized (
      select service_id, ${targetsOf(sql)} as full_targets, scheduled_at, cron, time_zone
      from unnest(
        ${services.map((service) => service.service_id)}::uuid[],
        ${listTargets(services)}::text[],
        ${from.map((place) => place.scheduled_at)}::timestamptz[],
        ${from.map((place) => place.cron)}::text[],
        ${from.map((place) => place.time_zone)}::text[]
      ) as looked (service_id, full_targets, scheduled_at, cron, time_zone)
    ), found as (
      select *
      from looked
      union all
      select found.service_id, found.full_targets, step.*
      from found
      cross join lateral (
        select task.scheduled_at, task.cron, task.time_zone
        from task
        where task.service_id = found.service_id
          and ${isWanted}
          and task.target <> all(found.full_targets)
          and (task.scheduled_at, task.cron, task.time_zone) > (found.scheduled_at, found.cron, found.time_zone)
        order by task.scheduled_at, task.cron, task.time_zone
        limit 1
      ) step
    ), first as (
      select service_id, scheduled_at, cron, time_zone
      from found
      limit ${atMost + services.length}
    )
    select *, now() as now
    from first
    offset ${services.length}`
}

/** @throws PatternError or RangeError for a pattern or a zone that is none here */
function timesOf({ cron, time_zone, scheduled_at, now }: DueCron): CronTimes {
  const from = Date.parse(now)
  const first = cronNext(cron, time_zone, from)
  const second = first === undefined ? undefined : cronNext(cron, time_zone, first)
  return {
    cron,
    time_zone,
    scheduled_at,
    first_at: toTime(first),
    second_at: toTime(second),
    missed_slots: countTimes(cron, time_zone, Math.max(0, Date.parse(scheduled_at)), from, countedAtMost),
  }
}

const toTime = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())
