-- Parameters: $1 uuid[], $2 uuid[], $3 uuid[], $4 uuid[]
/* duly:release_tasks */
with
  stuck as materialized (
    select
      task.service_id,
      task.id,
      task.queued_id is not null
      and not exists (
        select
        from
          execution
        where
          execution.service_id = task.service_id
          and execution.task_id = task.id
          and execution.created_at = task.queued_created_at
          and execution.id = task.queued_id
          and execution.status = 'queued'
      ) as is_queued_in_vain,
      task.once_running
      and task.queued_id is null
      and exists (
        select
        from
          execution
        where
          execution.service_id = task.service_id
          and execution.task_id = task.id
          and execution.created_at = task.current_created_at
          and execution.id = task.current_execution_id
      ) as has_run
    from
      unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) as "listed" ("service_id", "id", "current_execution_id", "queued_id")
      join task on task.service_id = listed.service_id
      and task.id = listed.id
      -- A task that was claimed in the meantime is left: this statement cannot see its new execution.
    where
      task.current_execution_id is not distinct from listed.current_execution_id
      and task.queued_id is not distinct from listed.queued_id
      and task.deleted_at is null
      and (
        task.queued_id is not null
        and not exists (
          select
          from
            execution
          where
            execution.service_id = task.service_id
            and execution.task_id = task.id
            and execution.created_at = task.queued_created_at
            and execution.id = task.queued_id
            and execution.status = 'queued'
        )
        or (
          task.queued_running
          or task.once_running
          and task.queued_id is null
        )
        and not exists (
          select
          from
            execution
          where
            execution.service_id = task.service_id
            and execution.task_id = task.id
            and execution.created_at = task.current_created_at
            and execution.id = task.current_execution_id
            and execution.status = 'started'
        )
      )
    for update of
      task skip locked
  )
update task
set
  queued_for = case
    when stuck.is_queued_in_vain then null
    else task.queued_for
  end,
  queued_created_at = case
    when stuck.is_queued_in_vain then null
    else task.queued_created_at
  end,
  queued_id = case
    when stuck.is_queued_in_vain then null
    else task.queued_id
  end,
  queued_running = task.queued_running
  and exists (
    select
    from
      execution
    where
      execution.service_id = task.service_id
      and execution.task_id = task.id
      and execution.created_at = task.current_created_at
      and execution.id = task.current_execution_id
      and execution.status = 'started'
  ),
  status = case
    when stuck.has_run then 'disabled'
    else task.status
  end,
  paused_until = case
    when stuck.has_run then null
    else task.paused_until
  end,
  scheduled_at = case
    when stuck.has_run then null
    else task.scheduled_at
  end,
  once_running = task.once_running
  and (
    exists (
      select
      from
        execution
      where
        execution.service_id = task.service_id
        and execution.task_id = task.id
        and execution.created_at = task.current_created_at
        and execution.id = task.current_execution_id
        and execution.status = 'started'
    )
    or task.queued_id is not null
    and not stuck.is_queued_in_vain
  )
from
  stuck
where
  task.service_id = stuck.service_id
  and task.id = stuck.id
