-- migrate:up
create table failed_execution (
  service_id uuid not null,
  created_at timestamptz not null,
  id uuid not null,
  task_id uuid not null,
  reason bigint not null,
  settled boolean not null,
  primary key (service_id, created_at, id)
) with (autovacuum_vacuum_insert_scale_factor = 0.1);
create index failed_execution_task_idx on failed_execution (service_id, task_id, created_at, id) include (reason);
create index failed_execution_reason_idx on failed_execution (service_id, reason, created_at, id);
-- For retention, which looks for old rows of all services.
create index failed_execution_created_idx on failed_execution using brin (created_at);

comment on table failed_execution is 'The failed executions, for searches: an index on execution.status would have closing an execution write an index entry. Written by the statements that close executions as failed, and by nothing that closes one as a success. It references neither execution nor task; a row without its execution is shown nowhere.';
comment on column failed_execution.created_at is 'With service_id, task_id and id the key of the execution.';
comment on column failed_execution.reason is 'Key of failure_reason.';
comment on column failed_execution.settled is 'Whether no further attempt at the slot followed.';

create table failure_reason (
  service_id uuid not null,
  reason bigint not null,
  status_code integer,
  error text,
  primary key (service_id, reason)
);

comment on table failure_reason is 'The different errors and status codes of failed executions: a search for a text reads these instead of every execution. Goes when no failed execution has it any more.';
comment on column failure_reason.reason is 'Hash of status_code and error, so that no statement has to look it up.';

-- migrate:down
drop table failure_reason;
drop table failed_execution;
