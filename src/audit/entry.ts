import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Actor } from '../http/caller.ts'
import { mask } from '../secrets/secrets.ts'

/** Longest payload that an audit entry stores in full, in characters. */
const payloadLength = 1_000

/**
 * SQL for a task's headers with the values of secret ones masked. Secret values may be stored in clear text: by a version
 * without encryption, or before SECRET_HEADERS named them.
 * @param pattern regular expression that matches the names of secret headers in lower case
 */
export const maskedHeader = (sql: Sql, header: Fragment, pattern: string) => sql`
  (
    select coalesce(jsonb_object_agg(key, case when lower(key collate "C") ~ ${pattern} then to_jsonb(${mask}::text) else value end), '{}')
    from jsonb_each(${header})
  )`

/** SQL for the row of `task` as an audit entry stores it: secret headers masked, a long payload truncated. */
export const shownTask = (sql: Sql, pattern: string) => sql`
  jsonb_build_object(
    'name', task.name, 'url', task.url, 'method', task.method, 'header', ${maskedHeader(sql, sql`task.header`, pattern)},
    'payload', case
      when char_length(task.payload) > ${payloadLength}::integer
        then left(task.payload, ${payloadLength}::integer) || '… (' || octet_length(task.payload) || ' bytes, SHA-256 ' || encode(sha256(convert_to(task.payload, 'UTF8')), 'hex') || ')'
      else task.payload
    end,
    'status', task.status, 'scheduled_at', ${rfc3339(sql, sql`task.scheduled_at`)}, 'frequency', task.frequency,
    'unit', task.unit, 'cron', task.cron, 'time_zone', task.time_zone, 'timeout_seconds', task.timeout_seconds,
    'retries', task.retries
  )`

/** Fields that are recorded together: if one changed, the other is part of the entry. */
const pairs: Readonly<Record<string, string>> = {
  frequency: 'unit',
  unit: 'frequency',
  cron: 'time_zone',
  time_zone: 'cron',
}

/**
 * SQL for the fields of `one` that differ from `other`, with those that are recorded together; null when none differ.
 * @param one, other values of `shownTask`
 */
export const changedFields = (sql: Sql, one: Fragment, other: Fragment) => sql`
  (
    select jsonb_object_agg(key, value)
    from jsonb_each(${one})
    where value is distinct from ${other} -> key
      or ${one} -> (${sql.json(pairs)}::jsonb ->> key) is distinct from ${other} -> (${sql.json(pairs)}::jsonb ->> key)
  )`

/**
 * Insert that writes audit entries, for the statement that makes the changes.
 * @param rows query that returns service_id, task_id, name, action, before, after and secrets of each change
 */
export const auditing = (sql: Sql, { actor, principal, address, user_agent, request_id }: Actor, rows: Fragment) => sql`
  insert into audit (
    actor, principal, address, user_agent, request_id, service_id, task_id, name, action, before, after, secrets
  )
  select
    ${actor}, ${principal}::text, ${address}::inet, ${user_agent}::text, ${request_id}::text, changed.service_id,
    changed.task_id, changed.name, changed.action, changed.before, changed.after, changed.secrets
  from (${rows}) as changed (service_id, task_id, name, action, before, after, secrets)`
