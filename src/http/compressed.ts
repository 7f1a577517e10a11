import { gzipSync } from 'bun'
import { isKnown } from './validators.ts'

/** A text compressed with gzip, and the headers of its response. */
export interface Compressed {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Its Content-Type. */
  readonly type: string
  /** Differs from the ETag of the uncompressed text, as HTTP caches require. */
  readonly etag: string
}

/** Compresses a text with gzip. @param type its Content-Type */
export function compress(text: string, type: string): Compressed {
  return { bytes: gzipSync(text, { level: 9 }), type, etag: `"${Bun.hash(text).toString(36)}-gzip"` }
}

/** Responds with a compressed text, or 304 when If-None-Match names it; undefined when the client does not accept gzip. */
export function compressedResponse(request: Request, { bytes, type, etag }: Compressed): Response | undefined {
  if (!acceptsGzip(request.headers.get('accept-encoding') ?? '')) return undefined
  if (isKnown(request, etag)) return new Response(null, { status: 304, headers: { etag } })
  return new Response(bytes, { headers: { etag, 'content-type': type, 'content-encoding': 'gzip' } })
}

/** Whether an Accept-Encoding names gzip with a weight above 0, and does not prefer the uncompressed form. */
export function acceptsGzip(accepted: string): boolean {
  if (accepted === '') return false
  const weights = new Map(
    accepted.split(',').map((one) => {
      const [coding = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase())
      const weight = parameters.map((parameter) => /^q\s*=\s*([01](?:\.\d*)?)$/.exec(parameter)?.[1]).find(Boolean)
      return [coding, Number(weight ?? 1)]
    }),
  )
  const gzip = weights.get('gzip') ?? 0
  return gzip > 0 && gzip >= (weights.get('identity') ?? 0)
}
