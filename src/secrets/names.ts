/** Words for a credential. They match a header's name as a whole or as one of its parts, separated by `-`, `_` or `.`. */
const words =
  'auth|oauth2?|authorization|authentication|bearer|jwt|cookie2?|token|secret|password|passwd|passphrase|passcode|pwd|apikey|credentials?|session|sessionid|sid|csrf|xsrf|otp|signature'
/** `key` matches only at the end of a name, with an optional number or version. */
const keyAtEnd = '(.*[-_.])?keys?([-_.]?v?[0-9]+)?'
/** Endings of names written without separators, such as `XAccessToken`. */
const unseparated = '.*(token|secret|password|passphrase|(api|access|auth|secret|private|session|subscription)key)'
/** Idempotency keys are not secret: the target compares them to recognize a repeated call. */
const notSecret = '(.*[-_.])?idempotency[-_.]?key'

/**
 * Decides by its name whether a request header is secret. The values of secret headers are stored encrypted, shown masked,
 * and not sent to another origin after a redirect.
 */
export class SecretNames {
  /** A regular expression for names in lower case, with the same meaning in JavaScript and PostgreSQL. */
  readonly pattern: string
  readonly #regexp: RegExp

  /** @param more SECRET_HEADERS: names that are secret in addition to the built-in ones, valid by `isNamePattern` */
  constructor(more: readonly string[]) {
    const builtIn = `(?!(${notSecret})$)(${keyAtEnd}|${unseparated}|(.*[-_.])?(${words})(s|[-_.].*)?)`
    this.pattern = `^(${[builtIn, ...more.map(toPattern)].join('|')})$`
    this.#regexp = new RegExp(this.pattern)
  }

  /** Reports whether a header of this name, in any case, is secret. */
  has(name: string): boolean {
    return this.#regexp.test(name.toLowerCase())
  }
}

/** Reports whether a text is a header's name (RFC 9110 section 5.6.2), in which `*` stands for any number of characters. */
export function isNamePattern(text: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(text)
}

function toPattern(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9*]/g, '\\$&')
    .replaceAll('*', '.*')
}
