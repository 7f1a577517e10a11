import { arriving, decoded } from './decode-body.ts'

/** How much of a decoded answer is kept, in bytes. */
export const keptBytes = 65_536
/** How much of an answer is read at most, in bytes as they arrive; what is not kept is dropped. */
export const readBytes = 64 * 1024 * 1024

export interface Body {
  /** Text without NUL, what is no text in its charset replaced; null for no body at all. */
  readonly text: string | null
  /** Whether the answer had more than `text`, or broke off. */
  readonly truncated: boolean
  /** What ended the answer before it was whole. */
  readonly failure?: { readonly error: unknown }
}

/**
 * Reads an answer to its end and keeps the first 64 KiB of it. The rest is read and dropped without being decoded, so
 * that the target can finish what it writes, and memory does not depend on the answer.
 * @param response of a `fetch` that does not decode
 * @returns what came of it; it does not throw
 */
export async function readBody(response: Response): Promise<Body> {
  const { headers } = response
  const coding = headers.get('content-encoding')
  const length = Number(headers.get('content-length') ?? 0)
  let answer = response
  // What most answers are: small, plain, and there at once. Where chunks are declared too, they are what counts.
  if (length > 0 && length <= keptBytes && coding === null && !headers.has('transfer-encoding')) {
    // When reading it as a whole fails, what had arrived is gone: the copy, which costs nothing yet, still has it.
    answer = response.clone()
    const whole = response.bytes()
    const bytes = Bun.peek(whole)
    if (!(bytes instanceof Promise) && bytes.byteLength === length)
      return { text: toText([bytes], headers.get('content-type'), false), truncated: false }
    whole.catch(() => {})
  }
  const { body } = answer
  if (body === null) return { text: null, truncated: false }
  const reader = body.getReader()
  const kept: Uint8Array[] = []
  let room = keptBytes
  let isCut = false
  let failure: Body['failure']
  try {
    const source = arriving(reader, readBytes)
    const pieces = coding === null ? source : decoded(source, coding)
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
      const piece = next.value
      if (piece.byteLength <= room) kept.push(piece)
      else if (room > 0) kept.push(piece.slice(0, room))
      isCut ||= piece.byteLength > room
      room = Math.max(0, room - piece.byteLength)
      if (isCut) break
      // A body that drips in is many small pieces.
      if (kept.length === 64) kept.splice(0, 64, Buffer.concat(kept))
    }
    if (isCut) {
      if (pieces !== source) await pieces.return?.()
      while (!(await source.next()).done);
    }
  } catch (error) {
    failure = { error }
  } finally {
    // Not waited for: a reader that has failed may never answer.
    reader.cancel().catch(() => {})
  }
  const text = toText(kept, headers.get('content-type'), isCut || failure !== undefined)
  return { text, truncated: isCut || failure !== undefined, failure }
}

const utf8 = new TextDecoder()

/** Decodes bytes by the charset of a Content-Type, UTF-8 where it names none or one that is unknown. PostgreSQL's text holds no NUL. */
function toText(pieces: readonly Uint8Array[], contentType: string | null, isCut: boolean): string {
  const [first] = pieces
  if (first === undefined) return ''
  const bytes = pieces.length === 1 ? first : Buffer.concat(pieces)
  const charset = charsetOf(bytes, contentType)
  // A character that was cut in two is left out.
  const text =
    charset === undefined && !isCut ? utf8.decode(bytes) : decoderOf(charset).decode(bytes, { stream: isCut })
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
}

/** A byte order mark says more than the header (as the Encoding Standard has it). Undefined for UTF-8. */
function charsetOf(bytes: Uint8Array, contentType: string | null): string | undefined {
  const first = bytes[0] ?? 0
  if (first >= 0xef) {
    const second = bytes[1]
    if (first === 0xff && second === 0xfe) return 'utf-16le'
    if (first === 0xfe && second === 0xff) return 'utf-16be'
    if (first === 0xef && second === 0xbb && bytes[2] === 0xbf) return undefined
  }
  // What most answers say is not taken apart.
  if (contentType === null || contentType === 'application/json' || /;\s*charset=utf-8$/i.test(contentType))
    return undefined
  return /;\s*charset\s*=\s*["']?([^\s"';,]+)/i.exec(contentType)?.[1]
}

function decoderOf(charset = 'utf-8'): TextDecoder {
  try {
    return new TextDecoder(charset as ConstructorParameters<typeof TextDecoder>[0])
  } catch {
    return new TextDecoder()
  }
}
