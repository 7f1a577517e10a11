import { auditing } from '../audit/entry.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { calendarUseIn } from '../transitions/calendar-use.ts'
import { offsetOf, slotOf, spreadOver, startAt } from '../transitions/spread.ts'
import { groupEnd, groupOffset, groupTime, type TaskGroup } from './queries.ts'

/** SQL for `from` and `where` of the tasks of groups that have no spread. */
const tasksOf = (sql: Sql, serviceId: string, groups: readonly TaskGroup[]): Fragment => sql`
  from jsonb_to_recordset(${sql.json(groups as never)}) as chosen (
    frequency integer, unit text, cron text, time_zone text, calendar_use text, at timestamptz
  )
  join task
    on task.service_id = ${serviceId}
    and (task.frequency, task.unit, task.cron, task.time_zone, ${calendarUseIn(sql)})
      is not distinct from (chosen.frequency, chosen.unit, chosen.cron, chosen.time_zone, chosen.calendar_use)
    and ${groupTime(sql, sql`task.scheduled_at`)} = chosen.at
  where task.deleted_at is null
    and task.spread_seconds is null`

/** Returns the tasks of groups in the groups in which they would be with a spread. */
export async function groupSpread(
  sql: Sql,
  serviceId: string,
  groups: readonly TaskGroup[],
  seconds: number,
): Promise<TaskGroup[]> {
  const offset = offsetOf(sql, sql`task.id`, sql`${seconds}::integer`)
  return sql<TaskGroup[]>`
    /* duly:group_spread */
    select
      task.status, task.frequency, task.unit, task.cron, task.time_zone, ${calendarUseIn(sql)} as calendar_use,
      ${groupTime(sql, startAt(sql, slotOf(sql, sql`task`), offset))} as at,
      ${groupOffset(sql, offset)} as offset,
      true as is_spread,
      ${groupEnd(sql, offset)},
      count(*)::integer as count,
      now() as now
    ${tasksOf(sql, serviceId, groups)}
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11`
}

/** Returns the ids of the tasks of groups. */
export async function listTasksOf(
  sql: Sql,
  serviceId: string,
  groups: readonly TaskGroup[],
  limit: number,
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    /* duly:list_tasks_of_groups */
    select task.id
    ${tasksOf(sql, serviceId, groups)}
    order by task.id
    limit ${limit}`
  return rows.map(({ id }) => id)
}

/** Gives tasks without a spread one. Their slots stay. @returns how many were changed */
export async function spreadTasks(sql: Sql, caller: Caller, ids: readonly string[], seconds: number): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    /* duly:spread_tasks */
    with target as materialized (
      select service_id, id, name
      from task
      where service_id = ${caller.serviceId}
        and id = any(${ids as string[]}::uuid[])
        and status = 'active'
        and not once_running
        and spread_seconds is null
        and deleted_at is null
      order by id
      for update
    ), updated as (
      update task
      set ${spreadOver(sql, sql`${seconds}::integer`)},
          version = task.version + 1,
          updated_at = now()
      from target
      where task.service_id = target.service_id
        and task.id = target.id
    ), audited as (
      ${auditing(
        sql,
        caller.actor(),
        sql`
          select
            service_id, id, name, 'task_updated', jsonb_build_object('spread_seconds', 0),
            jsonb_build_object('spread_seconds', ${seconds}::integer), '{}'::text[]
          from target`,
      )}
    )
    select count(*)::integer as count
    from target`
  return row?.count ?? 0
}
