-- Parameters: $1 integer[], $2 uuid[], $3 integer[], $4 timestamp with time zone[], $5 uuid[], $6 text[], $7 timestamp with time zone
/* duly:find_queued_days */
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
      true
  )
select
  date_trunc('day', min(queued.queued_created_at)) as first_at,
  date_trunc('day', greatest(max(queued.queued_created_at), now() + interval '1 hour')) + interval '1 day' as end_at
from
  allotted
  cross join lateral (
    select
      task.queued_created_at
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
            execution.created_at >= $7::timestamptz
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
    order by
      task.queued_for
    limit
      allotted.seats
  ) queued
having
  count(*) > 0
