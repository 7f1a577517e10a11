import type { Fragment, Sql } from '../database/sql.ts'
import { dropRows } from './drop-rows.ts'
import { hasExpired, losesAnswer, ownBorder } from './kept-rows.ts'
import { literal, quoted, timeOf } from './partition-names.ts'
import { dayMs, type Held, type Retention, type Work } from './retention.ts'

/**
 * A service of which something has expired that it keeps for a shorter time than the server, or its tasks with a label. Times are
 * in ms since 1970.
 */
export interface DueRule {
  readonly service_id: string
  /** The label whose tasks it is about; both null for all tasks of the service. */
  readonly label_name: string | null
  readonly label_value: string | null
  readonly execution_days: number | null
  readonly failure_days: number | null
  readonly answer_days: number | null
  /** What is to be looked through: all that was created from the first time on, which is null for the beginning, and before the second. */
  readonly from: number | null
  readonly to: number
  /** Before which nothing of a kind is left then; null for what the service does not keep shorter. */
  readonly successes_before: string | null
  readonly failures_before: string | null
  readonly answers_before: string | null
  /** What had been dropped when this was read. */
  readonly done: string
}

/** Rows that one statement deletes or updates. */
const batch = 5_000
/** A partition of which so many rows have expired, and so large a part of all, is replaced: otherwise they are deleted. */
const replacedFrom = { rows: 50_000, part: 0.2 }

/** Nothing of the server's. */
const ownOnly = { successes_before: Number.NEGATIVE_INFINITY, answers_before: Number.NEGATIVE_INFINITY }

/** The days of a service, or of a label, that have brought something past their end that has not been dropped; undefined if there are none. */
export async function findDueRule(sql: Sql, server: Retention): Promise<DueRule | undefined> {
  const [row] = await sql<DueRule[]>`
    /* duly:find_due_retention */
    select
      service_id, label_name, label_value, execution_days, failure_days, answer_days,
      ${doneOf(sql)} as done,
      (extract(epoch from nullif(min(done), '-infinity')) * 1000)::float8 as "from",
      (extract(epoch from max(border)) * 1000)::float8 as "to",
      max(border) filter (where kind = 'success') as successes_before,
      max(border) filter (where kind = 'failure') as failures_before,
      max(border) filter (where kind = 'answer') as answers_before
    from (
      select
        service_id, null as label_name, null as label_value, execution_days, failure_days, answer_days, successes_before,
        failures_before, answers_before
      from retention
      union all
      select
        service_id, label_name, label_value, execution_days, failure_days, answer_days, successes_before, failures_before,
        answers_before
      from label_retention
    ) rule
    cross join lateral (
      values
        ('success', execution_days, ${server.executionRetentionDays}::integer, successes_before),
        ('failure', failure_days, ${server.failureRetentionDays}::integer, failures_before),
        ('answer', answer_days, ${server.answerRetentionDays}::integer, answers_before)
    ) kinds (kind, days, server_days, done)
    cross join lateral (
      select date_trunc('day', now(), 'UTC') - make_interval(days => days) as border
    ) until
    where days < server_days
      and border > done
    group by
      service_id, label_name, label_value, execution_days, failure_days, answer_days, rule.successes_before,
      rule.failures_before, rule.answers_before
    order by service_id, label_name, label_value
    limit 1`
  return row
}

/** The partitions that may have what has expired, the oldest first. */
export const partitionsOf = ({ from, to }: DueRule, partitions: readonly Held[]): readonly Held[] =>
  partitions
    .filter((held) => !held.is_empty && held.from < to && held.to > (from ?? Number.NEGATIVE_INFINITY))
    .sort((a, b) => a.from - b.from)

/** SQL: what a row of `rule` says has been dropped, as a text. */
const doneOf = (sql: Sql): Fragment => sql`
  array[rule.successes_before, rule.failures_before, rule.answers_before]::text`

/** SQL: which rows are of the tasks that the days are about. */
const isOfTasks = (row: string, { service_id, label_name, label_value }: DueRule): string => {
  const ofService = `${row}.service_id = ${literal(service_id)}`
  if (label_name === null || label_value === null) return ofService
  return `${ofService}
    and ${row}.task_id = any(array(
      select task_id
      from task_label
      where service_id = ${literal(service_id)}
        and name = ${literal(label_name)}
        and value = ${literal(label_value)}
    ))`
}

/** SQL: which rows have expired, or have an answer that has. */
const isDue = (due: DueRule) => `
  ${isOfTasks('execution', due)}
    and execution.created_at >= ${literal(timeOf(due.from ?? Number.NEGATIVE_INFINITY))}
    and execution.created_at < ${literal(timeOf(due.to))}
    and (${hasExpired(ownOnly)} or ${losesAnswer(ownOnly)})`

/** Whether so many rows of a past partition have expired that it is better replaced. */
export async function isWorthReplacing(sql: Sql, due: DueRule, { name, to }: Held, startMs: number): Promise<boolean> {
  // Not while calls may still be running that have begun in it.
  if (to > startMs - dayMs) return false
  const threshold = sql`(
    select greatest(${replacedFrom.rows}, reltuples * ${replacedFrom.part}::float8)::bigint
    from pg_class
    where oid = ${quoted(name)}::text::regclass
  )`
  const [row] = await sql<{ is_worth: boolean }[]>`
    /* duly:count_expired_of_rule */
    select count(*) >= ${threshold} as is_worth
    from (
      select
      from ${sql(name)} as execution
      where ${sql.unsafe(isDue(due))}
      limit ${threshold}
    ) expired`
  return row?.is_worth === true
}

/** The work that replaces a partition by what is kept of it, by the days of its services. */
export const replacing = ({ name, from, to }: Held): Work => ({
  sources: [name],
  ...{ from, to },
  // Of the server's days nothing is due here.
  ...{ successesBefore: Number.NEGATIVE_INFINITY, answersBefore: Number.NEGATIVE_INFINITY },
  inPlace: false,
})

/** Deletes a batch of what has expired in a partition, and drops answers. @returns how many rows were changed */
export const dropOfRule = (sql: Sql, due: DueRule, name: string): Promise<number> =>
  dropRows(
    sql,
    name,
    sql`
      select execution.ctid as place, ${sql.unsafe(hasExpired(ownOnly))} as is_gone
      from ${sql(name)} as execution
      where ${sql.unsafe(isDue(due))}
      limit ${batch}
      for update skip locked`,
  )

/** Deletes a batch of the records of failures that have gone. @returns how many */
export async function dropRecords(sql: Sql, due: DueRule): Promise<number> {
  if (due.failure_days === null) return 0
  const { count } = await sql`
    /* duly:drop_failures_of_rule */
    delete from failed_execution
    where ctid = any(array(
      select ctid
      from failed_execution
      where ${sql.unsafe(isOfTasks('failed_execution', due))}
        and created_at < date_trunc('day', now(), 'UTC') - make_interval(days => ${due.failure_days})
        and created_at < ${sql.unsafe(ownBorder('failure_days', 'failed_execution'))}
      limit ${batch}
    ))`
  return count
}

/** Notes that all that is past these days has been dropped, unless others have been set meanwhile, or it has been reset. */
export async function noteDropped(sql: Sql, due: DueRule): Promise<void> {
  const isLabel = due.label_name !== null
  await sql`
    /* duly:note_dropped_of_rule */
    update ${sql(isLabel ? 'label_retention' : 'retention')} as rule
    set successes_before = greatest(successes_before, ${due.successes_before}::timestamptz),
        failures_before = greatest(failures_before, ${due.failures_before}::timestamptz),
        answers_before = greatest(answers_before, ${due.answers_before}::timestamptz)
    where service_id = ${due.service_id}
      ${isLabel ? sql`and (label_name, label_value) = (${due.label_name}, ${due.label_value})` : sql``}
      and execution_days is not distinct from ${due.execution_days}
      and failure_days is not distinct from ${due.failure_days}
      and answer_days is not distinct from ${due.answer_days}
      and ${doneOf(sql)} = ${due.done}`
}
