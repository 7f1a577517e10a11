import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { type BatchStart, batchBytes, type CountedBatch } from '../database/bounded-batch.ts'
import { nullable } from '../formats/schema.ts'
import { cursorParameter, type ListKey, readCursor, writeCursor } from './cursor.ts'
import { invalid, taskNotFound } from './errors.ts'
import { headersOnly, heldResponse, partsOf } from './held-body.ts'
import { reservedBytes } from './json-stream.ts'
import { reserveMemory } from './memory-budget.ts'
import { pageCount } from './page.ts'
import { wantsHeadersOnly } from './request-methods.ts'

/** A page ends before its limit when it has come to about this size, in bytes. */
export const pageBytes = 4 * batchBytes
const defaultLimit = 100

/** Query parameters of a list with cursors. Either of them asks for a page with `next_cursor`. */
export const cursorParameters = {
  limit: Type.Optional(pageCount(1000)),
  cursor: Type.Optional(cursorParameter),
}

/** Schema of a page that a cursor leads on from. @param $id its name in the OpenAPI document */
export const cursorPageSchema = <Element extends TSchema>(element: Element, $id: string) =>
  Type.Object(
    {
      records: Type.Array(element),
      next_cursor: nullable(Type.String(), 'the cursor of the next page; null on the last one'),
    },
    { $id },
  )

/** The header `Link` of a page, for the OpenAPI document. */
export const linkHeader = {
  Link: {
    description: 'With `limit` or `cursor`, and while there is a next page: its address, as `<…>; rel="next"`.',
    schema: { type: 'string' },
  },
}

/** What the description of every list with cursors says about them. */
export const cursorText =
  'With `limit` or `cursor` the body is a page with `next_cursor`, which is the `cursor` of the next one: records that stay are returned once each, whatever is created and deleted meanwhile. A page has `limit` records, 100 by default, or fewer when they are large (4 MiB).'

interface PagingQuery {
  readonly pageNumber?: string
  readonly count?: string
  readonly limit?: string
  readonly cursor?: string
}

/**
 * Whether a query asks for a page with a cursor.
 * @throws ApiError 400 when it also asks for a page by its number
 */
export function asksForCursor(query: PagingQuery): boolean {
  if (query.limit === undefined && query.cursor === undefined) return false
  const other = (['pageNumber', 'count'] as const).find((name) => query[name] !== undefined)
  if (other === undefined) return true
  throw invalid([{ path: `/${other}`, message: 'cannot stand beside limit and cursor; page by numbers or by cursors' }])
}

/** A page to send, and the request that it answers. */
interface CursorPage<Position extends TSchema> {
  readonly request: Request
  readonly serviceId: string
  /** The validated `cursorParameters`. */
  readonly query: { readonly limit?: string; readonly cursor?: string }
  /** All else that decides which records the list has, and in which order; not what each record shows. */
  readonly list: ListKey
  /** Schema of the position of a record: what `read` returns as `last`. */
  readonly position: Position
  /** Whether the task exists whose records these are. Default: it does. */
  readonly exists?: () => Promise<boolean>
  /** Reads one batch of records. */
  readonly read: (start: BatchStart<Static<Position>>) => Promise<CountedBatch<Static<Position>>>
}

/**
 * Responds with one page of a list, as described by `cursorPageSchema`, and `Link` while there is a next one. The page is read
 * into memory, which is reserved from the service's budget.
 * @throws ApiError 400 for a cursor that cannot be used, 404 when `exists` is false, 429 when no memory is available
 */
export async function cursorResponse<Position extends TSchema>(page: CursorPage<Position>): Promise<Response> {
  const { request, serviceId, query, position, exists } = page
  const list = [serviceId, new URL(request.url).pathname.replace(/\/$/, ''), ...page.list]
  const start = query.cursor === undefined ? undefined : readCursor(query.cursor, list, position)
  if (wantsHeadersOnly(request)) {
    if (exists && !(await exists())) throw taskNotFound()
    return headersOnly()
  }
  const limit = Number(query.limit ?? defaultLimit)
  const reservation = await reserveMemory(serviceId, pageBytes + reservedBytes)
  try {
    const [{ parts, last }, found] = await Promise.all([readPage(page, start, limit), exists?.() ?? true])
    if (!found) throw taskNotFound()
    const next = last === undefined ? null : writeCursor(list, last)
    parts.push(...partsOf(`],"next_cursor":${JSON.stringify(next)}}`))
    const headers = next === null ? undefined : { link: linkTo(request, next) }
    return await heldResponse({ request, serviceId, parts, headers, reservation })
  } catch (error) {
    reservation.release()
    throw error
  }
}

/** Reads the records of a page, in batches. `last` is the position of the last one, when more follow. */
async function readPage<Position extends TSchema>(
  { read }: CursorPage<Position>,
  start: Static<Position> | undefined,
  limit: number,
) {
  const parts = partsOf('{"records":[')
  let last = start
  let count = 0
  let bytes = 0
  while (true) {
    const batch = await read({ last, offset: 0, limit: limit - count })
    if (batch.json !== null) {
      const [part] = partsOf(count === 0 ? batch.json : `,${batch.json}`) as [Uint8Array<ArrayBuffer>]
      parts.push(part)
      bytes += part.byteLength
    }
    if (batch.json !== null || batch.endsPage) last = batch.last
    count += batch.count
    if (!batch.more) return { parts, last: undefined }
    if (batch.endsPage || count >= limit || bytes + batchBytes > pageBytes) return { parts, last }
  }
}

/** Returns the Link header of the next page: the same address with another cursor. */
function linkTo(request: Request, cursor: string): string {
  const { pathname, searchParams } = new URL(request.url)
  searchParams.set('cursor', cursor)
  return `<${pathname}?${searchParams}>; rel="next"`
}
