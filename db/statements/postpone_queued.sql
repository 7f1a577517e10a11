-- Parameters: $1 uuid, $2 uuid
/* duly:postpone_queued */
update task
set
  queued_for = now() + interval '1 hour'
where
  service_id = $1
  and id = $2
  and task.queued_for <= now()
  and not task.queued_running
