import { serverNow } from '../client/server-clock.ts'
import type { SigningKey } from '../client/signing-keys.ts'

/** For which requests a key signs: `api.example.com`, `all targets`. */
export const targetLabel = ({ target }: Pick<SigningKey, 'target'>): string => target ?? 'all targets'

/** Whether a key signs. */
export const isValid = ({ expires_at }: SigningKey, now = serverNow()): boolean =>
  expires_at === null || Date.parse(expires_at) > now

/** What happens when a key expires, of all that the service has. */
export function afterExpiry(key: SigningKey, keys: readonly SigningKey[]): string {
  const others = keys.filter((one) => one.id !== key.id && isValid(one))
  if (others.some(({ target }) => target === key.target))
    return `Requests to ${targetLabel(key)} are then signed by the other keys of ${key.target ?? 'them'}. Receivers that know only this one refuse them.`
  const unsigned = 'Receivers that require a signature refuse them.'
  if (key.target === null)
    return `No other key signs for all targets: requests are then sent unsigned, but for those to targets with a key of their own. ${unsigned}`
  return others.some(({ target }) => target === null)
    ? `Requests to ${key.target} are then signed by the keys of all targets. Receivers that know only this one refuse them.`
    : `No other key signs for it: requests to ${key.target} are then sent unsigned. ${unsigned}`
}
