-- Parameters: $1 integer[], $2 uuid[], $3 integer[], $4 timestamp with time zone[], $5 uuid[], $6 text[], $7 timestamp with time zone, $8 timestamp with time zone, $9 double precision, $10 text, $11 uuid, $12 double precision, $13 double precision, $14 double precision, $15 timestamp with time zone, $16 timestamp with time zone, $17 timestamp with time zone, $18 timestamp with time zone, $19 timestamp with time zone, $20 timestamp with time zone, $21 timestamp with time zone, $22 uuid, $23 timestamp with time zone, $24 timestamp with time zone, $25 text, $26 text, $27 text, $28 text, $29 text, $30 integer, $31 integer, $32 uuid
/* duly:claim_queued */
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
  -- Tasks whose queued execution is due, locked. Rows that another claim has locked are left to it.
  due as materialized (
    select
      allotted.allotment,
      due_task.*
    from
      allotted
      cross join lateral (
        select
          task.ctid,
          task.service_id,
          task.id,
          task.queued_created_at,
          task.queued_id,
          task.current_created_at,
          task.status,
          task.scheduled_at,
          task.once_running,
          task.frequency,
          task.cron
        from
          task
        where
          task.service_id = allotted.service_id
          and task.queued_for <= now()
          and not task.queued_running
          and task.limited_by is null
          and task.target <> all (allotted.full_targets)
          and not (
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
                execution.created_at >= $15::timestamptz
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
          -- The days by which partitions are pruned below, from find_queued_days. Others wait for the next claim.
          and task.queued_created_at >= $16::timestamptz
          and task.queued_created_at < $17::timestamptz
        order by
          task.queued_for
        limit
          allotted.seats
        for update of
          task skip locked
      ) due_task
  ),
  -- Without tasks that changed after the statement's snapshot: an execution started since then would not be visible. The
  -- ctid of such a task is that of its new version, which the snapshot does not contain.
  unchanged as materialized (
    select
      due.*
    from
      due
      cross join lateral (
        select
        from
          task
        where
          task.ctid = due.ctid
        limit
          1
      ) seen
  ),
  -- With their queued executions, locked. If there is none, it was dropped with its partition (is_missing), or another
  -- transaction has locked it.
  found as materialized (
    select
      task.*,
      queued.*,
      case
        when queued.execution_ctid is null then not exists (
          select
          from
            execution
          where
            execution.service_id = task.service_id
            and execution.task_id = task.id
            and execution.created_at >= $18::timestamptz
            and execution.created_at < $19::timestamptz
            and execution.created_at is not distinct from task.queued_created_at
            and execution.id = task.queued_id
            and execution.status = 'queued'
        )
      end as is_missing,
      -- A retry of a task that repeats, whose next slot was claimed or is due. Redeliveries are not overtaken.
      queued.attempt > 1
      and queued.redelivery = 0
      and (
        task.frequency is not null
        or task.cron is not null
      )
      and not task.once_running
      and (
        task.current_created_at > task.queued_created_at
        or (
          task.status = 'active'
          and not task.once_running
          and task.scheduled_at <= now()
        )
      ) as is_overtaken
    from
      unchanged as task
      left join lateral (
        select
          execution.tableoid as execution_table,
          execution.ctid as execution_ctid,
          execution.attempt,
          execution.redelivery
        from
          execution
        where
          execution.service_id = task.service_id
          and execution.task_id = task.id
          and execution.created_at >= $20::timestamptz
          and execution.created_at < $21::timestamptz
          and execution.created_at is not distinct from task.queued_created_at
          and execution.id = task.queued_id
          and execution.status = 'queued'
        limit
          1
        for update
          skip locked
      ) queued on true
  ),
  -- Starts them, or closes those that are overtaken.
  updated as (
    update execution
    set
      status = case
        when found.is_overtaken then 'failed'
        else 'started'
      end,
      error = case
        when found.is_overtaken then 'not sent: the next slot came before this retry'
      end,
      replica_id = $22,
      started_at = now()
    from
      found
      -- Reads the rows by their ctids; the conditions below find each one's task.
    where
      execution.ctid = any (
        array(
          select
            execution_ctid
          from
            found
        )
      )
      and execution.ctid = found.execution_ctid
      and execution.tableoid = found.execution_table
      and execution.created_at >= $23::timestamptz
      and execution.created_at < $24::timestamptz
    returning
      found.ctid as task_ctid,
      found.allotment,
      execution.service_id,
      execution.id,
      execution.created_at,
      execution.slot_id,
      execution.status,
      execution.scheduled_for,
      execution.attempt,
      execution.redelivery,
      execution.task_id,
      execution.status_code,
      execution.error,
      execution.tableoid::regclass::text as partition,
      execution.ctid::text as ctid
  ),
  -- Their tasks are no longer queued; those of started ones are running.
  claimed as (
    update task
    set
      queued_for = null,
      queued_created_at = null,
      queued_id = null,
      queued_running = updated.status = 'started',
      current_created_at = case
        when updated.status = 'started' then updated.created_at
        else task.current_created_at
      end,
      current_execution_id = case
        when updated.status = 'started' then updated.id
        else task.current_execution_id
      end
    from
      updated
    where
      task.ctid = updated.task_ctid
    returning
      updated.allotment,
      task.service_id,
      task.id as task_id,
      updated.id as execution_id,
      updated.slot_id,
      updated.created_at,
      updated.partition,
      updated.ctid,
      updated.scheduled_for,
      updated.attempt,
      updated.redelivery,
      updated.status,
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
          $25::text,
          task."retry",
          $26::text,
          task."host",
          $27::text,
          task."expect",
          $28::text,
          task."tls_profile",
          $29::text,
          task."sealed_url",
          'spread_offset',
          coalesce(task.spread_offset, 0)
        )
      end as extras,
      task.once_running as once
  ),
  -- Tasks whose queued execution no longer exists are not queued any more. One that runs once is due again.
  released as (
    update task
    set
      queued_for = null,
      queued_created_at = null,
      queued_id = null,
      once_running = false
    from
      found
    where
      task.ctid = found.ctid
      and found.is_missing
  ),
  -- The overtaken retries have failed.
  tallied as (
    insert into
      tally_pending (service_id, at, failed, skipped, duration_ms, skew_ms)
    select
      service_id,
      date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00+00'),
      sum(count)::integer,
      0::integer,
      array_fill(0, array[$30::integer]),
      array_fill(0, array[$31::integer])
    from
      (
        select
          service_id,
          1 as count
        from
          (
            select
              service_id,
              task_id,
              created_at,
              id,
              status_code,
              error
            from
              updated
            where
              status = 'failed'
          ) failure
      ) unsent
    group by
      service_id
  ),
  failing as (
    insert into
      failing_pending (service_id, task_id, status, error, ran_at, settled, is_attempt)
    select
      service_id,
      task_id,
      'failed',
      error,
      created_at,
      true,
      false
    from
      (
        select
          service_id,
          task_id,
          created_at,
          id,
          status_code,
          error
        from
          updated
        where
          status = 'failed'
      ) ended
    where
      (
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
          failure.*,
          true as settled
        from
          (
            select
              service_id,
              task_id,
              created_at,
              id,
              status_code,
              error
            from
              updated
            where
              status = 'failed'
          ) failure
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
              true as settled
            from
              (
                select
                  service_id,
                  task_id,
                  created_at,
                  id,
                  status_code,
                  error
                from
                  updated
                where
                  status = 'failed'
              ) failure
          ) failure
      ) failure
    order by
      service_id,
      reason
    on conflict (service_id, reason) do nothing
  ),
  -- Recovery looks for the executions of a lost replica from its oldest_open_at on.
  oldest_open as (
    update replica
    set
      oldest_open_at = oldest.created_at
    from
      (
        select
          min(created_at) as created_at
        from
          claimed
        where
          status = 'started'
      ) oldest
    where
      replica.id = $32
      and oldest.created_at < replica.oldest_open_at
  )
select
  allotment,
  service_id,
  task_id,
  execution_id,
  slot_id,
  created_at,
  partition,
  ctid,
  scheduled_for,
  attempt,
  redelivery,
  claimed."url",
  claimed."method",
  claimed."header",
  claimed."payload",
  claimed."timeout_seconds",
  claimed."retries",
  claimed."target",
  claimed."secret_header",
  claimed."extras",
  once,
  true as was_queued
from
  claimed
where
  status = 'started'
