import { auditing } from '../audit/entry.ts'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import type { Status } from '../task-fields/statuses.ts'
import { cancelQueued, isRepeated, releasedIfCancelled, withoutCancelled } from '../transitions/cancel.ts'
import { isInLine } from '../transitions/predicates.ts'

/** The status that tasks are to have. */
export interface NewStatus {
  readonly status: Status
  /** When a pause ends, RFC 3339; null for one without an end, and for any other status. */
  readonly until: string | null
}

/** What a change of many statuses came to. */
export interface StatusesUpdated {
  /** How many tasks have the status now. */
  readonly updated: number
  /** The last of their ids. */
  readonly last: string | null
  /** The tasks that were changed, with what they had before; empty unless some may be left out. */
  readonly changed: readonly { readonly id: string; readonly status: Status; readonly paused_until: string | null }[]
  /** The tasks that were left out because they have no run to come. */
  readonly over: readonly { readonly id: string; readonly name: string }[]
  /** All ids that were found. */
  readonly found: readonly string[]
}

/** Which tasks are changed: those with these ids, or the next ones of a service, or of one of its flows, that another status suits. */
export type Chosen =
  | { readonly ids: readonly string[]; readonly leavesOut?: boolean }
  | { readonly flow: string | undefined; readonly after: string; readonly limit: number }

/**
 * Sets the status of tasks. Ids that the service has no task for are ignored. Pausing or disabling cancels queued retries and
 * redeliveries; a queued "run now" stays queued. A task that has the status and the end of its pause already is not changed.
 *
 * Where no ids are given, disabled tasks are left, and only paused ones are resumed. A pause without an end is not given one: somebody
 * wanted the task to stay paused.
 *
 * Where some may be left out, tasks without a run to come are not made active or paused, which the database would refuse for all.
 */
export async function updateStatuses(
  sql: Sql,
  caller: Caller,
  chosen: Chosen,
  { status, until }: NewStatus,
): Promise<StatusesUpdated> {
  const leavesOut = 'ids' in chosen && chosen.leavesOut === true
  const isOther = sql`(target.status, target.paused_until) is distinct from (${status}::text, ${until}::timestamptz)`
  const [row] = await sql<StatusesUpdated[]>`
    /* duly:update_statuses */
    with target as materialized (
      select task.service_id, task.id, task.name, task.status, task.paused_until, task.queued_created_at, task.queued_id
      from task
      where service_id = ${caller.serviceId}
        and deleted_at is null
        and ${isChosen(sql, chosen, { status, until })}
        ${leavesOut && status !== 'disabled' ? sql`and scheduled_at is not null` : sql``}
      order by id
      ${'ids' in chosen ? sql`` : sql`limit ${chosen.limit}`}
      for update
    ), ${cancelQueued(
      sql,
      sql`target`,
      sql`'not sent: the task was ' || ${status}::text || ' before this retry'`,
      sql`${status}::text <> 'active' and ${isRepeated(sql)}`,
    )}, updated as (
      update task
      set status = ${status},
          paused_until = ${until}::timestamptz,
          ${withoutCancelled(sql)},
          ${releasedIfCancelled(sql)},
          version = task.version + 1,
          updated_at = now()
      from target
      left join cancelled on cancelled.id = target.queued_id
      where task.service_id = target.service_id
        and task.id = target.id
        and (${isOther} or cancelled.id is not null)
    ), audited as (
      ${auditing(
        sql,
        caller.actor(),
        sql`
          select
            service_id, id, name, 'task_updated', ${pauseOf(sql, sql`status`, sql`paused_until`)},
            ${pauseOf(sql, sql`${status}::text`, sql`${until}::timestamptz`)}, '{}'::text[]
          from target
          cross join lateral (
            select
              target.status <> ${status} as is_other_status,
              target.paused_until is distinct from ${until}::timestamptz as is_other_end
          ) other
          where is_other_status
            or is_other_end`,
      )}
    )
    select
      count(*)::integer as updated,
      (array_agg(id order by id desc))[1] as last,
      ${leavesOut ? changedAndLeft(sql, caller, chosen.ids, isOther) : sql`'[]'::json as changed, '[]'::json as over, '[]'::json as found`}
    from target`
  return row as StatusesUpdated
}

/** SQL for the columns `changed`, `over` and `found` of a change that may leave tasks out. */
const changedAndLeft = (sql: Sql, caller: Caller, ids: readonly string[], isOther: Fragment) => sql`
  coalesce(
    json_agg(
      json_build_object('id', id, 'status', status, 'paused_until', ${rfc3339(sql, sql`paused_until`)})
      order by id
    ) filter (where ${isOther}),
    '[]'
  ) as changed,
  (
    select coalesce(json_agg(json_build_object('id', left_out.id, 'name', left_out.name) order by left_out.id), '[]')
    from task left_out
    where left_out.service_id = ${caller.serviceId}
      and left_out.id = any(${ids as string[]}::uuid[])
      and left_out.deleted_at is null
      and left_out.id not in (select id from target)
  ) as over,
  coalesce(json_agg(id), '[]') as found`

/** SQL for whether a row of `task` is among those that are changed. */
function isChosen(sql: Sql, chosen: Chosen, { status, until }: NewStatus): Fragment {
  if ('ids' in chosen) return sql`id = any(${chosen.ids as string[]}::uuid[])`
  return sql`
    id > ${chosen.after}
      ${chosen.flow === undefined ? sql`` : sql`and ${isInLine(sql, sql`${chosen.flow}`)}`}
      and case
        when task.status = 'active' then ${status}::text <> 'active'
        when task.status = 'paused' then ${status}::text <> 'paused' or task.paused_until <> coalesce(${until}::timestamptz, 'infinity')
        else false
      end`
}

/** SQL for the fields of a pause that an audit entry shows: those that differ. */
const pauseOf = (sql: Sql, status: Fragment, until: Fragment): Fragment => sql`
  case when is_other_status then jsonb_build_object('status', ${status}) else '{}' end
    || case when is_other_end then jsonb_build_object('paused_until', ${rfc3339(sql, until)}) else '{}' end`
