import { type TSchema, Type } from '@sinclair/typebox'
import type { BatchStart, CountedBatch } from '../database/bounded-batch.ts'
import { taskNotFound } from './errors.ts'
import { headersOnly } from './held-body.ts'
import { listResponse, pageOf } from './json-stream.ts'
import { wantsHeadersOnly } from './request-methods.ts'

// Whole numbers in a query are validated as text, because a number parser would also take 0x10 and 1e3. Routes convert them
// with Number(). `documented` makes the OpenAPI document describe them as integers.

const wholeNumber = (pattern: string, description: string, documented: object) =>
  Type.String({ pattern, description, documented: { type: 'integer', pattern: undefined, ...documented } })

/** Schema of the number of a page. The first page is 0. */
export const pageNumber = wholeNumber('^[0-9]{1,7}$', 'a page number from 0 to 9999999', {
  minimum: 0,
  maximum: 9_999_999,
})

/** Schema of a number of elements from 1 to `max`. */
export function pageCount(max: 100 | 1000) {
  const digits = max === 100 ? '^([1-9][0-9]?|100)$' : '^([1-9][0-9]{0,2}|1000)$'
  return wholeNumber(digits, `a whole number from 1 to ${max}`, { minimum: 1, maximum: max })
}

/** Converts the validated parameters of a page to numbers. `offset` is the number of elements on the pages before it. */
export function readPage(
  { pageNumber, count }: { readonly pageNumber?: string; readonly count?: string },
  defaultCount: number,
): { readonly number: number; readonly limit: number; readonly offset: number } {
  const number = Number(pageNumber ?? 0)
  const limit = Number(count ?? defaultCount)
  return { number, limit, offset: number * limit }
}

/** Query parameters of a list with pages of at most 100 records. */
export const pageParameters = { pageNumber: Type.Optional(pageNumber), count: Type.Optional(pageCount(100)) }

const defaultCount = 10

/** Schema of one page of records. @param $id its name in the OpenAPI document */
export const pageSchema = <Element extends TSchema>(element: Element, $id: string) =>
  Type.Object(
    {
      total_count: Type.Integer(),
      page_number: Type.Integer(),
      count: Type.Integer(),
      records: Type.Array(element),
    },
    { $id },
  )

/** A page to send, and the request that it answers. */
interface PageRequest<Cursor> {
  readonly request: Request
  readonly serviceId: string
  /** The validated `pageParameters`. */
  readonly query: { readonly pageNumber?: string; readonly count?: string }
  /** The number of records on all pages; undefined when there is no such task. */
  readonly total: () => Promise<number | undefined>
  /** Whether the task exists whose records these are; all that a HEAD request needs. Default: it does. */
  readonly exists?: () => Promise<boolean>
  /** Reads one batch of records. */
  readonly read: (start: BatchStart<Cursor>) => Promise<CountedBatch<Cursor>>
}

/**
 * Responds with one page of a list, as described by `pageSchema`. A page has 10 records by default.
 * @throws ApiError 404 when there is no such task, and what `listResponse` throws
 */
export async function pageResponse<Cursor>({
  request,
  serviceId,
  query,
  total,
  exists,
  read,
}: PageRequest<Cursor>): Promise<Response> {
  const { number, limit, offset } = readPage(query, defaultCount)
  if (wantsHeadersOnly(request)) {
    if (exists && !(await exists())) throw taskNotFound()
    return headersOnly()
  }
  const frame = total().then((total_count) => {
    if (total_count === undefined) throw taskNotFound()
    const fields = JSON.stringify({ total_count, page_number: number, count: limit })
    return { head: `${fields.slice(0, -1)},"records":[`, tail: ']}' }
  })
  return listResponse<Cursor>({ request, serviceId, frame, next: pageOf({ offset, limit }, read) })
}
