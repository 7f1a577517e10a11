-- migrate:up
-- Domains, and not checks of the table: see the migration of task_retry.
create domain task_spread as integer;
comment on domain task_spread is 'Within how many seconds after its slots a task starts.';
create domain task_spread_offset as integer;
comment on domain task_spread_offset is 'How many seconds after its slots a task starts.';

alter table task add column spread_seconds task_spread, add column spread_offset task_spread_offset not null default 0;
comment on column task.spread_seconds is 'The task starts within so many seconds after each of its slots; null, at once.';
comment on column task.spread_offset is 'How many seconds after each of its slots the task starts: the same each time. See spread_offset_of.';
comment on column task.scheduled_at is 'When the task starts next, which is spread_offset after its next slot. A task with neither frequency nor cron runs once.';

alter domain task_spread add constraint task_spread_in_range check (value between 1 and 86400) not valid;
alter domain task_spread_offset add constraint task_spread_offset_in_range check (value between 0 and 86399) not valid;

create function spread_offset_of(id uuid, spread_seconds integer) returns integer
language sql immutable parallel safe
return coalesce((('x' || right(id::text, 8))::bit(32)::bigint % spread_seconds)::integer, 0);
comment on function spread_offset_of is 'The last 32 bits of the id of a task, which are random, modulo its spread_seconds; 0 without a spread.';

-- A slot by cron has the same next times as others with its pattern, zone and offset.
drop index task_cron_due_idx;
create index task_cron_due_idx on task (service_id, scheduled_at, cron, time_zone, spread_offset)
  where cron is not null and status = 'active' and not once_running and limited_by is null;
drop index task_flow_cron_due_idx;
create index task_flow_cron_due_idx on task (service_id, limited_by, scheduled_at, cron, time_zone, spread_offset)
  where cron is not null and status = 'active' and not once_running and limited_by is not null;

-- migrate:down
update task
set scheduled_at = scheduled_at - make_interval(secs => spread_offset)
where spread_offset > 0;
drop index task_cron_due_idx;
create index task_cron_due_idx on task (service_id, scheduled_at, cron, time_zone)
  where cron is not null and status = 'active' and not once_running and limited_by is null;
drop index task_flow_cron_due_idx;
create index task_flow_cron_due_idx on task (service_id, limited_by, scheduled_at, cron, time_zone)
  where cron is not null and status = 'active' and not once_running and limited_by is not null;
alter table task drop column spread_seconds, drop column spread_offset;
drop function spread_offset_of;
drop domain task_spread;
drop domain task_spread_offset;
comment on column task.scheduled_at is 'The next slot. A task with neither frequency nor cron runs once, at this time.';
