import { Type } from '@sinclair/typebox'
import type { FieldError } from '../formats/field-error.ts'

// Lists of HTTP statuses, as the fields `expect` and `retry` have them.

/** Schema of one status. */
export const StatusCode = Type.Integer({ $id: 'StatusCode', minimum: 100, maximum: 599 })

/** Pattern, without its ends, of a class of statuses and of a range. */
export const statusesPattern = '[1-5]xx|[1-5][0-9]{2}-[1-5][0-9]{2}'

/** Schema of one status (404), one class of statuses ("5xx"), or a range ("500-504"). */
export const statusEntry = Type.Union(
  [StatusCode, Type.String({ $id: 'StatusRange', pattern: `^(${statusesPattern})$`, examples: ['2xx', '500-504'] })],
  { $id: 'StatusEntry', description: 'a status such as 404, a class such as "5xx", or a range such as "500-504"' },
)

/** An element of a list of statuses. */
export type StatusEntry = number | string

/** Checks that each range in a list begins with its smaller status: one that does not would contain none. @param path that of the list */
export function checkRanges(path: string, entries: readonly StatusEntry[]): readonly FieldError[] {
  return entries.flatMap((entry, index) => {
    const [from = '', to = ''] = typeof entry === 'string' ? entry.split('-') : []
    return to !== '' && to < from
      ? [{ path: `${path}/${index}`, message: `must begin with the smaller status: "${to}-${from}"` }]
      : []
  })
}

/** Reports whether a list of statuses contains a status. Elements that it cannot read match nothing. */
export function matchesStatus(entries: readonly StatusEntry[], status: number): boolean {
  return entries.some((entry) => {
    if (typeof entry === 'number') return entry === status
    if (entry.endsWith('xx')) return entry[0] === String(Math.floor(status / 100))
    const [from, to] = entry.split('-').map(Number)
    return from !== undefined && to !== undefined && from <= status && status <= to
  })
}
