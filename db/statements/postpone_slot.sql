-- Parameters: $1 uuid, $2 uuid, $3 timestamp with time zone, $4 integer, $5 integer, $6 text, $7 timestamp with time zone, $8 text
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
      failing_pending (service_id, task_id, status, error, ran_at)
    select
      service_id,
      task_id,
      status,
      error,
      ran_at
    from
      (
        select
          service_id,
          id as task_id,
          'failed' as status,
          $6 as error,
          now() as ran_at
        from
          moved
      ) ended
    where
      status = 'failed'
      or (
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
insert into
  execution (service_id, task_id, id, slot_id, scheduled_for, status, error)
select
  service_id,
  id,
  slot_id,
  slot_id,
  $7,
  'failed',
  $8
from
  moved
returning
  service_id,
  task_id,
  slot_id,
  id as execution_id,
  status,
  error
