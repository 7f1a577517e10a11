import type { FieldError } from '../formats/field-error.ts'
import type { OutboundPolicy } from '../outbound/policy.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { domainOf } from './addresses.ts'
import type { ChannelCreate, ChannelKind } from './model.ts'

/** Whether and where this server sends e-mail. */
export interface MailRules {
  /** Whether it has been given an SMTP server. */
  readonly canSend: boolean
  /** ALERT_EMAIL_DOMAINS: the domains to which it sends, in lower case; undefined for all. */
  readonly domains: readonly string[] | undefined
}

/** What the routes of channels need besides the request. */
export interface ChannelRules {
  readonly policy: OutboundPolicy
  readonly secrets: Secrets
  readonly mail: MailRules
}

/** Where a channel leads, as a request gives it. */
type Given = Pick<Partial<ChannelCreate>, 'url' | 'addresses'>

/** Returns the errors of a new channel that its schema cannot find. */
export function checkNew(rules: ChannelRules, { kind, ...given }: ChannelCreate): FieldError[] {
  const wanted = kind === 'email' ? 'addresses' : 'url'
  if (given[wanted] === undefined)
    return [{ path: `/${wanted}`, message: `is required for a channel of the kind ${kind}`, code: 'required' }]
  return checkGiven(rules, kind, given)
}

/** Returns the errors of where a channel leads: what its kind does not have, and what this server does not send to. */
export function checkGiven(rules: ChannelRules, kind: ChannelKind, { url, addresses }: Given): FieldError[] {
  const errors: FieldError[] = []
  if (url !== undefined)
    errors.push(
      ...(kind === 'email'
        ? [{ path: '/url', message: 'is only for channels of the kinds webhook and slack: give addresses' }]
        : checkUrl(rules, url)),
    )
  if (addresses !== undefined)
    errors.push(
      ...(kind === 'email'
        ? checkAddresses(rules.mail, addresses)
        : [{ path: '/addresses', message: 'is only for channels of the kind email: give url' }]),
    )
  return errors
}

function checkUrl({ policy, secrets }: ChannelRules, url: string): FieldError[] {
  const reason = policy.blockReasonForUrl(new URL(url))
  if (reason) return [{ path: '/url', message: `is refused by the outbound policy: ${reason}` }]
  if (secrets.canSeal) return []
  const message = 'can only be stored encrypted, and this server has no key for that: it must be given a SECRET_KEY'
  return [{ path: '/url', message }]
}

function checkAddresses({ canSend, domains }: MailRules, addresses: readonly string[]): FieldError[] {
  if (!canSend) {
    const message = 'cannot be sent to: this server sends no e-mail, for which it must be given SMTP_URL and SMTP_FROM'
    return [{ path: '/addresses', message }]
  }
  return addresses.flatMap((address, index) =>
    domains === undefined || domains.includes(domainOf(address))
      ? []
      : [
          {
            path: `/addresses/${index}`,
            message: `must be of a domain to which this server sends: ${domains.join(', ')} (ALERT_EMAIL_DOMAINS)`,
          },
        ],
  )
}
