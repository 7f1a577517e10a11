import { rows } from '../database/rows.ts'
import type { Sql } from '../database/sql.ts'
import type { CalendarRule } from '../schedule/calendar.ts'
import { nextStart } from '../schedule/next-start.ts'
import { CalendarUses, calendarUse, hold, type StoredCalendar } from './calendar-use.ts'
import { disabledIf } from './disable.ts'
import { endOf } from './interval-next.ts'
import { offsetIn, slotOf } from './spread.ts'

/** Tasks that one statement reads, and changes. */
const batchSize = 5_000

/** A task whose next slot a calendar decides. */
interface CalendarTask {
  readonly id: string
  readonly name: string
  readonly cron: string
  readonly time_zone: string
  readonly calendar_rule: CalendarRule
  readonly spread_offset: number
  /** The time by the database's clock. */
  readonly now: string
}

/** A task with what a calendar makes of it. */
interface CountedTask extends CalendarTask {
  readonly calendar_use: string
  /** When it starts next; null where this replica cannot read the pattern or the zone: the stored time stays. */
  readonly next_at: string | null
}

/** What a changed calendar has done to its tasks. */
export interface Recount {
  /** How many of them have another next slot. */
  readonly moved_tasks: number
  /** The name of a task to which it leaves no slot. If there is one, the calendar must not be changed like this. */
  readonly without_slot?: string
}

/**
 * Computes the next slots of the tasks of a calendar again, in batches, in the transaction that has changed it. Slots that are due
 * stay, and so do first runs at a time that somebody has given.
 * @param calendar as it is now
 */
export async function recountCalendar(
  sql: Sql,
  serviceId: string,
  name: string,
  calendar: StoredCalendar,
): Promise<Recount> {
  const uses = new CalendarUses(new Map([[calendar.version, hold(calendar)]]))
  const count = counting(uses, calendar.version)
  let moved_tasks = 0
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const tasks = await listCalendarTasks(sql, serviceId, name, after)
    const counted = tasks.map(count)
    const withoutSlot = counted.find(({ hasSlot }) => !hasSlot)
    if (withoutSlot) return { moved_tasks, without_slot: withoutSlot.name }
    if (tasks.length > 0) moved_tasks += await moveCalendarTasks(sql, serviceId, name, counted)
    if (tasks.length < batchSize) return { moved_tasks }
    after = tasks.at(-1)?.id ?? after
  }
}

/** Returns what computes the next start of a task. Many tasks have the same pattern. */
function counting(uses: CalendarUses, version: string) {
  const known = new Map<string, number | undefined | 'unreadable'>()
  return (task: CalendarTask): CountedTask & { hasSlot: boolean } => {
    const { cron, time_zone, calendar_rule, spread_offset } = task
    const calendar_use = calendarUse(version, calendar_rule)
    const key = [calendar_rule, spread_offset, time_zone, cron].join(' ')
    if (!known.has(key))
      try {
        const from = Date.parse(task.now)
        known.set(key, nextStart(cron, time_zone, spread_offset, from, uses.get(calendar_use)))
      } catch {
        known.set(key, 'unreadable')
      }
    const next = known.get(key)
    const next_at = typeof next === 'number' ? new Date(next).toISOString() : null
    return { ...task, calendar_use, next_at, hasSlot: next !== undefined }
  }
}

async function listCalendarTasks(sql: Sql, serviceId: string, name: string, after: string): Promise<CalendarTask[]> {
  return sql<CalendarTask[]>`
    /* duly:list_calendar_tasks */
    select id, name, cron, time_zone, coalesce(calendar_rule, 'skip') as calendar_rule, ${offsetIn(sql)} as spread_offset, now() as now
    from task
    where service_id = ${serviceId}
      and calendar = ${name}
      and id > ${after}::uuid
    order by id
    limit ${batchSize}`
}

/** Gives tasks their next slots. @returns how many of them have another one now */
async function moveCalendarTasks(
  sql: Sql,
  serviceId: string,
  name: string,
  tasks: readonly CountedTask[],
): Promise<number> {
  const [row] = await sql<{ moved: number }[]>`
    /* duly:move_calendar_tasks */
    with counted as (
      select *
      from ${rows(sql, tasks, 'counted', { id: 'uuid', calendar_use: 'text', next_at: 'timestamptz' })}
    ), locked as materialized (
      select
        task.ctid, task.scheduled_at as old_at, counted.calendar_use, ${endOf(sql, sql`task`)} as end_at,
        case
          -- Due, or run by now; a first run at a given time; and the last slot of a task that is running it.
          when task.scheduled_at <= now() or task.scheduled_at is null or task.given_at = ${slotOf(sql, sql`task`)} or task.once_running
            then task.scheduled_at
          else coalesce(counted.next_at, task.scheduled_at)
        end as new_at
      from (select * from counted order by id) counted
      cross join lateral (
        select ctid, scheduled_at, spread_offset, given_at, ends_at, once_running
        from task
        where service_id = ${serviceId}
          and id = counted.id
          and calendar = ${name}
        limit 1
        for update
      ) task
    ), moved as (
      update task
      set calendar_use = locked.calendar_use,
          scheduled_at = case when locked.new_at > locked.end_at then null else locked.new_at end,
          -- A task that ends before the slot to which it would be moved has had its last one.
          ${disabledIf(sql, sql`locked.new_at > locked.end_at`)}
      from locked
      where task.ctid = locked.ctid
      returning locked.new_at is distinct from locked.old_at as is_moved
    )
    select count(*) filter (where is_moved)::integer as moved
    from moved`
  return row?.moved ?? 0
}
