-- Parameters: $1 uuid[], $2 uuid[], $3 uuid[], $4 uuid[], $5 timestamp with time zone[], $6 timestamp with time zone[], $7 integer[], $8 integer[], $9 text[], $10 text[], $11 jsonb, $12 double precision, $13 integer, $14 integer, $15 integer, $16 integer, $17 uuid, $18 uuid
/* duly:restore_open */
with
  held as (
    select
      *
    from
      unnest(
        $1::uuid[],
        $2::uuid[],
        $3::uuid[],
        $4::uuid[],
        $5::timestamptz[],
        $6::timestamptz[],
        $7::integer[],
        $8::integer[],
        $9::text[]::boolean[],
        $10::text[]::boolean[]
      ) as "held" (
        "service_id",
        "task_id",
        "execution_id",
        "slot_id",
        "created_at",
        "scheduled_for",
        "attempt",
        "redelivery",
        "once",
        "was_queued"
      )
  ),
  -- Executions that are missing or still queued, with their tasks, which run nothing else.
  lost as materialized (
    select
      held.*,
      task.scheduled_at,
      coalesce(task.spread_offset, 0) as spread_offset,
      task.frequency,
      task.unit,
      task.anchor_day,
      task.phase,
      task.cron,
      task.time_zone,
      coalesce(task.calendar_use, '') as calendar_use,
      task.ends_at,
      task.runs_left,
      not held.was_queued
      and case
        when task.spread_offset > 0 then task.scheduled_at - make_interval(secs => task.spread_offset)
        else task.scheduled_at
      end = held.scheduled_for as is_due_again
    from
      held
      join task on task.service_id = held.service_id
      and task.id = held.task_id
    where
      task.deleted_at is null
      and not exists (
        select
        from
          execution
        where
          execution.service_id = held.service_id
          and execution.task_id = held.task_id
          and execution.created_at = held.created_at
          and execution.id = held.execution_id
          and execution.status <> 'queued'
      )
      and not exists (
        select
        from
          execution
        where
          execution.service_id = task.service_id
          and execution.task_id = task.id
          and execution.created_at = task.current_created_at
          and execution.id = task.current_execution_id
          and execution.status = 'started'
      )
    for update of
      task skip locked
  ),
  cron_times as (
    select
      cron,
      time_zone,
      scheduled_at,
      spread_offset,
      calendar_use,
      -- The replica gives the next time and the one after it, in case the next one has come by now.
      case
        when first_at > now() then first_at
        else second_at
      end as next_at,
      missed_slots + case
        when first_at <= now() then 1
        else 0
      end as missed_slots,
      each_at,
      each_missed
    from
      jsonb_to_recordset($11) as cron_times (
        cron text,
        time_zone text,
        scheduled_at timestamptz,
        spread_offset integer,
        calendar_use text,
        first_at timestamptz,
        second_at timestamptz,
        missed_slots integer,
        each_at timestamptz,
        each_missed integer
      )
    where
      coalesce(second_at, 'infinity') > now()
  ),
  due as materialized (
    select
      lost.*,
      case
        when lost.spread_offset > 0 then lost.scheduled_at - make_interval(secs => lost.spread_offset)
        else lost.scheduled_at
      end as slot_at,
      -- Slots after the end are none, and so not missed.
      case
        when lost.ends_at is null then now()
        else least(now(), (lost.ends_at + make_interval(secs => coalesce(lost.spread_offset, 0))))
      end as until_at,
      cron_times.next_at as cron_next_at,
      cron_times.missed_slots as cron_missed_slots
    from
      lost
      left join cron_times on cron_times.cron = lost.cron
      and cron_times.time_zone = lost.time_zone
      and cron_times.scheduled_at = lost.scheduled_at
      and cron_times.spread_offset = lost.spread_offset
      and cron_times.calendar_use = lost.calendar_use
  ),
  planned as materialized (
    select
      due.*,
      next.next_at,
      next.next_anchor_day,
      next.missed_slots,
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
          due.phase = 'restart'
          and due.scheduled_at < now() - make_interval(secs => $12) as late
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
              when due.unit = 'month' then date_trunc('month', due.slot_at) + make_interval(months => greatest(1, whole.months - $13::integer) * due.frequency) + make_interval(
                days => least(
                  step.day,
                  date_part(
                    'day',
                    date_trunc('month', due.slot_at) + make_interval(months => greatest(1, whole.months - $14::integer) * due.frequency + 1) - interval '1 day'
                  )
                )::integer - 1
              ) + (due.slot_at - date_trunc('day', due.slot_at)) + make_interval(secs => due.spread_offset)
              else due.scheduled_at + make_interval(secs => greatest(1, whole.steps - $15::integer) * step.seconds)
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
            when false then greatest(1, coalesce(whole.months, whole.steps) - $16::integer) - 1
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
            when due.runs_left <= 1 then true
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
  started as (
    update execution
    set
      status = 'started',
      replica_id = $17,
      started_at = now()
    from
      planned
    where
      execution.service_id = planned.service_id
      and execution.task_id = planned.task_id
      and execution.created_at = planned.created_at
      and execution.id = planned.execution_id
      and execution.status = 'queued'
    returning
      execution.id
  ),
  inserted as (
    insert into
      execution (
        service_id,
        task_id,
        id,
        slot_id,
        replica_id,
        created_at,
        started_at,
        scheduled_for,
        attempt,
        redelivery,
        status
      )
    select
      service_id,
      task_id,
      execution_id,
      slot_id,
      $18,
      created_at,
      created_at,
      scheduled_for,
      attempt,
      redelivery,
      'started'
    from
      planned
    where
      execution_id not in (
        select
          id
        from
          started
      )
  )
update task
set
  scheduled_at = case
    when planned.is_due_again then planned.next_at
    else task.scheduled_at
  end,
  anchor_day = case
    when planned.is_due_again then planned.next_anchor_day
    else task.anchor_day
  end,
  runs_left = task.runs_left - (
    planned.is_due_again
    and task.runs_left > 0
  )::integer,
  once_running = task.once_running
  or planned.is_due_again
  and planned.ends
  or planned.once
  and planned.frequency is null
  and planned.cron is null,
  current_created_at = planned.created_at,
  current_execution_id = planned.execution_id,
  queued_running = planned.was_queued,
  queued_for = case
    when task.queued_id = planned.execution_id then null
    else task.queued_for
  end,
  queued_created_at = case
    when task.queued_id = planned.execution_id then null
    else task.queued_created_at
  end,
  queued_id = case
    when task.queued_id = planned.execution_id then null
    else task.queued_id
  end
from
  planned
where
  task.service_id = planned.service_id
  and task.id = planned.task_id
