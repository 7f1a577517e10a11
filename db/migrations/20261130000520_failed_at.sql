-- migrate:up
-- In two steps, so that only rows of now on have it: for those before nothing says when their executions ended.
alter table failed_execution add column failed_at timestamptz;
alter table failed_execution alter column failed_at set default now();
comment on column failed_execution.failed_at is 'When the failure was recorded: for a retry long after created_at, when it was queued. Null for those that were recorded before this column existed, which count as failed when they were created.';

-- migrate:down
alter table failed_execution drop column failed_at;
