-- Parameters: $1 text, $2 text, $3 uuid, $4 bigint
/* duly:list_orphans */
select
  execution.service_id,
  execution.task_id,
  execution.created_at,
  execution.id,
  execution.status
from
  "execution_default" as execution
where
  "execution".ctid >= $1::text::tid
  and "execution".ctid < $2::text::tid
  and execution.status in ('started', 'queued')
  and (
    execution.status = 'started'
    and (
      execution.replica_id = $3
      or not exists (
        select
        from
          replica
        where
          replica.id = execution.replica_id
      )
    )
    or execution.status = 'queued'
    and exists (
      select
      from
        task
      where
        task.service_id = execution.service_id
        and task.id = execution.task_id
        and task.deleted_at is null
        and task.queued_id is distinct from execution.id
    )
  )
limit
  $4
