import type { Sql } from '../database/sql.ts'
import { type Allotment, allotted } from './allotment.ts'
import { mayClaim } from './claim-fence.ts'
import {
  type Claimed,
  callValues,
  type OpenedColumns,
  type SlotColumns,
  slotColumns,
  toClaimed,
  toRfc3339,
} from './claimed.ts'
import { type CronTimes, cronTimes, isAmong, joinCronTimes } from './cron-times.ts'
import { intervalNext } from './interval-next.ts'
import { currentIsStarted, isSlotDue, repeats } from './predicates.ts'

/** Who claims, and within which limits. */
export interface ClaimOptions {
  readonly replicaId: string
  /** A task late by no more than this keeps its phase. */
  readonly toleranceSeconds: number
  /** No execution that any replica has open was created before this time (RFC 3339). */
  readonly oldestOpenAt: string
  /** A claim that reaches the server after this time (RFC 3339) takes nothing. Without it a claim is valid at any time. */
  readonly until?: string
}

/** A due slot of a task whose last execution is still running, with the key of that execution. */
export interface RunningSlot {
  readonly service_id: string
  readonly task_id: string
  readonly execution_id: string
  readonly created_at: string
  readonly scheduled_for: string
}

/** What a claim of slots found. */
export interface SlotClaim {
  /** Executions that were started: those of each service in the order of their slots. */
  readonly taken: Claimed[]
  /** Slots that were not started because their task is running; they are to be skipped. */
  readonly running: RunningSlot[]
}

/**
 * Starts due slots, in one statement: locks their tasks, moves `scheduled_at` on, and inserts a `started` execution for
 * each. Starts nothing unless this replica may claim (see claim-fence.ts).
 *
 * The result is one JSON value with an array for each column. Taken apart by the driver, the same columns cost five times
 * as much; as a JSON object for each row, PostgreSQL looks up the type of every value.
 * @param crons next times of the due cron schedules; tasks with any other schedule by cron are not claimed
 */
export async function claimSlots(
  sql: Sql,
  allotments: readonly Allotment[],
  options: ClaimOptions,
  crons: readonly CronTimes[] = [],
): Promise<SlotClaim> {
  const [row] = await sql<SlotBatch[]>`
    /* duly:claim_slots */
    -- What each service may claim. Empty unless this replica may claim now.
    with ${allotted(sql, allotments, mayClaim(sql, options))},
    -- Next times of the due cron schedules, worked out by the replica. Tasks with any other pattern are not claimed.
    ${cronTimes(sql, crons)},
    -- Due slots, oldest first, locked. Rows that another claim has locked are left to it. Materialized, so that the rows are
    -- locked once and in this order.
    due as materialized (
      select
        allotted.allotment,
        slot.*,
        cron_times.cron is not null as cron_known,
        cron_times.next_at as cron_next_at,
        cron_times.missed_slots as cron_missed_slots,
        gen_random_uuid() as execution_id,
        slot.queued_running or ${currentIsStarted(sql, sql`slot`, options.oldestOpenAt)} as running
      from allotted
      -- A lateral join with a limit reads no more index entries than there are seats.
      cross join lateral (
        select
          task.ctid, task.service_id, task.id, task.scheduled_at, task.frequency, task.unit, task.anchor_day,
          task.cron, task.time_zone, task.current_created_at, task.current_execution_id, task.queued_running
        from task
        where task.service_id = allotted.service_id
          and ${isSlotDue(sql)}
          and (task.scheduled_at, task.id) > (allotted.after_at, allotted.after_id)
          and task.target <> all(allotted.full_targets)
          and (task.cron is null or ${isAmong(sql, crons)})
          -- A task that runs once is never skipped. While it runs, it would be the first row of every claim.
          and (
            ${repeats(sql)}
            or not (task.queued_running or ${currentIsStarted(sql, sql`task`, options.oldestOpenAt)})
          )
        order by task.scheduled_at, task.id
        limit allotted.seats
        for update skip locked
      ) slot
      ${joinCronTimes(sql, sql`slot`)}
    ),
    -- The next slot of each task that is not running, and how many slots were missed.
    planned as (
      select due.*, next.next_at, next.next_anchor_day, next.missed_slots
      from due
      cross join ${intervalNext(sql, options.toleranceSeconds)}
      where not due.running
        and (due.cron is null or due.cron_known)
    ),
    -- Moves the tasks on. They are joined by ctid: the rows are locked, so they stay where they are, and no index is read.
    claimed as (
      update task
      set scheduled_at = planned.next_at,
          anchor_day = planned.next_anchor_day,
          -- A pattern that has no further time ends like a task that runs once.
          once_running = planned.frequency is null and planned.cron_next_at is null,
          current_created_at = now(),
          current_execution_id = planned.execution_id
      from planned
      where task.ctid = planned.ctid
      returning
        planned.allotment, task.service_id, task.id as task_id, planned.execution_id, planned.scheduled_at as scheduled_for,
        planned.missed_slots, ${callValues(sql)}, task.once_running as once
    ),
    -- One started execution for each. The id of the first attempt is also the id of the slot.
    opened as (
      insert into execution (
        service_id, task_id, id, slot_id, replica_id, created_at, started_at, scheduled_for, missed_slots, status
      )
      select service_id, task_id, execution_id, execution_id, ${options.replicaId}, now(), now(), scheduled_for, missed_slots, 'started'
      from claimed
      returning id, tableoid, ctid::text as ctid
    )
    select
      now() as created_at,
      -- All executions of a statement have the same creation time, and so lie in one partition.
      (select min(tableoid)::regclass::text from opened) as partition,
      (select json_build_array(${aggregates(sql)}) from claimed) as taken,
      -- Not joined to claimed: PostgreSQL expects one row of each, and would compare each with each.
      (select json_build_array(array_agg(id), array_agg(ctid)) from opened) as opened,
      -- Due slots of tasks that are still running: skip_slots skips them.
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
  const { created_at = '', partition = null, taken = null, opened = null, running = null } = row ?? {}
  return {
    taken: taken && opened ? toClaimed(taken, opened, { allotments, created_at, partition: partition ?? '' }) : [],
    running: (running ?? []).map((slot) => ({ ...slot, scheduled_for: toRfc3339(slot.scheduled_for) })),
  }
}

interface SlotBatch {
  created_at: string
  partition: string | null
  taken: SlotColumns | null
  opened: OpenedColumns | null
  running: RunningSlot[] | null
}

/** The columns of a claim, each as an array. */
const aggregates = (sql: Sql) =>
  slotColumns.map((column, index) => sql`${index === 0 ? sql`` : sql`, `}array_agg(${sql(column)})`)
