import { rows } from '../database/rows.ts'
import type { Sql } from '../database/sql.ts'
import type { CalendarUse } from '../schedule/calendar.ts'
import { countTimes } from '../schedule/count-times.ts'
import { nextStart } from '../schedule/next-start.ts'
import { countUnsent } from '../tally/pending.ts'
import { type CalendarUses, calendarUseIn, readCalendarUses } from './calendar-use.ts'
import type { LateSlot } from './claim-slots.ts'
import { intervalNext, nextColumns } from './interval-next.ts'
import { isSlotDue } from './predicates.ts'
import { offsetIn } from './spread.ts'

/** Slots of a pattern are counted up to this. */
const countedAtMost = 100_000

/**
 * Skips slots that are too late, in one statement: moves each task to its first slot that is not too late, which may be due,
 * and inserts one `skipped` execution that counts the slots before it. A task without a further slot is disabled. It notes the slots for an alert (see too_late_slot). A task that has changed in the meantime is left for the next claim.
 * @param onPurpose why an operator has them skipped, in place of the reason of each slot; then no alert is noted
 * @returns how many skipped executions were written
 */
export async function skipLateSlots(sql: Sql, found: readonly LateSlot[], onPurpose?: string): Promise<number> {
  const uses = await readCalendarUses(sql, found)
  // Those of a calendar that has changed meanwhile are found again, with the new one.
  const late = found.filter(({ calendar_use }) => uses.has(calendar_use))
  const { count } = await sql`
    /* duly:skip_late_slots */
    -- The slots that the claim found too late, with the first time of a pattern that is not.
    with late as (
      select *
      from ${rows(sql, late.map(withCronTimes(uses)), 'late', {
        service_id: 'uuid',
        id: ['uuid', ({ task_id }) => task_id],
        scheduled_at: 'timestamptz',
        calendar_use: 'text',
        after_seconds: 'integer',
        cron_next_at: 'timestamptz',
        cron_missed_slots: 'integer',
        reason: ['text', ({ reason }) => onPurpose ?? reason],
      })}
    ),
    -- Their tasks, locked in the order of their key.
    due as materialized (
      select
        slot.*, late.cron_next_at, late.cron_missed_slots, late.reason,
        ${nextColumns(sql, sql`slot`, sql`now() - make_interval(secs => late.after_seconds)`)},
        slot.scheduled_at + make_interval(secs => late.after_seconds) as too_late_at
      from (select * from late order by service_id, id) late
      cross join lateral (
        select
          task.ctid, task.service_id, task.id, task.scheduled_at, ${offsetIn(sql)} as spread_offset, task.updated_at,
          task.frequency, task.unit, task.anchor_day, task.cron, task.ends_at
        from task
        where task.service_id = late.service_id
          and task.id = late.id
          and task.scheduled_at = late.scheduled_at
          and ${calendarUseIn(sql)} = late.calendar_use
          and ${isSlotDue(sql)}
        limit 1
        for update skip locked
      ) slot
    ),
    -- The first slot of each task that is not too late, and the number of slots before it.
    planned as (
      select due.*, next.next_at, next.next_anchor_day, next.missed_slots + 1 as slots, next.ends
      from due
      cross join ${intervalNext(sql)}
    ),
    moved as (
      update task
      set scheduled_at = case when planned.ends then null else planned.next_at end,
          anchor_day = planned.next_anchor_day,
          status = case when planned.ends then 'disabled' else task.status end
      from planned
      where task.ctid = planned.ctid
      returning planned.*
    ),
    tallied as (
      ${countUnsent(sql, 'skipped', sql`select service_id, slots as count from moved`)}
    ),
    -- For an alert, unless an operator wanted it, the service was told of an outage meanwhile, or the task was given a time in
    -- the past.
    noted as (
      insert into too_late_slot (service_id, task_id, scheduled_for, slots, reason)
      select service_id, id, scheduled_at, slots, reason
      from moved
      where ${onPurpose === undefined}
        and updated_at <= scheduled_at
        and not exists (
          select from outage
          where outage.began_at < moved.too_late_at
            and outage.ended_at > moved.scheduled_at
        )
    )
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, missed_slots, status, error)
    select
      moved.service_id, moved.id, made.id, made.id, now(), moved.slot_at, moved.slots, 'skipped', moved.reason
    from moved
    -- The condition is always true. It depends on the row, so that each row gets an id of its own.
    cross join lateral (select gen_random_uuid() as id where moved.id is not null) made`
  return count
}

/** Adds to late slots what SQL cannot compute: the first time of the pattern that is not too late, and those before it. */
function withCronTimes(uses: CalendarUses) {
  // Many tasks have the same pattern and the same slot.
  const times = new Map<string, Pick<WithCronTimes, 'cron_next_at' | 'cron_missed_slots'>>()
  return (slot: LateSlot): WithCronTimes => {
    const { cron, time_zone, calendar_use, scheduled_at, spread_offset, after_seconds, late_limit_seconds, now } = slot
    const key = [cron, time_zone, calendar_use, scheduled_at, spread_offset, after_seconds, now].join(' ')
    const found = times.get(key) ?? cronTimes(slot, uses.get(calendar_use))
    times.set(key, found)
    return {
      ...slot,
      ...found,
      reason:
        late_limit_seconds === after_seconds
          ? `too late: it could not start within late_limit_seconds, ${late_limit_seconds} s`
          : 'missed, and the task does not make up for missed slots',
    }
  }
}

interface WithCronTimes extends LateSlot {
  readonly cron_next_at: string | null
  readonly cron_missed_slots: number
  readonly reason: string
}

function cronTimes(
  { cron, time_zone, scheduled_at, spread_offset, after_seconds, now }: LateSlot,
  use: CalendarUse | undefined,
) {
  if (cron === null || time_zone === null) return { cron_next_at: null, cron_missed_slots: 0 }
  const cutoff = Date.parse(now) - after_seconds * 1000
  const next = nextStart(cron, time_zone, spread_offset, cutoff, use)
  // Slots are counted by the times of the pattern: the task starts later.
  const [slot, until] = [Date.parse(scheduled_at), cutoff].map((start) => start - spread_offset * 1000) as [
    number,
    number,
  ]
  return {
    cron_next_at: next === undefined ? null : new Date(next).toISOString(),
    cron_missed_slots: countTimes(cron, time_zone, Math.max(0, slot), until, countedAtMost, use),
  }
}
