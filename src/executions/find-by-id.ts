import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { executionColumns } from './columns.ts'
import { type ExecutionRead, executionNames } from './model.ts'

/** The fields of a task that decide what is sent, and what is expected of the answer. */
const sentFields = ['url', 'secret_url', 'method', 'header', 'payload', 'host', 'tls_profile', 'expect']

/** SQL condition: a row of `audit` is a change of what the task sends, after the execution `found` was sent. */
const isOfRequest = (sql: Sql, serviceId: string, taskId: string): Fragment => sql`
  audit.service_id = ${serviceId}
  and audit.task_id = ${taskId}
  and audit.at > found.started_at
  and audit.action = 'task_updated'
  and (audit.before ?| ${sentFields}::text[] or audit.secrets <> '{}')`

/**
 * Returns one execution of a task by its id alone. The key of executions has the creation time before the id, so this walks
 * the index entries of the task: 50 ms with 1,000,000 executions of it. With it comes what was changed since of what it sent: requests
 * are not stored, so the changes that the audit has are undone.
 * @param auditDays for how long the server keeps changes
 * @returns undefined when the service has no such task; null when the task has no such execution
 */
export async function findExecutionById(
  sql: Sql,
  serviceId: string,
  taskId: string,
  id: string,
  auditDays: number,
): Promise<ExecutionRead | null | undefined> {
  const [row] = await sql<(ExecutionRead | { id: null })[]>`
    /* duly:find_execution_by_id */
    select
      found.*, by_hand.asked_by, changed.request_changed,
      coalesce(
        found.started_at > now() - make_interval(days => ${auditDays}::integer) or task.updated_at <= found.started_at,
        true
      ) as request_known
    from task
    left join lateral (
      select ${executionColumns(sql, executionNames)}
      from execution
      where execution.service_id = ${serviceId}
        and execution.task_id = ${taskId}
        and execution.id = ${id}
      order by execution.created_at desc
      limit 1
    ) found on true
    -- A run by hand is for the time at which it was asked for, and so are its retries.
    left join lateral (
      select json_build_object('actor', actor, 'principal', principal) as asked_by
      from audit
      where audit.service_id = ${serviceId}
        and audit.task_id = ${taskId}
        and audit.at = found.scheduled_for
        and action = 'task_run'
        and after ->> 'execution_id' = found.slot_id::text
      limit 1
    ) by_hand on true
    left join lateral (
      select json_build_object(
        'at', ${rfc3339(sql, sql`first.at`)}, 'actor', first.actor, 'principal', first.principal,
        'before', undone.before, 'secrets', undone.secrets
      ) as request_changed
      from (
        select at, actor, principal
        from audit
        where ${isOfRequest(sql, serviceId, taskId)}
        order by at, id
        limit 1
      ) first
      cross join lateral (
        select
          (
            select coalesce(jsonb_object_agg(key, value), '{}')
            from (
              select distinct on (field.key) field.key, field.value
              from audit
              cross join lateral jsonb_each(audit.before) field
              where ${isOfRequest(sql, serviceId, taskId)}
                and field.key = any(${sentFields}::text[])
              order by field.key, audit.at, audit.id
            ) oldest
          ) as before,
          array(
            select distinct secret
            from audit
            cross join unnest(audit.secrets) secret
            where ${isOfRequest(sql, serviceId, taskId)}
            order by secret
          ) as secrets
      ) undone
    ) changed on true
    where task.service_id = ${serviceId}
      and task.id = ${taskId}
      and task.deleted_at is null`
  return row && (row.id === null ? null : row)
}
