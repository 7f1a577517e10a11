import type { Sql } from '../database/sql.ts'
import { countUnsent } from '../tally/pending.ts'
import { closeLost } from './close-lost.ts'

/** A range of pages of one table: what one statement reads. */
export interface PageRange {
  readonly table: string
  /** Whether executions of today lie in it. */
  readonly today: boolean
  readonly first: number
  readonly end: number
}

/** An execution that is open, and of which nobody seems to take care. */
export interface Orphan {
  readonly service_id: string
  readonly task_id: string
  readonly created_at: string
  readonly id: string
  readonly status: 'started' | 'queued'
}

/** A task that counts as busy, and of which nothing seems to be open: the execution that ran last, and the one it waits for. */
export interface StuckTask {
  readonly service_id: string
  readonly id: string
  readonly current_execution_id: string | null
  readonly queued_id: string | null
}

/** What one statement reads at most, in pages: some tens of milliseconds. */
const rangePages = 8_000
/** What one statement finds at most. */
const findAtMost = 1_000

/** The partitions of `execution`, newest first, and the table of tasks, in ranges of pages; those without a page are left out. */
export async function listPageRanges(sql: Sql): Promise<PageRange[]> {
  return sql<PageRange[]>`
    with source as (
      select child.oid, child.relname::text as name
      from pg_inherits
      join pg_class child on child.oid = inhrelid
      where inhparent = 'execution'::regclass
      union all
      select 'task'::regclass::oid, 'task'
    )
    select
      source.name as "table",
      -- A partition has its first day as its name, and may be longer than a day.
      source.name = max(source.name) filter (
        where source.name between 'execution_1' and 'execution_' || to_char(now() at time zone 'UTC', 'YYYY_MM_DD')
      ) over () as today,
      first::integer as first,
      (first + ${rangePages})::integer as "end"
    from source
    cross join lateral (
      select pg_relation_size(source.oid) / current_setting('block_size')::integer as pages
    ) size
    cross join lateral generate_series(0, size.pages - 1, ${rangePages}) as first
    order by source.name = 'task' desc, source.name = 'execution_default' desc, source.name desc, first desc`
}

/** Whether a row of a table lies in the range. */
export const inRange = (sql: Sql, table: string, { first, end }: PageRange) => sql`
  ${sql(table)}.ctid >= ${`(${first},0)`}::text::tid
    and ${sql(table)}.ctid < ${`(${end},0)`}::text::tid`

/**
 * Executions in a range that are `started` in this replica's name or in that of one without a row, and those that are
 * `queued` while their task does not wait for them. Reads the range once, by no index.
 */
export async function listOrphans(sql: Sql, range: PageRange, self: string): Promise<Orphan[]> {
  return sql<Orphan[]>`
    select execution.service_id, execution.task_id, execution.created_at, execution.id, execution.status
    from ${sql(range.table)} as execution
    where ${inRange(sql, 'execution', range)}
      and execution.status in ('started', 'queued')
      and (
        execution.status = 'started' and (
          execution.replica_id = ${self}
          or not exists (select from replica where replica.id = execution.replica_id)
        )
        or execution.status = 'queued' and exists (
          select from task
          where task.service_id = execution.service_id
            and task.id = execution.task_id
            and task.deleted_at is null
            and task.queued_id is distinct from execution.id
        )
      )
    limit ${findAtMost}`
}

/** Tasks of a range that count as busy with an execution that is closed or does not exist. */
export async function listStuckTasks(sql: Sql, range: PageRange): Promise<StuckTask[]> {
  return sql<StuckTask[]>`
    select task.service_id, task.id, task.current_execution_id, task.queued_id
    from task
    where ${inRange(sql, 'task', range)}
      and (task.once_running or task.queued_running or task.queued_id is not null)
      and task.deleted_at is null
      and (${waitsInVain(sql)} or ${runsInVain(sql)})
    limit ${findAtMost}`
}

/** Whether a row of `task` waits for an execution that is not queued. */
const waitsInVain = (sql: Sql) => sql`
  task.queued_id is not null
    and not exists (
      select from execution
      where execution.service_id = task.service_id
        and execution.task_id = task.id
        and execution.created_at = task.queued_created_at
        and execution.id = task.queued_id
        and execution.status = 'queued'
    )`

const lastExecution = (sql: Sql) => sql`
  select from execution
  where execution.service_id = task.service_id
    and execution.task_id = task.id
    and execution.created_at = task.current_created_at
    and execution.id = task.current_execution_id`

/** Whether a row of `task` counts as running while its last execution is not open, and nothing waits that would free it. */
const runsInVain = (sql: Sql) => sql`
  (task.queued_running or task.once_running and task.queued_id is null)
    and not exists (${lastExecution(sql)} and execution.status = 'started')`

/**
 * Closes orphans as lost and queues their slots again, at most so often. Each is looked at again: one that has an owner
 * by now, or whose rows somebody else has locked, is left.
 * @returns how many were closed
 */
export async function closeOrphans(
  sql: Sql,
  orphans: readonly Orphan[],
  self: { id: string; host: string },
): Promise<number> {
  const [row] = await sql<{ closed: number }[]>`
    with left_open as materialized (
      select
        execution.service_id, execution.task_id, execution.created_at, execution.id,
        case when execution.replica_id = ${self.id} then ${self.host} else 'an unknown host' end as host
      from ${keys(sql, orphans)}
      join execution
        on execution.service_id = orphan.service_id
        and execution.task_id = orphan.task_id
        and execution.created_at = orphan.created_at
        and execution.id = orphan.id
      join task on task.service_id = execution.service_id and task.id = execution.task_id
      where execution.status = 'started'
        and (
          execution.replica_id = ${self.id}
          or not exists (select from replica where replica.id = execution.replica_id)
        )
      for update of task, execution skip locked
    ), ${closeLost(sql)}
    select count(*)::integer as closed
    from closed`
  return row?.closed ?? 0
}

const keys = (sql: Sql, orphans: readonly Orphan[]) => sql`
  unnest(
    ${orphans.map((orphan) => orphan.service_id)}::uuid[],
    ${orphans.map((orphan) => orphan.task_id)}::uuid[],
    ${orphans.map((orphan) => orphan.created_at)}::timestamptz[],
    ${orphans.map((orphan) => orphan.id)}::uuid[]
  ) as orphan (service_id, task_id, created_at, id)`

/** Closes queued executions that their tasks do not wait for: nobody would take them. Returns how many were closed. */
export async function closeUnawaited(sql: Sql, orphans: readonly Orphan[]): Promise<number> {
  const [row] = await sql<{ closed: number }[]>`
    with unawaited as materialized (
      select execution.service_id, execution.task_id, execution.created_at, execution.id
      from ${keys(sql, orphans)}
      join execution
        on execution.service_id = orphan.service_id
        and execution.task_id = orphan.task_id
        and execution.created_at = orphan.created_at
        and execution.id = orphan.id
      join task on task.service_id = execution.service_id and task.id = execution.task_id
      where execution.status = 'queued'
        and task.queued_id is distinct from execution.id
      for update of task, execution skip locked
    ), closed as (
      update execution
      set status = 'failed',
          error = 'not sent: its task no longer waited for it'
      from unawaited
      where execution.service_id = unawaited.service_id
        and execution.task_id = unawaited.task_id
        and execution.created_at = unawaited.created_at
        and execution.id = unawaited.id
      returning execution.service_id
    ), tallied as (
      ${countUnsent(sql, 'failed', sql`select service_id, 1 as count from closed`)}
    )
    select count(*)::integer as closed
    from closed`
  return row?.closed ?? 0
}

/**
 * Frees tasks that count as busy with nothing. One that runs once is due again when its execution does not exist, and has
 * ended when it is closed. Each is looked at again, as above.
 * @returns how many were freed
 */
export async function freeTasks(sql: Sql, tasks: readonly StuckTask[]): Promise<number> {
  const { count } = await sql`
    with stuck as materialized (
      select
        task.service_id, task.id,
        ${waitsInVain(sql)} as waits_in_vain,
        task.once_running and task.queued_id is null and exists (${lastExecution(sql)}) as has_run
      from unnest(
        ${tasks.map((task) => task.service_id)}::uuid[],
        ${tasks.map((task) => task.id)}::uuid[],
        ${tasks.map((task) => task.current_execution_id) as string[]}::uuid[],
        ${tasks.map((task) => task.queued_id) as string[]}::uuid[]
      ) as listed (service_id, id, current_execution_id, queued_id)
      join task on task.service_id = listed.service_id and task.id = listed.id
      -- One that was taken since is left: its new execution could not be seen from here.
      where task.current_execution_id is not distinct from listed.current_execution_id
        and task.queued_id is not distinct from listed.queued_id
        and task.deleted_at is null
        and (${waitsInVain(sql)} or ${runsInVain(sql)})
      for update of task skip locked
    )
    update task
    set queued_for = case when stuck.waits_in_vain then null else task.queued_for end,
        queued_created_at = case when stuck.waits_in_vain then null else task.queued_created_at end,
        queued_id = case when stuck.waits_in_vain then null else task.queued_id end,
        queued_running = task.queued_running and ${isOpen(sql)},
        status = case when stuck.has_run then 'disabled' else task.status end,
        scheduled_at = case when stuck.has_run then null else task.scheduled_at end,
        once_running = task.once_running and (${isOpen(sql)} or task.queued_id is not null and not stuck.waits_in_vain)
    from stuck
    where task.service_id = stuck.service_id
      and task.id = stuck.id`
  return count
}

const isOpen = (sql: Sql) => sql`exists (${lastExecution(sql)} and execution.status = 'started')`
