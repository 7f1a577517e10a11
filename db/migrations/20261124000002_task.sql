-- migrate:up
create table task (
  service_id uuid not null,
  id uuid not null,
  -- What changes on every run comes first and is narrow; texts that are long go to TOAST (see below).
  scheduled_at timestamptz,
  queued_for timestamptz,
  queued_created_at timestamptz,
  queued_id uuid,
  last_created_at timestamptz,
  last_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version integer not null default 1,
  frequency integer,
  timeout_seconds integer,
  retries smallint not null default 0,
  anchor_day smallint,
  slot_taken boolean not null default false,
  queued_taken boolean not null default false,
  status text not null default 'active',
  unit text,
  method text not null,
  name text not null,
  url text not null,
  target text not null generated always as (lower(substring(url from '^[^:]+://([^/?#]*)'))) stored,
  header jsonb not null default '{}',
  payload text,
  constraint task_pkey primary key (service_id, id),
  constraint task_service_fkey foreign key (service_id) references service (id),
  constraint task_name_length check (char_length(name) between 1 and 200),
  constraint task_url_is_http check (url ~* '^https?://' and char_length(url) <= 4096),
  constraint task_header_is_object check (jsonb_typeof(header) = 'object'),
  constraint task_payload_size check (octet_length(payload) <= 262144),
  constraint task_method_known check (method in ('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS')),
  constraint task_status_known check (status in ('active', 'paused', 'disabled')),
  constraint task_unit_known check (unit in ('minute', 'hour', 'day', 'week', 'month')),
  constraint task_frequency_positive check (frequency > 0),
  constraint task_frequency_has_unit check ((frequency is null) = (unit is null)),
  constraint task_frequency_within_ten_years check (
    frequency <= case unit when 'minute' then 5259600 when 'hour' then 87660 when 'day' then 3652 when 'week' then 521 else 120 end
  ),
  constraint task_scheduled_at_in_range check (scheduled_at >= '0001-01-01 00:00+00' and scheduled_at < '10000-01-01 00:00+00'),
  constraint task_has_next_time check (status = 'disabled' or scheduled_at is not null),
  constraint task_deleted_is_disabled check (deleted_at is null or (status = 'disabled' and queued_for is null)),
  constraint task_queued_is_whole check ((queued_for is null) = (queued_id is null) and (queued_for is null) = (queued_created_at is null)),
  constraint task_timeout_in_range check (timeout_seconds between 1 and 3600),
  constraint task_retries_in_range check (retries between 0 and 10),
  constraint task_anchor_day_in_range check (anchor_day between 1 and 31)
) with (
  fillfactor = 80,
  toast_tuple_target = 512,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_cost_delay = 0
);

-- The claim reads one service's due slots, oldest first. Nothing else that a run changes may be indexed.
create index task_due_idx on task (service_id, scheduled_at, id) where status = 'active' and not slot_taken;
create index task_queued_idx on task (service_id, queued_for) where queued_for is not null;
create index task_deleted_idx on task (deleted_at) where deleted_at is not null;

comment on table task is 'What to call, and when. Every run moves scheduled_at on; the rest changes by the API only.';
comment on column task.id is 'A UUIDv7, so that the order of ids is the order of creation: lists need no index of their own, and a run writes one less.';
comment on column task.scheduled_at is 'The next slot. A task without a frequency runs once, at this time.';
comment on column task.queued_for is 'When the execution that waits (a retry, a run now, a redelivery) may start; queued_created_at and queued_id are its key.';
comment on column task.last_created_at is 'With last_id the key of the execution taken last: while that one is started, no other starts.';
comment on column task.version is 'Raised by every write of the API and never by a run: the ETag.';
comment on column task.timeout_seconds is 'A call''s time; null takes the server''s default.';
comment on column task.anchor_day is 'The day of the month a monthly task keeps where the month has it (31, 28, 31).';
comment on column task.slot_taken is 'True while a run-once task''s only slot is being worked on; scheduled_at keeps its time until the outcome is recorded.';
comment on column task.queued_taken is 'True while an execution that had waited runs: its key may be older than the claim looks back.';
comment on column task.header is 'Request headers, name to value.';
comment on column task.payload is 'Request body; kept but not sent with GET.';
comment on column task.target is 'Host and port of the URL: what a hung server holds up.';
comment on column task.updated_at is 'Last write of the API; runs do not touch it.';
comment on column task.deleted_at is 'Deleted for every reader; the row goes once its executions are gone.';

-- migrate:down
drop table task;
