import { failingAlertOf } from '../alerts/open-of-task.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { hasLabels, type WantedLabel } from '../tasks/label-filter.ts'
import { type FailingPart, type FailingParts, type FailingTaskListed, failingParts } from './failing-model.ts'

/** Number of failing tasks from which grouping them takes long enough to cache the result. */
const manyFailing = 1_000

/** Of more failing tasks than this, those that broke last are grouped and counted: a million would take ten seconds. */
export const mostFailing = 10_000

/** Whether groups come from so many tasks that they are worth caching. */
export const hasManyFailing = ({ recent, older, stopped }: FailingParts): boolean =>
  recent.tasks + older.tasks + stopped.tasks >= manyFailing

/**
 * SQL: whether a failing task is not tried again. A task that runs once is disabled when it has run: what broke just now is
 * recent all the same.
 */
export const isNotTriedAgain = (sql: Sql) => sql`
  (
    task.status <> 'active'
    and (task.scheduled_at is not null or failing_task.last_failed_at <= now() - interval '1 hour')
  )`

/** SQL: the failing tasks of a service with these labels, each with its part and the name of its group. */
const failingTasks = (sql: Sql, serviceId: string, labels: readonly WantedLabel[]) => sql`
  select
    failing_task.service_id, failing_task.task_id, task.name, failing_task.since, failing_task.consecutive,
    failing_task.settled, failing_task.error, task.status, task.scheduled_at, task.queued_for, task.target,
    md5(task.target || ' ' || coalesce(failing_task.error, '')) as "group",
    case
      when ${isNotTriedAgain(sql)}
        then 'stopped'
      when failing_task.since > now() - interval '1 hour'
        then 'recent'
      else 'older'
    end as part
  from failing_task
  join task on task.service_id = failing_task.service_id and task.id = failing_task.task_id
  where failing_task.service_id = ${serviceId}
    and task.deleted_at is null
    ${hasLabels(sql, serviceId, sql`failing_task.task_id`, labels)}
  order by failing_task.since desc
  limit ${mostFailing}`

/** SQL: the columns of a failing task of `failing`, with its open alert. */
const listedColumns = (sql: Sql, serviceId: string): Fragment => sql`
  failing.task_id, failing.name, failing.since, failing.consecutive, failing.settled, failing.error, failing.status,
  failing.scheduled_at, failing.queued_for, ${failingAlertOf(sql, serviceId, sql`failing.task_id`)} as alert`

/** A group as the database returns it, with the newest of its tasks, and what its part has in all. */
interface GroupRow extends FailingTaskListed {
  readonly part: FailingPart
  readonly part_tasks: number
  readonly part_groups: number
  readonly group: string
  readonly target: string
  readonly tasks: number
  readonly group_since: string
}

/**
 * Returns the failing tasks of a service with these labels in groups: those with the same error at the same host in one.
 * @param most how many groups of each part are listed at most; the counts are of all
 */
export async function groupFailing(
  sql: Sql,
  serviceId: string,
  labels: readonly WantedLabel[],
  most: number,
): Promise<FailingParts> {
  const rows = await sql<GroupRow[]>`
    /* duly:group_failing */
    with failing as materialized (
      ${failingTasks(sql, serviceId, labels)}
    ), grouped as (
      select
        part, "group", count(*)::integer as tasks, min(since) as group_since, max(since) as newest_since,
        (array_agg(task_id order by since desc, task_id desc))[1] as newest_id
      from failing
      group by part, "group"
    ), placed as (
      select
        *,
        row_number() over (partition by part order by newest_since desc, newest_id desc) as place,
        (sum(tasks) over (partition by part))::integer as part_tasks,
        (count(*) over (partition by part))::integer as part_groups
      from grouped
    )
    select
      placed.part, placed.part_tasks, placed.part_groups, placed."group", failing.target, placed.tasks, placed.group_since,
      ${listedColumns(sql, serviceId)}
    from placed
    join failing on failing.task_id = placed.newest_id
    where placed.place <= ${most}
    order by placed.part, placed.place`
  const inPart = (wanted: FailingPart) => {
    const own = rows.filter(({ part }) => part === wanted)
    const [first] = own
    const listed = own.map(
      ({ part: _, part_tasks, part_groups, group, target, tasks, group_since: since, ...newest }) => ({
        ...{ group, target, error: newest.error, tasks, since, newest },
      }),
    )
    return { tasks: first?.part_tasks ?? 0, groups: first?.part_groups ?? 0, listed }
  }
  const [recent, older, stopped] = failingParts.map(inPart) as [
    FailingParts['recent'],
    FailingParts['older'],
    FailingParts['stopped'],
  ]
  return { recent, older, stopped }
}

/** Which failing tasks are listed, and which page of them. */
export interface FailingChoice {
  readonly part: FailingPart | undefined
  readonly group: string | undefined
  readonly labels: readonly WantedLabel[]
  readonly limit: number
  readonly offset: number
}

/** Returns one page of the failing tasks of a service, those that broke last first, and how many there are. */
export async function listFailingPage(
  sql: Sql,
  serviceId: string,
  { part, group, labels, limit, offset }: FailingChoice,
): Promise<{ readonly total: number; readonly records: readonly FailingTaskListed[] }> {
  const rows = await sql<({ readonly total: number } & Partial<FailingTaskListed>)[]>`
    /* duly:list_failing_page */
    with failing as materialized (
      select *
      from (${failingTasks(sql, serviceId, labels)}) failing
      where true
        ${part === undefined ? sql`` : sql`and part = ${part}`}
        ${group === undefined ? sql`` : sql`and "group" = ${group}`}
    ), page as (
      select *
      from failing
      order by since desc, task_id desc
      limit ${limit}
      offset ${offset}
    )
    select all_failing.total, listed.*
    from (select count(*)::integer as total from failing) all_failing
    left join lateral (
      select ${listedColumns(sql, serviceId)}
      from page as failing
    ) listed on true
    order by listed.since desc, listed.task_id desc`
  const records = rows.flatMap(({ total: _, ...task }) =>
    task.task_id === null ? [] : [task as unknown as FailingTaskListed],
  )
  return { total: rows[0]?.total ?? 0, records }
}
