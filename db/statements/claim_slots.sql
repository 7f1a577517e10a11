-- Parameters: $1 integer[], $2 uuid[], $3 integer[], $4 timestamp with time zone[], $5 uuid[], $6 text[], $7 timestamp with time zone, $8 timestamp with time zone, $9 double precision, $10 text, $11 uuid, $12 double precision, $13 double precision, $14 double precision, $15 jsonb, $16 timestamp with time zone, $17 integer, $18 integer, $19 text[], $20 timestamp with time zone, $21 double precision, $22 integer, $23 integer, $24 integer, $25 integer, $26 text, $27 text, $28 text, $29 text, $30 text, $31 uuid
/* duly:claim_slots */
-- What each service may claim. Empty unless this replica may claim now.
with
  allotted as materialized (
    select
      allotment,
      service_id,
      seats,
      after_at,
      after_id,
      array(
        select
          json_array_elements_text(full_targets::json)
      ) as full_targets
    from
      unnest($1::integer[], $2::uuid[], $3::integer[], $4::timestamptz[], $5::uuid[], $6::text[]) as "allotted" ("allotment", "service_id", "seats", "after_at", "after_id", "full_targets")
    where
      -- The replica has given up a claim that arrives late. If a claim arrives early, the database's clock was set back.
      now() <= $7::timestamptz
      and now() >= $8::timestamptz - make_interval(secs => $9)
      -- Held until this transaction has ended, so that others see whether a claim is still being carried out.
      and (
        select
          pg_try_advisory_xact_lock_shared(hashtextextended ('duly claim ' || $10::text, 0))
      )
      and exists (
        select
        from
          replica
        where
          replica.id = $11
          -- The lease lasts longer than this statement can, and no longer than a lease may.
          and lease_until > now() + make_interval(secs => $12)
          and lease_until <= now() + make_interval(secs => $13)
          -- The replica has compared what it has open with this server (null: a server that does not say which it is).
          and case
            when replica.server is null then true
            else replica.server = (
              substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) || ' ' || date_part('epoch', pg_postmaster_start_time())
            )
          end
          -- And so has every other replica with a valid lease.
          and not exists (
            select
            from
              replica as other
            where
              split_part(other.server, ' ', 1) <> split_part(replica.server, ' ', 1)
              and other.lease_until > now()
              and other.lease_until <= now() + make_interval(secs => $14)
          )
      )
  ),
  -- Next times of the due cron schedules, worked out by the replica. Tasks with any other pattern are not claimed.
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
      jsonb_to_recordset($15) as cron_times (
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
  -- Due slots, oldest first, locked. Rows that another claim has locked are left to it. Materialized, so that the rows are
  -- locked once and in this order.
  due as materialized (
    -- Columns that are never null come first, and those that are read alone come early: the further back a column is, the more
    -- it costs to read it.
    select
      allotted.allotment,
      gen_random_uuid() as execution_id,
      slot.queued_running
      or (
        (
          select
            true
          from
            execution
          where
            execution.service_id = slot.service_id
            and execution.task_id = slot.id
            and
            -- Prunes partitions: no replica has an older execution open, and no clock has been set back by more than an hour.
            execution.created_at >= $16::timestamptz
            and execution.created_at <= now() + interval '1 hour'
            -- Not "=": partitions must not be pruned by the value of a row.
            and execution.created_at is not distinct from slot.current_created_at
            and execution.id = slot.current_execution_id
            and execution.status = 'started'
          limit
            1
        ) is not null
        or case
        -- Started while the database's clock was ahead by more than that.
          when slot.current_created_at > now() + interval '1 hour' then (
            select
              true
            from
              execution
            where
              execution.service_id = slot.service_id
              and execution.task_id = slot.id
              and execution.created_at > now() + interval '1 hour'
              -- Not "=": partitions must not be pruned by the value of a row.
              and execution.created_at is not distinct from slot.current_created_at
              and execution.id = slot.current_execution_id
              and execution.status = 'started'
            limit
              1
          ) is not null
          else false
        end
      ) as running,
      cron_times.cron is not null as cron_known,
      case
        when slot.late_limit_seconds is null
        and slot.missed is distinct from 'none' then null
        when slot.scheduled_at < now() - make_interval(
          secs => least(
            slot.late_limit_seconds,
            case
              when slot.missed = 'none' then $17::integer
            end
          )
        ) then least(
          slot.late_limit_seconds,
          case
            when slot.missed = 'none' then $18::integer
          end
        )
      end as too_late_after,
      slot.*,
      case
        when slot.missed = 'all' then cron_times.each_at
        else cron_times.next_at
      end as cron_next_at,
      case
        when slot.missed = 'all' then cron_times.each_missed
        else cron_times.missed_slots
      end as cron_missed_slots,
      case
        when slot.spread_offset > 0 then slot.scheduled_at - make_interval(secs => slot.spread_offset)
        else slot.scheduled_at
      end as slot_at,
      -- Slots after the end are none, and so not missed.
      case
        when slot.ends_at is null then now()
        else least(now(), (slot.ends_at + make_interval(secs => coalesce(slot.spread_offset, 0))))
      end as until_at
    from
      allotted
      -- A lateral join with a limit reads no more index entries than there are seats.
      cross join lateral (
        select
          task.ctid,
          task.service_id,
          task.id,
          task.scheduled_at,
          task.queued_running,
          coalesce(task.spread_offset, 0) as spread_offset,
          task.frequency,
          task.unit,
          task.phase,
          task.anchor_day,
          task.cron,
          task.time_zone,
          coalesce(task.calendar_use, '') as calendar_use,
          task.current_created_at,
          task.current_execution_id,
          task.late_limit_seconds,
          task.missed,
          task.ends_at,
          task.runs_left
        from
          task
        where
          task.service_id = allotted.service_id
          and task.status = 'active'
          and not task.once_running
          and task.scheduled_at <= now()
          and task.limited_by is null
          and (task.scheduled_at, task.id) > (allotted.after_at, allotted.after_id)
          and task.target <> all (allotted.full_targets)
          and (
            task.cron is null
            or
            -- Compared as text: a subquery on cron_times here can crash PostgreSQL 18 (see cron-times.ts).
            concat_ws(
              ' ',
              task.scheduled_at,
              coalesce(task.spread_offset, 0),
              coalesce(task.calendar_use, ''),
              task.time_zone,
              task.cron
            ) = any ($19::text[])
          )
          -- A task that runs once, or each of its slots, is not skipped. While it runs, it would be the first row of every
          -- claim. Nor does it start before what is queued and due: the redelivery of an earlier slot. That may have been
          -- queued after now(), while this statement was being planned.
          and (
            (
              (
                task.frequency is not null
                or task.cron is not null
              )
              and task.missed is distinct from 'all'
            )
            or not (
              task.queued_running
              or coalesce(task.queued_for <= clock_timestamp(), false)
              or (
                (
                  select
                    true
                  from
                    execution
                  where
                    execution.service_id = task.service_id
                    and execution.task_id = task.id
                    and
                    -- Prunes partitions: no replica has an older execution open, and no clock has been set back by more than an hour.
                    execution.created_at >= $20::timestamptz
                    and execution.created_at <= now() + interval '1 hour'
                    -- Not "=": partitions must not be pruned by the value of a row.
                    and execution.created_at is not distinct from task.current_created_at
                    and execution.id = task.current_execution_id
                    and execution.status = 'started'
                  limit
                    1
                ) is not null
                or case
                -- Started while the database's clock was ahead by more than that.
                  when task.current_created_at > now() + interval '1 hour' then (
                    select
                      true
                    from
                      execution
                    where
                      execution.service_id = task.service_id
                      and execution.task_id = task.id
                      and execution.created_at > now() + interval '1 hour'
                      -- Not "=": partitions must not be pruned by the value of a row.
                      and execution.created_at is not distinct from task.current_created_at
                      and execution.id = task.current_execution_id
                      and execution.status = 'started'
                    limit
                      1
                  ) is not null
                  else false
                end
              )
            )
          )
        order by
          task.scheduled_at,
          task.id
        limit
          allotted.seats
        for update
          skip locked
      ) slot
      left join cron_times on cron_times.cron = slot.cron
      and cron_times.time_zone = slot.time_zone
      and cron_times.scheduled_at = slot.scheduled_at
      and cron_times.spread_offset = slot.spread_offset
      and cron_times.calendar_use = slot.calendar_use
  ),
  -- The next slot of each task that is not running, and how many slots were missed.
  planned as (
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
          and due.scheduled_at < now() - make_interval(secs => $21) as late
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
            when due.missed = 'all' then case
              when due.unit = 'month' then date_trunc('month', due.slot_at) + make_interval(months => greatest(1, whole.months - $22::integer) * due.frequency) + make_interval(
                days => least(
                  step.day,
                  date_part(
                    'day',
                    date_trunc('month', due.slot_at) + make_interval(months => greatest(1, whole.months - $23::integer) * due.frequency + 1) - interval '1 day'
                  )
                )::integer - 1
              ) + (due.slot_at - date_trunc('day', due.slot_at)) + make_interval(secs => due.spread_offset)
              else due.scheduled_at + make_interval(secs => greatest(1, whole.steps - $24::integer) * step.seconds)
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
            and due.missed = 'all' is not true then date_part('day', now() - make_interval(secs => due.spread_offset))
            else step.day
          end::smallint as next_anchor_day,
          case
            when due.frequency is null then coalesce(due.cron_missed_slots, 0)
            when due.missed = 'all' then greatest(1, coalesce(whole.months, whole.steps) - $25::integer) - 1
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
    where
      not due.running
      and due.too_late_after is null
      and (
        due.cron is null
        or due.cron_known
      )
  ),
  -- Moves the tasks on. They are joined by ctid: the rows are locked, so they stay where they are, and no index is read.
  claimed as (
    update task
    set
      scheduled_at = planned.next_at,
      anchor_day = planned.next_anchor_day,
      -- After its last slot a task ends like one that runs once.
      once_running = planned.ends,
      runs_left = planned.runs_left - (planned.runs_left > 0)::integer,
      current_created_at = now(),
      current_execution_id = planned.execution_id
    from
      planned
    where
      task.ctid = planned.ctid
    returning
      planned.allotment,
      task.service_id,
      task.id as task_id,
      planned.execution_id,
      planned.slot_at as scheduled_for,
      planned.missed_slots,
      -- How late a slot starts says nothing after an outage.
      planned.missed_slots = 0
      and (
        task.missed is distinct from 'all'
        or planned.next_at > now()
      ) as counts_skew,
      task."url",
      task."method",
      task."header",
      task."payload",
      task."timeout_seconds",
      task."retries",
      task."target",
      task."secret_header",
      case
        when task.spread_offset > 0
        or task."retry" is not null
        or task."host" is not null
        or task."expect" is not null
        or task."tls_profile" is not null
        or task."sealed_url" is not null then jsonb_build_object(
          $26::text,
          task."retry",
          $27::text,
          task."host",
          $28::text,
          task."expect",
          $29::text,
          task."tls_profile",
          $30::text,
          task."sealed_url",
          'spread_offset',
          coalesce(task.spread_offset, 0)
        )
      end as extras,
      task.once_running as once
  ),
  -- One started execution for each. The id of the first attempt is also the id of the slot.
  opened as (
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
        missed_slots,
        status
      )
    select
      service_id,
      task_id,
      execution_id,
      execution_id,
      $31,
      now(),
      now(),
      scheduled_for,
      missed_slots,
      'started'
    from
      claimed
    returning
      tableoid,
      ctid
  )
select
  now() as created_at,
  -- All executions of a statement have the same creation time, and so lie in one partition.
  (
    select
      tableoid::regclass::text
    from
      opened
    limit
      1
  ) as partition,
  (
    select
      json_build_array(
        array_agg("allotment"),
        array_agg("task_id"),
        array_agg("execution_id"),
        array_agg("scheduled_for"),
        array_agg("once"),
        array_agg("counts_skew"),
        array_agg("url"),
        array_agg("method"),
        array_agg("header"),
        array_agg("payload"),
        array_agg("timeout_seconds"),
        array_agg("retries"),
        array_agg("target"),
        array_agg("secret_header"),
        json_object_agg(execution_id, extras) filter (
          where
            extras is not null
        )
      )
    from
      claimed
  ) as taken,
  -- In the order of claimed, from which the rows were inserted. Not joined to it: PostgreSQL expects one row of each, and
  -- would compare each with each. Whoever closes an execution by its ctid checks its id.
  (
    select
      json_agg(ctid)
    from
      opened
  ) as opened,
  -- Slots that are not started, in one look: those of tasks that are still running, which skip_slots skips, and those that
  -- are too late, which skip_late_slots skips.
  (
    select
      json_build_array(
        json_agg(
          json_build_object(
            'service_id',
            service_id,
            'task_id',
            id,
            'execution_id',
            current_execution_id,
            'created_at',
            current_created_at,
            'scheduled_at',
            scheduled_at
          )
          order by
            scheduled_at,
            id
        ) filter (
          where
            running
        ),
        json_agg(
          json_build_object(
            'service_id',
            service_id,
            'task_id',
            id,
            'scheduled_at',
            scheduled_at,
            'spread_offset',
            spread_offset,
            'cron',
            cron,
            'time_zone',
            time_zone,
            'calendar_use',
            calendar_use,
            'after_seconds',
            too_late_after,
            'late_limit_seconds',
            late_limit_seconds
          )
        ) filter (
          where
            not running
        )
      )
    from
      due
    where
      running
      or too_late_after is not null
  ) as not_started
