-- Parameters: $1 uuid[], $2 uuid[], $3 timestamp with time zone[], $4 text[], $5 integer[], $6 timestamp with time zone[], $7 integer[], $8 text[], $9 integer, $10 integer, $11 integer, $12 integer, $13 integer, $14 integer, $15 boolean
/* duly:skip_late_slots */
-- The slots that the claim found too late, with the first time of a pattern that is not.
with
  late as (
    select
      *
    from
      unnest(
        $1::uuid[],
        $2::uuid[],
        $3::timestamptz[],
        $4::text[],
        $5::integer[],
        $6::timestamptz[],
        $7::integer[],
        $8::text[]
      ) as "late" (
        "service_id",
        "id",
        "scheduled_at",
        "calendar_use",
        "after_seconds",
        "cron_next_at",
        "cron_missed_slots",
        "reason"
      )
  ),
  -- Their tasks, locked in the order of their key.
  due as materialized (
    select
      slot.*,
      late.cron_next_at,
      late.cron_missed_slots,
      late.reason,
      case
        when slot.spread_offset > 0 then slot.scheduled_at - make_interval(secs => slot.spread_offset)
        else slot.scheduled_at
      end as slot_at,
      -- Slots after the end are none, and so not missed.
      case
        when slot.ends_at is null then now() - make_interval(secs => late.after_seconds)
        else least(
          now() - make_interval(secs => late.after_seconds),
          (slot.ends_at + make_interval(secs => coalesce(slot.spread_offset, 0)))
        )
      end as until_at,
      slot.scheduled_at + make_interval(secs => late.after_seconds) as too_late_at
    from
      (
        select
          *
        from
          late
        order by
          service_id,
          id
      ) late
      cross join lateral (
        select
          task.ctid,
          task.service_id,
          task.id,
          task.scheduled_at,
          coalesce(task.spread_offset, 0) as spread_offset,
          task.updated_at,
          task.frequency,
          task.unit,
          task.anchor_day,
          task.cron,
          task.ends_at
        from
          task
        where
          task.service_id = late.service_id
          and task.id = late.id
          and task.scheduled_at = late.scheduled_at
          and coalesce(task.calendar_use, '') = late.calendar_use
          and task.status = 'active'
          and not task.once_running
          and task.scheduled_at <= now()
        limit
          1
        for update
          skip locked
      ) slot
  ),
  -- The first slot of each task that is not too late, and the number of slots before it.
  planned as (
    select
      due.*,
      next.next_at,
      next.next_anchor_day,
      next.missed_slots + 1 as slots,
      next.ends
    from
      due
      cross join lateral (
        select
          due.until_at - make_interval(secs => due.spread_offset) as until,
          due.frequency * case due.unit
            when 'minute' then 60.0::float8
            when 'hour' then 3600
            when 'day' then 86400
            when 'week' then 604800
          end as seconds,
          -- The anchor day counts only while the slot is on it; an update may have moved the slot.
          case
            when date_part('day', due.slot_at) = least(due.anchor_day, date_part('day', date_trunc('month', due.slot_at) + interval '1 month -1 day')) then due.anchor_day
            else date_part('day', due.slot_at)
          end as day,
          -- A late task with phase restart starts a new one, one interval from now; any other keeps its phase.
          false as late
      ) step
      -- Whole intervals between the slot and that time.
      cross join lateral (
        select
          floor(date_part('epoch', due.until_at - due.scheduled_at) / step.seconds) as steps,
          case
            when due.unit = 'month' then (
              (date_part('year', step.until) - date_part('year', due.slot_at)) * 12 + date_part('month', step.until) - date_part('month', due.slot_at)
            )::integer / due.frequency
          end as months
      ) whole
      -- The last slot of a monthly task up to the current month (it may still be ahead), and the one after it.
      cross join lateral (
        select
          date_trunc('month', due.slot_at) + make_interval(months => whole.months * due.frequency) + make_interval(
            days => least(
              step.day,
              date_part(
                'day',
                date_trunc('month', due.slot_at) + make_interval(months => whole.months * due.frequency + 1) - interval '1 day'
              )
            )::integer - 1
          ) + (due.slot_at - date_trunc('day', due.slot_at)) + make_interval(secs => due.spread_offset) as this_at,
          date_trunc('month', due.slot_at) + make_interval(months => (whole.months + 1) * due.frequency) + make_interval(
            days => least(
              step.day,
              date_part(
                'day',
                date_trunc('month', due.slot_at) + make_interval(months => (whole.months + 1) * due.frequency + 1) - interval '1 day'
              )
            )::integer - 1
          ) + (due.slot_at - date_trunc('day', due.slot_at)) + make_interval(secs => due.spread_offset) as following_at
      ) monthly
      cross join lateral (
        select
          case
            when due.frequency is null then coalesce(due.cron_next_at, due.scheduled_at)
            when false then case
              when due.unit = 'month' then date_trunc('month', due.slot_at) + make_interval(months => greatest(1, whole.months - $9::integer) * due.frequency) + make_interval(
                days => least(
                  step.day,
                  date_part(
                    'day',
                    date_trunc('month', due.slot_at) + make_interval(months => greatest(1, whole.months - $10::integer) * due.frequency + 1) - interval '1 day'
                  )
                )::integer - 1
              ) + (due.slot_at - date_trunc('day', due.slot_at)) + make_interval(secs => due.spread_offset)
              else due.scheduled_at + make_interval(secs => greatest(1, whole.steps - $11::integer) * step.seconds)
            end
            when step.late
            and due.unit = 'month' then now() - make_interval(secs => due.spread_offset) + make_interval(months => due.frequency) + make_interval(secs => due.spread_offset)
            when step.late then now() + make_interval(secs => step.seconds)
            when due.unit = 'month' then case
              when monthly.this_at > due.until_at then monthly.this_at
              else monthly.following_at
            end
            else due.scheduled_at + make_interval(secs => (whole.steps + 1) * step.seconds)
          end as next_at,
          case
            when due.unit is distinct from 'month' then null
            when step.late
            and false is not true then date_part('day', now() - make_interval(secs => due.spread_offset))
            else step.day
          end::smallint as next_anchor_day,
          case
            when due.frequency is null then coalesce(due.cron_missed_slots, 0)
            when false then greatest(1, coalesce(whole.months, whole.steps) - $12::integer) - 1
            when due.unit = 'month' then whole.months - case
              when whole.months > 0
              and monthly.this_at > due.until_at then 1
              else 0
            end
            else whole.steps
          end::integer as missed_slots
          -- Works out each value once, and not in each place that uses it.
        offset
          0
      ) following
      cross join lateral (
        select
          case
            when due.frequency is null
            and due.cron_next_at is null then true
            when due.ends_at is null then false
            else following.next_at > (due.ends_at + make_interval(secs => coalesce(due.spread_offset, 0)))
          end as ends
      ) ending
      cross join lateral (
        select
          ending.ends,
          case
            when ending.ends then due.scheduled_at
            else following.next_at
          end as next_at,
          case
            when ending.ends then due.anchor_day
            else following.next_anchor_day
          end as next_anchor_day,
          following.missed_slots
      ) next
  ),
  moved as (
    update task
    set
      scheduled_at = case
        when planned.ends then null
        else planned.next_at
      end,
      anchor_day = planned.next_anchor_day,
      status = case
        when planned.ends then 'disabled'
        else task.status
      end
    from
      planned
    where
      task.ctid = planned.ctid
    returning
      planned.*
  ),
  tallied as (
    insert into
      tally_pending (service_id, at, failed, skipped, duration_ms, skew_ms)
    select
      service_id,
      date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00+00'),
      0::integer,
      sum(count)::integer,
      array_fill(0, array[$13::integer]),
      array_fill(0, array[$14::integer])
    from
      (
        select
          service_id,
          slots as count
        from
          moved
      ) unsent
    group by
      service_id
  ),
  -- For an alert, unless an operator wanted it, the service was told of an outage meanwhile, or the task was given a time in
  -- the past.
  noted as (
    insert into
      too_late_slot (service_id, task_id, scheduled_for, slots, reason)
    select
      service_id,
      id,
      scheduled_at,
      slots,
      reason
    from
      moved
    where
      $15
      and updated_at <= scheduled_at
      and not exists (
        select
        from
          outage
        where
          outage.began_at < moved.too_late_at
          and outage.ended_at > moved.scheduled_at
      )
  )
insert into
  execution (service_id, task_id, id, slot_id, created_at, scheduled_for, missed_slots, status, error)
select
  moved.service_id,
  moved.id,
  made.id,
  made.id,
  now(),
  moved.slot_at,
  moved.slots,
  'skipped',
  moved.reason
from
  moved
  -- The condition is always true. It depends on the row, so that each row gets an id of its own.
  cross join lateral (
    select
      gen_random_uuid() as id
    where
      moved.id is not null
  ) made
