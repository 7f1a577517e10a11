-- migrate:up
-- Where a service is told of alerts.
create table channel (
  service_id uuid not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  kind text not null,
  shown text not null,
  sealed text,
  addresses text[],
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  disabled_at timestamptz,
  disabled_reason text,
  last_ok_at timestamptz,
  last_failed_at timestamptz,
  last_error text,
  constraint channel_pkey primary key (service_id, id),
  constraint channel_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint channel_name_unique unique (service_id, name),
  constraint channel_name_length check (char_length(name) between 1 and 100),
  constraint channel_kind_known check (kind in ('webhook', 'slack', 'email')),
  constraint channel_has_address check ((kind = 'email') = (addresses is not null) and (kind = 'email') = (sealed is null)),
  constraint channel_is_sealed check (sealed ~ '^[0-9a-f]{8}\.[A-Za-z0-9+/=]+$'),
  constraint channel_disabled_has_reason check ((disabled_at is null) = (disabled_reason is null))
);
comment on table channel is 'Where a service is told of alerts: a webhook, a Slack-compatible webhook, or e-mail addresses.';
comment on column channel.shown is 'What is shown of the address: of a URL its origin, of e-mail the addresses. A URL of Slack is a secret.';
comment on column channel.sealed is 'Of webhook and slack: the URL, and of webhook the key that signs its requests, as encrypted JSON.';
comment on column channel.addresses is 'Of email: the addresses.';
comment on column channel.disabled_at is 'Since when nothing is sent to it: it answered 404 or 410, or somebody disabled it.';
comment on column channel.last_error is 'Why the last notification that failed was not taken.';

-- When and by which channels a service is told of the alerts of its tasks.
create table alert_policy (
  service_id uuid not null,
  id uuid not null default gen_random_uuid(),
  task_id uuid,
  label_name text,
  label_value text,
  failures smallint,
  window_failures smallint,
  window_seconds integer,
  late_seconds integer,
  long_seconds integer,
  remind_hours smallint,
  recovered boolean not null default true,
  channels uuid[],
  muted_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint alert_policy_pkey primary key (service_id, id),
  constraint alert_policy_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint alert_policy_one_scope check (task_id is null or label_name is null),
  constraint alert_policy_label_is_whole check ((label_name is null) = (label_value is null)),
  constraint alert_policy_failures_in_range check (failures between 1 and 100),
  constraint alert_policy_window_is_whole check ((window_failures is null) = (window_seconds is null)),
  constraint alert_policy_window_failures_in_range check (window_failures between 1 and 100),
  constraint alert_policy_window_in_range check (window_seconds between 60 and 604800),
  constraint alert_policy_late_in_range check (late_seconds between 10 and 604800),
  constraint alert_policy_long_in_range check (long_seconds between 5 and 604800),
  constraint alert_policy_remind_in_range check (remind_hours between 1 and 720)
);
create unique index alert_policy_default_key on alert_policy (service_id) where task_id is null and label_name is null;
create unique index alert_policy_task_key on alert_policy (service_id, task_id) where task_id is not null;
create unique index alert_policy_label_key on alert_policy (service_id, label_name, label_value) where label_name is not null;
comment on table alert_policy is 'When a service is told of alerts, and by which channels. A task has the policy of its own, else that of the first of its labels (by name) that has one, else the default of the service, else the built-in one. A policy is whole: nothing is taken from another.';
comment on column alert_policy.task_id is 'The task it is for. With neither task nor label it is the default of the service.';
comment on column alert_policy.failures is 'A task is failing after this many settled slots in a row that failed. Null: that opens no alert.';
comment on column alert_policy.window_failures is 'A task is also failing when this many of its slots have failed within window_seconds.';
comment on column alert_policy.late_seconds is 'A task that is due and has not started for so long has an alert. Null: never.';
comment on column alert_policy.long_seconds is 'A run that takes longer has an alert. Null: none has.';
comment on column alert_policy.remind_hours is 'How often it is said again what is still open. Null: never.';
comment on column alert_policy.recovered is 'Whether it is said that an alert has closed.';
comment on column alert_policy.channels is 'Null: all channels of the service. Channels that no longer exist are passed over.';
comment on column alert_policy.muted_until is 'Until then nothing is sent. An alert that is open by then is sent after it.';

-- What is wrong, or was: one row for each change of state, written before anything is sent.
create table alert (
  service_id uuid not null,
  id uuid not null default gen_random_uuid(),
  kind text not null,
  task_id uuid,
  task_name text,
  target text not null default '',
  since timestamptz not null,
  until timestamptz,
  opened_at timestamptz not null default now(),
  closed_at timestamptz,
  closed_because text,
  is_event boolean not null default false,
  failures integer,
  tasks integer,
  error text,
  execution_id uuid,
  execution_created_at timestamptz,
  muted_until timestamptz,
  constraint alert_pkey primary key (service_id, id),
  constraint alert_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint alert_kind_known check (kind in ('failing', 'late', 'long', 'outage', 'channel')),
  constraint alert_has_task check ((task_id is not null) = (kind in ('failing', 'late', 'long'))),
  constraint alert_closed_has_reason check ((closed_at is null) = (closed_because is null)),
  constraint alert_closed_because_known check (
    closed_because in ('recovered', 'started', 'ended', 'paused', 'disabled', 'deleted', 'event')
  ),
  constraint alert_event_is_closed check (not is_event or closed_at is not null)
);
create unique index alert_open_key on alert (service_id, kind, task_id) where closed_at is null;
create index alert_opened_idx on alert (service_id, opened_at, id);
create index alert_task_idx on alert (service_id, task_id, opened_at);
comment on table alert is 'What is or was wrong: a task that fails, did not start or runs long, an outage of Duly, a channel that was switched off. A task has one open alert of a kind. The rows reference no task: they stay when it is gone.';
comment on column alert.task_name is 'The name of the task when the alert opened.';
comment on column alert.target is 'Host and port of the task''s target; empty for an outage or a channel. Alerts are told in groups of one kind and target.';
comment on column alert.since is 'When it began: the first failure, the time it was due, the start of the run, the last pass before the outage.';
comment on column alert.until is 'Of an outage: when passes went well again.';
comment on column alert.closed_because is 'recovered: it succeeded; started: it is no longer late; ended: the long run has ended; paused, disabled, deleted: of the task; event: it is told once, and closed when it opens.';
comment on column alert.is_event is 'An outage, a channel that was switched off, a failure of a task that runs once: told once, never as recovered.';
comment on column alert.failures is 'Of failing: settled slots that have failed.';
comment on column alert.tasks is 'Of an outage: how many tasks were due and are being caught up.';
comment on column alert.error is 'Of failing the last error; of late why it has not started; of channel why it was switched off.';
comment on column alert.execution_id is 'With execution_created_at the key of the execution that failed last, or runs long.';

-- Which channels are told of an alert: the rows that are still to be told, or open.
create table alert_channel (
  service_id uuid not null,
  channel_id uuid not null,
  kind text not null,
  target text not null,
  alert_id uuid not null,
  told_at timestamptz,
  recovered boolean not null,
  remind_hours smallint,
  constraint alert_channel_pkey primary key (service_id, channel_id, kind, target, alert_id),
  constraint alert_channel_channel_fkey foreign key (service_id, channel_id) references channel (service_id, id) on delete cascade,
  constraint alert_channel_alert_fkey foreign key (service_id, alert_id) references alert (service_id, id) on delete cascade
);
create index alert_channel_alert_idx on alert_channel (service_id, alert_id);
comment on table alert_channel is 'The channels that are told of an alert. A row goes when nothing more is to be told: then the alert has closed, and the channel knows, or never knew of it.';
comment on column alert_channel.told_at is 'When the notification that says that the alert has opened was made.';
comment on column alert_channel.recovered is 'Whether the channel is told when it closes, by the policy when it opened.';

-- The alerts of one kind and target, as one channel is told of them.
create table alert_group (
  service_id uuid not null,
  channel_id uuid not null,
  kind text not null,
  target text not null,
  due_at timestamptz,
  told_at timestamptz,
  constraint alert_group_pkey primary key (service_id, channel_id, kind, target),
  constraint alert_group_channel_fkey foreign key (service_id, channel_id) references channel (service_id, id) on delete cascade
);
create index alert_group_due_idx on alert_group (due_at) where due_at is not null;
comment on table alert_group is 'When a channel is told next of the alerts of one kind and target.';
comment on column alert_group.due_at is 'When a notification is made, if there is something to say by then: of changes, or as a reminder. Null: not before the next change.';
comment on column alert_group.told_at is 'When the last notification was made.';

-- A message to a channel, on its way or sent.
create table notification (
  service_id uuid not null,
  id uuid not null default gen_random_uuid(),
  channel_id uuid not null,
  kind text not null,
  target text not null default '',
  type text not null,
  body jsonb not null,
  created_at timestamptz not null default now(),
  due_at timestamptz default now(),
  attempt smallint not null default 0,
  lease_until timestamptz,
  sent_at timestamptz,
  given_up_at timestamptz,
  status_code smallint,
  error text,
  constraint notification_pkey primary key (service_id, id),
  constraint notification_channel_fkey foreign key (service_id, channel_id) references channel (service_id, id) on delete cascade,
  constraint notification_type_known check (type in ('opened', 'changed', 'closed', 'reminder')),
  constraint notification_body_is_object check (jsonb_typeof(body) = 'object'),
  constraint notification_ends_once check (num_nonnulls(due_at, sent_at, given_up_at) = 1)
);
create index notification_due_idx on notification (due_at) where due_at is not null;
create index notification_created_idx on notification (service_id, created_at, id);
create index notification_channel_idx on notification (service_id, channel_id, created_at);
comment on table notification is 'A message to a channel. It is written by the statement that takes what it says off alert_channel, and sent afterwards: at least once, always under its id.';
comment on column notification.id is 'The webhook-id, the Message-ID of a mail and the footer in Slack: the same for each attempt.';
comment on column notification.kind is 'Of the alerts it tells of.';
comment on column notification.type is 'opened: alerts have opened; changed: some opened or closed and some are open; closed: none is open any more; reminder: what is still open.';
comment on column notification.due_at is 'When it is sent next; null when it was sent or given up.';
comment on column notification.lease_until is 'Until then the replica that took it last is sending it.';

-- That passes go well.
create table pass_beat (
  only_row boolean constraint pass_beat_pkey primary key default true constraint pass_beat_has_one_row check (only_row),
  at timestamptz not null default now()
);
insert into pass_beat default values;
comment on table pass_beat is 'One row: when passes last went well. A step of more than a minute is an outage.';

create table outage (
  began_at timestamptz not null,
  ended_at timestamptz not null,
  constraint outage_pkey primary key (began_at),
  constraint outage_ends_after_begin check (ended_at > began_at)
);
comment on table outage is 'When nothing was started, because neither Duly nor its database answered.';

-- Settled slots that failed, so that an alert opens after as many as the policy says.
alter table failing_task
  add column settled integer not null default 0,
  add column alert_from integer not null default 1,
  add column alert_due boolean not null default false,
  drop constraint failing_task_consecutive_positive,
  add constraint failing_task_consecutive_not_negative check (consecutive >= 0) not valid;
create index failing_task_alert_due_idx on failing_task (service_id) where alert_due;
comment on column failing_task.settled is 'Slots in a row that have failed with no attempt to follow.';
comment on column failing_task.alert_from is 'From how many settled slots on the task is examined for an alert.';
comment on column failing_task.alert_due is 'Whether it is to be examined.';
alter table failing_pending
  add column settled boolean not null default false,
  add column is_attempt boolean not null default true;
comment on column failing_pending.settled is 'Whether no further attempt at the slot follows.';
comment on column failing_pending.is_attempt is 'False for a queued attempt that was cancelled: its slot has settled, and nothing was sent.';

alter table audit
  drop constraint audit_action_known,
  add constraint audit_action_known check (
    action in (
      'task_created', 'task_updated', 'task_deleted', 'service_created', 'service_deleted', 'token_rotated', 'token_created',
      'token_deleted', 'secret_set', 'secret_deleted', 'tls_profile_set', 'tls_profile_deleted', 'channel_created',
      'channel_updated', 'channel_deleted', 'alert_policy_set', 'alert_policy_deleted', 'alert_muted', 'signing_key_created',
      'signing_key_expired'
    )
  ) not valid;
comment on column audit.task_id is 'Null where something other than a task was changed: the service, a token, a secret, a TLS profile, a channel, an alert policy, an alert, a signing key.';
comment on column audit.name is 'Of what was changed, as it is since: the task, the service (for its first token too), the token, the secret, the TLS profile, the channel; of an alert policy what it is for.';

-- migrate:down
delete from audit where action in (
  'channel_created', 'channel_updated', 'channel_deleted', 'alert_policy_set', 'alert_policy_deleted', 'alert_muted',
  'signing_key_created', 'signing_key_expired'
);
alter table audit
  drop constraint audit_action_known,
  add constraint audit_action_known check (
    action in (
      'task_created', 'task_updated', 'task_deleted', 'service_created', 'service_deleted', 'token_rotated', 'token_created',
      'token_deleted', 'secret_set', 'secret_deleted', 'tls_profile_set', 'tls_profile_deleted'
    )
  ) not valid;
alter table failing_pending drop column settled, drop column is_attempt;
drop index failing_task_alert_due_idx;
alter table failing_task
  drop column settled,
  drop column alert_from,
  drop column alert_due,
  drop constraint failing_task_consecutive_not_negative,
  add constraint failing_task_consecutive_positive check (consecutive > 0) not valid;
drop table outage;
drop table pass_beat;
drop table notification;
drop table alert_group;
drop table alert_channel;
drop table alert;
drop table alert_policy;
drop table channel;
