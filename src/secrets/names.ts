/** Words that name a credential, alone or as a part of a header's name, between hyphens, low lines or dots. */
const words =
  'auth|oauth2?|authorization|authentication|bearer|jwt|cookie2?|token|secret|password|passwd|passphrase|passcode|pwd|apikey|credentials?|session|sessionid|sid|csrf|xsrf|otp|signature'
/** The end of a name: a key is a credential there, with a number behind it too. */
const ends = '(.*[-_.])?keys?([-_.]?v?[0-9]+)?'
/** The end of a name that is written without hyphens (`XAccessToken`). */
const joined = '.*(token|secret|password|passphrase|(api|access|auth|secret|private|session|subscription)key)'
/** Ours, or the task's own: the same for every hop of a slot, and what tells a target that it has seen the call. */
const noCredential = '(.*[-_.])?idempotency[-_.]?key'

/**
 * Which request headers are secret, by their names: their values are sealed at rest and shown masked, and go to no other
 * origin. The known ones, and a list that one adds to them.
 */
export class SecretNames {
  /** A regular expression over names in lower case, for PostgreSQL as well. */
  readonly pattern: string
  readonly #regexp: RegExp

  /** @param more names or patterns with `*`, as `isNamePattern` takes them */
  constructor(more: readonly string[] = []) {
    const known = `(?!(${noCredential})$)(${ends}|${joined}|(.*[-_.])?(${words})(s|[-_.].*)?)`
    this.pattern = `^(${[known, ...more.map(toPattern)].join('|')})$`
    this.#regexp = new RegExp(this.pattern)
  }

  has(name: string): boolean {
    return this.#regexp.test(name.toLowerCase())
  }
}

/** Whether a text is the name of a header (RFC 9110 section 5.6.2), in which `*` may stand for any characters. */
export function isNamePattern(text: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(text)
}

function toPattern(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9*]/g, '\\$&')
    .replaceAll('*', '.*')
}
