import type { Fragment, Sql } from '../database/sql.ts'
import { countUnsent } from '../tally/pending.ts'
import type { Allotment } from './allotment.ts'
import { listTargets, targetsOf } from './allotment.ts'
import { mayClaim } from './claim-fence.ts'
import type { ClaimOptions } from './claim-slots.ts'
import type { Claimed } from './claimed.ts'
import { sameTime } from './partition-bound.ts'

/**
 * Takes executions that wait and are due: retries, runs now, redeliveries. Same promises as the claim of slots, in one
 * statement. A retry that the next slot has overtaken is not sent but closed as failed. What somebody else has locked is
 * left, and one whose row has vanished with its partition is forgotten. What is taken may be old, so the replica's
 * `oldest_open_at` goes back with it, for recovery to find it.
 *
 * No statistics change its plan, which is made once and may be made while the tables are empty: every look into a table is
 * a subquery of one row that cannot be turned into a join (`limit 1`, a scalar subquery), and what is updated is found by
 * its place (ctid), in partitions as a list of places. As joins, the same looks would read all of the day's executions for
 * each claim.
 */
export async function claimQueued(
  sql: Sql,
  allotments: readonly Allotment[],
  options: ClaimOptions,
): Promise<Claimed[]> {
  // Bounds by which partitions are pruned: what started from a slot and runs, and what waits.
  const mayRun = sql`
    execution.created_at >= ${options.oldestOpenAt}::timestamptz
      and execution.created_at <= now() + interval '1 hour'`
  const days = await findDays(sql, allotments, mayRun)
  if (!days) return []
  const mayWait = sql`
    execution.created_at >= ${days.first_at}::timestamptz
      and execution.created_at < ${days.end_at}::timestamptz`
  const isWaiting = sql`
    execution.service_id = due.service_id
      and execution.task_id = due.id
      and ${mayWait}
      and ${sameTime(sql, sql`due.queued_created_at`)}
      and execution.id = due.queued_id
      and execution.status = 'queued'`
  return sql<Claimed[]>`
    with ${allotted(sql, allotments, mayClaim(sql, options))}, due as materialized (
      select due.*
      from allotted
      cross join lateral (
        select
          task.ctid as place, task.service_id, task.id, task.queued_created_at, task.queued_id, task.current_created_at,
          task.status, task.scheduled_at, task.once_running, task.frequency, task.cron
        from task
        where ${mayBeTaken(sql, mayRun)}
          and task.queued_created_at >= ${days.first_at}::timestamptz
          and task.queued_created_at < ${days.end_at}::timestamptz
        order by task.queued_for
        limit allotted.seats
        for update of task skip locked
      ) due
    ), steady as materialized (
      -- A row that changed since this statement began is left for the next: what runs of it now cannot be seen from here.
      select due.*
      from due
      cross join lateral (select from task where task.ctid = due.place limit 1) seen
    ), waited as materialized (
      select
        due.*,
        waiting.*,
        case when waiting.execution_place is null then not exists (select from execution where ${isWaiting}) end as vanished,
        waiting.attempt > 1
          and waiting.redelivery = 0
          and (due.frequency is not null or due.cron is not null)
          and not due.once_running
          and (
            due.current_created_at > due.queued_created_at
            or (due.status = 'active' and due.scheduled_at <= now())
          )
          as overtaken
      from steady as due
      left join lateral (
        select execution.tableoid as execution_table, execution.ctid as execution_place, execution.attempt, execution.redelivery
        from execution
        where ${isWaiting}
        limit 1
        for update skip locked
      ) waiting on true
    ), turned as (
      update execution
      set status = case when waited.overtaken then 'failed' else 'started' end,
          error = case when waited.overtaken then 'not sent: the next slot came before this retry' end,
          replica_id = ${options.replicaId},
          started_at = now()
      from waited
      where execution.ctid = any(array(select execution_place from waited))
        and execution.ctid = waited.execution_place
        and execution.tableoid = waited.execution_table
        and ${mayWait}
      returning
        waited.place as task_place, execution.service_id, execution.id, execution.created_at, execution.slot_id, execution.status,
        execution.scheduled_for, execution.attempt, execution.redelivery, execution.tableoid::regclass::text as partition, execution.ctid::text as place
    ), claimed as (
      update task
      set queued_for = null,
          queued_created_at = null,
          queued_id = null,
          queued_running = turned.status = 'started',
          current_created_at = case when turned.status = 'started' then turned.created_at else task.current_created_at end,
          current_execution_id = case when turned.status = 'started' then turned.id else task.current_execution_id end
      from turned
      where task.ctid = turned.task_place
      returning
        task.service_id, task.id as task_id, turned.id as execution_id, turned.slot_id, turned.created_at,
        turned.partition, turned.place, turned.scheduled_for, turned.attempt, turned.redelivery, turned.status, task.method, task.url, task.target,
        task.header, task.secret_header, task.payload, task.timeout_seconds, task.retries, task.once_running as once
    ), forgotten as (
      update task
      set queued_for = null,
          queued_created_at = null,
          queued_id = null,
          -- One that runs once and whose attempt has vanished is due again.
          once_running = false
      from waited
      where task.ctid = waited.place
        and waited.vanished
    ), tallied as (
      ${countUnsent(sql, 'failed', sql`select service_id, 1 as count from turned where status = 'failed'`)}
    ), remembered as (
      update replica
      set oldest_open_at = oldest.created_at
      from (select min(created_at) as created_at from claimed where status = 'started') oldest
      where replica.id = ${options.replicaId}
        and oldest.created_at < replica.oldest_open_at
    )
    select
      service_id, task_id, execution_id, slot_id, created_at, partition, place, scheduled_for, attempt, redelivery, method, url, target,
      header, secret_header, payload, timeout_seconds, retries, once, true as was_queued
    from claimed
    where status = 'started'`
}

const allotted = (sql: Sql, allotments: readonly Allotment[], condition: Fragment) => sql`
  allotted as materialized (
    select service_id, seats, ${targetsOf(sql)} as full_targets
    from unnest(
      ${allotments.map((allotment) => allotment.service_id)}::uuid[],
      ${allotments.map((allotment) => allotment.seats)}::integer[],
      ${listTargets(allotments)}::text[]
    ) as allotted (service_id, seats, full_targets)
    where ${condition}
  )`

/** Whether a row of `task` has an execution that waits, is due and may start, within the row of `allotted`. */
const mayBeTaken = (sql: Sql, mayRun: Fragment) => sql`
  task.service_id = allotted.service_id
    and task.queued_for <= now()
    and not task.queued_running
    and task.target <> all(allotted.full_targets)
    and (
      select true
      from execution
      where execution.service_id = task.service_id
        and execution.task_id = task.id
        and ${mayRun}
        and ${sameTime(sql, sql`task.current_created_at`)}
        and execution.id = task.current_execution_id
        and execution.status = 'started'
      limit 1
    ) is null
    and case
      -- Taken while the database's clock was ahead: in partitions that are not looked into otherwise.
      when task.current_created_at > now() + interval '1 hour' then (
        select true
        from execution
        where execution.service_id = task.service_id
          and execution.task_id = task.id
          and execution.created_at > now() + interval '1 hour'
          and ${sameTime(sql, sql`task.current_created_at`)}
          and execution.id = task.current_execution_id
          and execution.status = 'started'
        limit 1
      ) is null
      else true
    end`

/** Days, from midnight to midnight. */
interface Days {
  first_at: string
  end_at: string
}

/**
 * The days on which the executions were created that are next to be taken, and those between them and now; undefined when
 * there are none. They prune the partitions, and no more than that: one that was created later may be due sooner.
 */
async function findDays(sql: Sql, allotments: readonly Allotment[], mayRun: Fragment): Promise<Days | undefined> {
  const [row] = await sql<Days[]>`
    with ${allotted(sql, allotments, sql`true`)}
    select
      date_trunc('day', min(waiting.queued_created_at)) as first_at,
      date_trunc('day', greatest(max(waiting.queued_created_at), now() + interval '1 hour')) + interval '1 day' as end_at
    from allotted
    cross join lateral (
      select task.queued_created_at
      from task
      where ${mayBeTaken(sql, mayRun)}
      order by task.queued_for
      limit allotted.seats
    ) waiting
    having count(*) > 0`
  return row
}
