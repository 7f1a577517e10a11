import type { Sql } from '../database/sql.ts'
import { literal, quoted, timeOf } from './partition-names.ts'

/** What is dropped of a partition, in ms since 1970. */
export interface Dropped {
  readonly successes_before: number
  readonly answers_before: number
}

/*
 * The conditions are texts of SQL and not fragments, because the last copy is made between statements that take no parameters,
 * in one round trip: it holds locks that claims wait for.
 */

/**
 * SQL: the time before which nothing of a kind is kept of a row's task: by the first of its labels (by name) for which its service
 * has set days, else by those of its service; null if these are the server's.
 * @param row a row with service_id and task_id
 */
export const ownBorder = (days: string, row = 'execution') => `(
  select date_trunc('day', now(), 'UTC') - make_interval(days => own.days)
  from (
    select label_retention.label_name, label_retention.${days} as days
    from label_retention
    join task_label
      on task_label.service_id = label_retention.service_id
      and task_label.name = label_retention.label_name
      and task_label.value = label_retention.label_value
    where label_retention.service_id = ${row}.service_id
      and task_label.task_id = ${row}.task_id
    union all
    select null, retention.${days}
    from retention
    where retention.service_id = ${row}.service_id
  ) own
  order by own.label_name nulls last
  limit 1
)`

/**
 * SQL: whether a row of `execution` was created before a time of the server, or before its own, which is looked up only
 * then, and not at all while no service has set days.
 */
const isBefore = (ms: number, days: string) => `(
  execution.created_at < ${literal(timeOf(ms))}::timestamptz
  or (exists (select from retention) or exists (select from label_retention))
    and coalesce(execution.created_at < ${ownBorder(days)}, false)
)`

/** SQL: whether a row of `execution` is over the cap of its task's history, before which it keeps nothing of a kind. */
const isCut = (before: string) => `(
  exists (select from task_history_cut)
  and coalesce(
    execution.created_at < (
      select ${before}
      from task_history_cut cut
      where cut.service_id = execution.service_id
        and cut.task_id = execution.task_id
    ),
    false
  )
)`

/** SQL: whether a row of `execution` is dropped. */
export const hasExpired = ({ successes_before }: Dropped): string => `(
  execution.status in ('success', 'skipped')
    and (${isBefore(successes_before, 'execution_days')} or ${isCut('cut.successes_before')})
  or execution.status = 'failed'
    and (${isBefore(Number.NEGATIVE_INFINITY, 'failure_days')} or ${isCut('cut.failures_before')})
)`

/** SQL: whether a row of `execution` has an answer that is dropped. */
export const losesAnswer = ({ answers_before }: Dropped): string =>
  `(
    (execution.response is not null or execution.response_header is not null)
    and (${isBefore(answers_before, 'answer_days')} or ${isCut(cutOfAnswer)})
  )`

const cutOfAnswer = "case when execution.status = 'failed' then cut.failed_answers_before else cut.answers_before end"

/** SQL: whether a row of `execution` loses its answer, as the row that `keptColumns` needs, for `cross join`. It is looked up once. */
export const lostAnswer = (dropped: Dropped): string =>
  `lateral (select ${losesAnswer(dropped)} as is_lost offset 0) answer`

/** SQL: the columns of a row of `execution` as it is kept, in their order, beside `lostAnswer`. */
export function keptColumns(columns: readonly string[]): string {
  const kept: Readonly<Record<string, string>> = {
    response: 'case when not answer.is_lost then execution.response end',
    response_header: 'case when not answer.is_lost then execution.response_header end',
    answer_dropped_at: 'case when answer.is_lost then now() else execution.answer_dropped_at end',
  }
  return columns.map((name) => kept[name] ?? `execution.${quoted(name)}`).join(', ')
}

/** SQL: whether the key of a row of `execution` is noted in `execution_change`. */
export const isNoted = (source: string): string => `exists (
  select
  from execution_change
  where execution_change.source = ${literal(source)}
    and execution_change.service_id = execution.service_id
    and execution_change.task_id = execution.task_id
    and execution_change.created_at = execution.created_at
    and execution_change.id = execution.id
)`

/** The names of the columns of `execution`, in their order. */
export async function listColumns(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    /* duly:list_execution_columns */
    select attname::text as name
    from pg_attribute
    where attrelid = 'execution'::regclass
      and attnum > 0
      and not attisdropped
    order by attnum`
  return rows.map(({ name }) => name)
}
