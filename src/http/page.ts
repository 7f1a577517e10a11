import { Type } from '@sinclair/typebox'

// A whole number in a query is written with digits only and checked as text (a number parser would take 0x10 and 1e3); the
// route turns it into a number. The OpenAPI document calls it what it is, by `documented`.

const wholeNumber = (pattern: string, description: string, documented: object) =>
  Type.String({ pattern, description, documented: { type: 'integer', pattern: undefined, ...documented } })

/** Which page, from 0 on. */
export const pageNumber = wholeNumber('^[0-9]{1,7}$', 'a page number from 0 to 9999999', {
  minimum: 0,
  maximum: 9_999_999,
})

/** How many records a page has, up to `max`. */
export function pageCount(max: 100 | 1000) {
  const digits = max === 100 ? '^([1-9][0-9]?|100)$' : '^([1-9][0-9]{0,2}|1000)$'
  return wholeNumber(digits, `a whole number from 1 to ${max}`, { minimum: 1, maximum: max })
}
