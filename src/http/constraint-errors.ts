import type { FieldError } from '../formats/field-error.ts'
import { anyOf } from '../formats/list.ts'
import { calendarRules } from '../schedule/calendar.ts'
import { units } from '../schedule/unit.ts'
import { maxRunsAtMost } from '../task-fields/end-fields.ts'
import { Key } from '../task-fields/identity.ts'
import { methods } from '../task-fields/methods.ts'
import { missedChoices } from '../task-fields/missed.ts'
import { phaseChoices } from '../task-fields/phase.ts'
import { statuses } from '../task-fields/statuses.ts'
import { scopes } from './scopes.ts'

/**
 * The field and the sentence of each database constraint, by its name. Input is validated before it reaches the database, so
 * these appear only for values that the validation let through.
 */
export const constraintErrors: Readonly<Record<string, FieldError>> = {
  task_name_length: { path: '/name', message: 'must have 1 to 200 characters' },
  task_url_is_http: { path: '/url', message: 'must be an http or https URL of at most 4096 characters' },
  task_header_is_object: { path: '/header', message: 'must be an object of strings' },
  task_secret_secret_fkey: {
    path: '/header',
    message: 'refers to a secret that does not exist: set it first, with PUT /secrets/NAME',
  },
  task_secret_header_is_object: { path: '/header', message: 'must be an object of strings' },
  task_secret_url_is_true: { path: '/secret_url', message: 'must be true or false' },
  task_sealed_url_is_sealed: { path: '/url', message: 'cannot be encrypted' },
  task_set_name_has_form: { path: '/setName', message: 'must be the name of a task set' },
  task_set_source_length: { path: '/source', message: 'must have 1 to 200 characters' },
  tls_profile_use_profile_fkey: {
    path: '/tls_profile',
    message: 'names a TLS profile that does not exist: set it first, with PUT /tls-profiles/NAME',
  },
  task_flow_fkey: { path: '/flow', message: 'names a flow that does not exist: set it first, with PUT /flows/NAME' },
  task_limited_by_fkey: {
    path: '/flow',
    message: 'names a flow that does not exist: set it first, with PUT /flows/NAME',
  },
  task_calendar_fkey: {
    path: '/calendar',
    message: 'names a calendar that does not exist: set it first, with PUT /calendars/NAME',
  },
  task_calendar_needs_cron: { path: '/calendar', message: 'is only for a task with cron' },
  task_calendar_form: { path: '/calendar', message: 'must be the name of a calendar' },
  task_calendar_rule_known: { path: '/calendar_rule', message: `must be ${anyOf(calendarRules)}` },
  task_flow_form: { path: '/flow', message: 'must be the name of a flow' },
  task_tls_profile_form: { path: '/tls_profile', message: 'must be the name of a TLS profile' },
  task_payload_size: { path: '/payload', message: 'must be at most 256 KiB' },
  task_method_known: { path: '/method', message: `must be ${anyOf(methods)}` },
  task_status_known: { path: '/status', message: `must be ${anyOf(statuses)}` },
  task_unit_known: { path: '/unit', message: `must be ${anyOf(units)}` },
  task_frequency_positive: { path: '/frequency', message: 'must be a whole number above 0' },
  task_frequency_has_unit: { path: '/frequency', message: 'must come together with unit: send both, or null for both' },
  task_one_schedule: { path: '/cron', message: 'cannot stand beside frequency: a task has one kind of schedule' },
  task_cron_has_time_zone: { path: '/time_zone', message: 'is only for a task with cron, and needed there' },
  task_cron_length: { path: '/cron', message: 'must be a cron pattern of at most 1000 characters' },
  task_time_zone_length: { path: '/time_zone', message: 'must be the IANA name of a time zone' },
  task_frequency_within_ten_years: {
    path: '/frequency',
    message: 'must be smaller: frequency × unit may be ten years at most',
  },
  task_scheduled_at_in_range: { path: '/scheduled_at', message: 'must lie between the years 1 and 9999' },
  task_has_next_time: {
    path: '/scheduled_at',
    message: 'is required for a task that runs once, and with a cron pattern that has no further time in its time zone',
    code: 'required',
  },
  task_timeout_in_range: { path: '/timeout_seconds', message: 'must be a whole number from 1 to 3600' },
  idempotency_key_length: { path: '/idempotency-key', message: 'must have 1 to 255 characters' },
  task_late_limit_in_range: { path: '/late_limit_seconds', message: 'must be a whole number from 1 to 31536000' },
  task_max_runs_in_range: { path: '/max_runs', message: `must be a whole number from 1 to ${maxRunsAtMost}` },
  task_missed_known: { path: '/missed', message: `must be ${anyOf(missedChoices)}` },
  task_phase_known: { path: '/phase', message: `must be ${anyOf(phaseChoices)}` },
  task_spread_in_range: { path: '/spread_seconds', message: 'must be a whole number from 0 to 86400' },
  task_spread_offset_in_range: { path: '/spread_seconds', message: 'must be a whole number from 0 to 86400' },
  task_key_has_form: { path: '/key', message: `must be ${Key.description}` },
  task_key_one_of_task: { path: '/key', message: 'was changed by another request at the same moment; send it again' },
  task_labels_is_object: { path: '/labels', message: 'must be an object of strings' },
  task_label_name_has_form: {
    path: '/labels',
    message: 'must have names of 1 to 63 of the characters a-z, A-Z, 0-9, ., _, / and -',
  },
  task_label_value_length: { path: '/labels', message: 'must have values of at most 200 characters' },
  task_host_is_host: { path: '/host', message: 'must be a host with an optional port, such as app.example.com' },
  task_expect_is_object: { path: '/expect', message: 'must be an object' },
  task_retry_is_object: { path: '/retry', message: 'must be an object' },
  token_name_length: { path: '/name', message: 'must have 1 to 200 characters' },
  token_name_is_no_fingerprint: {
    path: '/name',
    message: 'must not be 8 hex digits, as the audit names the first token',
  },
  token_scopes_known: { path: '/scopes', message: `must be one or more of ${scopes.join(', ')}` },
  token_expires_after_creation: { path: '/expires_at', message: 'must be in the future, or null for never' },
  task_retries_in_range: { path: '/retries', message: 'must be a whole number from 0 to 10' },
}
