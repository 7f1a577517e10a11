import { batchBytes } from '../database/bounded-batch.ts'
import { type Share, takeShare } from './memory-budget.ts'

/** What a list holds at most as a rule: a batch stands in memory several times while it comes from PostgreSQL and goes out. */
const shareBytes = 4 * batchBytes
/** An answer up to this size is sent as a whole. */
const smallBytes = 65_536
/** A stream whose reader takes nothing for so long gives its share back: its connection has been cut by then. */
const abandonedMs = 120_000

/** A part of a list, and where the next part begins. */
export interface Batch<P> {
  /** The elements as JSON, with commas between; null for none. */
  readonly json: string | null
  readonly last: P
  /** Whether there may be elements behind the last one. */
  readonly more: boolean
}

export interface JsonList<P> {
  readonly serviceId: string
  /** The batch behind a place; without one the first. */
  readonly next: (last: P | undefined) => Promise<Batch<P>>
  /** The request; one for the headers alone (HEAD) reads no batch. */
  readonly request: Request
  /** Asked for beside the first batch; an array without further headers unless given. */
  readonly frame?: Promise<Frame>
}

/** What stands around the elements, and further headers of the answer. */
export interface Frame {
  readonly headers?: Readonly<Record<string, string>>
  readonly head?: string
  readonly tail?: string
}

/**
 * The batches of one page of a list.
 * @param read reads a batch behind a place, or from the page's first element on, of `limit` elements at most
 */
export function pageOf<P>(
  { offset, limit }: { readonly offset: number; readonly limit: number },
  read: (start: {
    last: P | undefined
    offset: number
    limit: number
  }) => Promise<Batch<P> & { readonly count: number }>,
): (last: P | undefined) => Promise<Batch<P>> {
  let left = limit
  return async (last) => {
    const batch = await read({ last, offset, limit: left })
    left -= batch.count
    return { ...batch, more: batch.more && left > 0 }
  }
}

/** The frame of a page: an object that has the elements as `records` behind its own fields. */
export function pageFrame(fields: Readonly<Record<string, number>>): Frame {
  return { head: `${JSON.stringify(fields).slice(0, -1)},"records":[`, tail: ']}' }
}

/**
 * Answers a list as JSON that is fetched batch by batch as the reader takes it, so that a long one costs little memory and
 * holds no transaction. What is held counts against the service's budget.
 * @throws what the first fetch throws, ApiError 429; a later failure breaks the answer off
 */
export async function answerList<P>(list: JsonList<P>): Promise<Response> {
  // The length of a list that is not read is not known; without this header the runtime would say that it is 0.
  if (list.request.method === 'HEAD')
    return new Response(null, { headers: { ...headersOf(await list.frame), 'transfer-encoding': 'chunked' } })
  const share = await takeShare(list.serviceId, shareBytes)
  try {
    const [first, frame = {}] = await Promise.all([list.next(undefined), list.frame])
    const headers = headersOf(frame)
    const { head = '[', tail = ']' } = frame
    const text = `${head}${first.json ?? ''}${first.more ? '' : tail}`
    if (first.more || text.length > smallBytes)
      return new Response(streamFrom({ ...list, tail }, first, text, share), { headers })
    share.release()
    return new Response(text, { headers })
  } catch (error) {
    share.release()
    throw error
  }
}

const headersOf = (frame?: Frame) => ({
  'content-type': 'application/json',
  'cache-control': 'no-store',
  ...frame?.headers,
})

/** A text that counts against the service's budget until its reader has taken it. @throws ApiError 429 */
export async function answerText(serviceId: string, text: string): Promise<BodyInit> {
  if (text.length <= smallBytes) return text
  const share = await takeShare(serviceId, text.length)
  const whole: Batch<undefined> = { json: null, last: undefined, more: false }
  return streamFrom({ next: async () => whole }, whole, text, share)
}

function streamFrom<P>(
  { next, tail = '' }: Pick<JsonList<P>, 'next'> & { readonly tail?: string },
  first: Batch<P>,
  text: string,
  share: Share,
): ReadableStream<Uint8Array> {
  let batch = first
  let bytes = encoder.encode(text)
  let sent = 0
  // A list that has begun keeps its share to the end: it would otherwise be cut off in the middle for want of one.
  const hold = () => share.resize(Math.max(bytes.byteLength, batch.more ? shareBytes : 0))
  hold()
  const end = () => {
    clearTimeout(abandoned)
    share.release()
  }
  const abandoned = setTimeout(end, abandonedMs)
  abandoned.unref()
  const fetchNext = async () => {
    batch = await next(batch.last)
    bytes = encoder.encode(`${batch.json === null ? '' : `,${batch.json}`}${batch.more ? '' : tail}`)
    hold()
    sent = 0
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      abandoned.refresh()
      try {
        while (sent === bytes.byteLength && batch.more) await fetchNext()
      } catch (error) {
        end()
        throw error
      }
      controller.enqueue(bytes.subarray(sent, sent + smallBytes))
      sent = Math.min(sent + smallBytes, bytes.byteLength)
      if (sent < bytes.byteLength || batch.more) return
      end()
      controller.close()
    },
    cancel: end,
  })
}

const encoder = new TextEncoder()
