import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { invalid } from './errors.ts'

/** Schema of the query parameter `cursor`. */
export const cursorParameter = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,4096}$',
  description: 'the next_cursor of the page before, unchanged',
})

/** Which list a cursor belongs to: the service, the address, the filters and the order. Compared as JSON. */
export type ListKey = readonly unknown[]

/**
 * Returns the text that names a position in a list. It carries a hash of the list, so that it is refused with other parameters,
 * and a hash of itself, so that it is refused when it was changed. The hashes are no secret: a position only says where to go on
 * among the records that the caller may read anyway.
 */
export function writeCursor(list: ListKey, position: unknown): string {
  const of = hash(list)
  return Buffer.from(JSON.stringify([hash([of, position]), of, position])).toString('base64url')
}

/**
 * Returns the position that a cursor names.
 * @throws ApiError 400 for a cursor of another list, and for one that is not as Duly wrote it
 */
export function readCursor<Position extends TSchema>(
  cursor: string,
  list: ListKey,
  schema: Position,
): Static<Position> {
  const [own, of, position] = parse(cursor)
  if (own !== hash([of, position])) throw notOurs()
  if (of !== hash(list))
    throw refused(
      'belongs to a list with other parameters; send the same filter and order with each page, or begin without cursor',
    )
  if (!Value.Check(schema, position)) throw notOurs()
  return position
}

const notOurs = () => refused('is not a next_cursor of Duly; send one unchanged, or begin without cursor')

const refused = (message: string) => invalid([{ path: '/cursor', message }])

function parse(cursor: string): unknown[] {
  try {
    const value = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

const hash = (value: unknown) => Bun.hash(JSON.stringify(value)).toString(36)
