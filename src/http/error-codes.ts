/** One entry for each `code` of an error response: its HTTP status, and what it means. */
export const errorCodes = {
  invalid_input: {
    status: 400,
    text: 'A field, a parameter or a header has a value that is not accepted. `errors` lists each one.',
  },
  malformed_body: {
    status: 400,
    text: 'The body is empty, incomplete, not UTF-8 or not JSON, or the route takes no body.',
  },
  malformed_request: { status: 400, text: 'The URL, its query or the Host header is malformed.' },
  unauthorized: { status: 401, text: 'Credentials are missing, malformed, unknown or wrong.' },
  missing_scope: { status: 403, text: 'The token is valid, but has not the scope that the request needs.' },
  not_found: { status: 404, text: 'There is no such address.' },
  task_not_found: { status: 404, text: 'The service has no such task.' },
  execution_not_found: {
    status: 404,
    text: 'The task has no such execution, or it is older than executions are kept.',
  },
  token_not_found: { status: 404, text: 'The service has no such token.' },
  secret_not_found: { status: 404, text: 'The service has no such named secret.' },
  calendar_not_found: { status: 404, text: 'The service has no such calendar.' },
  flow_not_found: { status: 404, text: 'The service has no such flow.' },
  tls_profile_not_found: { status: 404, text: 'The service has no such TLS profile.' },
  notification_not_found: { status: 404, text: 'The service has no such notification.' },
  signing_key_not_found: { status: 404, text: 'The service has no such signing key.' },
  channel_not_found: { status: 404, text: 'The service has no such channel.' },
  alert_not_found: { status: 404, text: 'The service has no such alert.' },
  alert_silence_not_found: { status: 404, text: 'The service has no such silence of alerts, or it is over.' },
  label_retention_not_found: { status: 404, text: 'The service has set no retention for the label.' },
  alert_policy_not_found: { status: 404, text: 'The task, the label or the service has no alert policy of its own.' },
  task_set_not_found: { status: 404, text: 'The service has no such task set.' },
  method_not_allowed: {
    status: 405,
    text: 'The address exists and does not take this method. `Allow` lists the methods that it takes.',
  },
  conflict: { status: 409, text: 'The request conflicts with what is stored.' },
  token_name_taken: { status: 409, text: 'The service has a token with this name.' },
  key_taken: {
    status: 409,
    text: 'Another task of the service has the key. `PUT /tasks/by-key/{key}` replaces that task instead of failing.',
  },
  task_busy: {
    status: 409,
    text: 'An execution of the task is queued or running. Repeat the request after it has ended.',
  },
  execution_queued: {
    status: 409,
    text: 'The execution has not started, so it cannot be stopped. Pausing its task cancels a retry.',
  },
  execution_ended: { status: 409, text: 'The execution has ended, so it cannot be stopped.' },
  idempotency_key_reused: {
    status: 409,
    text: 'The Idempotency-Key was used within 24 hours for a request with another body.',
  },
  idempotency_result_deleted: {
    status: 409,
    text: 'What the first request with this Idempotency-Key created has been deleted.',
  },
  secret_in_use: { status: 409, text: 'Tasks refer to the named secret. The message names them.' },
  too_many_secrets: { status: 409, text: 'The service has as many named secrets as it may have.' },
  too_many_calendars: { status: 409, text: 'The service has as many calendars as it may have.' },
  calendar_in_use: { status: 409, text: 'Tasks use the calendar. The message names them.' },
  calendar_leaves_no_slot: {
    status: 409,
    text: 'With these days a task that uses the calendar would have no slot any more. The message names it.',
  },
  flow_in_use: { status: 409, text: 'Tasks name the flow. The message names them.' },
  flow_target_taken: { status: 409, text: 'Another flow of the service has this target.' },
  too_many_flows: { status: 409, text: 'The service has as many flows as it may have.' },
  tls_profile_in_use: { status: 409, text: 'Tasks use the TLS profile. The message names them.' },
  too_many_tls_profiles: { status: 409, text: 'The service has as many TLS profiles as it may have.' },
  too_many_signing_keys: { status: 409, text: 'The service has as many valid signing keys as it may have.' },
  channel_name_taken: { status: 409, text: 'The service has a channel with this name.' },
  channel_in_use: { status: 409, text: 'Alert policies name the channel. The message names them.' },
  too_many_channels: { status: 409, text: 'The service has as many channels as it may have.' },
  alert_closed: { status: 409, text: 'The alert has closed, so it cannot be muted.' },
  too_many_label_retentions: { status: 409, text: 'The service has set retention for as many labels as it may.' },
  too_many_alert_silences: { status: 409, text: 'The service has as many silences of alerts as it may have.' },
  too_many_alert_policies: { status: 409, text: 'The service has as many alert policies as it may have.' },
  plan_changed: {
    status: 409,
    text: 'What an apply would change is not what `digest` stands for. Nothing was changed; `plan` is the plan now.',
  },
  plan_refused: {
    status: 409,
    text: 'The plan has conflicts, or ends more tasks than is allowed. Nothing was changed; `plan` is the plan.',
  },
  stale_version: {
    status: 412,
    text: 'The task has another version than `If-Match` names. Read it again, and repeat the change.',
  },
  too_large: { status: 413, text: 'The body is larger than the route accepts.' },
  unsupported_media_type: { status: 415, text: 'The body is not declared as JSON, or it is compressed.' },
  rate_limited: {
    status: 429,
    text: 'The address sent too many requests with wrong credentials. Wait for the seconds in `Retry-After`.',
  },
  too_much_in_progress: {
    status: 429,
    text: 'The requests and responses of the service that are in progress take too much memory. Send fewer at once.',
  },
  too_many_tests: {
    status: 429,
    text: 'Too many test messages were sent to the channel within a minute. Wait for the seconds in `Retry-After`.',
  },
  internal: { status: 500, text: 'An unexpected error. It has been logged.' },
  database_unavailable: {
    status: 503,
    text: 'The database cannot be reached. Nothing was changed; repeat the request.',
  },
  database_fault: {
    status: 503,
    text: 'The database reports an error that the request did not cause. Nothing was changed; the cause has been logged.',
  },
  outcome_unknown: {
    status: 503,
    text: 'The database did not answer a write: it may have been carried out, or may still be. Repeat it with the same Idempotency-Key, or read what is stored first.',
  },
  not_ready: { status: 503, text: 'Duly is starting, or a condition of /health/ready does not hold.' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly text: string }>>

/** The `code` of an error response. Codes are stable: programs may compare them, and new ones may be added. */
export type ErrorCode = keyof typeof errorCodes

/** The HTTP status of an error response. */
export type ErrorStatus = (typeof errorCodes)[ErrorCode]['status']

/** The code of an error that names only its status. */
export const codeOfStatus: Readonly<Record<ErrorStatus, ErrorCode>> = {
  400: 'invalid_input',
  401: 'unauthorized',
  403: 'missing_scope',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  412: 'stale_version',
  413: 'too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  500: 'internal',
  503: 'database_unavailable',
}
