/** What an audit entry can be of. The constraint `audit_action_known` lists the same. */
export const actions = [
  ...(['task_created', 'task_updated', 'task_deleted', 'task_run', 'execution_stopped'] as const),
  ...(['service_created', 'service_updated', 'service_deleted'] as const),
  ...(['token_rotated', 'token_created', 'token_deleted', 'secret_set', 'secret_deleted'] as const),
  ...(['tls_profile_set', 'tls_profile_deleted', 'signing_key_created', 'signing_key_expired'] as const),
  ...(['channel_created', 'channel_updated', 'channel_deleted'] as const),
  ...([
    'alert_policy_set',
    'alert_policy_deleted',
    'alert_muted',
    'alert_silence_created',
    'alert_silence_deleted',
    'task_set_applied',
    'task_set_deleted',
  ] as const),
  ...(['flow_set', 'flow_deleted', 'calendar_set', 'calendar_deleted'] as const),
]
