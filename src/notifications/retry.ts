/** The pause after the first failed attempt, in ms. It doubles with each further one. */
const firstPauseMs = 10_000
/** The longest pause, in ms, also when the channel asks for more. */
const longestPauseMs = 3_600_000
/** The shortest pause that a channel may ask for, in ms. */
const shortestPauseMs = 1_000

/** How long after it was made a notification is given up that the channel does not take, in hours. */
const giveUpAfterHours = 24
/** The same where the channel refuses this message. The next message of its group waits for it, and may be taken. */
const refusedForHours = 1

/** Statuses with which a server refuses the message, rather than the sender or everything at present. */
const refusedMessage = [400, 413, 414, 422, 431]
/** Statuses that say that the address is gone. */
const gone = [404, 410]

/**
 * Returns the pause before the next attempt, in ms: what the channel asked for, else 10 s that double up to an hour, with a
 * random part so that messages do not come in bursts.
 * @param attempt the attempt that failed, from 1
 * @param random from 0 to 1
 */
export function pauseAfter(attempt: number, retryAfterMs: number | null, random = Math.random()): number {
  if (retryAfterMs !== null) return Math.round(Math.min(Math.max(retryAfterMs, shortestPauseMs), longestPauseMs))
  const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(attempt - 1, 20), longestPauseMs)
  return Math.round(pauseMs * (0.8 + 0.2 * random))
}

/** Whether the channel itself is gone, and is to be disabled. @param kind of the channel; SMTP has other codes */
export const isGone = (kind: string, statusCode: number | null): boolean =>
  kind !== 'email' && statusCode !== null && gone.includes(statusCode)

/** Returns how long after it was made a notification is given up, in hours, if its last attempt failed with this status. */
export function givenUpAfterHours(kind: string, statusCode: number | null): number {
  if (statusCode === null) return giveUpAfterHours
  // SMTP: 55z refuses the mail or its addresses. Other 5yz, such as a wrong password, can be repaired by the operator.
  const refused = kind === 'email' ? statusCode >= 550 && statusCode < 560 : refusedMessage.includes(statusCode)
  return refused ? refusedForHours : giveUpAfterHours
}
