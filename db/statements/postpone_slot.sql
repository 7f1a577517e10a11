-- Parameters: $1 uuid, $2 uuid, $3 timestamp with time zone, $4 integer, $5 integer, $6 text, $7 text, $8 text, $9 timestamp with time zone, $10 text
/* duly:postpone_slot */
with
  moved as (
    update task
    set
      scheduled_at = now() + interval '1 hour'
    where
      service_id = $1
      and id = $2
      and scheduled_at = $3
    returning
      service_id,
      id,
      gen_random_uuid() as slot_id
  ),
  tallied as (
    insert into
      tally_pending (service_id, at, failed, skipped, duration_ms, skew_ms)
    select
      service_id,
      date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00+00'),
      sum(count)::integer,
      0::integer,
      array_fill(0, array[$4::integer]),
      array_fill(0, array[$5::integer])
    from
      (
        select
          service_id,
          1 as count
        from
          moved
      ) unsent
    group by
      service_id
  ),
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
          id as task_id,
          'failed' as status,
          $6 as error,
          now() as ran_at,
          true as settled
        from
          moved
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
          id as task_id,
          now() as created_at,
          slot_id as id,
          null::integer as status_code,
          $7::text as error,
          true as settled
        from
          moved
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
              id as task_id,
              now() as created_at,
              slot_id as id,
              null::integer as status_code,
              $8::text as error,
              true as settled
            from
              moved
          ) failure
      ) failure
    order by
      service_id,
      reason
    on conflict (service_id, reason) do nothing
  )
insert into
  execution (service_id, task_id, id, slot_id, scheduled_for, status, error)
select
  service_id,
  id,
  slot_id,
  slot_id,
  $9,
  'failed',
  $10
from
  moved
returning
  service_id,
  task_id,
  slot_id,
  id as execution_id,
  status,
  error
