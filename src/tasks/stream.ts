/** A part of a list, and what the next part comes behind. */
export interface Batch<P> {
  /** The elements as JSON, with commas between; null for none. */
  readonly json: string | null
  readonly count: number
  readonly last: P
}

/**
 * Answers a list as one JSON array that is fetched batch by batch as the reader takes it, so that a long one costs
 * little memory and holds no transaction.
 * @param next the batch behind a place; one shorter than `size` is the last
 * @throws what the first fetch throws; a later failure breaks the answer off
 */
export async function streamArray<P>(
  size: number,
  next: (last: P | undefined) => Promise<Batch<P>>,
  headers: HeadersInit,
): Promise<Response> {
  let batch = await next(undefined)
  if (batch.count < size) return new Response(`[${batch.json ?? ''}]`, { headers })
  const encoder = new TextEncoder()
  let started = false
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!started) {
        started = true
        return controller.enqueue(encoder.encode(`[${batch.json}`))
      }
      batch = await next(batch.last)
      if (batch.json !== null) controller.enqueue(encoder.encode(`,${batch.json}`))
      if (batch.count === size) return
      controller.enqueue(encoder.encode(']'))
      controller.close()
    },
  })
  return new Response(body, { headers })
}
