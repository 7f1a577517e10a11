import type { Fragment, Sql } from '../database/sql.ts'
import { inRange, pageSize } from '../transitions/page-range.ts'
import { timeOf } from './partition-names.ts'
import type { Held } from './retention.ts'

/** What an execution takes without its answer, with its entry in the index, in bytes. */
export const rowBytes = 300
/** Up to which part of the cap the rows are kept, so that there is always room for the latest answers. */
const rowsPart = 0.5
/**
 * A task is counted when a day adds as much as this part of the cap, divided by the days that are kept: all days that add less are
 * this part together, and may be over the cap.
 */
const uncountedPart = 0.1
/** Pages that one statement reads, and tasks that one counts. */
const pagesRead = 8_000
const tasksCounted = 10

/** How far the cap has been applied. */
export interface CapState {
  /** In ms since 1970; null for the beginning. */
  readonly counted_before: number | null
  readonly page: number
}

/** Returns how far the cap has been applied. With a lower one than before that is nowhere. */
export async function readCapState(sql: Sql, cap: number): Promise<CapState> {
  const columns = sql`(extract(epoch from nullif(counted_before, '-infinity')) * 1000)::float8 as counted_before, page`
  const [row] = await sql<CapState[]>`
    /* duly:read_history_cap */
    with changed as (
      insert into history_cap (bytes)
      values (${cap})
      on conflict (only_row) do update
      set bytes = excluded.bytes,
          counted_before = case when excluded.bytes < history_cap.bytes then '-infinity' else history_cap.counted_before end,
          page = case when excluded.bytes < history_cap.bytes then 0 else history_cap.page end
      where history_cap.bytes <> excluded.bytes
      returning counted_before, page
    )
    select ${columns}
    from changed
    union all
    select ${columns}
    from history_cap
    where not exists (select from changed)`
  return row ?? { counted_before: null, page: 0 }
}

/** SQL: what the answer of a row of `execution` takes as it is stored, in bytes. */
export const answerBytes = (sql: Sql): Fragment => sql`
  (coalesce(pg_column_size(execution.response), 0) + coalesce(pg_column_size(execution.response_header), 0))`

/**
 * Finds the tasks that have much in the next pages of a partition, so that they are counted.
 * @param days for how many days anything is kept
 */
export async function findTasks(
  sql: Sql,
  { name, to }: Held,
  { counted_before, page }: CapState,
  cap: number,
  days: number,
): Promise<void> {
  const end = page + pagesRead
  const pages = sql`(pg_relation_size(${`"${name}"`}::text::regclass) / ${pageSize(sql)})`
  await sql`
    /* duly:find_tasks_over_cap */
    with mine as materialized (
      select
      from history_cap
      where counted_before = ${timeOf(counted_before ?? Number.NEGATIVE_INFINITY)}::text::timestamptz
        and page = ${page}
      for update skip locked
    ), found as (
      insert into task_history_cut (service_id, task_id)
      select service_id, task_id
      from ${sql(name)} as execution
      where ${inRange(sql, 'execution', { first: page, end })}
        and exists (select from mine)
      group by service_id, task_id
      having sum(${rowBytes}::integer + ${answerBytes(sql)})
        >= ${(cap * uncountedPart) / days}::float8 / greatest(1, ceil(${pages}::float8 / ${pagesRead}))
      on conflict (service_id, task_id) do update
      set is_counted = false
      where task_history_cut.is_counted
    )
    update history_cap
    set page = case when ${end} >= ${pages} then 0 else ${end} end,
        counted_before = case when ${end} >= ${pages} then ${timeOf(to)}::text::timestamptz else counted_before end
    where exists (select from mine)`
}

/**
 * Counts what some of these tasks have, and notes before which times they keep nothing of a kind. The latest are kept, and failures
 * before successes: rows up to half of the cap, then answers up to what that leaves.
 * @param beforeMs what is younger is not counted
 * @returns how many tasks were counted
 */
export async function countTasks(sql: Sql, cap: number, beforeMs: number): Promise<number> {
  const order = sql`partition by service_id, task_id order by is_failed desc, created_at desc`
  const cut = (condition: Fragment) => sql`
    coalesce(max(created_at) filter (where ${condition}) + interval '1 microsecond', '-infinity')`
  const { count } = await sql`
    /* duly:count_history */
    with wanted as materialized (
      select service_id, task_id
      from task_history_cut
      where not is_counted
      limit ${tasksCounted}
      for update skip locked
    ), history as (
      select
        wanted.*, execution.created_at, execution.status = 'failed' as is_failed, ${answerBytes(sql)} as answer,
        ${rowBytes}::bigint as bytes
      from wanted
      join execution on execution.service_id = wanted.service_id and execution.task_id = wanted.task_id
      where execution.created_at < ${timeOf(beforeMs)}::text::timestamptz
        and execution.status in ('success', 'skipped', 'failed')
    ), rows_summed as (
      select *, sum(bytes) over (${order}) > ${cap * rowsPart}::float8 as is_over
      from history
    ), answers_summed as (
      select
        *, sum(answer) over (${order}) as answers,
        ${cap}::float8 - sum(bytes) filter (where not is_over) over (partition by service_id, task_id) as room
      from rows_summed
    ), cuts as (
      select
        service_id, task_id, ${cut(sql`is_over and not is_failed`)} as successes_before,
        ${cut(sql`is_over and is_failed`)} as failures_before,
        ${cut(sql`answer > 0 and answers > room and not is_failed`)} as answers_before,
        ${cut(sql`answer > 0 and answers > room and is_failed`)} as failed_answers_before
      from answers_summed
      group by service_id, task_id
    ), compared as (
      select
        wanted.service_id, wanted.task_id,
        coalesce(
          cuts.successes_before > old.successes_before or cuts.failures_before > old.failures_before
            or cuts.answers_before > old.answers_before or cuts.failed_answers_before > old.failed_answers_before,
          false
        ) as is_changed,
        greatest(old.successes_before, cuts.successes_before) as successes_before,
        greatest(old.failures_before, cuts.failures_before) as failures_before,
        greatest(old.answers_before, cuts.answers_before) as answers_before,
        greatest(old.failed_answers_before, cuts.failed_answers_before) as failed_answers_before
      from wanted
      join task_history_cut old using (service_id, task_id)
      left join cuts using (service_id, task_id)
    )
    update task_history_cut
    set is_counted = true,
        is_dropped = task_history_cut.is_dropped and not is_changed,
        cut_at = case when is_changed then now() else task_history_cut.cut_at end,
        successes_before = compared.successes_before,
        failures_before = compared.failures_before,
        answers_before = compared.answers_before,
        failed_answers_before = compared.failed_answers_before
    from compared
    where task_history_cut.service_id = compared.service_id
      and task_history_cut.task_id = compared.task_id`
  return count
}
