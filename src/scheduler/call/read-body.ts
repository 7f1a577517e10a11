import { arriving, decoded } from './decode-body.ts'

/** How much of a decoded answer is stored, in bytes. */
export const storedBytes = 65_536
/** How much of an answer is read, in bytes before decoding. What is read and not stored is dropped. */
export const readBytes = 64 * 1024 * 1024

/** The stored part of an answer's body. */
export interface ResponseText {
  /** The text, with U+FFFD for NUL and for bytes that are invalid in its charset; null without a body. */
  readonly text: string | null
  /** Whether the answer was longer than `text`, or broke off. */
  readonly truncated: boolean
  /** What ended the answer before it was complete. */
  readonly failure?: { readonly error: unknown }
}

/**
 * Reads an answer to its end and returns the first 64 KiB. The rest is read and dropped without being decoded, so that the
 * target can finish writing and the memory used does not depend on the answer. It never throws.
 * @param response of a `fetch` that does not decode
 */
export async function readBody(response: Response): Promise<ResponseText> {
  const { headers } = response
  const coding = headers.get('content-encoding')
  const length = Number(headers.get('content-length') ?? 0)
  let answer = response
  // Most answers are small, not encoded, and have arrived already. With Transfer-Encoding, Content-Length does not count.
  if (length > 0 && length <= storedBytes && coding === null && !headers.has('transfer-encoding')) {
    // When reading it as a whole fails, what had arrived is lost. The clone, which costs nothing until it is read, has it.
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
  const stored: Uint8Array[] = []
  let room = storedBytes
  let isCut = false
  let failure: ResponseText['failure']
  try {
    const source = arriving(reader, readBytes)
    const pieces = coding === null ? source : decoded(source, coding)
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
      const piece = next.value
      if (piece.byteLength <= room) stored.push(piece)
      else if (room > 0) stored.push(piece.slice(0, room))
      isCut ||= piece.byteLength > room
      room = Math.max(0, room - piece.byteLength)
      if (isCut) break
      // A body that drips in would be many small pieces.
      if (stored.length === 64) stored.splice(0, 64, Buffer.concat(stored))
    }
    if (isCut) {
      if (pieces !== source) await pieces.return?.()
      while (!(await source.next()).done);
    }
  } catch (error) {
    failure = { error }
  } finally {
    // Not awaited: the cancel of a failed reader may never return.
    reader.cancel().catch(() => {})
  }
  const text = toText(stored, headers.get('content-type'), isCut || failure !== undefined)
  return { text, truncated: isCut || failure !== undefined, failure }
}

const utf8 = new TextDecoder()

/** Decodes by the charset of the Content-Type, or UTF-8 for none or an unknown one. NUL is replaced: PostgreSQL's text has none. */
function toText(pieces: readonly Uint8Array[], contentType: string | null, isCut: boolean): string {
  const [first] = pieces
  if (first === undefined) return ''
  const bytes = pieces.length === 1 ? first : Buffer.concat(pieces)
  const charset = charsetOf(bytes, contentType)
  // With `stream`, a character that was cut in two is left out.
  const text =
    charset === undefined && !isCut ? utf8.decode(bytes) : decoderOf(charset).decode(bytes, { stream: isCut })
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
}

/** The charset; undefined for UTF-8. A byte order mark takes precedence over the header (Encoding Standard). */
function charsetOf(bytes: Uint8Array, contentType: string | null): string | undefined {
  const first = bytes[0] ?? 0
  if (first >= 0xef) {
    const second = bytes[1]
    if (first === 0xff && second === 0xfe) return 'utf-16le'
    if (first === 0xfe && second === 0xff) return 'utf-16be'
    if (first === 0xef && second === 0xbb && bytes[2] === 0xbf) return undefined
  }
  // The most frequent cases, without parsing.
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
