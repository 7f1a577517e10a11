-- Parameters: $1 text, $2 text, $3 bigint
/* duly:list_stuck_tasks */
select
  task.service_id,
  task.id,
  task.current_execution_id,
  task.queued_id
from
  task
where
  "task".ctid >= $1::text::tid
  and "task".ctid < $2::text::tid
  and (
    task.once_running
    or task.queued_running
    or task.queued_id is not null
  )
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
limit
  $3
