-- migrate:up
create table task_set (
  service_id uuid not null,
  name text collate "C" not null,
  revision integer not null default 0,
  actor text,
  source text,
  created_at timestamptz not null default now(),
  applied_at timestamptz not null default now(),
  constraint task_set_pkey primary key (service_id, name),
  constraint task_set_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint task_set_name_has_form check (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  constraint task_set_revision_not_negative check (revision >= 0),
  constraint task_set_source_length check (char_length(source) between 1 and 200)
);
comment on table task_set is 'Sets of tasks that are kept in a file and applied together. An apply locks the row of its set.';
comment on column task_set.revision is 'Counts the applies that changed something. A plan is applied only to the revision that it was made from.';
comment on column task_set.actor is 'Who applied the set last, as in audit.actor.';
comment on column task_set.source is 'Where the file came from, as the client said, such as a commit. Null: not said.';
comment on column task_set.applied_at is 'When an apply last changed something.';

create table task_set_member (
  service_id uuid not null,
  set_name text collate "C" not null,
  key task_key_text not null,
  task_id uuid not null,
  applied jsonb not null,
  applied_version integer not null,
  applied_at timestamptz not null default now(),
  constraint task_set_member_pkey primary key (service_id, set_name, key),
  constraint task_set_member_of_one_set unique (service_id, task_id),
  constraint task_set_member_set_fkey foreign key (service_id, set_name) references task_set (service_id, name) on delete cascade,
  constraint task_set_member_applied_is_object check (jsonb_typeof(applied) = 'object')
);
comment on table task_set_member is 'The tasks of a set, by the keys of the file. It does not reference task, because that would cost every run: a task that was deleted by hand leaves its row, so that the next plan can say so.';
comment on column task_set_member.key is 'The key of the file. It is also the key of the task, unless somebody has changed that since.';
comment on column task_set_member.applied is 'The fields of the file as they were applied last, normalised; the values of secrets as keyed hashes. A field that is not in it is not owned by the set.';
comment on column task_set_member.applied_version is 'The version that the task had after the last apply. With the same version nobody has changed it since.';

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
comment on column audit.task_id is 'Null where something other than a task was changed: the service, a token, a secret, a TLS profile, a channel, an alert policy, an alert, a signing key, a task set.';
comment on column audit.name is 'Of what was changed, as it is since: the task, the service (for its first token too), the token, the secret, the TLS profile, the channel, the task set; of an alert policy what it is for.';

-- migrate:down
delete from audit where action in ('task_set_applied', 'task_set_deleted');
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
drop table task_set_member;
drop table task_set;
