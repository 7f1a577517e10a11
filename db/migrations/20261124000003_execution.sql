-- migrate:up
create table replica (
  id uuid not null,
  host text not null,
  started_at timestamptz not null default now(),
  lease_until timestamptz not null,
  oldest_open_at timestamptz not null default now(),
  constraint replica_pkey primary key (id)
);

comment on table replica is 'A process that calls. Its lease covers every execution it has started.';
comment on column replica.lease_until is 'Renewed in one statement; once it has passed, what this replica left open is failed and sent again.';
comment on column replica.oldest_open_at is 'No execution this replica has open was created before this; recovery looks no further back.';

create table execution (
  service_id uuid not null,
  task_id uuid not null,
  id uuid not null,
  slot_id uuid not null,
  replica_id uuid,
  created_at timestamptz not null default now(),
  scheduled_for timestamptz not null,
  started_at timestamptz,
  status_code integer,
  duration_ms integer,
  missed_slots integer not null default 0,
  attempt smallint not null default 1,
  redelivery smallint not null default 0,
  response_truncated boolean not null default false,
  status text not null,
  error text,
  response text,
  -- The key is also the order in which a task's executions are listed: one index does both.
  constraint execution_pkey primary key (service_id, task_id, created_at, id),
  constraint execution_task_fkey foreign key (service_id, task_id) references task (service_id, id),
  constraint execution_status_known check (status in ('queued', 'started', 'success', 'failed', 'skipped')),
  constraint execution_started_has_replica check (status <> 'started' or (replica_id is not null and started_at is not null)),
  constraint execution_attempt_positive check (attempt > 0)
) partition by range (created_at);

-- Recovery looks for what a lost replica had open, from a time on; rows lie in the order of their times.
create index execution_created_idx on execution using brin (created_at) with (pages_per_range = 32);

create table execution_default partition of execution default;

comment on table execution is 'One attempt at one slot, and how it ended. Partitioned by day; days are made ahead and dropped past retention.';
comment on column execution.slot_id is 'The slot''s own identity, the same for each attempt at it: sent as Idempotency-Key.';
comment on column execution.scheduled_for is 'The slot''s time.';
comment on column execution.status is 'queued: waits to be taken; started: a replica is on it; success: 2xx; failed: anything else; skipped: a slot passed over.';
comment on column execution.status_code is 'Null when no answer came.';
comment on column execution.response is 'The first 64 KiB of the decoded body.';
comment on column execution.missed_slots is 'Slots that went by unsent before this one (or, when skipped, that were passed over during one run).';
comment on column execution.redelivery is 'How often this slot was sent again because its replica was lost.';
comment on table execution_default is 'Catches executions of a day whose partition is missing, so that no pass fails.';

-- migrate:down
drop table execution;
drop table replica;
