import { ApiError } from './errors.ts'
import { checkShape } from './json-shape.ts'
import { withTimeoutPaused } from './timeout.ts'

/** Bytes of a mebibyte. */
export const mebibyte = 1_048_576

/** A body over the limit is read and discarded up to this size, because many clients read no response before all is sent. */
const discardAtMost = 128 * mebibyte

/**
 * Reads a request's body as JSON. Checks in this order: at most `limit` bytes (413), declared as JSON and not compressed
 * (415), valid UTF-8, valid JSON, no duplicate names in an object, no deep nesting (400).
 * @throws ApiError 400, 413, 415
 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  const bytes = await withTimeoutPaused(request, () => readBytes(request, limit))
  checkType(request.headers)
  const text = decode(bytes)
  const value = parse(text)
  checkShape(text)
  if (/toString|\\u/.test(text)) makePrintable(value)
  return value
}

/**
 * Checks that a request has no body, or only an empty JSON object. The route would ignore anything else.
 * @throws ApiError 400, 413
 */
export async function requireNoBody(request: Request): Promise<void> {
  const text = decode(await withTimeoutPaused(request, () => readBytes(request, mebibyte))).trim()
  if (text !== '' && !/^\{\s*\}$/.test(text))
    throw new ApiError('malformed_body', 'This address takes no body, and what was sent would be ignored: send none.')
}

async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const declared = request.headers.get('content-length')
  const small = declared !== null && Number(declared) <= limit
  let bytes: Uint8Array | undefined
  try {
    bytes = small ? new Uint8Array(await request.arrayBuffer()) : await readStream(request.body, limit)
  } catch {
    throw new ApiError('malformed_body', 'The body broke off before its end; send it again.')
  }
  if (bytes && bytes.byteLength <= limit) return bytes
  throw new ApiError(413, `The body is larger than ${limit / mebibyte} MiB, which is the most this address takes.`)
}

/** Reads a body of unknown length. Returns undefined when it is larger than `limit`; at most `limit` bytes are in memory. */
async function readStream(body: ReadableStream<Uint8Array> | null, limit: number): Promise<Uint8Array | undefined> {
  if (!body) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size <= limit) chunks.push(chunk)
    if (size > discardAtMost) break
  }
  return size <= limit ? Buffer.concat(chunks) : undefined
}

function checkType(headers: Headers): void {
  const type = headers.get('content-type')?.split(';')[0]?.trim() ?? ''
  if (!/^application\/([\w.-]+\+)?json$/i.test(type))
    throw new ApiError(415, 'The body must be JSON: send it with Content-Type: application/json.')
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (encoding !== 'identity')
    throw new ApiError(415, 'The body must not be compressed: send it without Content-Encoding.')
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new ApiError('malformed_body', 'The body is not valid UTF-8.')
  }
}

function parse(text: string): unknown {
  if (text.trim() === '') throw new ApiError('malformed_body', 'The body is empty; it must be a JSON object.')
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = (error as Error).message.replace(/^JSON Parse error: /, '').slice(0, 100)
    throw new ApiError('malformed_body', `The body is not valid JSON: ${reason}.`)
  }
}

/**
 * Makes objects with a field `toString` convertible to a string. Elysia converts invalid values to strings, and would call
 * the caller's `toString`.
 */
function makePrintable(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (Object.hasOwn(value, 'toString'))
    Object.defineProperty(value, Symbol.toPrimitive, { value: () => '[object Object]' })
  for (const inner of Object.values(value)) makePrintable(inner)
}
