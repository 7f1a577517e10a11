import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Actor } from '../http/caller.ts'
import { mask } from '../secrets/secrets.ts'

/** A payload is kept in the audit up to this many characters. */
const payloadKept = 1_000

/**
 * Headers with the secret ones masked, whatever is stored: a version that knew of no secrets, or another list of names, has
 * left some in clear.
 * @param pattern a regular expression over the names of secret headers, in lower case
 */
export const maskedHeader = (sql: Sql, header: Fragment, pattern: string) => sql`
  (
    select coalesce(jsonb_object_agg(key, case when lower(key collate "C") ~ ${pattern} then to_jsonb(${mask}::text) else value end), '{}')
    from jsonb_each(${header})
  )`

/** The row of `task` in a statement as the audit shows it: secret headers masked, a long payload cut. */
export const shownTask = (sql: Sql, pattern: string) => sql`
  jsonb_build_object(
    'name', task.name, 'url', task.url, 'method', task.method, 'header', ${maskedHeader(sql, sql`task.header`, pattern)},
    'payload', case
      when char_length(task.payload) > ${payloadKept}::integer
        then left(task.payload, ${payloadKept}::integer) || '… (' || octet_length(task.payload) || ' bytes, SHA-256 ' || encode(sha256(convert_to(task.payload, 'UTF8')), 'hex') || ')'
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
