import { ApiError } from '../errors.ts'

export const mebibyte = 1_048_576

/**
 * Reads a request's body as JSON, strictly: at most `limit` bytes (413), declared as JSON (415), whole UTF-8 and
 * parseable (400), checked in this order.
 * @throws ApiError
 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  const bytes = await readBytes(request, limit)
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json' && !type?.endsWith('+json'))
    throw new ApiError(415, 'The body must be JSON: send it with Content-Type: application/json.')
  const text = decode(bytes)
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError(
      400,
      text.trim() === '' ? 'The body is empty; it must be a JSON object.' : 'The body is not valid JSON.',
    )
  }
}

async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = () => new ApiError(413, `The body is larger than ${limit / mebibyte} MiB.`)
  if (Number(request.headers.get('content-length')) > limit) throw tooLarge()
  const bytes = new Uint8Array(await request.arrayBuffer())
  if (bytes.byteLength > limit) throw tooLarge()
  return bytes
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new ApiError(400, 'The body is not valid UTF-8.')
  }
}
