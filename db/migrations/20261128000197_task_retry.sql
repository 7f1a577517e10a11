-- migrate:up
-- A domain, and not a check of the table: this is checked when the column is written, and not at every run of the task. The
-- domain gets its check after the column, so that the table is not rewritten: all values are null.
create domain task_retry as jsonb;
comment on domain task_retry is 'When failed calls are repeated: min_backoff_seconds, max_backoff_seconds, max_doublings, max_duration_seconds, and on, a list of statuses and causes.';

alter table task add column retry task_retry;
comment on column task.retry is 'When failed calls are repeated; null waits at random, for longer before each retry.';

alter domain task_retry add constraint task_retry_is_object check (jsonb_typeof(value) = 'object') not valid;

-- migrate:down
alter table task drop column retry;
drop domain task_retry;
