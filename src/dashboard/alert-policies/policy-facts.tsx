import type { AlertPolicy } from '../client/alerts.ts'
import type { Channel } from '../client/channels.ts'
import { policyFacts } from './policy-labels.ts'

/** What a policy says. */
export function PolicyFacts({ policy, channels }: { policy: AlertPolicy; channels: readonly Channel[] }) {
  return (
    <dl class="facts">
      {policyFacts(policy, channels).map(({ label, value }) => (
        <div key={label} class="fact">
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
