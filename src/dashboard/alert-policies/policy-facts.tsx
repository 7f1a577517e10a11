import type { AlertPolicy } from '../client/alerts.ts'
import type { Channel } from '../client/channels.ts'
import { Fact } from '../parts/fact.tsx'
import { policyFacts } from './policy-labels.ts'

/** What a policy says. */
export function PolicyFacts({ policy, channels }: { policy: AlertPolicy; channels: readonly Channel[] }) {
  return (
    <dl class="facts">
      {policyFacts(policy, channels).map(({ label, value }) => (
        <Fact key={label} name={label}>
          {value}
        </Fact>
      ))}
    </dl>
  )
}
