import { gzipSync } from 'bun'

/** A text as it goes out to those who take gzip. */
export interface Compressed {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly type: string
  /** Its own, and not that of the text as it is: to caches the two are not the same. */
  readonly etag: string
}

/** @param type its Content-Type */
export function compress(text: string, type: string): Compressed {
  return { bytes: gzipSync(text, { level: 9 }), type, etag: `"${Bun.hash(text).toString(36)}-gzip"` }
}

/** The answer to a GET of this text, 304 for who has it; undefined for who does not take gzip. */
export function answerCompressed(request: Request, { bytes, type, etag }: Compressed): Response | undefined {
  if (!takesGzip(request.headers.get('accept-encoding') ?? '')) return undefined
  const known = (request.headers.get('if-none-match') ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
  if (known.includes(etag)) return new Response(null, { status: 304, headers: { etag } })
  return new Response(bytes, { headers: { etag, 'content-type': type, 'content-encoding': 'gzip' } })
}

/** Whether an Accept-Encoding names gzip, and not with the weight of zero that refuses it. */
export function takesGzip(accepted: string): boolean {
  return accepted.split(',').some((one) => {
    const [coding = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase())
    return coding === 'gzip' && !parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter))
  })
}
