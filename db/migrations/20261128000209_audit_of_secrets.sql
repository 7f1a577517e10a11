-- migrate:up
alter table audit
  drop constraint audit_action_known,
  add constraint audit_action_known check (
    action in (
      'task_created', 'task_updated', 'task_deleted', 'service_created', 'service_deleted', 'token_rotated', 'token_created',
      'token_deleted', 'secret_set', 'secret_deleted', 'tls_profile_set', 'tls_profile_deleted'
    )
  ) not valid;

comment on column audit.task_id is 'Null where something other than a task was changed: the service, a token, a secret, a TLS profile.';
comment on column audit.name is 'Of what was changed, as it is since: the task, the service (for its first token too), the token, the secret or the TLS profile.';

-- migrate:down
delete from audit where action in ('secret_set', 'secret_deleted', 'tls_profile_set', 'tls_profile_deleted');
alter table audit
  drop constraint audit_action_known,
  add constraint audit_action_known check (
    action in (
      'task_created', 'task_updated', 'task_deleted', 'service_created', 'service_deleted', 'token_rotated', 'token_created',
      'token_deleted'
    )
  ) not valid;
