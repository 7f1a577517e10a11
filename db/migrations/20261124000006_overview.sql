-- migrate:up
create table tally (
  service_id uuid not null,
  at timestamptz not null,
  shard smallint not null,
  success integer not null default 0,
  failed integer not null default 0,
  skipped integer not null default 0,
  duration_ms integer[] not null,
  skew_ms integer[] not null,
  constraint tally_pkey primary key (service_id, at, shard),
  constraint tally_service_fkey foreign key (service_id) references service (id) on delete cascade,
  -- Each constraint costs every statement that writes here some 10 µs, so there is but the one that is relied on.
  constraint tally_counts_not_negative check (success >= 0 and failed >= 0 and skipped >= 0)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

comment on table tally is 'How many executions of a service ended, by quarter hour. The statements that end executions keep it, so that nothing is ever counted.';
comment on column tally.at is 'The quarter hour (UTC) in which they ended. A row is written to for no longer, so that it never has many dead versions.';
comment on column tally.shard is 'Writers that are at work at the same time have rows of their own, and do not wait for each other.';
comment on column tally.success is 'Executions that ended so; failed likewise, each attempt counted.';
comment on column tally.skipped is 'Slots passed over.';
comment on column tally.duration_ms is 'Histogram of the calls'' durations: a count for each bucket of src/overview/histogram.ts.';
comment on column tally.skew_ms is 'The same of how late the first attempts at slots started; those after missed slots do not count.';

create table failing_task (
  service_id uuid not null,
  task_id uuid not null,
  since timestamptz not null default now(),
  last_failed_at timestamptz not null default now(),
  consecutive integer not null default 1,
  error text,
  constraint failing_task_pkey primary key (service_id, task_id),
  constraint failing_task_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint failing_task_consecutive_positive check (consecutive > 0)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- Without task_id, so that no plan looks a task up in it.
create index failing_task_since_idx on failing_task (service_id, since);

comment on table failing_task is 'Tasks whose last attempt failed: a row comes with the first failure and goes with the next success. It does not reference task, which would have every failure wait for whoever holds the task''s row.';
comment on column failing_task.since is 'When the first of the failures in a row was recorded.';
comment on column failing_task.consecutive is 'Failures in a row, each attempt counted.';
comment on column failing_task.error is 'What went wrong the last time.';

-- migrate:down
drop table failing_task;
drop table tally;
