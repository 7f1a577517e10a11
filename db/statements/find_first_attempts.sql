-- Parameters: $1 uuid[], $2 uuid[], $3 uuid[], $4 uuid[], $5 integer[]
/* duly:find_first_attempts */
select
  sought.execution_id,
  (date_part('epoch', now() - first.created_at) * 1000)::float8 as since_first_ms
from
  unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::integer[]) as "sought" ("service_id", "task_id", "slot_id", "execution_id", "seconds")
  cross join lateral (
    select
      execution.created_at
    from
      execution
    where
      execution.service_id = sought.service_id
      and execution.task_id = sought.task_id
      and execution.created_at >= now() - make_interval(secs => sought.seconds)
      and execution.slot_id = sought.slot_id
    order by
      execution.created_at
    limit
      1
  ) first
