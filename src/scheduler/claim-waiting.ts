import type { Sql } from '../database/connect.ts'
import { shards, tallyUnsent } from '../overview/tally.ts'
import type { Allotment, ClaimOptions } from './claim.ts'
import type { Claimed } from './claimed.ts'
import { mayClaim } from './lease.ts'
import { sameTime } from './partition-bound.ts'

/**
 * Takes executions that wait and are due: retries, runs now, redeliveries. Same promises as the claim of slots, in one
 * statement. A retry that the next slot has overtaken is not sent but closed as failed. What somebody else has locked is
 * left, and one whose row has vanished with its partition is forgotten. What is taken may be old, so the replica's
 * `oldest_open_at` goes back with it, for recovery to find it.
 */
export async function claimWaiting(
  sql: Sql,
  allotments: readonly Allotment[],
  options: ClaimOptions,
): Promise<Claimed[]> {
  const oldest = await findOldestWaiting(sql, allotments)
  if (oldest === null) return []
  // Bounds by which partitions are pruned: what started from a slot and runs, and what waits.
  const mayRun = sql`
    execution.created_at >= ${options.oldestOpenAt}::timestamptz
      and execution.created_at <= now() + interval '1 hour'`
  const mayWait = sql`execution.created_at >= ${oldest}::timestamptz`
  return sql<Claimed[]>`
    with allotted as (
      select *
      from unnest(
        ${allotments.map((allotment) => allotment.service_id)}::uuid[],
        ${allotments.map((allotment) => allotment.seats)}::integer[]
      ) as allotted (service_id, seats)
      where ${mayClaim(sql, options)}
    ), due as materialized (
      select due.*
      from allotted
      cross join lateral (
        select
          task.service_id, task.id, task.queued_for, task.queued_created_at, task.queued_id, task.last_created_at,
          task.last_id, task.status, task.scheduled_at, task.frequency, task.cron
        from task
        where task.service_id = allotted.service_id
          and task.queued_for <= now()
          and task.queued_created_at >= ${oldest}::timestamptz
          and not task.queued_taken
          and task.target <> all(${options.fullTargets as string[]}::text[])
          and not exists (
            select from execution
            where execution.service_id = task.service_id
              and execution.task_id = task.id
              and ${mayRun}
              and ${sameTime(sql, sql`task.last_created_at`)}
              and execution.id = task.last_id
              and execution.status = 'started'
          )
        order by task.queued_for
        limit allotted.seats
        for update of task skip locked
      ) due
    ), steady as materialized (
      -- A row that changed since this statement began is left for the next: what runs of it now cannot be seen from here.
      select due.*
      from due
      join task as seen on seen.service_id = due.service_id and seen.id = due.id
      where seen.last_id is not distinct from due.last_id
        and seen.queued_id = due.queued_id
    ), waited as materialized (
      select
        steady.*,
        execution.attempt > 1
          and execution.redelivery = 0
          and (steady.frequency is not null or steady.cron is not null)
          and (
            steady.last_created_at > steady.queued_created_at
            or (steady.status = 'active' and steady.scheduled_at <= now())
          )
          as overtaken
      from steady
      join execution
        on execution.service_id = steady.service_id
        and execution.task_id = steady.id
        and ${mayWait}
        and ${sameTime(sql, sql`steady.queued_created_at`)}
        and execution.id = steady.queued_id
        and execution.status = 'queued'
      for update of execution skip locked
    ), turned as (
      update execution
      set status = case when waited.overtaken then 'failed' else 'started' end,
          error = case when waited.overtaken then 'not sent: the next slot came before this retry' end,
          replica_id = ${options.replicaId},
          started_at = now()
      from waited
      where execution.service_id = waited.service_id
        and execution.task_id = waited.id
        and ${mayWait}
        and ${sameTime(sql, sql`waited.queued_created_at`)}
        and execution.id = waited.queued_id
        and execution.status = 'queued'
      returning
        execution.service_id, execution.task_id, execution.id, execution.created_at, execution.slot_id, execution.status,
        execution.scheduled_for, execution.attempt, execution.redelivery, execution.tableoid::regclass::text as partition, execution.ctid::text as place
    ), claimed as (
      update task
      set queued_for = null,
          queued_created_at = null,
          queued_id = null,
          queued_taken = turned.status is not distinct from 'started',
          last_created_at = case when turned.status = 'started' then turned.created_at else task.last_created_at end,
          last_id = case when turned.status = 'started' then turned.id else task.last_id end,
          -- One that runs once and whose attempt has vanished is due again.
          slot_taken = task.slot_taken and turned.id is not null
      from steady
      left join turned on turned.service_id = steady.service_id and turned.task_id = steady.id
      where task.service_id = steady.service_id
        and task.id = steady.id
        and (
          turned.id is not null
          or not exists (
            select from execution
            where execution.service_id = steady.service_id
              and execution.task_id = steady.id
              and ${mayWait}
              and ${sameTime(sql, sql`steady.queued_created_at`)}
              and execution.id = steady.queued_id
              and execution.status = 'queued'
          )
        )
      returning
        task.service_id, task.id as task_id, turned.id as execution_id, turned.slot_id, turned.created_at,
        turned.partition, turned.place, turned.scheduled_for, turned.attempt, turned.redelivery, turned.status, task.method, task.url, task.target,
        task.header, task.secret_header, task.payload, task.timeout_seconds, task.retries, task.slot_taken as once
    ), tallied as (
      ${tallyUnsent(sql, shards.other(options.replicaId), 'failed', sql`select service_id, 1 as count from turned where status = 'failed'`)}
    ), remembered as (
      update replica
      set oldest_open_at = oldest.created_at
      from (select min(created_at) as created_at from claimed where status = 'started') oldest
      where replica.id = ${options.replicaId}
        and oldest.created_at < replica.oldest_open_at
    )
    select
      service_id, task_id, execution_id, slot_id, created_at, partition, place, scheduled_for, attempt, redelivery, method, url, target,
      header, secret_header, payload, timeout_seconds, retries, once, true as waited
    from claimed
    where status = 'started'`
}

/** When the oldest of the executions was created that are next to be taken, null when there is none. */
async function findOldestWaiting(sql: Sql, allotments: readonly Allotment[]): Promise<string | null> {
  const [row] = await sql<{ oldest: string | null }[]>`
    select min(waiting.queued_created_at) as oldest
    from unnest(
      ${allotments.map((allotment) => allotment.service_id)}::uuid[],
      ${allotments.map((allotment) => allotment.seats)}::integer[]
    ) as allotted (service_id, seats)
    cross join lateral (
      select task.queued_created_at
      from task
      where task.service_id = allotted.service_id
        and task.queued_for <= now()
        and not task.queued_taken
      order by task.queued_for
      limit allotted.seats
    ) waiting`
  return row?.oldest ?? null
}
