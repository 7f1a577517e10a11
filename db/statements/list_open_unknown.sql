-- Parameters: $1 text, $2 text, $3 text, $4 text, $5 text, $6 uuid, $7 uuid, $8 uuid[], $9 bigint
/* duly:list_open_unknown */
select
  execution.service_id,
  execution.task_id,
  execution.id as execution_id,
  execution.slot_id,
  execution.created_at,
  execution.tableoid::regclass::text as partition,
  execution.ctid::text as ctid,
  execution.scheduled_for,
  execution.attempt,
  execution.redelivery,
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
      $1::text,
      task."retry",
      $2::text,
      task."host",
      $3::text,
      task."expect",
      $4::text,
      task."tls_profile",
      $5::text,
      task."sealed_url",
      'spread_offset',
      coalesce(task.spread_offset, 0)
    )
  end as extras,
  task.once_running as once,
  task.limited_by as flow,
  true as was_queued
from
  execution
  join task on task.service_id = execution.service_id
  and task.id = execution.task_id
where
  execution.replica_id = $6
  and execution.status = 'started'
  and execution.created_at >= coalesce(
    (
      select
        oldest_open_at
      from
        replica
      where
        id = $7
    ),
    '-infinity'
  )
  and execution.id <> all ($8::uuid[])
limit
  $9
