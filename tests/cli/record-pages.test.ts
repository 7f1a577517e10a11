import { afterAll, expect, test } from 'bun:test'
import { recordsOf } from '../../src/cli/record-pages.ts'

/** The queries of the requests, and a list of five records in pages of two at most. */
const queries: string[] = []
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: ({ url }) => {
    const { searchParams } = new URL(url)
    queries.push(searchParams.toString())
    const start = Number(searchParams.get('cursor') ?? 0)
    const end = start + Math.min(2, Number(searchParams.get('limit') ?? 2))
    const records = [0, 1, 2, 3, 4].slice(start, end).map((id) => ({ id }))
    return Response.json({ records, next_cursor: end < 5 ? String(end) : null })
  },
})
afterAll(() => server.stop(true))

async function read(query?: URLSearchParams, limit?: number): Promise<number[]> {
  queries.length = 0
  const connection = { base: `http://127.0.0.1:${server.port}`, credentials: { token: 'x' }, source: 'the test' }
  const records = await Array.fromAsync(recordsOf<{ id: number }>(connection, '/list', query, limit))
  return records.map(({ id }) => id)
}

test('reads page after page by cursor, to the end or to the limit', async () => {
  expect(await read()).toEqual([0, 1, 2, 3, 4])
  expect(queries).toEqual(['', 'cursor=2', 'cursor=4'])
  expect(await read(new URLSearchParams({ status: 'failed' }), 3)).toEqual([0, 1, 2])
  expect(queries).toEqual(['status=failed&limit=3', 'status=failed&limit=1&cursor=2'])
  expect(await read(undefined, 2)).toEqual([0, 1])
  expect(queries).toEqual(['limit=2'])
  expect(await read(undefined, 5_000)).toEqual([0, 1, 2, 3, 4])
  expect(queries[0]).toBe('limit=1000')
})
