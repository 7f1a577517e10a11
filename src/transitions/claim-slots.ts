import type { Sql } from '../database/sql.ts'
import { type Allotment, firstCursor, listTargets, targetsOf } from './allotment.ts'
import { mayClaim } from './claim-fence.ts'
import { type Claimed, type SlotColumns, toClaimed, toRfc3339 } from './claimed.ts'
import { type CronTimes, cronTimes, isAmong, joinCronTimes } from './cron-times.ts'
import { intervalNext } from './interval-next.ts'
import { sameTime } from './partition-bound.ts'

export interface ClaimOptions {
  readonly replicaId: string
  readonly toleranceSeconds: number
  /** No execution that any replica has open was created before this time. */
  readonly oldestOpenAt: string
  /** A claim that reaches the server after this takes nothing: whoever asked has given it up. */
  readonly until?: string
}

/** A due slot of a task whose last execution still runs; the key is that execution's. */
export interface RunningSlot {
  readonly service_id: string
  readonly task_id: string
  readonly execution_id: string
  readonly created_at: string
  readonly scheduled_for: string
}

export interface SlotClaim {
  /** Slots that were taken, in the order of their times. */
  readonly taken: Claimed[]
  /** Slots that were not, and are to be passed over. */
  readonly running: RunningSlot[]
}

/**
 * Takes due slots, in one statement: locks them (skipping what others hold), moves `scheduled_at` on, and opens an
 * execution `started` for each. It takes nothing unless this replica's lease holds. The slots come as one JSON value of
 * columns: taken apart by the driver they cost five times as much, and as JSON of rows PostgreSQL looks up the type of
 * every single value.
 * @param crons what follows the due slots of cron schedules; one that is not among them is left
 */
export async function claimSlots(
  sql: Sql,
  allotments: readonly Allotment[],
  options: ClaimOptions,
  crons: readonly CronTimes[] = [],
): Promise<SlotClaim> {
  const after = allotments.map((allotment) => allotment.after ?? firstCursor)
  const mayRun = sql`
    execution.created_at >= ${options.oldestOpenAt}::timestamptz
      and execution.created_at <= now() + interval '1 hour'`
  const [row] = await sql<SlotBatch[]>`
    with allotted as materialized (
      select service_id, seats, after_at, after_id, allotment, ${targetsOf(sql)} as full_targets
      from unnest(
        ${allotments.map((allotment) => allotment.service_id)}::uuid[],
        ${allotments.map((allotment) => allotment.seats)}::integer[],
        ${after.map((cursor) => cursor.scheduled_at)}::timestamptz[],
        ${after.map((cursor) => cursor.id)}::uuid[],
        ${listTargets(allotments)}::text[]
      ) with ordinality as allotted (service_id, seats, after_at, after_id, full_targets, allotment)
      where ${mayClaim(sql, options)}
    ), ${cronTimes(sql, crons)}, due as materialized (
      select
        allotted.allotment,
        due.*,
        cron_times.cron is not null as cron_known,
        cron_times.next_at as cron_next_at,
        cron_times.missed_slots as cron_missed_slots,
        gen_random_uuid() as execution_id,
        due.queued_running or exists (
          select from execution
          where execution.service_id = due.service_id
            and execution.task_id = due.id
            and ${sameTime(sql, sql`due.current_created_at`)}
            and execution.id = due.current_execution_id
            and execution.status = 'started'
            and ${mayRun}
        ) or (due.current_created_at > now() + interval '1 hour') is true and exists (
          -- Taken while the database's clock was ahead by more: in partitions that are not looked into otherwise.
          select from execution
          where execution.service_id = due.service_id
            and execution.task_id = due.id
            and ${sameTime(sql, sql`due.current_created_at`)}
            and execution.id = due.current_execution_id
            and execution.status = 'started'
            and execution.created_at > now() + interval '1 hour'
        ) as running
      from allotted
      cross join lateral (
        select
          task.ctid as place, task.service_id, task.id, task.scheduled_at, task.frequency, task.unit, task.anchor_day,
          task.cron, task.time_zone, task.current_created_at, task.current_execution_id, task.queued_running
        from task
        where task.service_id = allotted.service_id
          and task.status = 'active'
          and not task.once_running
          and task.scheduled_at <= now()
          and (task.scheduled_at, task.id) > (allotted.after_at, allotted.after_id)
          and task.target <> all(allotted.full_targets)
          and (task.cron is null or ${isAmong(sql, crons)})
          -- Its only slot is not passed over, and would stand first in every claim for as long as the run goes on.
          and (
            task.frequency is not null
            or task.cron is not null
            or not task.queued_running
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
          )
        order by task.scheduled_at, task.id
        limit allotted.seats
        for update skip locked
      ) due
      ${joinCronTimes(sql)}
    ), planned as (
      select due.*, next.next_at, next.next_anchor_day, next.missed_slots
      from due
      cross join ${intervalNext(sql, options.toleranceSeconds)}
      where not due.running
        and (due.cron is null or due.cron_known)
    ), claimed as (
      update task
      set scheduled_at = planned.next_at,
          anchor_day = planned.next_anchor_day,
          -- A pattern that has no further time ends like a task that runs once.
          once_running = planned.frequency is null and planned.cron_next_at is null,
          current_created_at = now(),
          current_execution_id = planned.execution_id
      from planned
      where task.ctid = planned.place
      returning
        planned.allotment, task.service_id, task.id as task_id, planned.execution_id, planned.scheduled_at as scheduled_for,
        planned.missed_slots, task.method, task.url, task.target, task.header, task.secret_header, task.payload,
        task.timeout_seconds, task.retries, task.once_running as once
    ), opened as (
      insert into execution (
        service_id, task_id, id, slot_id, replica_id, created_at, started_at, scheduled_for, missed_slots, status
      )
      select service_id, task_id, execution_id, execution_id, ${options.replicaId}, now(), now(), scheduled_for, missed_slots, 'started'
      from claimed
      returning id, tableoid, ctid::text as place
    )
    select
      now() as created_at,
      (select min(tableoid)::regclass::text from opened) as partition,
      (
        select json_build_array(
          array_agg(allotment), array_agg(task_id), array_agg(execution_id), array_agg(place), array_agg(scheduled_for),
          array_agg(method), array_agg(url), array_agg(target), array_agg(header), array_agg(secret_header), array_agg(payload),
          array_agg(timeout_seconds), array_agg(retries), array_agg(once), array_agg(missed_slots)
        )
        from (
          select claimed.*, opened.place
          from claimed
          join opened on opened.id = claimed.execution_id
          order by claimed.scheduled_for, claimed.task_id
        ) taken
      ) as taken,
      (
        select json_agg(
          json_build_object(
            'service_id', service_id, 'task_id', id, 'execution_id', current_execution_id, 'created_at', current_created_at,
            'scheduled_for', scheduled_at
          )
          order by scheduled_at, id
        )
        from due
        where running
      ) as running`
  const { created_at = '', partition = null, taken = null, running = null } = row ?? {}
  return {
    taken: taken ? toClaimed(taken, allotments, created_at, partition ?? '') : [],
    running: (running ?? []).map((slot) => ({ ...slot, scheduled_for: toRfc3339(slot.scheduled_for) })),
  }
}

interface SlotBatch {
  created_at: string
  /** All of a statement's executions have the same time, and so lie in the same partition. */
  partition: string | null
  taken: SlotColumns | null
  running: RunningSlot[] | null
}
