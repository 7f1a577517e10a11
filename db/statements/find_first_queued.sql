-- Parameters: $1 uuid
/* duly:find_first_queued */
select
  id
from
  task
where
  service_id = $1
  and task.queued_for <= now()
  and not task.queued_running
  and task.limited_by is null
order by
  queued_for
limit
  1
