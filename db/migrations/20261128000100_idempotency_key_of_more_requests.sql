-- migrate:up
-- An Idempotency-Key holds for a bulk create and a run now as well.
alter table idempotency_key
  alter column task_id drop not null,
  add column task_ids uuid[],
  add column execution_created_at timestamptz,
  add column execution_id uuid,
  add constraint idempotency_key_one_result check (num_nonnulls(task_id, task_ids) = 1),
  add constraint idempotency_key_execution_whole check ((execution_id is null) = (execution_created_at is null)),
  add constraint idempotency_key_execution_has_task check (execution_id is null or task_id is not null);

comment on table idempotency_key is 'Requests that carried an Idempotency-Key: for 24 hours a repeat gives the same result back.';
comment on column idempotency_key.body_hash is 'SHA-256 of what was asked for: the same key with another request is refused.';
comment on column idempotency_key.task_id is 'The task that was created, or run.';
comment on column idempotency_key.task_ids is 'The tasks that a bulk create made, in the order given.';
comment on column idempotency_key.execution_id is 'The execution that a run now queued.';

-- migrate:down
delete from idempotency_key where task_ids is not null or execution_id is not null;
alter table idempotency_key
  alter column task_id set not null,
  drop column task_ids,
  drop column execution_created_at,
  drop column execution_id;
comment on table idempotency_key is 'Creates that carried an Idempotency-Key: for 24 hours a repeat gives the same task back.';
comment on column idempotency_key.body_hash is 'SHA-256 of what was to be created: the same key with another body is refused.';
comment on column idempotency_key.task_id is null;
