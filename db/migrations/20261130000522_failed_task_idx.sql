-- migrate:up
-- failed_execution_task_idx, which has created_at in the place of this time, stays for replicas of the version before: a later release
-- drops it. What else looks for the failures of a task, finds them by this index too.
create index failed_execution_failed_task_idx on failed_execution (service_id, task_id, coalesce(failed_at, created_at), id) include (reason, created_at, failed_at);

-- migrate:down
drop index failed_execution_failed_task_idx;
