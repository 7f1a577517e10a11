-- migrate:up
create table alert_silence (
  service_id uuid not null,
  id uuid not null,
  host text,
  label_name text,
  label_value text,
  until timestamptz not null,
  reason text not null,
  actor text not null,
  principal text,
  created_at timestamptz not null default now(),
  constraint alert_silence_pkey primary key (service_id, id),
  constraint alert_silence_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint alert_silence_is_of_something check (num_nonnulls(host, label_name) > 0),
  constraint alert_silence_label_is_whole check ((label_name is null) = (label_value is null)),
  constraint alert_silence_host_length check (char_length(host) between 1 and 260),
  constraint alert_silence_reason_length check (char_length(reason) between 1 and 500),
  constraint alert_silence_ends_later check (until > created_at)
);
comment on table alert_silence is 'Until a time nothing is sent about the alerts of a host, of the tasks with a label, or of the tasks with the label at the host: those that are open, and those that open meanwhile. The alerts themselves are not changed. A row is never changed; it is deleted to end it early, and some time after its end.';
comment on column alert_silence.host is 'In lower case; matches alert.target with this port, or without one in it with any port. Null: any.';
comment on column alert_silence.label_name is 'A label that the task has now. Null: any task, and what concerns no task.';
comment on column alert_silence.reason is 'Why, in the words of the person.';
comment on column alert_silence.actor is 'Who it was, as in audit.';
comment on column alert_silence.principal is 'As in audit.';

-- migrate:down
drop table alert_silence;
