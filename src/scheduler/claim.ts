import type { Sql } from '../database/connect.ts'
import { nextTime } from './next-time.ts'

/** One service's part of a claim: how many seats it gets, and where the last claim of this pass ended. */
export interface Allotment {
  readonly service_id: string
  readonly seats: number
  readonly after: Cursor | undefined
}

/** The last slot that was claimed: the next claim starts behind it and does not read past its dead index entries. */
export interface Cursor {
  readonly scheduled_at: string
  readonly id: string
}

export interface ClaimOptions {
  readonly replicaId: string
  readonly toleranceSeconds: number
  /** Targets (host and port) that hold all the seats they may: their tasks wait. */
  readonly fullTargets: readonly string[]
  /** No execution that any replica has open was created before this time. */
  readonly oldestOpenAt: string
}

/** An execution that was taken, with all that its call needs. */
export interface Claimed {
  service_id: string
  task_id: string
  execution_id: string
  slot_id: string
  created_at: string
  /** The partition in which the execution's row lies, and where in it (ctid): it is closed without a look-up. */
  partition: string
  place: string
  scheduled_for: string
  attempt: number
  redelivery: number
  method: string
  url: string
  target: string
  header: Readonly<{ [name: string]: string }>
  payload: string | null
  timeout_seconds: number | null
  retries: number
  /** A task that runs once: recording its last outcome disables it. */
  once: boolean
}

/** `waited` tells an execution that had waited from a fresh slot: its end must free the task. */
export type Started = Claimed & { waited: boolean }

export interface ClaimedSlot extends Claimed {
  /** The task's last execution still runs: nothing was taken, and the slot is to be passed over. */
  running: boolean
}

const firstCursor: Cursor = { scheduled_at: '-infinity', id: '00000000-0000-0000-0000-000000000000' }

/**
 * Takes due slots, in one statement: locks them (skipping what others hold), moves `scheduled_at` on, and opens an
 * execution `started` for each. It takes nothing unless this replica's lease holds. Tasks whose last execution still
 * runs come back with `running` and unchanged. The rows come as one JSON value: taken apart column by column they cost
 * the driver five times as much.
 * @returns the slots in the order of their times within each service
 */
export async function claimSlots(
  sql: Sql,
  allotments: readonly Allotment[],
  options: ClaimOptions,
): Promise<ClaimedSlot[]> {
  const after = allotments.map((allotment) => allotment.after ?? firstCursor)
  const [row] = await sql<{ slots: ClaimedSlot[] | null }[]>`
    with allotted as (
      select *
      from unnest(
        ${allotments.map((allotment) => allotment.service_id)}::uuid[],
        ${allotments.map((allotment) => allotment.seats)}::integer[],
        ${after.map((cursor) => cursor.scheduled_at)}::timestamptz[],
        ${after.map((cursor) => cursor.id)}::uuid[]
      ) as allotted (service_id, seats, after_at, after_id)
      where exists (select from replica where replica.id = ${options.replicaId} and lease_until > now())
    ), due as materialized (
      select
        due.*,
        gen_random_uuid() as execution_id,
        due.queued_taken or exists (
          select from execution
          where execution.service_id = due.service_id
            and execution.task_id = due.id
            and execution.created_at = due.last_created_at
            and execution.id = due.last_id
            and execution.status = 'started'
            and execution.created_at >= ${options.oldestOpenAt}::timestamptz
            and execution.created_at <= now()
        ) as running
      from allotted
      cross join lateral (
        select
          task.ctid as place, task.service_id, task.id, task.scheduled_at, task.frequency, task.unit, task.anchor_day,
          task.last_created_at, task.last_id, task.queued_taken
        from task
        where task.service_id = allotted.service_id
          and task.status = 'active'
          and not task.slot_taken
          and task.scheduled_at <= now()
          and (task.scheduled_at, task.id) > (allotted.after_at, allotted.after_id)
          and task.target <> all(${options.fullTargets as string[]}::text[])
        order by task.scheduled_at, task.id
        limit allotted.seats
        for update skip locked
      ) due
    ), planned as (
      select due.*, next.next_at, next.next_anchor_day, next.missed_slots
      from due
      cross join ${nextTime(sql, options.toleranceSeconds)}
      where not due.running
    ), claimed as (
      update task
      set scheduled_at = planned.next_at,
          anchor_day = planned.next_anchor_day,
          slot_taken = planned.frequency is null,
          last_created_at = now(),
          last_id = planned.execution_id
      from planned
      where task.ctid = planned.place
      returning
        task.service_id, task.id as task_id, planned.execution_id, planned.scheduled_at as scheduled_for,
        planned.missed_slots, task.method, task.url, task.target, task.header, task.payload,
        task.timeout_seconds, task.retries, task.slot_taken as once
    ), opened as (
      insert into execution (
        service_id, task_id, id, slot_id, replica_id, created_at, started_at, scheduled_for, missed_slots, status
      )
      select service_id, task_id, execution_id, execution_id, ${options.replicaId}, now(), now(), scheduled_for, missed_slots, 'started'
      from claimed
      returning id, tableoid::regclass::text as partition, ctid::text as place
    )
    select json_agg(slot order by slot.scheduled_for, slot.task_id) as slots
    from (
      select
        service_id, task_id, execution_id, execution_id as slot_id, now() as created_at, opened.partition, opened.place,
        scheduled_for, 1 as attempt, 0 as redelivery, method, url, target, header, payload, timeout_seconds, retries,
        once, false as running
      from claimed
      join opened on opened.id = claimed.execution_id
      union all
      select
        service_id, id, last_id, last_id, last_created_at, '', '', scheduled_at, 1, 0, '', '', '', '{}', null, null, 0,
        false, true
      from due
      where running
    ) slot`
  return (row?.slots ?? []).map(withTimes)
}

/** Times as they stand in the API; JSON's own text for them ends in +00:00. */
function withTimes<T extends { created_at: string; scheduled_for: string }>(row: T): T {
  row.created_at = row.created_at.replace('+00:00', 'Z')
  row.scheduled_for = row.scheduled_for.replace('+00:00', 'Z')
  return row
}
