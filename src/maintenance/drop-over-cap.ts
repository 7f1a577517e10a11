import type { Fragment, Sql } from '../database/sql.ts'
import { dropRows } from './drop-rows.ts'
import { answerBytes, rowBytes } from './over-cap.ts'
import type { Held } from './retention.ts'

/** Rows that one statement deletes or updates. */
const batch = 5_000
/** A partition is replaced where at least this part of its bytes is dropped, or of its rows changed, if these are some. */
const replacedFrom = { part: 0.2, rows: 50_000 }

/** The last change of what is still to be dropped, as a text; null if nothing is. */
export async function findPending(sql: Sql): Promise<string | null> {
  const [row] = await sql<{ at: string | null }[]>`
    /* duly:find_history_to_drop */
    select max(cut_at)::text as at
    from task_history_cut
    where not is_dropped`
  return row?.at ?? null
}

/** SQL: the rows of a partition of which something is to be dropped, for `from`. */
const pendingRows = (sql: Sql, name: string): Fragment => sql`
  task_history_cut cut
  join ${sql(name)} as execution
    on execution.service_id = cut.service_id
    and execution.task_id = cut.task_id
    and execution.created_at
      < greatest(cut.successes_before, cut.failures_before, cut.answers_before, cut.failed_answers_before)
  where not cut.is_dropped
    and (${isGone(sql)} or ${losesAnswer(sql)})`

const isGone = (sql: Sql): Fragment => sql`
  (
    execution.status in ('success', 'skipped') and execution.created_at < cut.successes_before
    or execution.status = 'failed' and execution.created_at < cut.failures_before
  )`

const losesAnswer = (sql: Sql): Fragment => sql`
  (
    execution.created_at < case when execution.status = 'failed' then cut.failed_answers_before else cut.answers_before end
    and (execution.response is not null or execution.response_header is not null)
  )`

/** Whether so much of a partition is to be dropped that it is better replaced. */
export async function isMuchDropped(sql: Sql, { name }: Held): Promise<boolean> {
  const [row] = await sql<{ is_much: boolean }[]>`
    /* duly:count_history_to_drop */
    select
      coalesce(sum(${answerBytes(sql)} + case when ${isGone(sql)} then ${rowBytes}::integer else 0 end), 0)
          >= ${replacedFrom.part}::float8 * pg_total_relation_size(${`"${name}"`}::text::regclass)
        or count(*) >= (
          select greatest(${replacedFrom.rows}, reltuples * ${replacedFrom.part}::float8)
          from pg_class
          where oid = ${`"${name}"`}::text::regclass
        ) as is_much
    from ${pendingRows(sql, name)}`
  return row?.is_much === true
}

/** Drops a batch of what is over the cap in a partition. @returns how many rows were changed */
export const dropOverCap = (sql: Sql, name: string): Promise<number> =>
  dropRows(
    sql,
    name,
    sql`
      select execution.ctid as place, ${isGone(sql)} as is_gone
      from ${pendingRows(sql, name)}
      limit ${batch}
      for update of execution skip locked`,
  )

/** Deletes a batch of the records of failures that have gone. @returns how many */
export async function dropCutRecords(sql: Sql): Promise<number> {
  const { count } = await sql`
    /* duly:drop_failures_over_cap */
    delete from failed_execution
    where ctid = any(array(
      select failed.ctid
      from task_history_cut cut
      join failed_execution failed
        on failed.service_id = cut.service_id
        and failed.task_id = cut.task_id
        and failed.created_at < cut.failures_before
      where not cut.is_dropped
      limit ${batch}
    ))`
  return count
}

/** Notes that all has been dropped that was noted up to a change, and forgets tasks that are gone. */
export async function noteCut(sql: Sql, pending: string): Promise<void> {
  await sql`
    /* duly:note_history_dropped */
    with forgotten as (
      delete from task_history_cut cut
      where not exists (
        select
        from task
        where task.service_id = cut.service_id
          and task.id = cut.task_id
      )
    )
    update task_history_cut cut
    set is_dropped = true
    where not is_dropped
      and cut_at <= ${pending}::text::timestamptz
      and exists (
        select
        from task
        where task.service_id = cut.service_id
          and task.id = cut.task_id
      )`
}
