-- Parameters: $1 uuid[], $2 uuid[], $3 uuid[], $4 timestamp with time zone[], $5 timestamp with time zone, $6 jsonb, $7 timestamp with time zone, $8 timestamp with time zone, $9 double precision, $10 integer, $11 integer, $12 integer, $13 integer, $14 timestamp with time zone, $15 timestamp with time zone, $16 integer, $17 integer
/* duly:skip_slots */
-- The tasks that the claim found running, with the keys of their executions.
with
  running as (
    select
      *
    from
      unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[]) as "running" ("service_id", "id", "current_execution_id", "current_created_at")
  ),
  -- Releases tasks that are marked as running although their execution no longer exists or has ended.
  released as (
    update task
    set
      queued_running = false
    from
      (
        select
          ended.ctid,
          running.current_execution_id
        from
          running
          cross join lateral (
            select
              task.ctid
            from
              task
            where
              task.service_id = running.service_id
              and task.id = running.id
              and task.current_execution_id = running.current_execution_id
              and task.queued_running
            limit
              1
          ) ended
        where
          (
            select
              true
            from
              execution
            where
              execution.service_id = running.service_id
              and execution.task_id = running.id
              and execution.created_at >= $5::timestamptz - interval '1 second'
              -- Not "=": partitions must not be pruned by the value of a row.
              and execution.created_at is not distinct from running.current_created_at
              and execution.id = running.current_execution_id
              and execution.status = 'started'
            limit
              1
          ) is null
      ) ended
    where
      task.ctid = ended.ctid
      and task.current_execution_id = ended.current_execution_id
      and task.queued_running
  ),
  -- Next times of the due cron schedules, worked out by the replica. Tasks with any other pattern are left.
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
      jsonb_to_recordset($6) as cron_times (
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
  -- Tasks whose slot is due while the execution is still running, locked in the order of their key.
  due as materialized (
    select
      slot.*,
      case
        when slot.spread_offset > 0 then slot.scheduled_at - make_interval(secs => slot.spread_offset)
        else slot.scheduled_at
      end as slot_at,
      -- Slots after the end are none, and so not missed.
      case
        when slot.ends_at is null then now()
        else least(now(), (slot.ends_at + make_interval(secs => coalesce(slot.spread_offset, 0))))
      end as until_at,
      running.current_created_at as run_created_at,
      cron_times.next_at as cron_next_at,
      cron_times.missed_slots as cron_missed_slots
    from
      (
        select
          *
        from
          running
        order by
          service_id,
          id
      ) running
      cross join lateral (
        select
          task.ctid,
          task.service_id,
          task.id,
          task.scheduled_at,
          coalesce(task.spread_offset, 0) as spread_offset,
          task.frequency,
          task.unit,
          task.anchor_day,
          task.phase,
          task.cron,
          task.time_zone,
          coalesce(task.calendar_use, '') as calendar_use,
          task.ends_at
        from
          task
        where
          task.service_id = running.service_id
          and task.id = running.id
          and task.current_execution_id = running.current_execution_id
          and task.status = 'active'
          and not task.once_running
          and task.scheduled_at <= now()
          and (
            task.frequency is not null
            or task.cron is not null
          )
        limit
          1
        for update
          skip locked
      ) slot
      left join cron_times on cron_times.cron = slot.cron
      and cron_times.time_zone = slot.time_zone
      and cron_times.scheduled_at = slot.scheduled_at
      and cron_times.spread_offset = slot.spread_offset
      and cron_times.calendar_use = slot.calendar_use
    where
      (
        slot.frequency is not null
        or cron_times.next_at is not null
      )
      and (
        select
          true
        from
          execution
        where
          execution.service_id = running.service_id
          and execution.task_id = running.id
          and execution.created_at >= $7::timestamptz - interval '1 second'
          -- Not "=": partitions must not be pruned by the value of a row.
          and execution.created_at is not distinct from running.current_created_at
          and execution.id = running.current_execution_id
          and execution.status = 'started'
        limit
          1
      )
  ),
  -- With the skipped execution that already counts slots for the running one, if there is one.
  with_skipped as materialized (
    select
      due.*,
      skipped.*
    from
      due
      left join lateral (
        select
          execution.tableoid as skipped_table,
          execution.ctid as skipped_ctid
        from
          execution
        where
          execution.service_id = due.service_id
          and execution.task_id = due.id
          and execution.created_at >= $8::timestamptz - interval '1 second'
          -- "is true": partitions must not be pruned by the value of a row.
          and (execution.created_at > due.run_created_at) is true
          and execution.status = 'skipped'
        limit
          1
        for update
          skip locked
      ) skipped on true
  ),
  -- The next slot of each task, and the number of slots to skip.
  planned as (
    select
      due.*,
      next.next_at,
      next.next_anchor_day,
      next.missed_slots + 1 as slots
    from
      with_skipped as due
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
          and due.scheduled_at < now() - make_interval(secs => $9) as late
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
              when due.unit = 'month' then date_trunc('month', due.slot_at) + make_interval(months => greatest(1, whole.months - $10::integer) * due.frequency) + make_interval(
                days => least(
                  step.day,
                  date_part(
                    'day',
                    date_trunc('month', due.slot_at) + make_interval(months => greatest(1, whole.months - $11::integer) * due.frequency + 1) - interval '1 day'
                  )
                )::integer - 1
              ) + (due.slot_at - date_trunc('day', due.slot_at)) + make_interval(secs => due.spread_offset)
              else due.scheduled_at + make_interval(secs => greatest(1, whole.steps - $12::integer) * step.seconds)
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
            when false then greatest(1, coalesce(whole.months, whole.steps) - $13::integer) - 1
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
    where
      not next.ends
      -- A task whose skipped execution is locked by another transaction is left for the next time.
      and (
        due.skipped_ctid is not null
        or (
          select
            true
          from
            execution
          where
            execution.service_id = due.service_id
            and execution.task_id = due.id
            and execution.created_at >= $14::timestamptz - interval '1 second'
            -- "is true": partitions must not be pruned by the value of a row.
            and (execution.created_at > due.run_created_at) is true
            and execution.status = 'skipped'
          limit
            1
        ) is null
      )
  ),
  moved as (
    update task
    set
      scheduled_at = planned.next_at,
      anchor_day = planned.next_anchor_day
    from
      planned
    where
      task.ctid = planned.ctid
    returning
      planned.*
  ),
  -- Adds to the skipped execution where there is one. Below, the other tasks get a new one.
  counted as (
    update execution
    set
      missed_slots = execution.missed_slots + moved.slots
    from
      moved
    where
      execution.ctid = any (
        array(
          select
            skipped_ctid
          from
            moved
        )
      )
      and execution.ctid = moved.skipped_ctid
      and execution.tableoid = moved.skipped_table
      and execution.created_at >= $15::timestamptz - interval '1 second'
    returning
      moved.id
  ),
  tallied as (
    insert into
      tally_pending (service_id, at, failed, skipped, duration_ms, skew_ms)
    select
      service_id,
      date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00+00'),
      0::integer,
      sum(count)::integer,
      array_fill(0, array[$16::integer]),
      array_fill(0, array[$17::integer])
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
  'passed over: the execution before it was still running'
from
  moved
  -- The condition is always true. It depends on the row, so that each row gets an id of its own.
  cross join lateral (
    select
      gen_random_uuid() as id
    where
      moved.id is not null
  ) made
where
  moved.id not in (
    select
      id
    from
      counted
  )
