-- Parameters: $1 uuid[], $2 uuid[], $3 timestamp with time zone[], $4 uuid[], $5 integer[], $6 text[], $7 text[], $8 uuid[], $9 text[], $10 integer[], $11 text[], $12 text[], $13 integer[], $14 integer[], $15 integer[], $16 integer[], $17 text[], $18 text[], $19 integer[], $20 text[], $21 uuid, $22 smallint, $23 smallint, $24 bigint, $25 uuid[], $26 integer[], $27 integer[], $28 text[], $29 text[], $30 uuid[], $31 bigint, $32 bigint
/* duly:close_with_follow_up */
with
  failure as materialized (
    select
      *
    from
      unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::integer[], $6::text[]) as "failure" ("service_id", "task_id", "created_at", "id", "status_code", "error")
  ),
  closed as (
    update "execution_default" as execution
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
      unnest(
        $7::text[]::tid[],
        $8::uuid[],
        $9::text[],
        $10::integer[],
        $11::text[],
        $12::text[]::boolean[],
        $13::integer[],
        $14::integer[],
        $15::integer[],
        $16::integer[],
        $17::text[]::boolean[],
        $18::text[],
        $19::integer[],
        $20::text[]::boolean[]
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
      )
      -- The ctid is that of the claim; the id makes sure that it is still the same row.
    where
      execution.ctid = outcome.ctid
      and execution.id = outcome.execution_id
      and execution.status = 'started'
      and execution.replica_id = $21
    returning
      execution.service_id,
      execution.task_id,
      execution.id,
      execution.slot_id,
      execution.status,
      execution.scheduled_for,
      execution.missed_slots,
      execution.attempt,
      execution.redelivery,
      execution.stop_requested_at,
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
        when closed.redeliver then closed.redelivery < $22
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
  -- Counts them. Violates a constraint, so that nothing is written, unless all are in closed.
  tallied as (
    insert into
      tally (service_id, at, shard, success, failed, skipped, duration_ms, skew_ms)
    select
      service_id,
      date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00+00'),
      $23,
      success,
      failed,
      skipped,
      duration_ms,
      skew_ms
    from
      (
        select
          -- Not all were closed: -1 violates tally_counts_not_negative.
          service_id,
          case
            when (
              select
                count(*)
              from
                closed
            ) = $24 then success
            else -1
          end as success,
          failed,
          0 as skipped,
          duration_ms::integer[],
          skew_ms::integer[]
        from
          unnest($25::uuid[], $26::integer[], $27::integer[], $28::text[], $29::text[]) as "sum" ("service_id", "success", "failed", "duration_ms", "skew_ms")
      ) ended
    order by
      service_id
    on conflict (service_id, at, shard) do update
    set
      success = tally.success + excluded.success,
      failed = tally.failed + excluded.failed,
      skipped = tally.skipped + excluded.skipped,
      duration_ms = array(
        select
          old + new
        from
          unnest(tally.duration_ms, excluded.duration_ms) as cell (old, new)
      ),
      skew_ms = array(
        select
          old + new
        from
          unnest(tally.skew_ms, excluded.skew_ms) as cell (old, new)
      )
  ),
  -- Failing tasks, with the number of failures since the last success.
  failing as (
    insert into
      failing_task (service_id, task_id, error, settled, alert_due)
    select
      service_id,
      task_id,
      error,
      settled::integer,
      settled
    from
      (
        select
          service_id,
          task_id,
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
          failure
      ) failure
    order by
      service_id,
      task_id
    on conflict (service_id, task_id) do update
    set
      consecutive = failing_task.consecutive + 1,
      settled = failing_task.settled + excluded.settled,
      alert_due = failing_task.settled + excluded.settled >= failing_task.alert_from,
      last_failed_at = excluded.last_failed_at,
      error = excluded.error
  ),
  -- Failing tasks of the services in the batch; the limit is one more than counts as few.
  few as materialized (
    select
      task_id
    from
      failing_task
    where
      service_id = any ($30::uuid[])
    limit
      $31
  ),
  -- Tasks that have succeeded are no longer failing.
  recovered as (
    delete from failing_task using closed
    where
      exists (
        select
        from
          few
      )
      -- Where few tasks fail, a lookup in a small hash table for each success is cheaper than one in the index.
      and (
        closed.task_id in (
          select
            task_id
          from
            few
        )
        or (
          select
            count(*)
          from
            few
        ) > $32
      )
      and closed.status = 'success'
      and failing_task.service_id = closed.service_id
      and failing_task.task_id = closed.task_id
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
          failure.*,
          id not in (
            select
              id
            from
              ended
            where
              has_next
          ) as settled
        from
          failure
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
              failure.*,
              id not in (
                select
                  id
                from
                  ended
                where
                  has_next
              ) as settled
            from
              failure
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
      id
    from
      ended
    where
      has_next
  ) as followed
