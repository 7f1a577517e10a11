import type { Fragment, Sql } from '../database/connect.ts'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Actor } from './actor.ts'

/** A payload is kept in the audit up to this many characters. */
const payloadKept = 1_000

/** The row of `task` in a statement as the audit shows it: secret headers masked as they are stored, a long payload cut. */
export const shownTask = (sql: Sql) => sql`
  jsonb_build_object(
    'name', task.name, 'url', task.url, 'method', task.method, 'header', task.header,
    'payload', case
      when char_length(task.payload) > ${payloadKept}::integer
        then left(task.payload, ${payloadKept}::integer) || '… (' || octet_length(task.payload) || ' bytes, MD5 ' || md5(task.payload) || ')'
      else task.payload
    end,
    'status', task.status, 'scheduled_at', ${rfc3339(sql, sql`task.scheduled_at`)}, 'frequency', task.frequency,
    'unit', task.unit, 'cron', task.cron, 'time_zone', task.time_zone, 'timeout_seconds', task.timeout_seconds,
    'retries', task.retries
  )`

/** Fields that say nothing without each other. */
const pairs: Readonly<Record<string, string>> = {
  frequency: 'unit',
  unit: 'frequency',
  cron: 'time_zone',
  time_zone: 'cron',
}

/** Of one shown task the fields in which it differs from another, and what belongs to them; null when there are none. */
export const changedFields = (sql: Sql, one: Fragment, other: Fragment) => sql`
  (
    select jsonb_object_agg(key, value)
    from jsonb_each(${one})
    where value is distinct from ${other} -> key
      or ${one} -> (${sql.json(pairs)}::jsonb ->> key) is distinct from ${other} -> (${sql.json(pairs)}::jsonb ->> key)
  )`

/**
 * The part of a statement that writes the audit of what the others change.
 * @param rows a query for service_id, task_id, name, action, before, after, secrets
 */
export const auditing = (sql: Sql, { actor, principal, address, user_agent, request_id }: Actor, rows: Fragment) => sql`
  insert into audit (
    actor, principal, address, user_agent, request_id, service_id, task_id, name, action, before, after, secrets
  )
  select
    ${actor}, ${principal}::text, ${address}::inet, ${user_agent}::text, ${request_id}::text, changed.service_id,
    changed.task_id, changed.name, changed.action, changed.before, changed.after, changed.secrets
  from (${rows}) as changed (service_id, task_id, name, action, before, after, secrets)`
