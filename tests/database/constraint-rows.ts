import { sql } from '../support/database.ts'
import { alertBase, badAlertRows } from './alert-rows.ts'

const service = { id: '018f0000-0000-7000-8000-000000000001', name: 'team', token_hash: Buffer.alloc(32, 1) }
const task = {
  service_id: service.id,
  id: '018f0000-0000-7000-8000-000000000002',
  name: 'task',
  url: 'http://127.0.0.1:9/',
  method: 'GET',
  frequency: 1,
  unit: 'hour',
  scheduled_at: '2099-01-01T00:00:00Z',
}
const execution = {
  service_id: service.id,
  task_id: task.id,
  id: '018f0000-0000-7000-8000-000000000003',
  slot_id: '018f0000-0000-7000-8000-000000000004',
  created_at: '2001-01-01T00:00:00Z',
  scheduled_for: '2001-01-01T00:00:00Z',
  status: 'success',
}
const replica = { id: '018f0000-0000-7000-8000-000000000005', host: 'here', lease_until: '2099-01-01T00:00:00Z' }
const idempotency_key = { service_id: service.id, key: 'key', body_hash: Buffer.alloc(32, 1), task_id: task.id }
const tally = {
  service_id: service.id,
  at: '2001-01-01T00:15:00Z',
  shard: 0,
  duration_ms: '{0}',
  skew_ms: '{0}',
}
const failing_task = { service_id: service.id, task_id: task.id }
const tally_pending = { service_id: service.id, id: 1, at: '2001-01-01T00:15:00Z', duration_ms: '{0}', skew_ms: '{0}' }
const failing_pending = {
  service_id: service.id,
  id: 1,
  task_id: task.id,
  status: 'failed',
  ran_at: '2001-01-01T00:00:00Z',
}
const audit = {
  service_id: service.id,
  id: '018f0000-0000-7000-8000-000000000006',
  at: '2001-01-01T00:00:00Z',
  task_id: task.id,
  name: 'task',
  action: 'task_created',
  actor: 'token',
}
const failed_execution = {
  ...{ service_id: service.id, created_at: '2001-01-01T00:00:00Z', id: execution.id, task_id: task.id },
  ...{ reason: 1, settled: true },
}
const day = { successes_before: '2001-01-02T00:00:00Z', answers_before: '2001-01-02T00:00:00Z' }
const execution_expired = { partition: 'execution_2001_01_01', ...day }
const execution_rewrite = {
  ...{ kept: 'execution_2001_01_01_kept', sources: ['execution_2001_01_01'], in_place: false },
  ...{ starts_at: '2001-01-01T00:00:00Z', ends_at: '2001-01-02T00:00:00Z' },
  ...day,
}
const wake = { xid: '1000000', service_id: service.id }
const stop_request = {
  ...{ replica_id: replica.id, service_id: service.id, task_id: task.id },
  ...{ execution_created_at: execution.created_at, execution_id: execution.id },
}
const failure_reason = { service_id: service.id, reason: 1, error: 'connection refused' }
const task_key = { service_id: service.id, key: 'billing/invoices', task_id: task.id }
const task_label = { service_id: service.id, name: 'team', value: 'billing', task_id: task.id }
const token = {
  service_id: service.id,
  id: '018f0000-0000-7000-8000-000000000007',
  name: 'token',
  hash: Buffer.alloc(32, 1),
  scopes: ['read'],
}
const operator_token = { id: token.id, name: 'on call', hash: Buffer.alloc(32, 1) }
const secret = { service_id: service.id, name: 'TOKEN', sealed: '01234567.aGVsbG8=' }
const task_secret = { service_id: service.id, task_id: task.id, header: 'authorization', name: secret.name }
const tls_profile = { service_id: service.id, name: 'backend', ca: 'PEM' }
const tls_profile_use = { service_id: service.id, task_id: task.id, profile: tls_profile.name }
const flow = { service_id: service.id, name: 'slow', rate: 1, period_seconds: 1, burst: 1, target: 'slow.example' }
const hourlyCron = { frequency: null, unit: null, cron: '0 * * * *', time_zone: 'UTC' }
const calendar = { service_id: service.id, name: 'work' }
const calendar_day = { service_id: service.id, name: 'work', day: '2026-12-25', kind: 'closed' }
const signing_key = { service_id: service.id, id: task.id, target: 'a.example:8080', sealed: '01234567.aGVsbG8=' }
const task_set = { service_id: service.id, name: 'shop-prod' }
const task_set_member = {
  ...{ service_id: service.id, set_name: task_set.name, key: task_key.key, task_id: task.id },
  ...{ applied: sql.json({}), applied_version: 1 },
}
const time_zone_release = { version: '2026a', rules: sql.json({}) }
const retention = { service_id: service.id, execution_days: 7, failure_days: 30, answer_days: 3 }
const label_retention = { ...retention, label_name: 'tier', label_value: 'batch' }
const history_cap = { only_row: true, bytes: 1_000_000 }
const task_history_cut = { service_id: service.id, task_id: task.id }
const catch_up = { service_id: service.id, per_second: 100 }
export const base = {
  ...{ service, task, task_key, task_label, execution, replica, idempotency_key, tally, failing_task, audit },
  ...{
    time_zone_release,
    tally_pending,
    failing_pending,
    failed_execution,
    failure_reason,
    token,
    operator_token,
    wake,
  },
  ...{ execution_expired, execution_rewrite },
  ...{
    secret,
    task_secret,
    tls_profile,
    tls_profile_use,
    flow,
    calendar,
    calendar_day,
    signing_key,
    task_set,
    task_set_member,
  },
  catch_up,
  retention,
  label_retention,
  history_cap,
  stop_request,
  task_history_cut,
  ...alertBase,
} as const

export type Table = keyof typeof base
export type Row = Record<string, unknown>

/** Rows that one constraint, and no other, must refuse. What differs from the good row of the table is given. */
export const bad: Record<string, [table: Table, rows: Row[]]> = {
  service_pkey: ['service', [{}]],
  service_name_length: ['service', [{ name: '' }, { name: 'x'.repeat(201) }]],
  service_token_hash_is_sha256: ['service', [{ token_hash: Buffer.alloc(31) }, { token_hash: Buffer.alloc(33) }]],
  service_previous_token_is_whole: [
    'service',
    [{ previous_token_hash: Buffer.alloc(32) }, { previous_token_until: '2099-01-01T00:00:00Z' }],
  ],
  task_set_pkey: ['task_set', [{}]],
  task_set_service_fkey: ['task_set', [{ service_id: Bun.randomUUIDv7() }]],
  task_set_name_has_form: ['task_set', [{ name: '' }, { name: 'Shop' }, { name: '.a' }, { name: 'a'.repeat(64) }]],
  task_set_revision_not_negative: ['task_set', [{ revision: -1 }]],
  task_set_source_length: ['task_set', [{ source: '' }, { source: 'x'.repeat(201) }]],
  task_set_member_pkey: ['task_set_member', [{ task_id: Bun.randomUUIDv7() }]],
  task_set_member_of_one_set: ['task_set_member', [{ key: 'other', task_id: task.id }]],
  task_set_member_set_fkey: ['task_set_member', [{ set_name: 'other' }]],
  task_set_member_applied_is_object: ['task_set_member', [{ applied: sql.json([]) }]],
  task_pkey: ['task', [{}]],
  task_service_fkey: ['task', [{ service_id: Bun.randomUUIDv7() }]],
  task_name_length: ['task', [{ name: '' }, { name: 'x'.repeat(201) }]],
  task_url_is_http: [
    'task',
    [{ url: 'ftp://host/' }, { url: 'javascript://host/' }, { url: `http://${'x'.repeat(4090)}` }],
  ],
  task_header_is_object: ['task', [{ header: sql.json([]) }, { header: sql.json('text') }]],
  task_secret_header_is_object: ['task', [{ secret_header: sql.json([]) }, { secret_header: sql.json('text') }]],
  task_secret_url_is_true: ['task', [{ secret_url: false }]],
  task_sealed_url_is_sealed: ['task', [{ sealed_url: '/path' }, { sealed_url: '0123456.aGVsbG8=' }]],
  task_payload_size: ['task', [{ payload: 'x'.repeat(262_145) }]],
  task_method_known: ['task', [{ method: 'TRACE' }, { method: 'get' }, { method: 'CONNECT' }]],
  task_status_known: ['task', [{ status: 'deleted' }, { status: 'Active' }]],
  task_unit_known: ['task', [{ unit: 'second' }, { unit: 'hours' }]],
  task_frequency_positive: ['task', [{ frequency: 0 }, { frequency: -1 }]],
  task_frequency_has_unit: ['task', [{ frequency: null }, { unit: null }]],
  task_frequency_within_ten_years: [
    'task',
    [
      { frequency: 5_259_601, unit: 'minute' },
      { frequency: 87_661, unit: 'hour' },
      { frequency: 3_653, unit: 'day' },
      { frequency: 522, unit: 'week' },
      { frequency: 121, unit: 'month' },
    ],
  ],
  task_scheduled_at_in_range: [
    'task',
    [
      { scheduled_at: '10000-01-01 00:00+00' },
      { scheduled_at: 'infinity' },
      { scheduled_at: '0001-12-31 00:00+00 BC' },
    ],
  ],
  task_has_next_time: ['task', [{ scheduled_at: null }, { scheduled_at: null, status: 'paused' }]],
  task_deleted_is_disabled: [
    'task',
    [
      { deleted_at: '2020-01-01T00:00:00Z' },
      {
        deleted_at: '2020-01-01T00:00:00Z',
        status: 'disabled',
        queued_for: '2020-01-01T00:00:00Z',
        queued_id: execution.id,
        queued_created_at: '2020-01-01T00:00:00Z',
      },
    ],
  ],
  task_queued_is_whole: [
    'task',
    [
      { queued_for: '2020-01-01T00:00:00Z' },
      { queued_id: execution.id },
      { queued_for: '2020-01-01T00:00:00Z', queued_id: execution.id },
    ],
  ],
  task_timeout_in_range: ['task', [{ timeout_seconds: 0 }, { timeout_seconds: 3_601 }]],
  task_late_limit_in_range: ['task', [{ late_limit_seconds: 0 }, { late_limit_seconds: 31_536_001 }]],
  task_max_runs_in_range: ['task', [{ max_runs: 0 }, { max_runs: 1_000_001 }]],
  task_runs_left_not_negative: ['task', [{ runs_left: -1 }]],
  task_missed_known: ['task', [{ missed: 'some' }]],
  catch_up_pkey: ['catch_up', [{}]],
  catch_up_service_fkey: ['catch_up', [{ service_id: Bun.randomUUIDv7() }]],
  catch_up_per_second_in_range: ['catch_up', [{ per_second: 0 }, { per_second: 100_001 }]],
  task_phase_known: ['task', [{ phase: 'keep' }]],
  // Of a calendar that exists, the trigger that compares versions would refuse it first.
  task_calendar_needs_cron: ['task', [{ calendar: 'other' }]],
  task_calendar_fkey: ['task', [{ ...hourlyCron, calendar: 'other' }]],
  task_calendar_form: ['task', [{ calendar: '' }, { calendar: 'a b' }]],
  task_calendar_rule_known: ['task', [{ calendar_rule: 'skip' }]],
  task_spread_in_range: ['task', [{ spread_seconds: 0 }, { spread_seconds: 86_401 }]],
  task_spread_offset_in_range: ['task', [{ spread_offset: -1 }, { spread_offset: 86_400 }]],
  task_key_has_form: [
    'task',
    [
      { key: '' },
      { key: 'A' },
      { key: 'a b' },
      { key: '/a' },
      { key: 'a/../b' },
      { key: '.' },
      { key: 'x'.repeat(201) },
    ],
  ],
  task_labels_is_object: ['task', [{ labels: '[]' }, { labels: '"team"' }]],
  task_key_unique_in_service: ['task_key', [{ task_id: Bun.randomUUIDv7() }]],
  task_key_one_of_task: ['task_key', [{ key: 'another' }]],
  task_key_task_fkey: ['task_key', [{ key: 'another', task_id: Bun.randomUUIDv7() }]],
  task_label_pkey: ['task_label', [{}]],
  task_label_one_value: ['task_label', [{ value: 'another' }]],
  task_label_task_fkey: ['task_label', [{ task_id: Bun.randomUUIDv7() }]],
  task_label_name_has_form: ['task_label', [{ name: '' }, { name: 'a b' }, { name: 'x'.repeat(64) }]],
  task_label_value_length: ['task_label', [{ name: 'other', value: 'x'.repeat(201) }]],
  task_host_is_host: ['task', [{ host: '' }, { host: 'http://h' }, { host: 'h:x' }, { host: 'h'.repeat(261) }]],
  task_expect_is_object: ['task', [{ expect: '[]' }, { expect: '"2xx"' }]],
  task_retry_is_object: ['task', [{ retry: '[]' }, { retry: '1' }]],
  task_retries_in_range: ['task', [{ retries: -1 }, { retries: 11 }]],
  task_anchor_day_in_range: ['task', [{ anchor_day: 0 }, { anchor_day: 32 }]],
  task_cron_length: [
    'task',
    [
      { frequency: null, unit: null, cron: '* * * *', time_zone: 'UTC' },
      { frequency: null, unit: null, cron: `${'1,'.repeat(497)}1 * * * *`, time_zone: 'UTC' },
    ],
  ],
  task_time_zone_length: [
    'task',
    [
      { frequency: null, unit: null, cron: '* * * * *', time_zone: '' },
      { frequency: null, unit: null, cron: '* * * * *', time_zone: 'x'.repeat(65) },
    ],
  ],
  task_cron_has_time_zone: ['task', [{ frequency: null, unit: null, cron: '* * * * *' }, { time_zone: 'UTC' }]],
  task_one_schedule: ['task', [{ cron: '* * * * *', time_zone: 'UTC' }]],
  secret_pkey: ['secret', [{}]],
  secret_service_fkey: ['secret', [{ service_id: Bun.randomUUIDv7() }]],
  secret_name_form: ['secret', [{ name: '' }, { name: '-a' }, { name: 'a.b' }, { name: 'x'.repeat(65) }]],
  secret_is_sealed: ['secret', [{ sealed: 'clear' }, { sealed: '0123456.aGVsbG8=' }]],
  task_secret_pkey: ['task_secret', [{}]],
  task_secret_secret_fkey: ['task_secret', [{ name: 'OTHER' }, { service_id: Bun.randomUUIDv7() }]],
  calendar_pkey: ['calendar', [{}]],
  calendar_service_fkey: ['calendar', [{ service_id: Bun.randomUUIDv7() }]],
  calendar_name_form: ['calendar', [{ name: '' }, { name: '-a' }, { name: 'a b' }, { name: 'a'.repeat(65) }]],
  calendar_weekend_is_weekdays: ['calendar', [{ weekend: '{7}' }, { weekend: '{-1}' }, { weekend: '{null}' }]],
  calendar_day_pkey: ['calendar_day', [{}]],
  calendar_day_calendar_fkey: ['calendar_day', [{ name: 'other' }]],
  calendar_day_kind_known: ['calendar_day', [{ kind: 'half' }]],
  calendar_day_in_range: ['calendar_day', [{ day: '1969-12-31' }]],
  calendar_day_note_length: ['calendar_day', [{ note: '' }, { note: 'x'.repeat(201) }]],
  flow_pkey: ['flow', [{ target: null }]],
  flow_service_fkey: ['flow', [{ service_id: Bun.randomUUIDv7() }]],
  flow_target_unique_in_service: ['flow', [{ target: flow.target }]],
  flow_name_form: [
    'flow',
    [
      { name: '', target: null },
      { name: '-a', target: null },
      { name: 'a.b', target: null },
    ],
  ],
  flow_target_is_host: ['flow', [{ target: '' }, { target: 'A' }, { target: 'a/b' }, { target: 'a'.repeat(261) }]],
  flow_concurrency_in_range: ['flow', [{ concurrency: 0 }, { concurrency: 100_001 }]],
  flow_rate_in_range: ['flow', [{ rate: 0 }, { rate: 100_001 }]],
  flow_period_in_range: ['flow', [{ period_seconds: 0 }, { period_seconds: 86_401 }]],
  flow_burst_in_range: ['flow', [{ burst: 0 }, { burst: 100_001 }]],
  flow_rate_is_whole: ['flow', [{ rate: null }, { period_seconds: null }, { burst: null }]],
  flow_calls_is_object: ['flow', [{ calls: sql.json([]) }]],
  task_flow_fkey: ['task', [{ flow: 'other' }]],
  task_flow_form: ['task', [{ flow: '' }, { flow: 'a b' }]],
  tls_profile_pkey: ['tls_profile', [{}]],
  tls_profile_service_fkey: ['tls_profile', [{ service_id: Bun.randomUUIDv7() }]],
  tls_profile_name_form: ['tls_profile', [{ name: '' }, { name: '-a' }, { name: 'a.b' }, { name: 'x'.repeat(65) }]],
  tls_profile_not_empty: ['tls_profile', [{ ca: null }]],
  tls_profile_size: ['tls_profile', [{ ca: 'x'.repeat(65_537) }]],
  tls_profile_has_key_of_certificate: ['tls_profile', [{ certificate: 'PEM' }, { sealed_key: '01234567.aGVsbG8=' }]],
  tls_profile_key_is_sealed: ['tls_profile', [{ certificate: 'PEM', sealed_key: 'clear' }]],
  tls_profile_use_pkey: ['tls_profile_use', [{}]],
  tls_profile_use_profile_fkey: ['tls_profile_use', [{ profile: 'other' }, { service_id: Bun.randomUUIDv7() }]],
  signing_key_pkey: ['signing_key', [{}]],
  signing_key_service_fkey: ['signing_key', [{ service_id: Bun.randomUUIDv7() }]],
  signing_key_target_is_host: [
    'signing_key',
    [{ target: '' }, { target: 'A.example' }, { target: 'a b' }, { target: 'a/b' }, { target: 'u@a' }],
  ],
  signing_key_is_sealed: ['signing_key', [{ sealed: 'clear' }]],
  task_tls_profile_form: ['task', [{ tls_profile: '' }, { tls_profile: 'a b' }]],
  replica_pkey: ['replica', [{}]],
  execution_pkey: ['execution', [{}]],
  execution_task_fkey: ['execution', [{ task_id: Bun.randomUUIDv7() }, { service_id: Bun.randomUUIDv7() }]],
  execution_response_header_is_object: ['execution', [{ response_header: '[]' }, { response_header: '1' }]],
  execution_response_header_size: ['execution', [{ response_header: `{"a":["${'x'.repeat(16_384)}"]}` }]],
  execution_status_known: ['execution', [{ status: 'running' }]],
  execution_started_has_replica: [
    'execution',
    [
      { status: 'started' },
      { status: 'started', replica_id: replica.id },
      { status: 'started', started_at: '2001-01-01T00:00:00Z' },
    ],
  ],
  execution_attempt_positive: ['execution', [{ attempt: 0 }]],
  tally_pkey: ['tally', [{}]],
  tally_service_fkey: ['tally', [{ service_id: Bun.randomUUIDv7() }]],
  tally_counts_not_negative: ['tally', [{ success: -1 }, { failed: -1 }, { skipped: -1 }]],
  failing_task_pkey: ['failing_task', [{}]],
  failing_task_service_fkey: ['failing_task', [{ service_id: Bun.randomUUIDv7() }]],
  failing_task_consecutive_not_negative: ['failing_task', [{ consecutive: -1 }]],
  tally_pending_pkey: ['tally_pending', [{}]],
  failed_execution_pkey: ['failed_execution', [{}]],
  execution_expired_pkey: ['execution_expired', [{}]],
  execution_rewrite_pkey: ['execution_rewrite', [{}]],
  execution_rewrite_has_source: ['execution_rewrite', [{ sources: [] }]],
  retention_pkey: ['retention', [{}]],
  retention_service_fkey: ['retention', [{ service_id: Bun.randomUUIDv7() }]],
  retention_days_in_range: ['retention', [{ execution_days: 0 }, { failure_days: 3_651 }, { answer_days: 0 }]],
  label_retention_pkey: ['label_retention', [{}]],
  label_retention_service_fkey: ['label_retention', [{ service_id: Bun.randomUUIDv7() }]],
  label_retention_days_in_range: [
    'label_retention',
    [{ execution_days: 0 }, { failure_days: 3_651 }, { answer_days: 0 }],
  ],
  history_cap_pkey: ['history_cap', [{}]],
  history_cap_only_row: ['history_cap', [{ only_row: false }]],
  task_history_cut_pkey: ['task_history_cut', [{}]],
  wake_pkey: ['wake', [{}]],
  stop_request_pkey: ['stop_request', [{}]],
  failure_reason_pkey: ['failure_reason', [{}]],
  failing_pending_pkey: ['failing_pending', [{}]],
  failing_pending_status_known: ['failing_pending', [{ status: 'skipped' }]],
  audit_pkey: ['audit', [{}]],
  audit_action_known: ['audit', [{ action: 'task_read', task_id: null }]],
  audit_actor_known: ['audit', [{ actor: 'somebody' }]],
  audit_task_is_named: [
    'audit',
    [
      { task_id: null },
      { task_id: null, action: 'task_run' },
      { task_id: null, action: 'execution_stopped' },
      { action: 'token_rotated' },
    ],
  ],
  audit_before_is_object: ['audit', [{ before: sql.json([]) }]],
  audit_after_is_object: ['audit', [{ after: sql.json('text') }]],
  idempotency_key_pkey: ['idempotency_key', [{}]],
  idempotency_key_task_fkey: ['idempotency_key', [{ task_id: Bun.randomUUIDv7() }]],
  idempotency_key_one_result: ['idempotency_key', [{ task_id: null }, { task_ids: [task.id] }, { answer: {} }]],
  idempotency_key_execution_whole: [
    'idempotency_key',
    [{ execution_id: task.id }, { execution_created_at: '2026-01-01T00:00:00Z' }],
  ],
  idempotency_key_execution_has_task: [
    'idempotency_key',
    [{ task_id: null, task_ids: [], execution_id: task.id, execution_created_at: '2026-01-01T00:00:00Z' }],
  ],
  token_pkey: ['token', [{ name: 'other', hash: Buffer.alloc(32, 2) }]],
  token_service_fkey: ['token', [{ service_id: Bun.randomUUIDv7() }]],
  token_name_unique: ['token', [{ name: token.name }]],
  token_hash_unique: ['token', [{ hash: token.hash }]],
  token_name_length: ['token', [{ name: '' }, { name: 'x'.repeat(201) }]],
  token_name_is_no_fingerprint: ['token', [{ name: '0123abcd' }]],
  token_hash_is_sha256: ['token', [{ hash: Buffer.alloc(31) }, { hash: Buffer.alloc(33) }]],
  token_scopes_known: ['token', [{ scopes: [] }, { scopes: ['admin'] }, { scopes: ['read', 'read', 'read', 'read'] }]],
  token_expires_after_creation: ['token', [{ expires_at: '2020-01-01T00:00:00Z' }]],
  operator_token_pkey: ['operator_token', [{ name: 'other', hash: Buffer.alloc(32, 2) }]],
  operator_token_hash_unique: ['operator_token', [{ hash: operator_token.hash }]],
  operator_token_name_length: ['operator_token', [{ name: '' }, { name: 'x'.repeat(201) }]],
  operator_token_hash_is_sha256: ['operator_token', [{ hash: Buffer.alloc(31) }, { hash: Buffer.alloc(33) }]],
  operator_token_expires_after_creation: ['operator_token', [{ expires_at: '2020-01-01T00:00:00Z' }]],
  operator_token_deleted_after_creation: ['operator_token', [{ deleted_at: '2020-01-01T00:00:00Z' }]],
  operator_token_deleted_by_needs_deletion: ['operator_token', [{ deleted_by: 'kim' }]],
  time_zone_release_pkey: ['time_zone_release', [{}]],
  time_zone_release_only_row: ['time_zone_release', [{ only_row: false }]],
  time_zone_release_version_form: ['time_zone_release', [{ version: '2026' }, { version: 'latest' }]],
  time_zone_release_rules_object: ['time_zone_release', [{ rules: sql.json([]) }]],
  idempotency_key_length: ['idempotency_key', [{ key: '' }, { key: 'x'.repeat(256) }]],
  ...badAlertRows,
}

/** Rows at the very edge of what is allowed: a constraint that refuses them is too strict. */
export const good: [table: Table, row: Row][] = [
  ['service', { name: '🐘'.repeat(200) }],
  ['task', { url: `HTTPS://${'x'.repeat(4088)}`, payload: 'x'.repeat(262_144), name: 'x'.repeat(200), retries: 10 }],
  ['task', { frequency: 87_660, timeout_seconds: 3_600, anchor_day: 31, status: 'paused' }],
  ['task', { frequency: null, unit: null, scheduled_at: null, status: 'disabled', header: sql.json({ a: 'b' }) }],
  ['task', { scheduled_at: '0001-01-01 00:00+00' }],
  ['task', { frequency: null, unit: null, cron: `${'1,'.repeat(95)}1 * * * *`, time_zone: 'x'.repeat(64) }],
  ['task', { scheduled_at: '9999-12-31 23:59:59.999999+00', frequency: 120, unit: 'month' }],
  ['execution', { status: 'started', replica_id: replica.id, started_at: '2001-01-01T00:00:00Z' }],
]
