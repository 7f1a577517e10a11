import { auditing } from '../audit/entry.ts'
import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { ApiError } from '../http/errors.ts'
import { attempts, changedMeanwhile } from './change.ts'
import { auditedChannel } from './queries.ts'

/** An alert policy that names a channel: of a task, of a label, or the default one. */
interface NamingPolicy {
  readonly task_id: string | null
  readonly task_name: string | null
  readonly label: string | null
}

/** Policies that name a channel: how many, and some of them. */
interface Uses {
  readonly deleted: boolean
  /** Whether the channel changed at the same moment: perhaps a policy names it by now that was not seen. */
  readonly is_outdated: boolean
  readonly policies: number
  readonly named: readonly NamingPolicy[]
}

/** How many policies are named when a channel cannot be deleted. */
const policiesNamed = 20

/**
 * Deletes a channel with its notifications, unless an alert policy names it, and writes the audit entry. Policies of deleted
 * tasks do not count.
 * @returns whether it was deleted, and the policies; undefined when the service has none with this id
 */
async function deleteUnnamed(sql: Sql, { serviceId, actor }: Caller, id: string): Promise<Uses | undefined> {
  const [row] = await sql<Uses[]>`
    /* duly:delete_channel */
    with seen as materialized (
      select ctid as version
      from channel
      where service_id = ${serviceId}
        and id = ${id}
    ), target as materialized (
      select service_id, id, ctid as version
      from channel
      where service_id = ${serviceId}
        and id = ${id}
      for update
    ), naming as materialized (
      select
        alert_policy.task_id, task.name as task_name, label_name || '=' || label_value as label
      from target
      join alert_policy on alert_policy.service_id = target.service_id and target.id = any(alert_policy.channels)
      left join task on task.service_id = alert_policy.service_id and task.id = alert_policy.task_id and deleted_at is null
      where alert_policy.task_id is null
        or task.id is not null
    ), deleted as (
      delete from channel
      using target
      where channel.service_id = target.service_id
        and channel.id = target.id
        and target.version = (select version from seen)
        and not exists (select from naming)
      returning channel.*
    ), audited as (
      ${auditing(
        sql,
        actor(),
        sql`
          select service_id, null::uuid, name, 'channel_deleted', ${auditedChannel(sql)}, null::jsonb, '{}'::text[]
          from deleted`,
      )}
    )
    select
      exists (select from deleted) as deleted,
      target.version <> (select version from seen) as is_outdated,
      (select count(*)::integer from naming) as policies,
      (
        select coalesce(json_agg(first), '[]')
        from (
          select *
          from naming
          order by task_id nulls first, label nulls first
          limit ${policiesNamed}
        ) first
      ) as named
    from target`
  return row
}

/**
 * Deletes a channel.
 * @returns false when the service has none with this id
 * @throws ApiError 409 that names the alert policies which name the channel
 */
export async function deleteChannel(sql: Sql, caller: Caller, id: string): Promise<boolean> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const result = await deleteUnnamed(sql, caller, id)
    if (!result) return false
    if (result.deleted) return true
    if (!result.is_outdated) throw inUse(result)
  }
  throw changedMeanwhile()
}

function inUse({ policies, named }: Uses): ApiError {
  const more = named.length < policies ? ` and ${policies - named.length} more` : ''
  return new ApiError(
    'channel_in_use',
    `${policies === 1 ? 'An alert policy names' : `${policies} alert policies name`} this channel: ${named.map(nameOf).join(', ')}${more}. Take it out of their channels first.`,
  )
}

function nameOf({ task_id, task_name, label }: NamingPolicy): string {
  if (label !== null) return `that of the label ${label.slice(0, 100)}`
  return task_id === null ? 'the default one' : `that of the task ${(task_name ?? '').slice(0, 60)} (${task_id})`
}
