/** What the server's clock is ahead of this one, in ms: at least, and at most. */
interface Bounds {
  readonly least: number
  readonly most: number
}

let bounds: Bounds = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY }
let ahead = 0

/** A Date header is a whole second, and servers renew it once in a second. */
const dateIsCurrentFor = 2_000

/**
 * Learns the server's time from the Date header of an answer. Each answer narrows it down, and one that contradicts those
 * before counts alone: a clock was set.
 * @param sentAt when the request was sent, by this computer's clock in ms since 1970
 * @param cameAt when the header came, by the same clock
 */
export function noteDate(date: string | null, sentAt: number, cameAt: number): void {
  const at = Date.parse(date ?? '')
  if (Number.isNaN(at)) return
  const now = { least: at - cameAt, most: at + dateIsCurrentFor - sentAt }
  const both = { least: Math.max(bounds.least, now.least), most: Math.min(bounds.most, now.most) }
  bounds = both.least <= both.most ? both : now
  // A clock that may be right is taken for right.
  ahead = bounds.least <= 0 && bounds.most >= 0 ? 0 : (bounds.least + bounds.most) / 2
}

/** The time in ms since 1970 by the server's clock, by which tasks are due. The clock of this computer may be wrong. */
export function serverNow(): number {
  return Date.now() + ahead
}
