import { sql } from '../support/database.ts'

const service_id = '018f0000-0000-7000-8000-000000000001'
const task_id = '018f0000-0000-7000-8000-000000000002'
const at = '2001-01-01T00:00:00Z'
const other = Bun.randomUUIDv7

const channel = {
  service_id,
  id: '018f0000-0000-7000-8000-000000000010',
  name: 'night shift',
  kind: 'email',
  shown: 'a@b',
}
const alert = {
  ...{ service_id, id: '018f0000-0000-7000-8000-000000000011', kind: 'failing', task_id, task_name: 'task' },
  ...{ target: '127.0.0.1:9', since: at },
}
const group = { service_id, channel_id: channel.id, kind: 'failing', target: alert.target }

/** Good rows of the tables of alerts. */
export const alertBase = {
  channel: { ...channel, addresses: ['a@b'] },
  alert_policy: { service_id, id: '018f0000-0000-7000-8000-000000000012', task_id, failures: 3 },
  alert,
  alert_channel: { ...group, alert_id: alert.id, recovered: true },
  alert_group: group,
  alert_silence: {
    ...{
      service_id,
      id: '018f0000-0000-7000-8000-000000000014',
      host: 'a',
      until: '2099-01-01T00:00:00Z',
      reason: 'x',
    },
    actor: 'token',
  },
  notification: {
    ...{
      service_id,
      id: '018f0000-0000-7000-8000-000000000013',
      channel_id: channel.id,
      kind: 'failing',
      type: 'opened',
    },
    body: sql.json({}),
  },
  pass_beat: { at },
  outage: { began_at: at, ended_at: '2001-01-01T01:00:00Z' },
  too_late_slot: {
    service_id,
    id: '018f0000-0000-7000-8000-000000000014',
    task_id,
    scheduled_for: at,
    slots: 1,
    reason: 'too late',
  },
} as const

/** What differs from a row above in a fresh one: its key, and what else must be unique. */
export const freshAlertKeys = {
  channel: () => ({ id: other(), name: other() }),
  alert_policy: () => ({ id: other(), task_id: other() }),
  alert: () => ({ id: other(), task_id: other() }),
  alert_channel: () => ({ target: other() }),
  alert_group: () => ({ target: other() }),
  notification: () => ({ id: other() }),
  alert_silence: () => ({ id: other() }),
  pass_beat: () => ({ only_row: true }),
  outage: () => ({ began_at: '2000-01-01T00:00:00Z' }),
  too_late_slot: () => ({ id: other() }),
}

const stranger = { service_id: other() }
const label = { task_id: null, label_name: 'team', label_value: 'a' }

/** Rows of the tables of alerts that one constraint, and no other, must refuse. */
export const badAlertRows: Record<string, [keyof typeof alertBase, Record<string, unknown>[]]> = {
  alert_silence_pkey: ['alert_silence', [{}]],
  alert_silence_service_fkey: ['alert_silence', [stranger]],
  alert_silence_is_of_something: ['alert_silence', [{ host: null }]],
  alert_silence_label_is_whole: ['alert_silence', [{ label_name: 'team' }, { label_value: 'a' }]],
  alert_silence_host_length: ['alert_silence', [{ host: '' }, { host: 'x'.repeat(261) }]],
  alert_silence_reason_length: ['alert_silence', [{ reason: '' }, { reason: 'x'.repeat(501) }]],
  alert_silence_ends_later: ['alert_silence', [{ until: '2001-01-01T00:00:00Z' }]],
  channel_pkey: ['channel', [{ name: 'other' }]],
  channel_service_fkey: ['channel', [stranger]],
  channel_name_unique: ['channel', [{ name: channel.name }]],
  channel_name_length: ['channel', [{ name: '' }, { name: 'x'.repeat(101) }]],
  channel_kind_known: ['channel', [{ kind: 'pager', addresses: null, sealed: '01234567.aGVsbG8=' }]],
  channel_has_address: ['channel', [{ addresses: null }, { kind: 'slack' }, { kind: 'webhook', addresses: null }]],
  channel_is_sealed: ['channel', [{ kind: 'slack', addresses: null, sealed: 'http://127.0.0.1/' }]],
  channel_disabled_has_reason: ['channel', [{ disabled_at: at }, { disabled_reason: 'answered 410' }]],
  channel_addresses_in_range: ['channel', [{ addresses: [] }, { addresses: Array(21).fill('a@b') }]],
  channel_addresses_are_plain: [
    'channel',
    [{ addresses: ['a@b\r\nBcc: c@d'] }, { addresses: ['a@b', null] }, { addresses: ['ä@b'] }, { addresses: ['a @b'] }],
  ],
  channel_tests_not_negative: ['channel', [{ tests: -1 }]],
  alert_policy_pkey: ['alert_policy', [{ task_id: other() }]],
  alert_policy_service_fkey: ['alert_policy', [stranger]],
  alert_policy_one_scope: ['alert_policy', [{ label_name: 'team', label_value: 'a' }]],
  alert_policy_label_is_whole: ['alert_policy', [{ ...label, label_value: null }, { label_value: 'a' }]],
  alert_policy_failures_in_range: ['alert_policy', [{ failures: 0 }, { failures: 101 }]],
  alert_policy_window_is_whole: ['alert_policy', [{ window_failures: 3 }, { window_seconds: 600 }]],
  alert_policy_window_failures_in_range: [
    'alert_policy',
    [
      { window_failures: 0, window_seconds: 600 },
      { window_failures: 101, window_seconds: 600 },
    ],
  ],
  alert_policy_window_in_range: [
    'alert_policy',
    [
      { window_failures: 3, window_seconds: 59 },
      { window_failures: 3, window_seconds: 604_801 },
    ],
  ],
  alert_policy_late_in_range: ['alert_policy', [{ late_seconds: 9 }, { late_seconds: 604_801 }]],
  alert_policy_long_in_range: ['alert_policy', [{ long_seconds: 4 }, { long_seconds: 604_801 }]],
  alert_policy_remind_in_range: ['alert_policy', [{ remind_hours: 0 }, { remind_hours: 721 }]],
  alert_pkey: ['alert', [{ task_id: other() }]],
  alert_service_fkey: ['alert', [stranger]],
  alert_kind_known: ['alert', [{ kind: 'slow', task_id: null }]],
  alert_has_task: ['alert', [{ task_id: null }, { kind: 'outage' }]],
  alert_closed_has_reason: ['alert', [{ closed_at: at }, { closed_because: 'recovered' }]],
  alert_closed_because_known: ['alert', [{ closed_at: at, closed_because: 'tired' }]],
  alert_event_is_closed: ['alert', [{ is_event: true }]],
  alert_channel_pkey: ['alert_channel', [{}]],
  alert_channel_channel_fkey: ['alert_channel', [{ channel_id: other() }]],
  alert_channel_alert_fkey: ['alert_channel', [{ alert_id: other() }]],
  alert_group_pkey: ['alert_group', [{}]],
  alert_group_channel_fkey: ['alert_group', [{ channel_id: other() }]],
  notification_pkey: ['notification', [{}]],
  notification_channel_fkey: ['notification', [{ channel_id: other() }]],
  notification_type_known: ['notification', [{ type: 'test' }]],
  notification_body_is_object: ['notification', [{ body: sql.json([]) }]],
  notification_ends_once: [
    'notification',
    [{ sent_at: at }, { due_at: null }, { due_at: null, sent_at: at, given_up_at: at }],
  ],
  pass_beat_pkey: ['pass_beat', [{}]],
  pass_beat_has_one_row: ['pass_beat', [{ only_row: false }]],
  outage_pkey: ['outage', [{}]],
  outage_ends_after_begin: ['outage', [{ ended_at: '1999-01-01T00:00:00Z' }]],
  too_late_slot_pkey: ['too_late_slot', [{}]],
  too_late_slot_service_fkey: ['too_late_slot', [stranger]],
  too_late_slot_slots_positive: ['too_late_slot', [{ slots: 0 }]],
}
