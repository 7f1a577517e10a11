-- Parameters: $1 uuid, $2 timestamp with time zone, $3 text, $4 uuid, $5 timestamp with time zone, $6 uuid[], $7 smallint, $8 integer, $9 integer, $10 double precision[], $11 double precision[]
/* duly:recover_left_open */
with
  row_of_lost as materialized (
    select
      id
    from
      replica
    where
      id = $1
      and lease_until = $2::timestamptz
    for update
      skip locked
  ),
  left_open as materialized (
    select
      execution.service_id,
      execution.task_id,
      execution.created_at,
      execution.id,
      $3::text as host
    from
      execution
      join task on task.service_id = execution.service_id
      and task.id = execution.task_id
    where
      exists (
        select
        from
          row_of_lost
      )
      and execution.replica_id = $4
      and execution.status = 'started'
      and execution.created_at >= $5
      and execution.id = any ($6::uuid[])
    for update of
      task,
      execution skip locked
  ),
  closed as (
    update execution
    set
      status = 'failed',
      error = 'lost: the replica on ' || left_open.host || ' stopped during the call; whether it arrived is not known' || case
        when execution.stop_requested_at is null then ''
        else '; not sent again, because a person had stopped waiting for it'
      end
    from
      left_open
    where
      execution.service_id = left_open.service_id
      and execution.task_id = left_open.task_id
      and execution.created_at = left_open.created_at
      and execution.id = left_open.id
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
      null::interval as retry_in,
      true as redeliver
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
        when closed.redeliver then closed.redelivery < $7
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
          generate_series(0, $8::integer) as bucket
      ),
      array(
        select
          cardinality(array_positions(skews, bucket))
        from
          generate_series(0, $9::integer) as bucket
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
          array_agg(width_bucket(duration_ms::float8, $10::float8[])) as durations,
          array_agg(
            case
            -- A run now has no slot: scheduled_for equals created_at.
              when attempt = 1
              and redelivery = 0
              and missed_slots = 0
              and scheduled_for < created_at then width_bucket(date_part('epoch', started_at - scheduled_for) * 1000, $11::float8[])
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
  (
    select
      count(*)::integer
    from
      closed
  ) as count,
  (
    select
      coalesce(json_agg(settled), '[]')
    from
      (
        select
          service_id,
          task_id,
          slot_id,
          id as execution_id,
          status,
          error
        from
          closed
        where
          id not in (
            select
              id
            from
              ended
            where
              has_next
          )
      ) settled
  ) as settled
