import { type Static, Type } from '@sinclair/typebox'
import { rfc3339 } from '../../database/rfc3339.ts'
import type { Sql } from '../../database/sql.ts'
import { nullable, Time } from '../../formats/schema.ts'
import { failedAtOfAll } from '../../transitions/record-failures.ts'
import { type Filter, hasFailedWithin, hasReason, isOfWantedTask } from './filter.ts'

/** How many of the newest failures within the times of a filter are counted, and how many groups are returned. */
export const countedAtMost = 100_000
const groupsAtMost = 50

const counts = {
  runs: Type.Integer({ description: 'slots that have failed: no further attempt followed' }),
  attempts: Type.Integer({ description: 'failed attempts, those that were followed by another one among them' }),
  tasks: Type.Integer({ description: 'tasks that have such an attempt' }),
}

/** Schema of the failures with one error and host. */
const FailureGroup = Type.Object(
  {
    status_code: nullable(Type.Integer(), 'of the answer; null when none came'),
    error: nullable(Type.String(), 'what went wrong'),
    target: Type.String({ description: 'host and port that the tasks call now' }),
    ...counts,
    first_at: Time,
    last_at: Time,
  },
  { $id: 'FailureGroup' },
)

/** Schema of what failed, in groups of one error and host. */
export const FailureSummary = Type.Object(
  {
    ...counts,
    well: Type.Integer({ description: 'of these tasks: those that are not failing any more' }),
    first_at: nullable(Time, 'when the first of the attempts failed; null if there is none'),
    last_at: nullable(Time, 'when the last one failed'),
    counted_from: nullable(
      Time,
      `null if all were counted; else only the newest ${countedAtMost} failures of all errors were looked at, back to this time`,
    ),
    groups: Type.Array(FailureGroup, {
      description: `by error and host, most attempts first; ${groupsAtMost} at most`,
    }),
    group_count: Type.Integer({ description: 'how many groups there are' }),
  },
  { $id: 'FailureSummary' },
)

/** What failed, in groups of one error and host. */
export type FailureSummary = Static<typeof FailureSummary>

/**
 * Counts the failed executions that a filter asks for, in groups of one error and the host that their tasks call now. Tasks that
 * were deleted are left out. It looks at the newest 100,000 failures of the service within the times of the filter.
 */
export async function summarizeFailures(sql: Sql, filter: Filter): Promise<FailureSummary> {
  const ofAll = failedAtOfAll(sql, sql`failed`)
  const [row] = await sql<[FailureSummary]>`
    /* duly:summarize_failures */
    with looked as materialized (
      select ${ofAll} as failed_at, task_id, reason, settled
      from failed_execution as failed
      where ${hasFailedWithin(sql, ofAll, filter)}
      order by ${ofAll} desc, id desc
      limit ${countedAtMost}
    ),
    wanted_reason as materialized (
      select reason, status_code, error
      from failure_reason
      where service_id = ${filter.serviceId}
        and ${hasReason(sql, sql`failure_reason`, filter)}
    ),
    -- Counted by task and reason first: what is joined below are some rows for each task, not one for each failure.
    by_task as materialized (
      select
        task_id, reason, count(*) filter (where settled) as runs, count(*) as attempts, min(failed_at) as first_at,
        max(failed_at) as last_at
      from looked
      where ${filter.taskId === undefined ? sql`true` : sql`task_id = ${filter.taskId}`}
        ${isOfWantedTask(sql, sql`looked.task_id`, filter)}
      group by task_id, reason
    ),
    found as materialized (
      select by_task.*, wanted_reason.status_code, wanted_reason.error, task.target
      from by_task
      join wanted_reason using (reason)
      cross join lateral (
        select target
        from task
        where task.service_id = ${filter.serviceId}
          and task.id = by_task.task_id
          and task.deleted_at is null
        limit 1
      ) task
    ),
    grouped as materialized (
      select
        status_code, error, target, sum(runs)::integer as runs, sum(attempts)::integer as attempts, count(*)::integer as tasks,
        min(first_at) as first_at, max(last_at) as last_at
      from found
      group by reason, status_code, error, target
    )
    select
      (select coalesce(sum(runs), 0)::integer from found) as runs,
      (select coalesce(sum(attempts), 0)::integer from found) as attempts,
      (select count(distinct task_id)::integer from found) as tasks,
      (
        select count(*)::integer
        from (select distinct task_id from found) failed_task
        where not exists (
          select
          from failing_task
          where failing_task.service_id = ${filter.serviceId}
            and failing_task.task_id = failed_task.task_id
        )
      ) as well,
      (select ${rfc3339(sql, sql`min(first_at)`)} from found) as first_at,
      (select ${rfc3339(sql, sql`max(last_at)`)} from found) as last_at,
      (select ${rfc3339(sql, sql`min(failed_at)`)} from looked having count(*) = ${countedAtMost}) as counted_from,
      (
        select coalesce(json_agg(shown order by attempts desc, last_at desc), '[]')
        from (
          select
            status_code, error, target, runs, attempts, tasks, ${rfc3339(sql, sql`first_at`)} as first_at,
            ${rfc3339(sql, sql`last_at`)} as last_at
          from grouped
          order by grouped.attempts desc, grouped.last_at desc
          limit ${groupsAtMost}
        ) shown
      ) as groups,
      (select count(*)::integer from grouped) as group_count`
  return row
}
