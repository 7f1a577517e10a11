-- migrate:up
create table flow (
  service_id uuid not null,
  name text not null,
  target text,
  concurrency integer,
  rate integer,
  period_seconds integer,
  burst integer,
  paused_at timestamptz,
  next_free_at timestamptz not null default '-infinity',
  calls jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint flow_pkey primary key (service_id, name),
  constraint flow_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint flow_target_unique_in_service unique (service_id, target),
  constraint flow_name_form check (name ~ '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$'),
  constraint flow_target_is_host check (target ~ '^[^[:space:]/?#@]+$' and target = lower(target) and char_length(target) <= 260),
  constraint flow_concurrency_in_range check (concurrency between 1 and 100000),
  constraint flow_rate_in_range check (rate between 1 and 100000),
  constraint flow_period_in_range check (period_seconds between 1 and 86400),
  constraint flow_burst_in_range check (burst between 1 and 100000),
  constraint flow_rate_is_whole check ((rate is null) = (period_seconds is null) and (rate is null) = (burst is null)),
  constraint flow_calls_is_object check (jsonb_typeof(calls) = 'object')
) with (fillfactor = 50);

comment on table flow is 'A named limit of a service: how many calls of its tasks run at once, and how many start in a time.';
comment on column flow.target is 'Host and port. All tasks with this target that name no flow are in the flow; null for a flow that tasks name.';
comment on column flow.concurrency is 'How many calls run at once at most, over all replicas; null for no limit.';
comment on column flow.rate is 'How many calls start in period_seconds at most; null for no limit.';
comment on column flow.burst is 'How many calls may start at once when none has started for a while.';
comment on column flow.paused_at is 'Since when nothing of the flow is started; null when it is not paused.';
comment on column flow.next_free_at is 'When the next call may start if calls start evenly at the rate (the theoretical arrival time of GCRA).';
comment on column flow.calls is 'How many calls each replica has in flight, by its id: as of its last claim from the flow, so the number may be too high and is never too low. In the row that claims lock, because they must read the newest numbers.';

-- Domains, and not checks of the table: see the migration of task_retry.
create domain task_flow as text;
comment on domain task_flow is 'The name of a flow.';
alter table task add column flow task_flow, add column limited_by text;
comment on column task.flow is 'The flow that the task names; null for none.';
comment on column task.limited_by is 'The flow that limits the task: the one it names, or the one of its target. Set by a trigger.';
alter domain task_flow add constraint task_flow_form check (value ~ '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$') not valid;
alter table task
  add constraint task_flow_fkey foreign key (service_id, flow) references flow (service_id, name) not valid,
  add constraint task_limited_by_fkey foreign key (service_id, limited_by) references flow (service_id, name) not valid;

create index task_flow_idx on task (service_id, flow) where flow is not null;
create index task_limited_by_idx on task (service_id, limited_by) where limited_by is not null;

-- Tasks of a flow wait in a line of their own: no claim steps over tasks whose flow is full.
create index task_flow_due_idx on task (service_id, limited_by, scheduled_at, id)
  where status = 'active' and not once_running and limited_by is not null;
create index task_flow_cron_due_idx on task (service_id, limited_by, scheduled_at, cron, time_zone)
  where cron is not null and status = 'active' and not once_running and limited_by is not null;
create index task_flow_queued_idx on task (service_id, limited_by, queued_for)
  where queued_for is not null and limited_by is not null;

-- The indexes of tasks without a flow. Replicas of the release before this one claim without these until they are replaced.
drop index task_due_idx;
create index task_due_idx on task (service_id, scheduled_at, id)
  where status = 'active' and not once_running and limited_by is null;
drop index task_cron_due_idx;
create index task_cron_due_idx on task (service_id, scheduled_at, cron, time_zone)
  where cron is not null and status = 'active' and not once_running and limited_by is null;
-- task_queued_idx stays: some readers look for queued executions of all lines. A success writes neither of the two.
create index task_unlimited_queued_idx on task (service_id, queued_for) where queued_for is not null and limited_by is null;

create function task_find_flow() returns trigger
language plpgsql
as $$
declare
  limiting text := new.flow;
begin
  if new.deleted_at is not null then
    new.flow := null;
    limiting := null;
  elsif new.flow is null then
    -- Waits for a transaction that sets or deletes a flow: it changes all tasks that it can see.
    perform pg_advisory_xact_lock_shared(hashtextextended('duly flow ' || new.service_id, 0));
    limiting := (
      select flow.name
      from flow
      where flow.service_id = new.service_id
        and flow.target = lower(substring(new.url, '^[^:]+://([^/?#]*)'))
    );
  end if;
  if tg_op = 'INSERT' then
    new.limited_by := limiting;
  else
    update task
    set flow = new.flow,
        limited_by = limiting
    where service_id = new.service_id
      and id = new.id
      and (flow, limited_by) is distinct from (new.flow, limiting);
  end if;
  return new;
end
$$;
comment on function task_find_flow is 'Sets task.limited_by when a task is written.';
create trigger task_find_flow_of_new before insert on task
for each row execute function task_find_flow();
-- After, and not before: with a trigger before it, PostgreSQL locks each row of every update once more, also in claims.
create trigger task_find_flow_of_changed after update of url, flow, deleted_at on task
for each row when (old.url <> new.url or old.flow is distinct from new.flow or old.deleted_at is distinct from new.deleted_at)
execute function task_find_flow();

create function flow_forget_replica() returns trigger
language plpgsql
as $$
begin
  update flow
  set calls = calls - old.id::text
  where calls ? old.id::text;
  return null;
end
$$;
comment on function flow_forget_replica is 'Frees the calls of a replica that has gone: recovery has closed its executions.';
create trigger flow_forget_replica after delete on replica
for each row execute function flow_forget_replica();

alter table audit
  drop constraint audit_action_known,
  add constraint audit_action_known check (
    action in (
      'task_created', 'task_updated', 'task_deleted', 'service_created', 'service_deleted', 'token_rotated', 'token_created',
      'token_deleted', 'secret_set', 'secret_deleted', 'tls_profile_set', 'tls_profile_deleted', 'channel_created',
      'channel_updated', 'channel_deleted', 'alert_policy_set', 'alert_policy_deleted', 'alert_muted', 'signing_key_created',
      'signing_key_expired', 'task_set_applied', 'task_set_deleted', 'flow_set', 'flow_deleted'
    )
  ) not valid;

-- migrate:down
delete from audit where action in ('flow_set', 'flow_deleted');
alter table audit
  drop constraint audit_action_known,
  add constraint audit_action_known check (
    action in (
      'task_created', 'task_updated', 'task_deleted', 'service_created', 'service_deleted', 'token_rotated', 'token_created',
      'token_deleted', 'secret_set', 'secret_deleted', 'tls_profile_set', 'tls_profile_deleted', 'channel_created',
      'channel_updated', 'channel_deleted', 'alert_policy_set', 'alert_policy_deleted', 'alert_muted', 'signing_key_created',
      'signing_key_expired', 'task_set_applied', 'task_set_deleted'
    )
  ) not valid;
drop trigger flow_forget_replica on replica;
drop function flow_forget_replica;
drop trigger task_find_flow_of_changed on task;
drop trigger task_find_flow_of_new on task;
drop function task_find_flow;
drop index task_due_idx;
create index task_due_idx on task (service_id, scheduled_at, id) where status = 'active' and not once_running;
drop index task_cron_due_idx;
create index task_cron_due_idx on task (service_id, scheduled_at, cron, time_zone)
  where cron is not null and status = 'active' and not once_running;
drop index task_unlimited_queued_idx;
drop index task_flow_due_idx;
drop index task_flow_cron_due_idx;
drop index task_flow_queued_idx;
alter table task drop column flow, drop column limited_by;
drop domain task_flow;
drop table flow;
