import type { AlertPolicy } from '../client/alerts.ts'
import type { Channel } from '../client/channels.ts'
import { serverNow } from '../client/server-clock.ts'
import { exactSpan } from '../format/alert-labels.ts'
import { localTime } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'

/** One line about a policy. */
export interface PolicyFact {
  readonly label: string
  readonly value: string
}

/** What a policy says, line by line. @param channels those of the service, by which ids get names */
export function policyFacts(policy: AlertPolicy, channels: readonly Channel[]): PolicyFact[] {
  const { late_seconds, long_seconds, remind_hours, recovered, muted_until } = policy
  const facts: PolicyFact[] = [
    { label: 'Failing', value: failingLabel(policy) },
    { label: 'Not started', value: late_seconds === null ? 'no alert' : `${exactSpan(late_seconds)} after it was due` },
    { label: 'Runs long', value: long_seconds === null ? 'no alert' : `after ${exactSpan(long_seconds)}` },
    { label: 'Told', value: channelsLabel(policy.channels, channels) },
    { label: 'Recovery', value: recovered ? 'is told' : 'is not told' },
    {
      label: 'Reminder',
      value: remind_hours === null ? 'none' : `every ${exactSpan(remind_hours * 3_600).replace(/^1 /, '')}`,
    },
  ]
  if (muted_until !== null && Date.parse(muted_until) > serverNow())
    facts.push({ label: 'Muted', value: `until ${localTime(muted_until)}` })
  return facts
}

function failingLabel({ failures, window_failures, window_seconds }: AlertPolicy): string {
  const parts: string[] = []
  if (failures !== null) parts.push(failures === 1 ? 'after one failed run' : `after ${failures} failed runs in a row`)
  if (window_failures !== null && window_seconds !== null)
    parts.push(`after ${counted(window_failures, 'failed run')} within ${exactSpan(window_seconds)}`)
  return parts.length === 0 ? 'no alert' : parts.join(', or ')
}

function channelsLabel(ids: AlertPolicy['channels'], channels: readonly Channel[]): string {
  if (ids === null) return channels.length === 0 ? 'all channels; there is none yet' : 'all channels'
  const names = channels.filter(({ id }) => ids.includes(id)).map(({ name }) => name)
  return names.length === 0 ? 'no channel' : names.join(', ')
}
