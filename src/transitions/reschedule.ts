import type { Sql } from '../database/sql.ts'
import { isReadBack } from './read-back.ts'

/** A `scheduled_at` in the past is looked for among so many of the task's executions since then. */
const lookedAt = 1_000

/**
 * When a task runs next after an update, as CTEs to stand behind a CTE `target` with the schedule as it is to be (`frequency`,
 * `unit`, `cron`, `time_zone`) and what is stored, named `old_`. The last one, `scheduled`, adds `new_at`, and `has_run`: the
 * `scheduled_at` that was given is a slot that was taken before. The rules:
 *
 * - A `scheduled_at` that is neither the stored one nor a slot that was taken before is the next slot.
 * - `scheduled_at: null`, and another kind of schedule, interval, pattern or zone, count anew from now. With another interval
 *   a first run that was given and has not come yet stays.
 * - Everything else leaves the slot as it is: a task that was read can be sent back, also after it has run.
 *
 * @param nextAt the next time of the pattern that the task has then
 * @param keepsTimes whether the pattern and zone are the stored ones, spelled otherwise
 */
export function newSlot(
  sql: Sql,
  { scheduled_at }: { readonly scheduled_at?: string | null | undefined },
  nextAt: string | undefined,
  keepsTimes: boolean,
) {
  const given = sql`${scheduled_at ?? null}::timestamptz`
  const assign = (present: boolean) => (present ? sql`true` : sql`false`)
  const anew = sql`case when cron is null then now() + frequency * ('1 ' || unit)::interval else ${nextAt ?? null}::timestamptz end`
  return sql`
    compared as (
      select *,
        case
          when frequency is not null then
            (unit = 'month') is distinct from (old_unit = 'month')
            or frequency * ('1 ' || unit)::interval is distinct from old_frequency * ('1 ' || old_unit)::interval
          when cron is not null then (cron, time_zone) is distinct from (old_cron, old_zone) and not ${assign(keepsTimes)}
          else coalesce(old_frequency::text, old_cron) is not null
        end as is_other,
        coalesce(${isReadBack(sql, given, sql`old_at`)}, false) as is_stored
      from target
    ), judged as (
      select *,
        case
          when is_stored or ${given} is null or ${given} > now() then false
          when ${isReadBack(sql, given, sql`old_given_at`)} then true
          -- A claim that came first while this waited for the row: its execution cannot be seen yet, nor what it did to this.
          when (
            select ${isReadBack(sql, given, sql`seen.scheduled_at`)}
            from task as seen
            where seen.service_id = compared.service_id
              and seen.id = compared.id
          ) then true
          else exists (
            select from (
              select execution.scheduled_for
              from execution
              where execution.service_id = compared.service_id
                and execution.task_id = compared.id
                -- No execution is older than its slot, unless the database's clock was set back.
                and execution.created_at >= ${given} - interval '1 hour'
              order by execution.created_at, execution.id
              limit ${lookedAt}
            ) slot
            where ${isReadBack(sql, given, sql`slot.scheduled_for`)}
          )
        end as has_run
      from compared
    ), scheduled as (
      select *,
        case
          when ${given} is not null and not is_stored and not has_run then ${given}
          -- A first run that was given stays when the interval behind it changes.
          when frequency is not null and old_at = old_given_at and not old_taken
            and case when ${assign(scheduled_at === undefined)} then old_frequency is not null else is_stored and old_cron is null end
            then old_at
          when (${assign(scheduled_at === null)} or is_other or old_at is null) and (frequency is not null or cron is not null)
            then ${anew}
          when ${assign(scheduled_at === null)} then null
          else old_at
        end as new_at
      from judged
    )`
}
