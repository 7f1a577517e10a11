-- migrate:up
alter table audit drop constraint audit_action_known;
alter table audit add constraint audit_action_known check (
    action in (
      'task_created', 'task_updated', 'task_deleted', 'task_run', 'service_created', 'service_updated', 'service_deleted', 'token_rotated',
      'token_created', 'token_deleted', 'secret_set', 'secret_deleted', 'tls_profile_set', 'tls_profile_deleted', 'channel_created',
      'channel_updated', 'channel_deleted', 'alert_policy_set', 'alert_policy_deleted', 'alert_muted', 'signing_key_created',
      'signing_key_expired', 'task_set_applied', 'task_set_deleted', 'flow_set', 'flow_deleted', 'calendar_set',
      'calendar_deleted', 'execution_stopped', 'alert_silence_created', 'alert_silence_deleted'
    )
  ) not valid;

-- migrate:down
delete from audit where action in ('alert_silence_created', 'alert_silence_deleted');
alter table audit drop constraint audit_action_known;
alter table audit add constraint audit_action_known check (
    action in (
      'task_created', 'task_updated', 'task_deleted', 'task_run', 'service_created', 'service_updated', 'service_deleted', 'token_rotated',
      'token_created', 'token_deleted', 'secret_set', 'secret_deleted', 'tls_profile_set', 'tls_profile_deleted', 'channel_created',
      'channel_updated', 'channel_deleted', 'alert_policy_set', 'alert_policy_deleted', 'alert_muted', 'signing_key_created',
      'signing_key_expired', 'task_set_applied', 'task_set_deleted', 'flow_set', 'flow_deleted', 'calendar_set',
      'calendar_deleted', 'execution_stopped'
    )
  ) not valid;
