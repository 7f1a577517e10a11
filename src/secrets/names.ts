/**
 * Request headers whose values are credentials, `*` standing for any characters: those of HTTP, and names that services
 * are known to use. They are sealed at rest, and dropped on a redirect to another origin.
 */
const known = [
  'authorization',
  'cookie',
  'token',
  '*-token',
  'secret',
  '*-secret',
  'password',
  '*-password',
  'apikey',
  '*-apikey',
  'api-key',
  '*-api-key',
  'x-auth-*',
]

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
