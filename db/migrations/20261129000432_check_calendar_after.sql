-- migrate:up
-- With a trigger that runs before an update PostgreSQL locks each row anew and computes its generated columns, whatever columns
-- the update sets: claims paid a seventh of their time for it. This one runs after it, so it changes nothing.
drop trigger task_check_calendar on task;

create or replace function task_check_calendar() returns trigger
language plpgsql
as $$
declare
  current_use text;
begin
  if new.deleted_at is not null then
    raise exception 'a deleted task has no calendar' using errcode = 'check_violation';
  end if;
  if new.calendar is null then
    raise exception 'calendar_use is empty for a task without a calendar' using errcode = 'check_violation';
  end if;
  -- Waits for a transaction that changes the calendar: it computes the next slots of all tasks that it can see.
  select version || ' ' || coalesce(new.calendar_rule, 'skip')
  into current_use
  from calendar
  where service_id = new.service_id
    and name = new.calendar
  for share;
  -- Without such a calendar the foreign key refuses the row.
  if current_use <> new.calendar_use then
    raise exception 'calendar % is not the one that the next slot was computed by', new.calendar using errcode = 'DU001';
  end if;
  return null;
end
$$;

-- Claims set none of these columns, so it costs them nothing.
create trigger task_check_calendar
after insert or update of calendar, calendar_rule, calendar_use, deleted_at on task
for each row
when (new.calendar is not null or new.calendar_use <> '')
execute function task_check_calendar();

-- migrate:down
drop trigger task_check_calendar on task;

create or replace function task_check_calendar() returns trigger
language plpgsql
as $$
declare
  current_use text;
begin
  if new.deleted_at is not null then
    new.calendar := null;
  end if;
  if new.calendar is null then
    new.calendar_use := '';
    return new;
  end if;
  -- Waits for a transaction that changes the calendar: it computes the next slots of all tasks that it can see.
  select version || ' ' || coalesce(new.calendar_rule, 'skip')
  into current_use
  from calendar
  where service_id = new.service_id
    and name = new.calendar
  for share;
  -- Without such a calendar the foreign key refuses the row.
  if current_use <> new.calendar_use then
    raise exception 'calendar % is not the one that the next slot was computed by', new.calendar using errcode = 'DU001';
  end if;
  return new;
end
$$;

create trigger task_check_calendar
before insert or update of calendar, calendar_rule, calendar_use, deleted_at on task
for each row
when (new.calendar is not null or new.calendar_use <> '')
execute function task_check_calendar();
