import { callApi } from './api-client.ts'
import type { Connection } from './connection.ts'

/** The most records of one page of the API. */
const longestPage = 1_000

/** One page of a list that is read by cursor. */
interface Page<T> {
  readonly records: readonly T[]
  readonly next_cursor: string | null
}

/**
 * Returns the records of a list, page by page, until `limit`. Pages follow a cursor, so that no record is missing or repeated
 * when others come and go meanwhile.
 * @param path of the list, without a query
 * @param limit undefined for all records
 * @throws what `callApi` throws
 */
export async function* recordsOf<T>(
  connection: Connection,
  path: string,
  query = new URLSearchParams(),
  limit?: number,
): AsyncGenerator<T> {
  let remaining = limit ?? Number.POSITIVE_INFINITY
  let cursor: string | null = null
  do {
    const next: URLSearchParams = new URLSearchParams(query)
    if (limit !== undefined) next.set('limit', String(Math.min(remaining, longestPage)))
    if (cursor !== null) next.set('cursor', cursor)
    const page: Page<T> = await callApi<Page<T>>(connection, 'GET', `${path}${next.size > 0 ? `?${next}` : ''}`)
    for (const record of page.records.slice(0, remaining)) yield record
    remaining -= page.records.length
    cursor = page.next_cursor
  } while (cursor !== null && remaining > 0)
}

/** Returns all elements of an iterable. Node 20 has no Array.fromAsync. */
export async function allOf<T>(elements: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const element of elements) all.push(element)
  return all
}
