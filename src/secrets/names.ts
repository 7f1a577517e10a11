/** Request headers whose values are credentials, `*` standing for any characters. They are sealed at rest. */
const known = [
  'authorization',
  'cookie',
  ...['token', 'secret', 'password', 'apikey', 'api-key', 'api_key'].flatMap((word) => [
    word,
    `*-${word}`,
    `*_${word}`,
  ]),
  '*-access-key',
  '*-subscription-key',
  'x-functions-key',
  'x-auth-*',
]

/** Words that name what may be a credential, alone or as a part of a header's name; a key is one at the end of it. */
const credential =
  /(^|[-_.])(auth|authorization|authentication|cookie2?|token|secret|password|passwd|apikey|credentials?|session|csrf|signature)([-_.]|$)|(^|[-_.])key$/i
/** Ours, or the task's own: the same for every hop of a slot. */
const noCredential = /(^|[-_.])idempotency[-_.]key$/i

/** Which request headers are secret: the known ones, and a list that one adds to them. */
export class SecretNames {
  /** A regular expression over names in lower case, for PostgreSQL as well. */
  readonly pattern: string
  readonly #regexp: RegExp

  /** @param more names or patterns with `*`, as `isNamePattern` takes them */
  constructor(more: readonly string[] = []) {
    this.pattern = `^(${[...known, ...more].map(toPattern).join('|')})$`
    this.#regexp = new RegExp(this.pattern)
  }

  has(name: string): boolean {
    return this.#regexp.test(name.toLowerCase())
  }

  /** Whether a header is not sent to another origin: it is secret, or may be. To send it no further costs nothing. */
  staysWithOrigin(name: string): boolean {
    return this.has(name) || (credential.test(name) && !noCredential.test(name))
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
