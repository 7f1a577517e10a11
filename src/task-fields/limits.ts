import type { FieldError } from '../formats/field-error.ts'
import { headerPath } from '../formats/json-pointer.ts'

/** Whether PostgreSQL can store a text: it has no NUL and no unpaired surrogate. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

/** Whether a text has at most `max` characters. Counts code points, as PostgreSQL does: an emoji is one, not two UTF-16 units. */
export function isWithin(text: string, max: number): boolean {
  return text.length <= max || (text.length <= 2 * max && [...text].length <= max)
}

/** Whether a text is a valid name of a task. */
export function isName(text: string): boolean {
  return isWithin(text, 200) && /\S/.test(text) && isStorable(text)
}

/** Whether a text is a valid value of a request header: at most 4,096 characters of visible ASCII and spaces. */
export function isHeaderValue(text: string): boolean {
  return text.length <= 4096 && /^[\x20-\x7e]*$/.test(text)
}

/** A header name is a token (RFC 9110 section 5.6.2). */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
/** Headers that Duly sets, or that belong to the connection. */
const reservedNames =
  /^(content-length|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|proxy-.*|duly-.*)$/i

/** Checks the number and the names of a task's request headers. The schema checks their values. */
export function checkHeader(header: Readonly<Record<string, unknown>>): FieldError[] {
  const names = Object.keys(header)
  const errors: FieldError[] = []
  const seen = new Set<string>()
  if (names.length > 64) errors.push({ path: '/header', message: 'must have at most 64 headers' })
  for (const name of names.slice(0, 65)) {
    const lower = name.toLowerCase()
    if (!token.test(name))
      errors.push({ path: headerPath(name), message: 'must be named by a token of 1 to 128 letters, digits or -' })
    else if (lower === 'host')
      errors.push({
        path: headerPath(name),
        message: 'cannot be given here: give its value in the field host of the task',
      })
    else if (reservedNames.test(name))
      errors.push({ path: headerPath(name), message: 'is set by Duly or by the connection and cannot be given' })
    else if (seen.has(lower))
      errors.push({ path: headerPath(name), message: 'stands there twice (upper and lower case are the same)' })
    seen.add(lower)
  }
  return errors
}
