-- migrate:up
create table wake (
  xid xid8 not null default pg_current_xact_id(),
  service_id uuid not null,
  constraint wake_pkey primary key (xid, service_id)
);
comment on table wake is 'Services that a transaction has given something to do, or something to do sooner: replicas look at all services every ten seconds, and in between only at these and at those that they know to come due. Rows are deleted after a minute. There is no foreign key: rows of a deleted service do no harm.';
comment on column wake.xid is 'The transaction. By it a replica finds what was committed since its last look, however long the transaction took.';

create function wake_services() returns trigger
language plpgsql
as $$
begin
  insert into wake (service_id)
  select distinct service_id
  from added
  on conflict do nothing;
  return null;
end
$$;
comment on function wake_services is 'Lets replicas look at the services of new tasks.';
create trigger task_wake_services after insert on task
referencing new table as added
for each statement execute function wake_services();

create function wake_service() returns trigger
language plpgsql
as $$
begin
  insert into wake (service_id)
  values (new.service_id)
  on conflict do nothing;
  return null;
end
$$;
comment on function wake_service is 'Lets replicas look at the service of a task that has something to do sooner than before.';
-- A claim moves scheduled_at on and sets once_running, for which the function is not called: a replica looks again at each
-- service that it knows to be due. Claims pay for the condition, so it reads only columns that are among the first.
create trigger task_wake_for_slot after update of scheduled_at, once_running on task
for each row when (
  new.scheduled_at < old.scheduled_at
  or old.once_running and not new.once_running and new.status = 'active'
)
execute function wake_service();
create trigger task_wake_for_change after update of queued_for, status, limited_by on task
for each row when (
  new.queued_for < old.queued_for
  or old.queued_for is null and new.queued_for is not null
  or old.status <> 'active' and new.status = 'active'
  or old.limited_by is not null and new.limited_by is null
)
execute function wake_service();

-- migrate:down
drop trigger task_wake_for_change on task;
drop trigger task_wake_for_slot on task;
drop function wake_service;
drop trigger task_wake_services on task;
drop function wake_services;
drop table wake;
