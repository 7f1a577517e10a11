import { columnsOf } from '../database/rows.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import type { Allotment } from './allotment.ts'
import type { ClaimOptions } from './claim-options.ts'
import { type Claimed, callColumns, callValues } from './claimed.ts'
import { type Line, plainLine } from './line.ts'
import { sameTime } from './partition-bound.ts'
import { currentIsStarted, isQueuedDue, isSlotDue, repeats, taskRow } from './predicates.ts'
import { recordUnsent } from './record-failures.ts'

/**
 * Starts queued executions that are due: retries, runs now and redeliveries. It makes the same promises as `claimSlots`, in
 * one statement. A retry that the next slot has overtaken is not sent but closed as failed. Rows that another transaction has
 * locked are left to it. A queued execution whose row has disappeared with its partition is removed from its task. A queued
 * execution may be old, so the replica's `oldest_open_at` moves back with it, for recovery to find it.
 *
 * The plan is made once for each connection, possibly while the tables are empty, and must be right for any size. So every
 * look into a table is a subquery of one row that PostgreSQL cannot turn into a join (`limit 1`, a scalar subquery), and rows
 * are updated by their ctid. As joins, the same looks would read all executions of the day for each claim.
 */
export async function claimQueued(
  sql: Sql,
  allotments: readonly Allotment[],
  options: ClaimOptions,
  line: Line = plainLine,
): Promise<Claimed[]> {
  const days = await findDays(sql, allotments, options, line)
  if (!days) return []
  const createdInDays = sql`
    execution.created_at >= ${days.first_at}::timestamptz
      and execution.created_at < ${days.end_at}::timestamptz`
  const isQueued = sql`
    execution.service_id = task.service_id
      and execution.task_id = task.id
      and ${createdInDays}
      and ${sameTime(sql, sql`task.queued_created_at`)}
      and execution.id = task.queued_id
      and execution.status = 'queued'`
  const claimed = await sql<(Claimed & { allotment: number })[]>`
    /* duly:claim_queued */
    -- What each service may claim. Empty unless this replica may claim now.
    with ${line.allotted(sql, allotments, options)},
    -- Tasks whose queued execution is due, locked. Rows that another claim has locked are left to it.
    due as materialized (
      select allotted.allotment, due_task.*
      from allotted
      cross join lateral (
        select
          task.ctid, task.service_id, task.id, task.queued_created_at, task.queued_id, task.current_created_at,
          task.status, task.scheduled_at, task.once_running, task.frequency, task.cron
        from task
        where ${mayStart(sql, options, line)}
          -- The days by which partitions are pruned below, from find_queued_days. Others wait for the next claim.
          and task.queued_created_at >= ${days.first_at}::timestamptz
          and task.queued_created_at < ${days.end_at}::timestamptz
        order by task.queued_for
        limit allotted.seats
        for update of task skip locked
      ) due_task
    ),
    -- Without tasks that changed after the statement's snapshot: an execution started since then would not be visible. The
    -- ctid of such a task is that of its new version, which the snapshot does not contain.
    unchanged as materialized (
      select due.*
      from due
      cross join lateral (select from task where task.ctid = due.ctid limit 1) seen
    ),
    -- With their queued executions, locked. If there is none, it was dropped with its partition (is_missing), or another
    -- transaction has locked it.
    found as materialized (
      select
        task.*,
        queued.*,
        case when queued.execution_ctid is null then not exists (select from execution where ${isQueued}) end as is_missing,
        -- A retry of a task that repeats, whose next slot was claimed or is due. Redeliveries are not overtaken.
        queued.attempt > 1
          and queued.redelivery = 0
          and ${repeats(sql)}
          and not task.once_running
          and (
            task.current_created_at > task.queued_created_at
            or (${isSlotDue(sql)})
          )
          as is_overtaken
      from unchanged as task
      left join lateral (
        select execution.tableoid as execution_table, execution.ctid as execution_ctid, execution.attempt, execution.redelivery
        from execution
        where ${isQueued}
        limit 1
        for update skip locked
      ) queued on true
    ),
    -- Starts them, or closes those that are overtaken.
    updated as (
      update execution
      set status = case when found.is_overtaken then 'failed' else 'started' end,
          error = case when found.is_overtaken then 'not sent: the next slot came before this retry' end,
          replica_id = ${options.replicaId},
          started_at = now()
      from found
      -- Reads the rows by their ctids; the conditions below find each one's task.
      where execution.ctid = any(array(select execution_ctid from found))
        and execution.ctid = found.execution_ctid
        and execution.tableoid = found.execution_table
        and ${createdInDays}
      returning
        found.ctid as task_ctid, found.allotment, execution.service_id, execution.id, execution.created_at, execution.slot_id,
        execution.status, execution.scheduled_for, execution.attempt, execution.redelivery, execution.task_id,
        execution.status_code, execution.error, execution.tableoid::regclass::text as partition, execution.ctid::text as ctid
    ),
    -- Their tasks are no longer queued; those of started ones are running.
    claimed as (
      update task
      set queued_for = null,
          queued_created_at = null,
          queued_id = null,
          queued_running = updated.status = 'started',
          current_created_at = case when updated.status = 'started' then updated.created_at else task.current_created_at end,
          current_execution_id = case when updated.status = 'started' then updated.id else task.current_execution_id end
      from updated
      where task.ctid = updated.task_ctid
      returning
        updated.allotment, task.service_id, task.id as task_id, updated.id as execution_id, updated.slot_id, updated.created_at,
        updated.partition, updated.ctid, updated.scheduled_for, updated.attempt, updated.redelivery, updated.status,
        ${callValues(sql)}, task.once_running as once
    ),
    -- Tasks whose queued execution no longer exists are not queued any more. One that runs once is due again.
    released as (
      update task
      set queued_for = null,
          queued_created_at = null,
          queued_id = null,
          once_running = false
      from found
      where task.ctid = found.ctid
        and found.is_missing
    ),
    -- The overtaken retries have failed.
    ${recordUnsent(
      sql,
      sql`select service_id, task_id, created_at, id, status_code, error from updated where status = 'failed'`,
    )},
    -- Recovery looks for the executions of a lost replica from its oldest_open_at on.
    oldest_open as (
      update replica
      set oldest_open_at = oldest.created_at
      from (select min(created_at) as created_at from claimed where status = 'started') oldest
      where replica.id = ${options.replicaId}
        and oldest.created_at < replica.oldest_open_at
    )
    ${line.spent(sql, options, sql`select allotment from claimed where status = 'started'`)}
    select
      allotment, service_id, task_id, execution_id, slot_id, created_at, partition, ctid, scheduled_for, attempt, redelivery,
      ${columnsOf(sql, sql`claimed`, callColumns)}, once, true as was_queued
    from claimed
    where status = 'started'`
  return claimed.map(({ allotment, ...execution }) => ({ ...execution, flow: allotments[allotment - 1]?.flow?.name }))
}

/** Whether the queued execution of a row of `task` is due and may start within the row of `allotted`. */
const mayStart = (sql: Sql, { oldestOpenAt }: ClaimOptions, line: Line): Fragment => sql`
  task.service_id = allotted.service_id
    and ${isQueuedDue(sql)}
    and ${line.isIn(sql)}
    and task.target <> all(allotted.full_targets)
    and not ${currentIsStarted(sql, taskRow(sql), oldestOpenAt)}`

/** Days, from midnight to midnight. */
interface Days {
  first_at: string
  end_at: string
}

/**
 * The days between the creation of the oldest execution that will be claimed next, and now; undefined when nothing is due.
 * The claim uses them to prune partitions only: an execution that was created later may be due sooner.
 */
async function findDays(
  sql: Sql,
  allotments: readonly Allotment[],
  options: ClaimOptions,
  line: Line,
): Promise<Days | undefined> {
  const [row] = await sql<Days[]>`
    /* duly:find_queued_days */
    with ${line.asked(sql, allotments)}
    select
      date_trunc('day', min(queued.queued_created_at)) as first_at,
      date_trunc('day', greatest(max(queued.queued_created_at), now() + interval '1 hour')) + interval '1 day' as end_at
    from allotted
    cross join lateral (
      select task.queued_created_at
      from task
      where ${mayStart(sql, options, line)}
      order by task.queued_for
      limit allotted.seats
    ) queued
    having count(*) > 0`
  return row
}
