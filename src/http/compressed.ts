import { gzipSync } from 'bun'

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
  const known = (request.headers.get('if-none-match') ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
  if (known.includes(etag)) return new Response(null, { status: 304, headers: { etag } })
  return new Response(bytes, { headers: { etag, 'content-type': type, 'content-encoding': 'gzip' } })
}

/** Whether an Accept-Encoding names gzip with a weight above 0. */
export function acceptsGzip(accepted: string): boolean {
  return accepted.split(',').some((one) => {
    const [coding = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase())
    return coding === 'gzip' && !parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter))
  })
}
