-- migrate:up
-- Domains, and not checks of the table: see the migration of task_retry.
create domain task_calendar as text;
comment on domain task_calendar is 'The name of a calendar.';
create domain task_calendar_rule as text;
comment on domain task_calendar_rule is 'What the calendar of a task does to slots of closed days. The default, skip, is null.';

alter table task
  add column calendar task_calendar,
  add column calendar_rule task_calendar_rule,
  add column calendar_use text;
comment on column task.calendar is 'The calendar by which slots of cron are left out or moved; null for none.';
comment on column task.calendar_rule is 'Null: there are no slots on closed days; next or previous: they move to an open day; only_closed: there are slots on closed days only.';
comment on column task.calendar_use is 'The version of the calendar by which the next slot was computed, and the rule; null for none. A claim by another version does not take the task.';

alter domain task_calendar add constraint task_calendar_form check (value ~ '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$') not valid;
alter domain task_calendar_rule add constraint task_calendar_rule_known check (value in ('next', 'previous', 'only_closed')) not valid;
alter table task
  add constraint task_calendar_needs_cron check (calendar is null or cron is not null) not valid,
  add constraint task_calendar_fkey foreign key (service_id, calendar) references calendar (service_id, name) not valid;
create index task_calendar_idx on task (service_id, calendar, id) where calendar is not null;

create function task_check_calendar() returns trigger
language plpgsql
as $$
declare
  current_use text;
begin
  if new.deleted_at is not null then
    raise exception 'a deleted task has no calendar' using errcode = 'check_violation';
  end if;
  if new.calendar is null then
    raise exception 'calendar_use is null for a task without a calendar' using errcode = 'check_violation';
  end if;
  -- Waits for a transaction that changes the calendar: it computes the next slots of all tasks that it can see.
  select version || ' ' || coalesce(new.calendar_rule, 'skip')
  into current_use
  from calendar
  where service_id = new.service_id
    and name = new.calendar
  for share;
  -- Without such a calendar the foreign key refuses the row.
  if current_use <> coalesce(new.calendar_use, '') then
    raise exception 'calendar % is not the one that the next slot was computed by', new.calendar using errcode = 'DU001';
  end if;
  return null;
end
$$;
comment on function task_check_calendar is 'Refuses a next slot that was computed by a calendar that has changed since, with the SQLSTATE DU001: it is to be computed again.';

-- Claims set none of these columns, so it costs them nothing. It runs after the update: with a trigger that runs before one,
-- PostgreSQL locks each row anew and computes its generated columns, whatever columns the update sets.
create trigger task_check_calendar
after insert or update of calendar, calendar_rule, calendar_use, deleted_at on task
for each row
when (new.calendar is not null or new.calendar_use is not null)
execute function task_check_calendar();

-- Most tasks have neither. An update looks at all columns of indexes, and null is found faster than a value far behind in the row.
alter table task alter column spread_offset drop not null, alter column spread_offset drop default;
comment on column task.spread_offset is 'How many seconds after each of its slots the task starts: the same each time. See spread_offset_of. Null or 0: at once.';

-- A slot by cron has the same next times as others with its pattern, zone, offset and calendar.
drop index task_cron_due_idx;
create index task_cron_due_idx on task (service_id, scheduled_at, cron, time_zone, coalesce(spread_offset, 0), coalesce(calendar_use, ''))
  where cron is not null and status = 'active' and not once_running and limited_by is null;
drop index task_flow_cron_due_idx;
create index task_flow_cron_due_idx on task (service_id, limited_by, scheduled_at, cron, time_zone, coalesce(spread_offset, 0), coalesce(calendar_use, ''))
  where cron is not null and status = 'active' and not once_running and limited_by is not null;

-- migrate:down
drop index task_cron_due_idx;
create index task_cron_due_idx on task (service_id, scheduled_at, cron, time_zone, spread_offset)
  where cron is not null and status = 'active' and not once_running and limited_by is null;
drop index task_flow_cron_due_idx;
create index task_flow_cron_due_idx on task (service_id, limited_by, scheduled_at, cron, time_zone, spread_offset)
  where cron is not null and status = 'active' and not once_running and limited_by is not null;
update task set spread_offset = 0 where spread_offset is null;
alter table task alter column spread_offset set default 0, alter column spread_offset set not null;
comment on column task.spread_offset is 'How many seconds after each of its slots the task starts: the same each time. See spread_offset_of.';
drop trigger task_check_calendar on task;
drop function task_check_calendar;
alter table task drop column calendar, drop column calendar_rule, drop column calendar_use;
drop domain task_calendar;
drop domain task_calendar_rule;
