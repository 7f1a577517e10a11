-- migrate:up
alter table execution add column stop_requested_at timestamptz;
comment on column execution.stop_requested_at is 'When a person asked Duly to stop waiting for the answer; who it was is in audit. No attempt follows such an execution, however it ends. Null for any other.';

create table stop_request (
  replica_id uuid not null,
  service_id uuid not null,
  task_id uuid not null,
  execution_created_at timestamptz not null,
  execution_id uuid not null,
  constraint stop_request_pkey primary key (replica_id, service_id, execution_id)
);
comment on table stop_request is 'Executions whose calls a replica is to end, because a person has stopped waiting. Each replica reads its own every second while it has calls open. That an execution is to be stopped is in execution.stop_requested_at; here a replica finds it without looking at each of its executions. Rows are deleted some time after their executions have ended. There is no foreign key: rows of a deleted service do no harm.';
comment on column stop_request.replica_id is 'The replica that calls the target.';
comment on column stop_request.execution_created_at is 'With service_id, task_id and execution_id the key of the execution.';

-- migrate:down
drop table stop_request;
alter table execution drop column stop_requested_at;
