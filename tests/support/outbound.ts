import { OutboundPolicy, type OutboundSettings } from '../../src/outbound/policy.ts'
import { parseRules, type Rule } from '../../src/outbound/rules.ts'

/** The policy that a service has with these settings. */
export function outbound(
  policy: OutboundSettings['policy'] = 'internal',
  allow = '',
  deny = '',
  keepAlive = true,
): OutboundPolicy {
  return new OutboundPolicy({ policy, allow: rules(allow), deny: rules(deny), keepAlive })
}

function rules(text: string): Rule[] {
  const parsed = parseRules(text)
  if ('wrong' in parsed) throw new Error(`no rule: ${parsed.wrong}`)
  return parsed.rules
}
