import { gzipSync } from 'bun'
import { batchBytes } from '../database/bounded-batch.ts'
import { sectionsType } from '../formats/sections.ts'
import { acceptsGzip } from './compressed.ts'
import { newSections } from './known-sections.ts'
import { type Reservation, reserveMemory } from './memory-budget.ts'
import { wantsHeadersOnly } from './request-methods.ts'
import { isKnown } from './validators.ts'

/** A body up to this size, in bytes, is sent whole. A larger one is streamed in chunks of this size. */
export const chunkBytes = 65_536
/** A body below this size, in bytes, is not compressed: it fits into one packet as it is. */
const compressFromBytes = 1_400
/** How long a stream may go unread before its memory is released, in ms. Bun has closed the connection by then. */
export const abandonedMs = 120_000

/** A body in memory, and the request that it answers. */
interface HeldBody {
  readonly request: Request
  readonly serviceId: string
  /** The body as JSON in UTF-8, in pieces. */
  readonly parts: readonly Uint8Array<ArrayBuffer>[]
  readonly headers?: Readonly<Record<string, string>>
  /** Default: a hash of the body. */
  readonly etag?: string
  /** False when the same ETag may stand for another body, so that there is no 304. Default: true. */
  readonly revalidates?: boolean
  /** The memory that the body takes already. It is released when the client has taken the body. */
  readonly reservation?: Reservation
}

/** The same of what is new in a body: it is sent again and again, and much of it is keys and quotation marks. */
const compressNewFromBytes = 300
/** A body above this size, in bytes, is not cut into sections, for which it is copied. */
const sectionedBytes = batchBytes

/** The headers of every JSON response that may be compressed. */
export const jsonHeaders = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  vary: 'accept-encoding, known-sections',
}

/** Encodes a text as the `parts` of a body. */
export const partsOf = (text: string) => [encoder.encode(text)]

/**
 * Responds with a body that is in memory: 304 when If-None-Match names it, without the sections that Known-Sections names, and
 * with gzip when the client accepts it. Memory for a large one is reserved from the service's budget until the client has taken it.
 *
 * The ETag is weak, because it is the same with and without gzip, and with and without sections.
 * @throws ApiError 429 when no memory is available
 */
export async function heldResponse({ request, serviceId, ...given }: HeldBody): Promise<Response> {
  const { etag = `W/"${hashOf(given.parts)}"`, revalidates = true, reservation } = given
  const usual = { ...jsonHeaders, ...given.headers, etag }
  if (revalidates && isKnown(request, etag)) {
    reservation?.release()
    return new Response(null, { status: 304, headers: usual })
  }
  const news = wantsHeadersOnly(request) ? undefined : newOf(request, given.parts)
  const headers = news ? { ...usual, 'content-type': sectionsType } : usual
  const parts = news ?? given.parts
  const size = sizeOf(parts)
  const zipped =
    size >= (news ? compressNewFromBytes : compressFromBytes) &&
    acceptsGzip(request.headers.get('accept-encoding') ?? '')
  const coding = zipped ? { 'content-encoding': 'gzip' } : undefined
  if (size <= chunkBytes) {
    reservation?.release()
    const whole = parts.length === 1 ? (parts[0] as Uint8Array<ArrayBuffer>) : Buffer.concat(parts)
    return new Response(zipped ? gzipSync(whole, { level: 3 }) : whole, { headers: { ...headers, ...coding } })
  }
  if (wantsHeadersOnly(request)) {
    reservation?.release()
    return headersOnly(headers)
  }
  const held = reservation ?? (await reserveMemory(serviceId, size))
  held.resize(size)
  const body = streamParts(parts, held)
  return new Response(zipped ? gzipped(body) : body, { headers: { ...headers, ...coding } })
}

const sizeOf = (parts: readonly Uint8Array[]) => parts.reduce((sum, { byteLength }) => sum + byteLength, 0)

/** What of a body is new to the client; undefined if that is all of it. */
function newOf(request: Request, parts: HeldBody['parts']): HeldBody['parts'] | undefined {
  if (!request.headers.has('known-sections') || sizeOf(parts) > sectionedBytes) return undefined
  const news = newSections(request, new TextDecoder().decode(Buffer.concat(parts)))
  return news === undefined ? undefined : partsOf(news)
}

/** Compresses a stream with gzip as fast as it is read. */
export const gzipped = (body: ReadableStream<Uint8Array<ArrayBuffer>>) =>
  body.pipeThrough(new CompressionStream('gzip'))

/**
 * Responds to a HEAD request. Without Transfer-Encoding Bun would send `Content-Length: 0`, which GET does not. A list reads
 * nothing for it, so the response has no ETag and no Link.
 */
export const headersOnly = (headers?: Readonly<Record<string, string>>) =>
  new Response(null, { headers: { ...jsonHeaders, ...headers, 'transfer-encoding': 'chunked' } })

/** Responds with a value as JSON, like `heldResponse`. */
export const jsonResponse = (request: Request, serviceId: string, value: unknown) =>
  heldResponse({ request, serviceId, parts: partsOf(JSON.stringify(value)) })

function hashOf(parts: readonly Uint8Array[]): string {
  let hash = 0n
  for (const part of parts) hash = Bun.hash.wyhash(part, hash)
  return hash.toString(36)
}

/** Streams a body in chunks. Its memory is released when it was read, and when it is not read any further. */
export function streamParts(
  parts: readonly Uint8Array<ArrayBuffer>[],
  reservation: Reservation,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let part = 0
  let sent = 0
  const end = () => {
    clearTimeout(abandoned)
    reservation.release()
  }
  const abandoned = setTimeout(end, abandonedMs)
  abandoned.unref()
  return new ReadableStream({
    pull(controller) {
      abandoned.refresh()
      const bytes = parts[part]
      if (!bytes) {
        end()
        return controller.close()
      }
      controller.enqueue(bytes.subarray(sent, sent + chunkBytes))
      sent += chunkBytes
      if (sent < bytes.byteLength) return
      part += 1
      sent = 0
    },
    cancel: end,
  })
}

const encoder = new TextEncoder()
