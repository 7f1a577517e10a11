import { type Batch, type BatchStart, batchBytes, type CountedBatch } from '../database/bounded-batch.ts'
import { type Reservation, reserveMemory } from './memory-budget.ts'
import { wantsHeadersOnly } from './request-methods.ts'

/** Memory that a list reserves, in bytes: several copies of a batch exist between PostgreSQL and the socket. */
const reservedBytes = 4 * batchBytes
/** A response up to this size, in bytes, is sent whole. A larger one is streamed in chunks of this size. */
const chunkBytes = 65_536
/** How long a stream may go unread before its memory is released, in ms. Bun has closed the connection by then. */
const abandonedMs = 120_000

/** A list to send, and the request that it answers. */
interface JsonList<Cursor> {
  readonly serviceId: string
  /** Reads the batch after a position; the first one when that is undefined. */
  readonly next: (last: Cursor | undefined) => Promise<Batch<Cursor>>
  /** For a HEAD request no batch is read. */
  readonly request: Request
  /** Resolves while the first batch is read. Default: a JSON array without further headers. */
  readonly frame?: Promise<Frame>
}

/** The text before and after the elements of a list, and further headers of the response. */
export interface Frame {
  readonly headers?: Readonly<Record<string, string>>
  readonly head?: string
  readonly tail?: string
}

/**
 * Returns a function that reads one page of a list batch by batch, for `JsonList.next`.
 * @param read reads one batch of at most `limit` elements
 */
export function pageOf<Cursor>(
  { offset, limit }: { readonly offset: number; readonly limit: number },
  read: (start: BatchStart<Cursor>) => Promise<CountedBatch<Cursor>>,
): (last: Cursor | undefined) => Promise<Batch<Cursor>> {
  let remaining = limit
  return async (last) => {
    const batch = await read({ last, offset, limit: remaining })
    remaining -= batch.count
    return { ...batch, more: batch.more && remaining > 0 }
  }
}

/**
 * Responds with a list as JSON. Batches are read as fast as the client takes them, so a long list needs little memory and no
 * transaction. Memory is reserved from the service's budget until the client has taken everything.
 * @throws ApiError 429 when no memory is available, and any error of the first batch or the frame. A later error breaks the
 * response off.
 */
export async function listResponse<Cursor>(list: JsonList<Cursor>): Promise<Response> {
  // Without Transfer-Encoding Bun would send `Content-Length: 0`, which GET does not.
  if (wantsHeadersOnly(list.request))
    return new Response(null, { headers: { ...headersOf(await list.frame), 'transfer-encoding': 'chunked' } })
  const reservation = await reserveMemory(list.serviceId, reservedBytes)
  try {
    const [first, frame = {}] = await Promise.all([list.next(undefined), list.frame])
    const headers = headersOf(frame)
    const { head = '[', tail = ']' } = frame
    const text = `${head}${first.json ?? ''}${first.more ? '' : tail}`
    if (first.more || text.length > chunkBytes)
      return new Response(streamFrom({ ...list, tail }, first, text, reservation), { headers })
    reservation.release()
    return new Response(text, { headers })
  } catch (error) {
    reservation.release()
    throw error
  }
}

const headersOf = (frame?: Frame) => ({
  'content-type': 'application/json',
  'cache-control': 'no-store',
  ...frame?.headers,
})

/**
 * Returns a response body for a text. Memory for a large one is reserved from the service's budget until the client has
 * taken it.
 * @throws ApiError 429 when no memory is available
 */
export async function textBody(serviceId: string, text: string): Promise<BodyInit> {
  if (text.length <= chunkBytes) return text
  const reservation = await reserveMemory(serviceId, text.length)
  const whole: Batch<undefined> = { json: null, last: undefined, more: false }
  return streamFrom({ next: async () => whole }, whole, text, reservation)
}

function streamFrom<Cursor>(
  { next, tail = '' }: Pick<JsonList<Cursor>, 'next'> & { readonly tail?: string },
  first: Batch<Cursor>,
  text: string,
  reservation: Reservation,
): ReadableStream<Uint8Array> {
  let batch = first
  let bytes = encoder.encode(text)
  let sent = 0
  // A list keeps its reservation until its last batch: without memory for a later one it would break off in the middle.
  const resize = () => reservation.resize(Math.max(bytes.byteLength, batch.more ? reservedBytes : 0))
  resize()
  const end = () => {
    clearTimeout(abandoned)
    reservation.release()
  }
  const abandoned = setTimeout(end, abandonedMs)
  abandoned.unref()
  const readNext = async () => {
    batch = await next(batch.last)
    bytes = encoder.encode(`${batch.json === null ? '' : `,${batch.json}`}${batch.more ? '' : tail}`)
    resize()
    sent = 0
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      abandoned.refresh()
      try {
        while (sent === bytes.byteLength && batch.more) await readNext()
      } catch (error) {
        end()
        throw error
      }
      controller.enqueue(bytes.subarray(sent, sent + chunkBytes))
      sent = Math.min(sent + chunkBytes, bytes.byteLength)
      if (sent < bytes.byteLength || batch.more) return
      end()
      controller.close()
    },
    cancel: end,
  })
}

const encoder = new TextEncoder()
