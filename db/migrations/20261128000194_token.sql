-- migrate:up
create table token (
  service_id uuid not null,
  id uuid not null,
  name text not null,
  hash bytea not null,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_on date,
  constraint token_pkey primary key (service_id, id),
  constraint token_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint token_name_unique unique (service_id, name),
  constraint token_hash_unique unique (service_id, hash),
  constraint token_name_length check (char_length(name) between 1 and 200),
  constraint token_name_is_no_fingerprint check (name collate "C" !~ '^[0-9a-f]{8}$'),
  constraint token_hash_is_sha256 check (octet_length(hash) = 32),
  constraint token_scopes_known check (scopes <@ array['read', 'write', 'run'] and cardinality(scopes) between 1 and 3),
  constraint token_expires_after_creation check (expires_at > created_at)
);

comment on table token is 'Further tokens of a service, besides the one in service.token_hash. Each has a name, and scopes that say what it may do.';
comment on column token.name is 'Names the token in the audit. Not 8 hex digits, by which the audit names the token of service.token_hash.';
comment on column token.hash is 'SHA-256 of the token; the token itself is kept nowhere.';
comment on column token.scopes is 'read: every GET; run: run a task now; write: all other changes.';
comment on column token.expires_at is 'From when on the token is refused; null for never.';
comment on column token.last_used_on is 'The last day, in UTC, on which a request was sent with it; written once a day.';

alter table audit
  drop constraint audit_action_known,
  add constraint audit_action_known check (
    action in (
      'task_created', 'task_updated', 'task_deleted', 'service_created', 'service_deleted', 'token_rotated', 'token_created',
      'token_deleted'
    )
  ) not valid;

comment on column audit.task_id is 'Null where the service itself or one of its tokens was changed.';
comment on column audit.name is 'Of the task, the service or, where one of its further tokens was created or deleted, the token, as it is since.';
comment on column audit.principal is 'Which token (its name, or the first 8 hex digits of its SHA-256), or which user of the machine.';

-- migrate:down
delete from audit where action in ('token_created', 'token_deleted');
alter table audit
  drop constraint audit_action_known,
  add constraint audit_action_known check (
    action in ('task_created', 'task_updated', 'task_deleted', 'service_created', 'service_deleted', 'token_rotated')
  );
comment on column audit.task_id is 'Null where the service itself or its token was changed.';
comment on column audit.name is 'Of the task, or of the service, as it is since.';
comment on column audit.principal is 'Which token (the first 8 hex digits of its SHA-256), or which user of the machine.';
drop table token;
