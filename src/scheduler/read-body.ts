import { arriving, decoded } from './decode-body.ts'

/** How much of a decoded answer is kept, in bytes. */
export const keptBytes = 65_536

export interface Body {
  /** Text without NUL, broken UTF-8 replaced; null for no body at all. */
  readonly text: string | null
  readonly truncated: boolean
}

/**
 * Reads the first 64 KiB of an answer and lets go of the rest: a huge, compressed or endless one costs no more memory.
 * @param response of a `fetch` that does not decode
 * @throws what reading throws, or an error with the code `ZlibError`
 */
export async function readBody(response: Response): Promise<Body> {
  const { headers } = response
  const coding = headers.get('content-encoding')
  const length = Number(headers.get('content-length') ?? 0)
  // A declared, small and plain body cannot be larger than declared, and is read at once; where chunks are declared too,
  // they are what counts.
  if (length > 0 && length <= keptBytes && coding === null && !headers.has('transfer-encoding'))
    return { text: clean(await response.text()), truncated: false }
  // Asked for as late as this, since it makes a stream of every body.
  const { body } = response
  if (body === null) return { text: null, truncated: false }
  const reader = body.getReader()
  const decoder = new TextDecoder('utf-8')
  let text = ''
  let kept = 0
  try {
    for await (const piece of coding === null ? arriving(reader) : decoded(reader, coding)) {
      text += decoder.decode(piece.subarray(0, keptBytes - kept), { stream: true })
      kept += piece.byteLength
      if (kept > keptBytes) return { text: clean(text), truncated: true }
    }
    return { text: clean(text + decoder.decode()), truncated: false }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

/** PostgreSQL's text holds no NUL. */
const clean = (text: string) => (text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text)
