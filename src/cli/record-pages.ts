import { callApi } from './api-client.ts'
import type { Connection } from './connection.ts'

/** The most records of one page of the API. */
const longestPage = 100

/**
 * Returns the records of a paged list, page by page, until `limit`. Records that move to the next page while it is read are
 * returned once.
 * @param path of the list, without a query
 * @throws what `callApi` throws
 */
export async function* recordsOf<T extends { readonly id: string }>(
  connection: Connection,
  path: string,
  query: URLSearchParams,
  limit: number,
): AsyncGenerator<T> {
  const seen = new Set<string>()
  const count = Math.min(limit, longestPage)
  for (let pageNumber = 0; seen.size < limit; pageNumber++) {
    const page = new URLSearchParams([...query, ['pageNumber', String(pageNumber)], ['count', String(count)]])
    const { records } = await callApi<{ records: T[] }>(connection, 'GET', `${path}?${page}`)
    for (const record of records) {
      if (seen.has(record.id)) continue
      if (seen.size >= limit) return
      seen.add(record.id)
      yield record
    }
    if (records.length < count) return
  }
}
