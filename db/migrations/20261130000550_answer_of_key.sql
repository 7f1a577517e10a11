-- migrate:up
alter table idempotency_key add column answer jsonb;
comment on column idempotency_key.answer is 'What was answered, where it is not read again from tasks or executions: the tasks that a run again has queued, and those that it left out.';
alter table idempotency_key drop constraint idempotency_key_one_result;
alter table idempotency_key add constraint idempotency_key_one_result check (num_nonnulls(task_id, task_ids, answer) = 1) not valid;

-- migrate:down
delete from idempotency_key where answer is not null;
alter table idempotency_key drop constraint idempotency_key_one_result;
alter table idempotency_key drop column answer;
alter table idempotency_key add constraint idempotency_key_one_result check (num_nonnulls(task_id, task_ids) = 1);
