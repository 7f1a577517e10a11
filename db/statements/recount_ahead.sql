-- Parameters: $1 uuid[], $2 uuid[], $3 uuid[], $4 uuid[], $5 text[], $6 timestamp with time zone[]
/* duly:recount_ahead */
with
  listed as (
    select
      *
    from
      unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[]) as "listed" ("service_id", "id", "current_execution_id", "skipped_id", "calendar_use", "next_at")
  ),
  ahead as materialized (
    select
      task.service_id,
      task.id,
      listed.skipped_id,
      listed.next_at
    from
      listed
      join task on task.service_id = listed.service_id
      and task.id = listed.id
    where
      coalesce(task.calendar_use, '') = listed.calendar_use
      and task.current_execution_id is not distinct from listed.current_execution_id
      and (
        listed.skipped_id is not null
        or task.current_created_at > now()
      )
      and task.status = 'active'
    for update of
      task skip locked
  )
update task
set
  scheduled_at = least(
    task.scheduled_at,
    ahead.next_at,
    now() + case
      when task.unit = 'minute' then make_interval(mins => task.frequency)
      when task.unit = 'hour' then make_interval(hours => task.frequency)
      when task.unit = 'day' then make_interval(days => task.frequency)
      when task.unit = 'week' then make_interval(days => 7 * task.frequency)
      when task.unit = 'month' then make_interval(months => task.frequency)
    end
  ),
  -- A slot may have been skipped because of an execution that is still running: then its key stays.
  current_created_at = case
    when ahead.skipped_id is not null then task.current_created_at
  end,
  current_execution_id = case
    when ahead.skipped_id is not null then task.current_execution_id
  end
from
  ahead
where
  task.service_id = ahead.service_id
  and task.id = ahead.id
