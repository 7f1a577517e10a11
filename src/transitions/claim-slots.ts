import type { Sql } from '../database/sql.ts'
import type { Allotment } from './allotment.ts'
import { calendarUseIn } from './calendar-use.ts'
import type { ClaimOptions } from './claim-options.ts'
import {
  type Claimed,
  callValues,
  type OpenedCtids,
  type SlotColumns,
  slotColumns,
  toClaimed,
  toRfc3339,
} from './claimed.ts'
import { type CronTimes, cronTimes, isAmong, joinCronTimes } from './cron-times.ts'
import { intervalNext, nextColumns } from './interval-next.ts'
import { type Line, plainLine } from './line.ts'
import { currentIsStarted, isSlotDue, repeats } from './predicates.ts'
import { offsetIn } from './spread.ts'

/** A due slot of a task whose last execution is still running, with the key of that execution. */
export interface RunningSlot {
  readonly service_id: string
  readonly task_id: string
  readonly execution_id: string
  readonly created_at: string
  readonly scheduled_at: string
}

/** The task of a slot that a claim found, and when it was to start. */
export type FoundSlot = Pick<RunningSlot, 'service_id' | 'task_id'> & Partial<Pick<RunningSlot, 'scheduled_at'>>

/** A due slot that is later than its task allows. */
export interface LateSlot {
  readonly service_id: string
  readonly task_id: string
  /** When it was to start, which is `spread_offset` seconds after the slot. */
  readonly scheduled_at: string
  readonly spread_offset: number
  readonly cron: string | null
  readonly time_zone: string | null
  readonly calendar_use: string
  /** After how many seconds a slot of the task is too late. */
  readonly after_seconds: number
  /** The task's own limit; null for one that does not make up for missed slots. */
  readonly late_limit_seconds: number | null
  /** The database's time at the claim. */
  readonly now: string
}

/** What a claim of slots found. */
export interface SlotClaim {
  /** Executions that were started: those of each service in the order of their slots. */
  readonly taken: Claimed[]
  /** Slots that were not started because their task is running; they are to be skipped. */
  readonly running: RunningSlot[]
  /** Slots that were not started because they are too late; they are to be skipped. */
  readonly late: LateSlot[]
}

/**
 * Starts due slots, in one statement: locks their tasks, moves `scheduled_at` on, and inserts a `started` execution for
 * each. Starts nothing unless this replica may claim (see claim-fence.ts).
 *
 * The result is one JSON value with an array for each column. Taken apart by the driver, the same columns cost five times
 * as much; as a JSON object for each row, PostgreSQL looks up the type of every value.
 * @param crons next times of the due cron schedules; tasks with any other schedule by cron are not claimed
 * @param line which tasks are claimed: those that no flow limits, their late slots only, or those of flows
 */
export async function claimSlots(
  sql: Sql,
  allotments: readonly Allotment[],
  options: ClaimOptions,
  crons: readonly CronTimes[] = [],
  line: Line = plainLine,
): Promise<SlotClaim> {
  const [row] = await sql<SlotBatch[]>`
    /* duly:claim_slots */
    -- What each service may claim. Empty unless this replica may claim now.
    with ${line.allotted(sql, allotments, options)},
    -- Next times of the due cron schedules, worked out by the replica. Tasks with any other pattern are not claimed.
    ${cronTimes(sql, crons)},
    -- Due slots, oldest first, locked. Rows that another claim has locked are left to it. Materialized, so that the rows are
    -- locked once and in this order.
    due as materialized (
      -- Columns that are never null come first, and those that are read alone come early: the further back a column is, the more
      -- it costs to read it.
      select
        allotted.allotment,
        gen_random_uuid() as execution_id,
        slot.queued_running or ${currentIsStarted(sql, sql`slot`, options.oldestOpenAt)} as running,
        cron_times.cron is not null as cron_known,
        ${tooLate(sql, options)} as too_late_after,
        slot.*,
        case when slot.missed = 'all' then cron_times.each_at else cron_times.next_at end as cron_next_at,
        case when slot.missed = 'all' then cron_times.each_missed else cron_times.missed_slots end as cron_missed_slots,
        ${nextColumns(sql, sql`slot`)}
      from allotted
      -- A lateral join with a limit reads no more index entries than there are seats.
      cross join lateral (
        select
          task.ctid, task.service_id, task.id, task.scheduled_at, task.queued_running, ${offsetIn(sql)} as spread_offset,
          task.frequency, task.unit, task.phase, task.anchor_day, task.cron, task.time_zone,
          ${calendarUseIn(sql)} as calendar_use, task.current_created_at, task.current_execution_id, task.late_limit_seconds,
          task.missed, task.ends_at, task.runs_left
        from task
        where task.service_id = allotted.service_id
          and ${isSlotDue(sql)}
          and ${line.isIn(sql)}
          and (task.scheduled_at, task.id) > (allotted.after_at, allotted.after_id)
          and task.target <> all(allotted.full_targets)
          and (task.cron is null or ${isAmong(sql, crons)})
          -- A task that runs once, or each of its slots, is not skipped. While it runs, it would be the first row of every
          -- claim. Nor does it start before what is queued and due: the redelivery of an earlier slot. That may have been
          -- queued after now(), while this statement was being planned.
          and (
            (${repeats(sql)} and task.missed is distinct from 'all')
            or not (
              task.queued_running
              or coalesce(task.queued_for <= clock_timestamp(), false)
              or ${currentIsStarted(sql, sql`task`, options.oldestOpenAt)}
            )
          )
        order by task.scheduled_at, task.id
        limit allotted.seats
        for update skip locked
      ) slot
      ${joinCronTimes(sql, sql`slot`)}
    ),
    -- The next slot of each task that is not running, and how many slots were missed.
    planned as (
      select due.*, next.next_at, next.next_anchor_day, next.missed_slots, next.ends
      from due
      cross join ${intervalNext(sql, { toleranceSeconds: options.toleranceSeconds, runsEach: sql`due.missed = 'all'`, isRun: true })}
      where not due.running
        and due.too_late_after is null
        and (due.cron is null or due.cron_known)
    ),
    -- Moves the tasks on. They are joined by ctid: the rows are locked, so they stay where they are, and no index is read.
    claimed as (
      update task
      set scheduled_at = planned.next_at,
          anchor_day = planned.next_anchor_day,
          -- After its last slot a task ends like one that runs once.
          once_running = planned.ends,
          runs_left = planned.runs_left - (planned.runs_left > 0)::integer,
          current_created_at = now(),
          current_execution_id = planned.execution_id
      from planned
      where task.ctid = planned.ctid
      returning
        planned.allotment, task.service_id, task.id as task_id, planned.execution_id,
        planned.slot_at as scheduled_for, planned.missed_slots,
        -- How late a slot starts says nothing after an outage.
        planned.missed_slots = 0 and (task.missed is distinct from 'all' or planned.next_at > now()) as counts_skew,
        ${callValues(sql)}, task.once_running as once
    ),
    -- One started execution for each. The id of the first attempt is also the id of the slot.
    opened as (
      insert into execution (
        service_id, task_id, id, slot_id, replica_id, created_at, started_at, scheduled_for, missed_slots, status
      )
      select service_id, task_id, execution_id, execution_id, ${options.replicaId}, now(), now(), scheduled_for, missed_slots, 'started'
      from claimed
      returning tableoid, ctid
    )
    ${line.spent(sql, options, sql`select allotment from claimed`)}
    select
      now() as created_at,
      -- All executions of a statement have the same creation time, and so lie in one partition.
      (select tableoid::regclass::text from opened limit 1) as partition,
      (select json_build_array(${aggregates(sql)}) from claimed) as taken,
      -- In the order of claimed, from which the rows were inserted. Not joined to it: PostgreSQL expects one row of each, and
      -- would compare each with each. Whoever closes an execution by its ctid checks its id.
      (select json_agg(ctid) from opened) as opened,
      -- Slots that are not started, in one look: those of tasks that are still running, which skip_slots skips, and those that
      -- are too late, which skip_late_slots skips.
      (
        select json_build_array(
          json_agg(
            json_build_object(
              'service_id', service_id, 'task_id', id, 'execution_id', current_execution_id, 'created_at', current_created_at,
              'scheduled_at', scheduled_at
            )
            order by scheduled_at, id
          ) filter (where running),
          json_agg(
            json_build_object(
              'service_id', service_id, 'task_id', id, 'scheduled_at', scheduled_at, 'spread_offset', spread_offset, 'cron', cron,
              'time_zone', time_zone, 'calendar_use', calendar_use, 'after_seconds', too_late_after, 'late_limit_seconds', late_limit_seconds
            )
          ) filter (where not running)
        )
        from due
        where running
          or too_late_after is not null
      ) as not_started`
  const { created_at = '', partition = null, taken = null, opened = null, not_started = null } = row ?? {}
  const [running, late] = not_started ?? []
  return {
    taken: taken && opened ? toClaimed(taken, opened, { allotments, created_at, partition: partition ?? '' }) : [],
    running: (running ?? []).map((slot) => ({ ...slot, scheduled_at: toRfc3339(slot.scheduled_at) })),
    late: (late ?? []).map((slot) => ({ ...slot, scheduled_at: toRfc3339(slot.scheduled_at), now: created_at })),
  }
}

interface SlotBatch {
  created_at: string
  partition: string | null
  taken: SlotColumns | null
  opened: OpenedCtids | null
  not_started: readonly [running: RunningSlot[] | null, late: Omit<LateSlot, 'now'>[] | null] | null
}

/** For a slot that is too late to be started: after how many seconds it was; null for any other. */
const tooLate = (sql: Sql, { toleranceSeconds, missedAfterSeconds = toleranceSeconds }: ClaimOptions) => {
  const limit = sql`least(slot.late_limit_seconds, case when slot.missed = 'none' then ${missedAfterSeconds}::integer end)`
  return sql`
  case
    when slot.late_limit_seconds is null and slot.missed is distinct from 'none' then null
    when slot.scheduled_at < now() - make_interval(secs => ${limit}) then ${limit}
  end`
}

/** The columns of a claim, each as an array, and the extras by execution: few tasks have any. */
const aggregates = (sql: Sql) => sql`
  ${slotColumns.map((column) => sql`array_agg(${sql(column)}), `)}
  json_object_agg(execution_id, extras) filter (where extras is not null)`
