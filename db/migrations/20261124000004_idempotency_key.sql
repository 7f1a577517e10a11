-- migrate:up
create table idempotency_key (
  service_id uuid not null,
  key text not null,
  body_hash bytea not null,
  task_id uuid not null,
  created_at timestamptz not null default now(),
  constraint idempotency_key_pkey primary key (service_id, key),
  constraint idempotency_key_task_fkey foreign key (service_id, task_id) references task (service_id, id) on delete cascade,
  constraint idempotency_key_length check (char_length(key) between 1 and 255)
);

create index idempotency_key_created_idx on idempotency_key (created_at);
create index idempotency_key_task_idx on idempotency_key (service_id, task_id);

comment on table idempotency_key is 'Creates that carried an Idempotency-Key: for 24 hours a repeat gives the same task back.';
comment on column idempotency_key.body_hash is 'SHA-256 of what was to be created: the same key with another body is refused.';

-- migrate:down
drop table idempotency_key;
