-- Parameters: $1 uuid[], $2 uuid[], $3 timestamp with time zone[], $4 uuid[], $5 timestamp with time zone, $6 timestamp with time zone, $7 uuid, $8 timestamp with time zone, $9 uuid, $10 text[], $11 uuid[], $12 text[], $13 integer[], $14 text[], $15 text[], $16 integer[], $17 integer[], $18 integer[], $19 integer[], $20 text[], $21 text[], $22 integer[], $23 text[], $24 timestamp with time zone, $25 smallint, $26 integer, $27 integer, $28 double precision[], $29 double precision[]
/* duly:close_by_key */
-- The executions to close.
with
  wanted as (
    select
      *
    from
      unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[]) as "wanted" ("service_id", "task_id", "created_at", "execution_id")
  ),
  -- Tasks that are running an execution whose row no longer exists. They are released without a follow-up.
  orphaned as materialized (
    select
      task.ctid
    from
      wanted
      cross join lateral (
        select
          task.ctid
        from
          task
        where
          task.service_id = wanted.service_id
          and task.id = wanted.task_id
          and task.current_execution_id = wanted.execution_id
          and (
            task.once_running
            or task.queued_running
          )
          and task.queued_id is null
          and (
            select
              true
            from
              execution
            where
              execution.service_id = wanted.service_id
              and execution.task_id = wanted.task_id
              and execution.created_at >= $5::timestamptz - interval '1 second'
              and execution.created_at is not distinct from wanted.created_at
              and execution.id = wanted.execution_id
            limit
              1
          ) is null
        limit
          1
        for update
          skip locked
      ) task
  ),
  released_orphaned as (
    update task
    set
      status = case
        when task.once_running then 'disabled'
        else task.status
      end,
      paused_until = case
        when task.once_running then null
        else task.paused_until
      end,
      scheduled_at = case
        when task.once_running then null
        else task.scheduled_at
      end,
      once_running = false,
      queued_running = false
    from
      orphaned
    where
      task.ctid = orphaned.ctid
  ),
  -- Those that this replica still has open.
  still_open as materialized (
    select
      wanted.*
    from
      wanted
    where
      (
        select
          true
        from
          execution
        where
          execution.service_id = wanted.service_id
          and execution.task_id = wanted.task_id
          and execution.created_at >= $6::timestamptz - interval '1 second'
          and execution.created_at is not distinct from wanted.created_at
          and execution.id = wanted.execution_id
          and execution.status = 'started'
          and execution.replica_id = $7
        limit
          1
      )
  ),
  -- Those that no other transaction has locked, with their tasks.
  locked as materialized (
    select
      wanted.execution_id,
      execution.*
    from
      still_open as wanted
      cross join lateral (
        select
        from
          task
        where
          task.service_id = wanted.service_id
          and task.id = wanted.task_id
        limit
          1
        for update
          skip locked
      ) task
      cross join lateral (
        select
          execution.tableoid as partition,
          execution.ctid
        from
          execution
        where
          execution.service_id = wanted.service_id
          and execution.task_id = wanted.task_id
          and execution.created_at >= $8::timestamptz - interval '1 second'
          and execution.created_at is not distinct from wanted.created_at
          and execution.id = wanted.execution_id
          and execution.status = 'started'
          and execution.replica_id = $9
        limit
          1
        for update
          skip locked
      ) execution
  ),
  closed as (
    update execution
    set
      status = outcome.status,
      status_code = outcome.status_code,
      response = outcome.response,
      response_truncated = outcome.response_truncated,
      duration_ms = outcome.duration_ms,
      waited_ms = outcome.waited_ms,
      lookup_ms = outcome.lookup_ms,
      answer_ms = outcome.answer_ms,
      sent_twice = outcome.sent_twice,
      error = outcome.error
    from
      (
        select
          locked.partition,
          locked.ctid as locked_ctid,
          outcome.*
        from
          locked
          join unnest(
            $10::text[]::tid[],
            $11::uuid[],
            $12::text[],
            $13::integer[],
            $14::text[],
            $15::text[]::boolean[],
            $16::integer[],
            $17::integer[],
            $18::integer[],
            $19::integer[],
            $20::text[]::boolean[],
            $21::text[],
            $22::integer[],
            $23::text[]::boolean[]
          ) as "outcome" (
            "ctid",
            "execution_id",
            "status",
            "status_code",
            "response",
            "response_truncated",
            "duration_ms",
            "waited_ms",
            "lookup_ms",
            "answer_ms",
            "sent_twice",
            "error",
            "retry_in_ms",
            "redeliver"
          ) on outcome.execution_id = locked.execution_id
      ) outcome
      -- Reads the rows by their ctids; the conditions below find each one's outcome.
    where
      execution.ctid = any (
        array(
          select
            ctid
          from
            locked
        )
      )
      and execution.ctid = outcome.locked_ctid
      and execution.tableoid = outcome.partition
      and execution.created_at >= $24::timestamptz - interval '1 second'
    returning
      execution.service_id,
      execution.task_id,
      execution.id,
      execution.slot_id,
      execution.scheduled_for,
      execution.missed_slots,
      execution.attempt,
      execution.redelivery,
      execution.stop_requested_at,
      execution.status,
      execution.error,
      execution.duration_ms,
      execution.created_at,
      execution.started_at,
      execution.status_code,
      make_interval(secs => outcome.retry_in_ms / 1000.0) as retry_in,
      outcome.redeliver
  ),
  -- The closed executions with their tasks, locked in the order of their key. With has_next another attempt follows.
  ended as (
    select
      closed.*,
      task.once_running,
      task.current_execution_id = closed.id as is_current,
      now() + coalesce(closed.retry_in, interval '0') as next_for,
      gen_random_uuid() as next_id,
      closed.stop_requested_at is null
      and task.status = 'active'
      and task.queued_id is null
      and task.current_execution_id = closed.id
      and case
      -- Redeliveries remain, or the retry is due before the next slot.
        when closed.redeliver then closed.redelivery < $25
        else closed.retry_in is not null
        and (
          task.once_running
          or now() + closed.retry_in < task.scheduled_at
        )
      end as has_next
    from
      closed
      join task on task.service_id = closed.service_id
      and task.id = closed.task_id
    order by
      closed.service_id,
      closed.task_id
    for update of
      task
  ),
  -- The next attempts.
  queued as (
    insert into
      execution (
        service_id,
        task_id,
        id,
        slot_id,
        created_at,
        scheduled_for,
        missed_slots,
        attempt,
        redelivery,
        status
      )
    select
      service_id,
      task_id,
      next_id,
      slot_id,
      now(),
      scheduled_for,
      missed_slots,
      attempt + case
        when redeliver then 0
        else 1
      end,
      case
        when redeliver then redelivery + 1
        else 0
      end,
      'queued'
    from
      ended
    where
      has_next
  ),
  -- Their tasks: queued again, or no longer running; those that run once are disabled when no attempt follows.
  released as (
    update task
    set
      queued_for = case
        when ended.has_next then ended.next_for
        else task.queued_for
      end,
      queued_created_at = case
        when ended.has_next then now()
        else task.queued_created_at
      end,
      queued_id = case
        when ended.has_next then ended.next_id
        else task.queued_id
      end,
      queued_running = task.queued_running
      and not ended.is_current,
      status = case
        when ended.once_running
        and ended.is_current
        and not ended.has_next then 'disabled'
        else task.status
      end,
      paused_until = case
        when ended.once_running
        and ended.is_current
        and not ended.has_next then null
        else task.paused_until
      end,
      scheduled_at = case
        when ended.once_running
        and ended.is_current
        and not ended.has_next then null
        else task.scheduled_at
      end,
      once_running = task.once_running
      and not (
        ended.is_current
        and not ended.has_next
      )
    from
      ended
    where
      task.service_id = ended.service_id
      and task.id = ended.task_id
      and (
        ended.is_current
        or ended.has_next
      )
  ),
  -- One row for each service, to be added to tally later.
  tallied as (
    insert into
      tally_pending (service_id, at, success, failed, duration_ms, skew_ms)
    select
      service_id,
      date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00+00'),
      success,
      failed,
      array(
        select
          cardinality(array_positions(durations, bucket))
        from
          generate_series(0, $26::integer) as bucket
      ),
      array(
        select
          cardinality(array_positions(skews, bucket))
        from
          generate_series(0, $27::integer) as bucket
      )
    from
      (
        select
          service_id,
          count(*) filter (
            where
              status = 'success'
          )::integer as success,
          count(*) filter (
            where
              status = 'failed'
          )::integer as failed,
          array_agg(width_bucket(duration_ms::float8, $28::float8[])) as durations,
          array_agg(
            case
            -- A run now has no slot: scheduled_for equals created_at.
              when attempt = 1
              and redelivery = 0
              and missed_slots = 0
              and scheduled_for < created_at then width_bucket(date_part('epoch', started_at - scheduled_for) * 1000, $29::float8[])
            end
          ) as skews
        from
          closed
        group by
          service_id
      ) gathered
  ),
  -- Ends that may change whether a task is failing, to be merged into failing_task later. An execution that a person
  -- has stopped, and that failed, changes nothing: nobody wants an alert of it.
  failing as (
    insert into
      failing_pending (service_id, task_id, status, error, ran_at, settled)
    select
      service_id,
      task_id,
      status,
      error,
      ran_at,
      settled
    from
      (
        select
          service_id,
          task_id,
          status,
          error,
          created_at as ran_at,
          id not in (
            select
              id
            from
              ended
            where
              has_next
          ) as settled
        from
          closed
        where
          status = 'success'
          or stop_requested_at is null
      ) ended
    where
      status = 'failed'
      or (
        (
          select
            true
          from
            failing_task
          where
            failing_task.service_id = ended.service_id
            and failing_task.task_id = ended.task_id
          limit
            1
        )
        or (
          select
            true
          from
            failing_pending
          where
            failing_pending.service_id = ended.service_id
            and failing_pending.task_id = ended.task_id
          limit
            1
        )
      )
  ),
  recorded_failure as (
    insert into
      failed_execution (service_id, created_at, id, task_id, reason, settled)
    select
      service_id,
      created_at,
      id,
      task_id,
      hashtextextended (concat(status_code, ' ', error), 0),
      settled
    from
      (
        select
          service_id,
          task_id,
          created_at,
          id,
          status_code,
          error,
          id not in (
            select
              id
            from
              ended
            where
              has_next
          ) as settled
        from
          closed
        where
          status = 'failed'
      ) failure
  ),
  recorded_reason as (
    insert into
      failure_reason (service_id, reason, status_code, error)
    select distinct
      on (service_id, reason) service_id,
      reason,
      status_code,
      error
    from
      (
        select
          service_id,
          status_code,
          error,
          hashtextextended (concat(status_code, ' ', error), 0) as reason
        from
          (
            select
              service_id,
              task_id,
              created_at,
              id,
              status_code,
              error,
              id not in (
                select
                  id
                from
                  ended
                where
                  has_next
              ) as settled
            from
              closed
            where
              status = 'failed'
          ) failure
      ) failure
    order by
      service_id,
      reason
    on conflict (service_id, reason) do nothing
  )
select
  array(
    select
      execution_id
    from
      still_open
    where
      execution_id not in (
        select
          id
        from
          closed
      )
  ) as open,
  array(
    select
      id
    from
      closed
  ) as closed,
  array(
    select
      id
    from
      ended
    where
      has_next
  ) as followed
