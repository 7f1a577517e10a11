/**
 * Answers a list as one JSON array that is fetched batch by batch as the reader takes it, so that a long one costs
 * little memory and holds no transaction.
 * @param next the batch after the last element; a batch shorter than `size` is the last one
 * @throws what the first fetch throws; a later failure breaks the answer off
 */
export async function streamArray<T>(
  size: number,
  next: (last: T | undefined) => Promise<T[]>,
  headers: HeadersInit,
): Promise<Response> {
  const first = await next(undefined)
  if (first.length < size) return new Response(JSON.stringify(first), { headers })
  const encoder = new TextEncoder()
  const inner = (rows: T[]) => JSON.stringify(rows).slice(1, -1)
  let last = first.at(-1)
  let started = false
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!started) {
        started = true
        return controller.enqueue(encoder.encode(`[${inner(first)}`))
      }
      const rows = await next(last)
      last = rows.at(-1)
      if (rows.length > 0) controller.enqueue(encoder.encode(`,${inner(rows)}`))
      if (rows.length === size) return
      controller.enqueue(encoder.encode(']'))
      controller.close()
    },
  })
  return new Response(body, { headers })
}
