import type { Fragment, Sql } from '../database/sql.ts'
import type { CalendarRule } from '../schedule/calendar.ts'
import type { Unit } from '../schedule/unit.ts'
import { isRunning } from '../transitions/predicates.ts'
import { offsetIn, slotOf } from '../transitions/spread.ts'

/** How many executions are read before the time that was asked for and after it. */
const [readBefore, readAfter] = [60, 20]

/** The fields of a task that decide when it runs, as they are now or were at a time. */
export interface Timing {
  readonly status: 'active' | 'paused' | 'disabled'
  readonly paused_until: string | null
  readonly frequency: number | null
  readonly unit: Unit | null
  readonly cron: string | null
  readonly time_zone: string | null
  readonly calendar: string | null
  readonly calendar_rule: CalendarRule
  readonly phase: 'keep' | 'restart'
  readonly spread_seconds: number
  readonly scheduled_at: string | null
  readonly ends_at: string | null
  readonly max_runs: number | null
}

const timingFields = [
  ...['status', 'paused_until', 'frequency', 'unit', 'cron', 'time_zone', 'calendar', 'calendar_rule', 'phase'],
  ...['spread_seconds', 'scheduled_at', 'ends_at', 'max_runs'],
] as const satisfies readonly (keyof Timing)[] | readonly string[]

/** The fields whose change moves the times of a task. */
const scheduleFields = timingFields.filter((name) => !['status', 'paused_until'].includes(name))

/** A task as it is now, and what it was at a time. */
export interface Subject extends Timing {
  readonly id: string
  readonly anchor_day: number | null
  readonly runs_left: number | null
  readonly spread_offset: number
  readonly flow: string | null
  readonly labels: Readonly<Record<string, string>>
  readonly created_at: string
  readonly is_running: boolean
  readonly now: string
  /** The fields that were changed since, as they were before. */
  readonly undone: Partial<Timing>
  readonly catch_up_per_second: number | null
}

/** Finds a task with what decides when it runs, now and at a time (RFC 3339 in UTC); undefined when there is no such task. */
export async function findSubject(sql: Sql, serviceId: string, id: string, at: string): Promise<Subject | undefined> {
  const [row] = await sql<Subject[]>`
    /* duly:find_task_to_explain */
    select
      id, status, paused_until, frequency, unit, cron, time_zone, calendar, coalesce(calendar_rule, 'skip') as calendar_rule,
      coalesce(phase, 'keep') as phase, coalesce(spread_seconds, 0) as spread_seconds, ${offsetIn(sql)} as spread_offset,
      ${slotOf(sql, sql`task`)} as scheduled_at, ends_at, max_runs, anchor_day, runs_left, limited_by as flow,
      coalesce(labels, '{}') as labels, created_at, ${isRunning(sql)} as is_running, now() as now,
      (
        select coalesce(jsonb_object_agg(key, value), '{}')
        from (
          select distinct on (field.key) field.key, field.value
          from audit
          cross join lateral jsonb_each(audit.before) field
          where audit.service_id = ${serviceId}
            and audit.task_id = ${id}
            and audit.at >= ${at}::text::timestamptz
            and audit.action = 'task_updated'
            and field.key = any(${timingFields as readonly string[]}::text[])
          order by field.key, audit.at, audit.id
        ) first
      ) as undone,
      (select per_second from catch_up where catch_up.service_id = ${serviceId}) as catch_up_per_second
    from task
    where service_id = ${serviceId}
      and id = ${id}
      and deleted_at is null`
  return row
}

/** Who made a change, and when. */
export interface ChangeBy {
  readonly id: string
  readonly at: string
  readonly action: string
  readonly actor: string
  readonly principal: string | null
  readonly address: string | null
}

/** An entry of the audit about a task, as far as it explains anything. */
export interface ChangeRow extends ChangeBy {
  readonly after: Partial<Timing>
  readonly status_before: Timing['status'] | null
}

/** The changes that explain what a task did at a time: each undefined if there is none, or none is kept. */
export interface Changes {
  readonly created?: ChangeRow
  /** The last that gave its status before that time. */
  readonly status?: ChangeRow
  /** The last that gave its schedule before that time, and the first after it. */
  readonly schedule?: ChangeRow
  readonly later?: ChangeRow
}

/** Finds the changes of a task around a time, RFC 3339 in UTC. */
export async function findChanges(sql: Sql, serviceId: string, id: string, at: string): Promise<Changes> {
  const entry = (about: keyof Changes, condition: Fragment, order: Fragment) => sql`
    (
      select ${about}::text as about, id, at, action, actor, principal, host(address) as address, after, before ->> 'status' as status_before
      from audit
      where service_id = ${serviceId}
        and task_id = ${id}
        and action in ('task_created', 'task_updated')
        and ${condition}
      order by ${order}
      limit 1
    )`
  const before = sql`at < ${at}::text::timestamptz`
  const [last, first] = [sql`at desc, id desc`, sql`at, id`]
  const isOfSchedule = sql`after ?| ${scheduleFields as readonly string[]}::text[]`
  const rows = await sql<(ChangeRow & { about: keyof Changes })[]>`
    /* duly:find_changes_to_explain */
    ${entry('created', sql`action = 'task_created'`, first)}
    union all
    ${entry('status', sql`${before} and after ? 'status'`, last)}
    union all
    ${entry('schedule', sql`${before} and ${isOfSchedule}`, last)}
    union all
    ${entry('later', sql`at >= ${at}::text::timestamptz and action = 'task_updated' and ${isOfSchedule}`, first)}`
  return Object.fromEntries(rows.map(({ about, ...change }) => [about, change]))
}

/** An execution, as far as it explains anything. */
export interface RunRow {
  readonly id: string
  readonly status: 'queued' | 'started' | 'success' | 'failed' | 'skipped'
  readonly scheduled_for: string
  readonly created_at: string
  readonly started_at: string | null
  /** When its call ended; null while it goes on, and if it made none. */
  readonly ended_at: string | null
  readonly attempt: number
  readonly missed_slots: number
  readonly error: string | null
  readonly is_first: boolean
  readonly by_hand: boolean
}

/**
 * Lists the executions of a task around a time (RFC 3339 in UTC) in the order in which they were created: up to 60 before it and up
 * to 20 from it on. To be sent by `readPruned`.
 */
export async function listRunsAround(sql: Sql, serviceId: string, id: string, at: string): Promise<RunRow[]> {
  const part = (condition: Fragment, order: Fragment, limit: number) => sql`
    (
      select
        id, status, scheduled_for, created_at, started_at, attempt, missed_slots, error,
        started_at + make_interval(secs => (coalesce(waited_ms, 0) + duration_ms) / 1000.0) as ended_at,
        attempt = 1 and redelivery = 0 as is_first,
        -- A slot was to start before it was claimed, and a run by hand is for the time at which it was asked for.
        slot_id = id and scheduled_for = created_at as by_hand
      from execution
      where service_id = ${serviceId}
        and task_id = ${id}
        and ${condition}
      order by ${order}
      limit ${limit}
    )`
  return sql<RunRow[]>`
    /* duly:list_runs_to_explain */
    select *
    from (
      ${part(sql`created_at < ${at}::text::timestamptz`, sql`created_at desc, id desc`, readBefore)}
      union all
      ${part(sql`created_at >= ${at}::text::timestamptz`, sql`created_at, id`, readAfter)}
    ) around
    order by created_at, id`
}

/** What an alert said about a task that had not started. */
export interface LateAlert {
  readonly id: string
  readonly error: string | null
}

/** Finds the alert that told of a slot that had not started. @param since, until between which it opened, RFC 3339 in UTC */
export async function findLateAlert(
  sql: Sql,
  serviceId: string,
  id: string,
  since: string,
  until: string,
): Promise<LateAlert | undefined> {
  const [row] = await sql<LateAlert[]>`
    /* duly:find_late_alert_to_explain */
    select id, error
    from alert
    where service_id = ${serviceId}
      and task_id = ${id}
      and opened_at between ${since}::text::timestamptz and ${until}::text::timestamptz
      and kind = 'late'
    order by opened_at desc
    limit 1`
  return row
}

/** When a flow or a calendar was last set at a time (RFC 3339 in UTC) or after it; undefined if it was not. */
export async function findLaterSetting(
  sql: Sql,
  serviceId: string,
  action: 'flow_set' | 'calendar_set',
  name: string,
  at: string,
): Promise<string | undefined> {
  const [row] = await sql<{ at: string }[]>`
    /* duly:find_later_setting */
    select at
    from audit
    where service_id = ${serviceId}
      and task_id is null
      and at >= ${at}::text::timestamptz
      and action = ${action}
      and name = ${name}
    order by at desc
    limit 1`
  return row?.at
}
