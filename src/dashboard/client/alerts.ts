import { query, send } from './api.ts'

/** The kinds of alerts. */
export const alertKinds = ['failing', 'late', 'long', 'outage', 'channel'] as const
/** A kind of alert. */
export type AlertKind = (typeof alertKinds)[number]

/** The states of alerts. */
export const alertStates = ['open', 'muted', 'closed'] as const

/** What is wrong, or was. Fields without meaning for its kind are null. */
export interface Alert {
  readonly id: string
  readonly kind: AlertKind
  readonly state: (typeof alertStates)[number]
  readonly task_id: string | null
  /** The name of the task when the alert opened. */
  readonly task_name: string | null
  /** Host and port of the task's target; empty for an outage or a channel. */
  readonly target: string
  readonly since: string
  readonly until: string | null
  readonly opened_at: string
  readonly closed_at: string | null
  readonly closed_because: string | null
  readonly failures: number | null
  readonly tasks: number | null
  readonly error: string | null
  readonly execution_id: string | null
  /** Until when channels are not told of it, by its own mute, that of its policy, or a silence. */
  readonly muted_until: string | null
}

/** One page of a list with cursors. */
export interface CursorPage<T> {
  readonly records: readonly T[]
  /** The cursor of the next page; null on the last one. */
  readonly next_cursor: string | null
}

/** Which alerts to list; '' for all. */
interface AlertQuery {
  readonly state: string
  readonly kind: string
  readonly task_id: string
  /** The cursor of the page, or '' for the first one. */
  readonly cursor: string
  readonly limit: number
}

/** Lists alerts, newest first. */
export async function listAlerts(filter: AlertQuery, signal: AbortSignal): Promise<CursorPage<Alert>> {
  return (await send<CursorPage<Alert>>('GET', `/alerts?${query({ ...filter })}`, { signal })).body
}

/** As many alerts are read at once. */
const readAtOnce = 1_000

/** Lists all open alerts of tasks that call a target, those that are muted not among them. @param target host and port */
export async function listOpenAlertsAt(target: string, signal: AbortSignal): Promise<readonly Alert[]> {
  const found: Alert[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: CursorPage<Alert> = await listAlerts(
      { state: 'open', kind: '', task_id: '', cursor, limit: readAtOnce },
      signal,
    )
    found.push(...page.records.filter((alert) => alert.target === target))
    cursor = page.next_cursor
  }
  return found
}

/** Mutes an alert until a time, or ends its mute with null. @returns the alert, which its policy or a silence may mute as well */
export async function muteAlert(id: string, until: string | null): Promise<Alert> {
  return (await send<Alert>('POST', `/alerts/${encodeURIComponent(id)}/mute`, { body: { until } })).body
}

/** When a service is told of alerts, and by which channels. */
export interface AlertPolicy {
  readonly failures: number | null
  readonly window_failures: number | null
  readonly window_seconds: number | null
  readonly late_seconds: number | null
  readonly long_seconds: number | null
  readonly remind_hours: number | null
  readonly recovered: boolean
  /** Ids; null for all channels of the service. */
  readonly channels: readonly string[] | null
  readonly muted_until: string | null
}

/** A stored policy in a list. With neither task nor label it is the default. */
export interface ListedPolicy extends AlertPolicy {
  readonly task_id: string | null
  readonly task_name: string | null
  /** Such as `team=billing`. */
  readonly label: string | null
  /** Null for the built-in policy. */
  readonly created_at: string | null
}

/** A service has at most this many policies. */
const maxPolicies = 1000

/** Lists the stored policies of the service, all of them. */
export async function listPolicies(signal: AbortSignal): Promise<readonly ListedPolicy[]> {
  const path = `/alert-policies?${query({ limit: maxPolicies })}`
  return (await send<CursorPage<ListedPolicy>>('GET', path, { signal })).body.records
}

/** Whose a policy is: `default`, a task by its id, or a label such as `team=billing`. */
export type PolicyOwner =
  | { readonly of: 'default' }
  | { readonly of: 'task'; readonly id: string }
  | { readonly of: 'label'; readonly label: string }

function policyPath(owner: PolicyOwner): string {
  if (owner.of === 'task') return `/tasks/${encodeURIComponent(owner.id)}/alert-policy`
  return owner.of === 'label' ? `/labels/${encodeURIComponent(owner.label)}/alert-policy` : '/alert-policy'
}

/** Reads the default policy of the service: the built-in one when none is stored. */
export async function readDefaultPolicy(signal: AbortSignal): Promise<ListedPolicy> {
  return (await send<ListedPolicy>('GET', '/alert-policy', { signal })).body
}

/** Stores a whole policy. @throws ApiError, 400 with an error for each invalid field */
export async function writePolicy(owner: PolicyOwner, policy: AlertPolicy): Promise<void> {
  await send('PUT', policyPath(owner), { body: policy })
}

/** Deletes a policy: what it was for has the next one. */
export async function deletePolicy(owner: PolicyOwner): Promise<void> {
  await send('DELETE', policyPath(owner))
}
