-- migrate:up
-- In two steps, so that only rows of now on have it: for those before nothing says when their executions ended.
alter table failed_execution add column failed_at timestamptz;
alter table failed_execution alter column failed_at set default now();
comment on column failed_execution.failed_at is 'When the failure was recorded: for a retry long after created_at, when it was queued. Null for those that were recorded before this column existed, which count as failed when they were created.';

-- Searches, counts and alerts go by when executions failed. The first index has the same time in other words, so that a search for the
-- failures of one task or reason is not planned by it, as one through all failures of the service.
create index failed_execution_failed_idx on failed_execution (service_id, greatest(failed_at, created_at), id);
drop index failed_execution_task_idx;
create index failed_execution_task_idx on failed_execution (service_id, task_id, coalesce(failed_at, created_at), id) include (reason, created_at, failed_at);
drop index failed_execution_reason_idx;
create index failed_execution_reason_idx on failed_execution (service_id, reason, coalesce(failed_at, created_at), id);

-- migrate:down
drop index failed_execution_reason_idx;
create index failed_execution_reason_idx on failed_execution (service_id, reason, created_at, id);
drop index failed_execution_task_idx;
create index failed_execution_task_idx on failed_execution (service_id, task_id, created_at, id) include (reason);
drop index failed_execution_failed_idx;
alter table failed_execution drop column failed_at;
