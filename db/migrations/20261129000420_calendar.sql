-- migrate:up
create table calendar (
  service_id uuid not null,
  name text not null,
  weekend smallint[] not null default '{0,6}',
  version uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint calendar_pkey primary key (service_id, name),
  constraint calendar_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint calendar_name_form check (name ~ '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$'),
  constraint calendar_weekend_is_weekdays check (weekend <@ '{0,1,2,3,4,5,6}' and array_position(weekend, null) is null)
);

comment on table calendar is 'Which days are open and closed, for cron schedules of a service. Its days are dates on the clocks of the time zone of each task.';
comment on column calendar.weekend is 'Closed weekdays: 0 is Sunday.';
comment on column calendar.version is 'Another one after each change: replicas hold the days by it.';

create table calendar_day (
  service_id uuid not null,
  name text not null,
  day date not null,
  kind text not null,
  note text,
  constraint calendar_day_pkey primary key (service_id, name, day),
  constraint calendar_day_calendar_fkey foreign key (service_id, name) references calendar (service_id, name) on delete cascade,
  constraint calendar_day_kind_known check (kind in ('closed', 'open')),
  constraint calendar_day_in_range check (day between '1970-01-01' and '9999-12-31'),
  constraint calendar_day_note_length check (char_length(note) between 1 and 200)
);

comment on table calendar_day is 'A day that is not as the weekend of its calendar says.';
comment on column calendar_day.kind is 'closed, or open: then also on a weekend.';

alter table audit
  drop constraint audit_action_known,
  add constraint audit_action_known check (
    action in (
      'task_created', 'task_updated', 'task_deleted', 'service_created', 'service_updated', 'service_deleted', 'token_rotated', 'token_created',
      'token_deleted', 'secret_set', 'secret_deleted', 'tls_profile_set', 'tls_profile_deleted', 'channel_created',
      'channel_updated', 'channel_deleted', 'alert_policy_set', 'alert_policy_deleted', 'alert_muted', 'signing_key_created',
      'signing_key_expired', 'task_set_applied', 'task_set_deleted', 'flow_set', 'flow_deleted', 'calendar_set',
      'calendar_deleted'
    )
  ) not valid;

-- migrate:down
delete from audit where action in ('calendar_set', 'calendar_deleted');
alter table audit
  drop constraint audit_action_known,
  add constraint audit_action_known check (
    action in (
      'task_created', 'task_updated', 'task_deleted', 'service_created', 'service_deleted', 'token_rotated', 'token_created',
      'token_deleted', 'secret_set', 'secret_deleted', 'tls_profile_set', 'tls_profile_deleted', 'channel_created',
      'channel_updated', 'channel_deleted', 'alert_policy_set', 'alert_policy_deleted', 'alert_muted', 'signing_key_created',
      'signing_key_expired', 'task_set_applied', 'task_set_deleted', 'flow_set', 'flow_deleted', 'service_updated'
    )
  ) not valid;
drop table calendar_day;
drop table calendar;
