import { type Batch, type BatchStart, batchBytes, type CountedBatch } from '../database/bounded-batch.ts'
import { acceptsGzip } from './compressed.ts'
import {
  abandonedMs,
  chunkBytes,
  gzipped,
  headersOnly,
  heldResponse,
  jsonHeaders,
  partsOf,
  streamParts,
} from './held-body.ts'
import { type Reservation, reserveMemory } from './memory-budget.ts'
import { wantsHeadersOnly } from './request-methods.ts'

/** Memory that a list reserves, in bytes: several copies of a batch exist between PostgreSQL and the socket. */
export const reservedBytes = 4 * batchBytes

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
  if (wantsHeadersOnly(list.request)) return headersOnly((await list.frame)?.headers)
  const reservation = await reserveMemory(list.serviceId, reservedBytes)
  try {
    const [first, frame = {}] = await Promise.all([list.next(undefined), list.frame])
    const { head = '[', tail = ']', headers } = frame
    const { request, serviceId } = list
    const text = `${head}${first.json ?? ''}${first.more ? '' : tail}`
    if (!first.more) return await heldResponse({ request, serviceId, parts: partsOf(text), headers, reservation })
    const body = streamFrom({ ...list, tail }, first, text, reservation)
    if (!acceptsGzip(request.headers.get('accept-encoding') ?? ''))
      return new Response(body, { headers: { ...jsonHeaders, ...headers } })
    return new Response(gzipped(body), { headers: { ...jsonHeaders, ...headers, 'content-encoding': 'gzip' } })
  } catch (error) {
    reservation.release()
    throw error
  }
}

/**
 * Returns a response body for a text. Memory for a large one is reserved from the service's budget until the client has
 * taken it.
 * @throws ApiError 429 when no memory is available
 */
export async function textBody(serviceId: string, text: string): Promise<BodyInit> {
  if (text.length <= chunkBytes) return text
  const parts = partsOf(text)
  return streamParts(parts, await reserveMemory(serviceId, text.length))
}

function streamFrom<Cursor>(
  { next, tail = '' }: Pick<JsonList<Cursor>, 'next'> & { readonly tail?: string },
  first: Batch<Cursor>,
  text: string,
  reservation: Reservation,
): ReadableStream<Uint8Array<ArrayBuffer>> {
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
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
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
