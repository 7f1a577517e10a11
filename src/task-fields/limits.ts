import type { FieldError } from '../formats/field-error.ts'
import { headerPath } from '../formats/json-pointer.ts'

/** What a text column can hold: no NUL, no half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

/** A length counts characters as people and PostgreSQL do: an emoji is one, and not two halves. */
export function isWithin(text: string, max: number): boolean {
  return text.length <= max || (text.length <= 2 * max && [...text].length <= max)
}

export function isName(text: string): boolean {
  return isWithin(text, 200) && /\S/.test(text) && isStorable(text)
}

export function isHeaderValue(text: string): boolean {
  return text.length <= 4096 && /^[\x20-\x7e]*$/.test(text)
}

/** RFC 9110 section 5.6.2: a field name is a token. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
const refusedNames =
  /^(host|content-length|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|proxy-.*|duly-.*)$/i

/** What is wrong with a task's request headers beyond the shape of their values. */
export function checkHeader(header: Readonly<Record<string, unknown>>): FieldError[] {
  const names = Object.keys(header)
  const errors: FieldError[] = []
  const seen = new Set<string>()
  if (names.length > 64) errors.push({ path: '/header', message: 'must have at most 64 headers' })
  for (const name of names.slice(0, 65)) {
    const lower = name.toLowerCase()
    if (!token.test(name))
      errors.push({ path: headerPath(name), message: 'must be named by a token of 1 to 128 letters, digits or -' })
    else if (refusedNames.test(name))
      errors.push({ path: headerPath(name), message: 'is set by Duly or by the connection and cannot be given' })
    else if (seen.has(lower))
      errors.push({ path: headerPath(name), message: 'stands there twice (upper and lower case are the same)' })
    seen.add(lower)
  }
  return errors
}
