import type { Credentials } from './session.ts'

/** An answer that the server need not send again while it is the same. */
interface Known {
  readonly etag: string
  readonly body: unknown
}

/** A screen asks for fewer again and again. */
const keptAtMost = 12
const known = new Map<string, Known>()

const placeOf = ({ serviceId, token }: Credentials, path: string) => `${serviceId} ${token} ${path}`

/** The last answer to this request, if it is still kept. It is kept in memory, as the server forbids caches to store it. */
export const knownAnswer = (credentials: Credentials, path: string): Known | undefined =>
  known.get(placeOf(credentials, path))

/** Keeps an answer, in place of the one that was kept the longest. One without an ETag is not kept. */
export function noteAnswer(credentials: Credentials, path: string, etag: string | null, body: unknown): void {
  const place = placeOf(credentials, path)
  known.delete(place)
  if (etag === null) return
  known.set(place, { etag, body })
  const [oldest] = known.keys()
  if (known.size > keptAtMost && oldest !== undefined) known.delete(oldest)
}
