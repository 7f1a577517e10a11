import { type ListedPolicy, listPolicies, readDefaultPolicy } from '../client/alerts.ts'
import type { Task } from '../client/api.ts'
import { type Channel, listChannels } from '../client/channels.ts'

/** The policies of the service, and the channels that they name. */
export interface Policies {
  /** The built-in policy if the service has stored no default. */
  readonly standard: ListedPolicy
  /** Those of labels, by label. */
  readonly ofLabels: readonly ListedPolicy[]
  /** Those of tasks. */
  readonly ofTasks: readonly ListedPolicy[]
  readonly channels: readonly Channel[]
}

/** Reads all policies of the service. */
export async function readPolicies(signal: AbortSignal): Promise<Policies> {
  const [standard, stored, channels] = await Promise.all([
    readDefaultPolicy(signal),
    listPolicies(signal),
    listChannels(signal),
  ])
  return {
    standard,
    ofLabels: stored.filter(({ label }) => label !== null).sort(byLabel),
    ofTasks: stored.filter(({ task_id }) => task_id !== null),
    channels,
  }
}

/** By name, then by value, as the server chooses among the labels of a task. */
function byLabel(one: ListedPolicy, other: ListedPolicy): number {
  const [a, b] = [one, other].map(({ label }) => (label ?? '').split(/=(.*)/s)) as [string[], string[]]
  return compare(a[0], b[0]) || compare(a[1], b[1])
}

const compare = (one = '', other = '') => (one < other ? -1 : one > other ? 1 : 0)

/** Whether the service has stored a default policy. */
export const hasDefault = ({ standard }: Policies) => standard.created_at !== null

/** The policy that holds for a task: its own, that of the first of its labels that has one, or the default. */
export function policyInForce({ standard, ofLabels, ofTasks }: Policies, { id, labels }: Task): ListedPolicy {
  const own = ofTasks.find(({ task_id }) => task_id === id)
  const has = ({ label }: ListedPolicy) => {
    const [name = '', value = ''] = (label ?? '').split(/=(.*)/s)
    return Object.entries(labels).some(([of, is]) => of === name && is === value)
  }
  return own ?? ofLabels.find(has) ?? standard
}
