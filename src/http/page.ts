import { Type } from '@sinclair/typebox'

/** A whole number in a query, written with digits only; the text is turned into a number by the route. */
export const pageNumber = Type.String({ pattern: '^[0-9]{1,7}$', description: 'a page number of 0 or more' })

/** How many records a page has, up to `max`. */
export function pageCount(max: number) {
  const digits = max === 100 ? '^([1-9][0-9]?|100)$' : '^([1-9][0-9]{0,2}|1000)$'
  return Type.String({ pattern: digits, description: `a whole number from 1 to ${max}` })
}
