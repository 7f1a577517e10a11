-- Parameters: $1 uuid[], $2 uuid[], $3 timestamp with time zone[], $4 uuid[], $5 integer, $6 integer
/* duly:close_unclaimable */
with
  unclaimable as materialized (
    select
      execution.service_id,
      execution.task_id,
      execution.created_at,
      execution.id
    from
      unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[]) as "orphan" ("service_id", "task_id", "created_at", "id")
      join execution on execution.service_id = orphan.service_id
      and execution.task_id = orphan.task_id
      and execution.created_at = orphan.created_at
      and execution.id = orphan.id
      join task on task.service_id = execution.service_id
      and task.id = execution.task_id
    where
      execution.status = 'queued'
      and task.queued_id is distinct from execution.id
    for update of
      task,
      execution skip locked
  ),
  closed as (
    update execution
    set
      status = 'failed',
      error = 'not sent: its task no longer waited for it'
    from
      unclaimable
    where
      execution.service_id = unclaimable.service_id
      and execution.task_id = unclaimable.task_id
      and execution.created_at = unclaimable.created_at
      and execution.id = unclaimable.id
    returning
      execution.service_id,
      execution.task_id,
      execution.created_at,
      execution.id,
      execution.status_code,
      execution.error
  ),
  tallied as (
    insert into
      tally_pending (service_id, at, failed, skipped, duration_ms, skew_ms)
    select
      service_id,
      date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00+00'),
      sum(count)::integer,
      0::integer,
      array_fill(0, array[$5::integer]),
      array_fill(0, array[$6::integer])
    from
      (
        select
          service_id,
          1 as count
        from
          (
            select
              *
            from
              closed
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
          *
        from
          closed
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
              *
            from
              closed
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
                  *
                from
                  closed
              ) failure
          ) failure
      ) failure
    order by
      service_id,
      reason
    on conflict (service_id, reason) do nothing
  )
select
  count(*)::integer as closed
from
  closed
