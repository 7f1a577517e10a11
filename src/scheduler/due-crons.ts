import type { Sql } from '../database/connect.ts'
import { countTimes } from '../schedule/count-times.ts'
import { nextTime } from '../schedule/next-time.ts'
import type { Refusals } from './refusals.ts'

/** Patterns that are looked at in one pass at most; the next pass takes the others. */
const atMost = 300
/** Missed slots are counted up to this, and from 1970 on: a pattern of every minute reaches it after ten weeks. */
const countedAtMost = 100_000

/** A pattern in a zone, of which a slot is due. */
interface DueCron {
  readonly cron: string
  readonly time_zone: string
  readonly scheduled_at: string
  /** The database's clock. */
  readonly now: string
}

/** What follows a due slot of a cron schedule: SQL can work out everything but this. */
export interface CronTimes {
  readonly cron: string
  readonly time_zone: string
  readonly scheduled_at: string
  /** The next slot, and the one after it, in case the claim comes later than the first. */
  readonly first_at: string
  readonly second_at: string
  /** Slots between the due one and now. */
  readonly missed_slots: number
}

/**
 * The cron schedules of these services that are due, and what follows. One whose zone or pattern this replica does not
 * know is told to the log and left out: its slots stay due until a replica knows it.
 */
export async function findDueCrons(sql: Sql, refusals: Refusals, services: readonly string[]): Promise<CronTimes[]> {
  const due = await listDueCrons(sql, services)
  return due.flatMap((row) => {
    try {
      return [timesOf(row)]
    } catch (error) {
      refusals.tell(undefined, error, `no next time for "${row.cron}" in ${row.time_zone}; its slots wait`)
      return []
    }
  })
}

/** Whether a row of `task` has a cron schedule whose slot is due: what the index of due patterns is for. */
export const isDueCron = (sql: Sql) => sql`
  task.cron is not null
    and task.status = 'active'
    and not task.slot_taken
    and task.scheduled_at <= now()`

/** Steps from pattern to pattern in the index, however many tasks share one. */
async function listDueCrons(sql: Sql, services: readonly string[]): Promise<DueCron[]> {
  return sql<DueCron[]>`
    with recursive found as (
      select service.id as service_id, step.*
      from unnest(${services as string[]}::uuid[]) as service (id)
      cross join lateral (
        select task.scheduled_at, task.cron, task.time_zone
        from task
        where task.service_id = service.id
          and ${isDueCron(sql)}
        order by task.scheduled_at, task.cron, task.time_zone
        limit 1
      ) step
      union all
      select found.service_id, step.*
      from found
      cross join lateral (
        select task.scheduled_at, task.cron, task.time_zone
        from task
        where task.service_id = found.service_id
          and ${isDueCron(sql)}
          and (task.scheduled_at, task.cron, task.time_zone) > (found.scheduled_at, found.cron, found.time_zone)
        order by task.scheduled_at, task.cron, task.time_zone
        limit 1
      ) step
    ), first as (
      select *
      from found
      limit ${atMost}
    )
    select distinct cron, time_zone, scheduled_at, now() as now
    from first`
}

/** @throws PatternError or RangeError for a pattern or a zone that is none here */
function timesOf({ cron, time_zone, scheduled_at, now }: DueCron): CronTimes {
  const after = (time: number) => {
    const next = nextTime(cron, time_zone, time)
    if (next === undefined) throw new RangeError('it does not come due within ten years')
    return next
  }
  const from = Date.parse(now)
  const first = after(from)
  return {
    cron,
    time_zone,
    scheduled_at,
    first_at: new Date(first).toISOString(),
    second_at: new Date(after(first)).toISOString(),
    missed_slots: countTimes(cron, time_zone, Math.max(0, Date.parse(scheduled_at)), from, countedAtMost),
  }
}

/** Those times as a CTE named `cron_times`; a slot whose pattern is not in it, or no longer, is not to be taken. */
export const cronTimes = (sql: Sql, times: readonly CronTimes[]) => sql`
  cron_times as (
    select
      cron,
      time_zone,
      scheduled_at,
      case when first_at > now() then first_at else second_at end as next_at,
      missed_slots + case when first_at > now() then 0 else 1 end as missed_slots
    from jsonb_to_recordset(${sql.json(times as never)}) as cron_times (
      cron text, time_zone text, scheduled_at timestamptz, first_at timestamptz, second_at timestamptz, missed_slots integer
    )
    where second_at > now()
  )`

/**
 * Whether a row of `task` is among those schedules. Compared as text: a look into `cron_times` here would be a subquery of
 * rows that are being locked, and one that is evaluated anew for a row that has changed meanwhile crashes PostgreSQL 18.4.
 */
export const isAmong = (sql: Sql, times: readonly CronTimes[]) => sql`
  concat_ws(' ', task.scheduled_at, task.time_zone, task.cron) = any(
    ${times.map(({ scheduled_at, time_zone, cron }) => `${postgresText(scheduled_at)} ${time_zone} ${cron}`)}::text[]
  )`

/** RFC 3339 as PostgreSQL writes it in a session in UTC. */
const postgresText = (time: string) => time.replace('T', ' ').replace('Z', '+00')

/** Joins `cron_times` to rows named `due`. */
export const joinCronTimes = (sql: Sql) => sql`
  left join cron_times
    on cron_times.cron = due.cron
    and cron_times.time_zone = due.time_zone
    and cron_times.scheduled_at = due.scheduled_at`
