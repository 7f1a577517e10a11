/** How much of a decoded answer is kept, in bytes. */
export const keptBytes = 65_536

export interface Body {
  /** Text without NUL, broken UTF-8 replaced; null for no body at all. */
  readonly text: string | null
  readonly truncated: boolean
}

/** Reads the first 64 KiB of an answer and lets go of the rest: a huge, compressed or endless one costs no more memory. */
export async function readBody(response: Response): Promise<Body> {
  if (response.body === null) return { text: null, truncated: false }
  const length = response.headers.get('content-length')
  // A declared, small and plain body cannot be larger than declared: read at once.
  if (length !== null && Number(length) <= keptBytes && !response.headers.has('content-encoding'))
    return { text: clean(await response.text()), truncated: false }
  const reader = response.body.getReader()
  const decoder = new TextDecoder('utf-8')
  let text = ''
  let kept = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { text: clean(text + decoder.decode()), truncated: false }
    const room = keptBytes - kept
    text += decoder.decode(value.subarray(0, room), { stream: true })
    kept += value.byteLength
    if (kept <= keptBytes) continue
    await reader.cancel()
    return { text: clean(text), truncated: true }
  }
}

/** PostgreSQL's text holds no NUL. */
const clean = (text: string) => (text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text)
