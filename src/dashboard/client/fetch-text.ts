import { noteDate } from './server-clock.ts'

/**
 * Sends a request and reads its answer as text. The patience counts from the last byte that came, so a slow connection gets
 * a long answer to its end, and a dead one is given up. Every answer tells the server's time too.
 * @param patienceMs how long to wait for the next bytes, in ms
 * @throws what `fetch` throws; a TimeoutError if nothing came for so long
 */
export async function fetchText(
  url: string,
  init: RequestInit,
  patienceMs: number,
): Promise<{ response: Response; text: string }> {
  const controller = new AbortController()
  const { signal = null } = init
  const within = async <T>(work: Promise<T>): Promise<T> => {
    const patience = AbortSignal.timeout(patienceMs)
    const end = () => controller.abort(patience.reason)
    patience.addEventListener('abort', end)
    try {
      return await work
    } finally {
      patience.removeEventListener('abort', end)
    }
  }
  const ended = signal ? AbortSignal.any([signal, controller.signal]) : controller.signal
  const sentAt = Date.now()
  const response = await within(fetch(url, { ...init, signal: ended }))
  noteDate(response.headers.get('date'), sentAt, Date.now())
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (let part = await within(read(reader)); !part.done; part = await within(read(reader))) text += part.value
  return { response, text }
}

const read = async (reader: ReadableStreamDefaultReader<string> | undefined) =>
  reader ? reader.read() : { done: true as const, value: undefined }
