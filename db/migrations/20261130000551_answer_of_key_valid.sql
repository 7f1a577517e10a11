-- migrate:up
alter table idempotency_key validate constraint idempotency_key_one_result;

-- migrate:down
