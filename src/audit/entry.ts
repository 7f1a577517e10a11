import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { mask } from '../formats/secret-mask.ts'
import type { Actor } from '../http/caller.ts'
import { bareReferencePattern } from '../secrets/references.ts'
import { type FieldName, fieldEntries } from '../task-fields/fields.ts'
import type { TaskField } from '../task-fields/task-field.ts'
import { nullValue } from '../transitions/null-value.ts'
import { slotOf } from '../transitions/spread.ts'

/** Longest payload that an audit entry stores in full, in characters. */
const payloadLength = 1_000

/**
 * SQL for a task's headers with the values of secret ones masked, but for those that only refer to a named secret. Secret
 * values may be stored in clear text: by a version without encryption, or before SECRET_HEADERS named them.
 * @param pattern regular expression that matches the names of secret headers in lower case
 */
export const maskedHeader = (sql: Sql, header: Fragment, pattern: string) => sql`
  (
    select coalesce(jsonb_object_agg(key, case when lower(key collate "C") ~ ${pattern} and value #>> '{}' !~ ${bareReferencePattern} then to_jsonb(${mask}::text) else value end), '{}')
    from jsonb_each(${header})
  )`

/** SQL for a field of a row of `task` as an audit entry stores it. */
const shownField = (sql: Sql, name: FieldName, field: TaskField, pattern: string): Fragment => {
  const { audit, column: type } = field
  const isBoolean = type === 'boolean'
  const usual = nullValue(sql, name)
  const column =
    name === 'scheduled_at'
      ? slotOf(sql, sql`task`)
      : usual
        ? sql`coalesce(task.${sql(name)}, ${usual})`
        : sql`task.${sql(name)}`
  switch (audit) {
    case 'value':
      return isBoolean ? sql`coalesce(${column}, false)` : column
    case 'time':
      return rfc3339(sql, column)
    case 'header':
      return maskedHeader(sql, column, pattern)
    case 'payload':
      return sql`
        case
          when char_length(${column}) > ${payloadLength}::integer
            then left(${column}, ${payloadLength}::integer) || '… (' || octet_length(${column}) || ' bytes, SHA-256 ' || encode(sha256(convert_to(${column}, 'UTF8')), 'hex') || ')'
          else ${column}
        end`
  }
}

/** SQL for the row of `task` as an audit entry stores it: secret headers masked, a long payload truncated. */
export const shownTask = (sql: Sql, pattern: string): Fragment => sql`
  jsonb_build_object(${fieldEntries.map(([name, field], index) => sql`${index === 0 ? sql`` : sql`, `}${name}::text, ${shownField(sql, name, field, pattern)}`)})`

/** Fields that are recorded together: if one changed, the other is part of the entry. */
const pairs = Object.fromEntries(
  fieldEntries.flatMap(([name, { pairedWith }]) => (pairedWith === undefined ? [] : [[name, pairedWith]])),
)

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
 * SQL for the audit entries of tasks that were updated; none for those that are as before.
 * @param updated the name of a CTE with service_id, id, name, new_secrets, and values of `shownTask` as shown_before and shown
 */
export const updatedEntries = (sql: Sql, updated: Fragment): Fragment => sql`
  select service_id, id, name, 'task_updated', before, after, new_secrets
  from (
    select
      service_id, id, name, new_secrets,
      ${changedFields(sql, sql`shown_before`, sql`shown`)} as before,
      ${changedFields(sql, sql`shown`, sql`shown_before`)} as after
    from ${updated}
  ) compared
  where after is not null or new_secrets <> '{}'`

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
