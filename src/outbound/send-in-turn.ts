import { describeShortage, lineOf, shortageOf } from './shortage.ts'

/** How long a call waits at most, in all, until this machine can send it, in ms. */
const waitAtMostMs = 600_000
/** The first in line tries again after the shorter of these, then less and less often, in ms. */
const firstPauseMs = 50
const longestPauseMs = 250
/** An attempt that has not failed for the same reason within this, in ms, is under way, and the next in line tries. */
const underWayMs = 5

/** A call that this machine could not send. Its message is the outcome's error. */
export class NotSent extends Error {}

/** The time that a call may take. It does not run while the call waits to be sent. */
export interface CallTime {
  pause(): void
  resume(): void
  /** How long it has been paused so far, in ms. */
  readonly pausedMs: number
}

/** Those that wait for the same, in the order in which they came; each is called when it is the first. */
interface Line {
  code: string
  readonly waiting: (() => void)[]
}

const lines = new Map<string, Line>()

/** The signals of the calls that wait now. */
const held = new Set<AbortSignal>()

/** Whether the call that this signal ends waits to be sent: nothing of it has left this machine. */
export const waitsToBeSent = (signal: AbortSignal): boolean => held.has(signal)

/** Whether any call waits because this machine lacks something. */
export const someWait = (): boolean => lines.size > 0

/**
 * Sends, in turn with the others where this machine lacks what a connection needs (a local port, a descriptor, a buffer):
 * nothing was sent then, so it waits and tries again.
 * @param target what is called, as host and port
 * @throws NotSent when it has waited for ten minutes, the reason of the signal, or what the attempt throws
 */
export async function sendInTurn<T>(
  target: string,
  attempt: () => Promise<T>,
  signal: AbortSignal,
  time: CallTime,
): Promise<T> {
  // Who comes while others wait does not go before them.
  let key = [target, ''].find((one) => lines.has(one))
  let code: string | undefined
  for (;;)
    try {
      return await (key === undefined ? attempt() : inTurn(key, code, attempt, signal, time))
    } catch (error) {
      code = signal.aborted ? undefined : shortageOf(error)
      if (code === undefined) throw error
      key = lineOf(code, target)
    }
}

/** Waits to be the first in line, then tries until it is sent or fails for another reason. */
async function inTurn<T>(
  key: string,
  code: string | undefined,
  attempt: () => Promise<T>,
  signal: AbortSignal,
  time: CallTime,
): Promise<T> {
  const line: Line = lines.get(key) ?? { code: code ?? '', waiting: [] }
  lines.set(key, line)
  const { promise: isFirst, resolve } = Promise.withResolvers<void>()
  line.waiting.push(resolve)
  let pauseMs = code === undefined ? 0 : firstPauseMs
  if (line.waiting.length > 1) pauseMs = 0
  else resolve()
  const wait = (until: Promise<void>) => {
    const left = waitAtMostMs - time.pausedMs
    return within(until, left, signal, () => new NotSent(notSent(line.code)))
  }
  time.pause()
  held.add(signal)
  try {
    await wait(isFirst)
    for (;;) {
      if (pauseMs > 0) await wait(Bun.sleep(pauseMs))
      time.resume()
      held.delete(signal)
      const sending = attempt()
      const shortage = await Promise.race([sending.then(nothing, shortageOf), Bun.sleep(underWayMs)])
      if (typeof shortage !== 'string') {
        leave(key, line, resolve)
        return await sending
      }
      time.pause()
      held.add(signal)
      line.code = shortage
      pauseMs = Math.min(Math.max(firstPauseMs, pauseMs * 1.5), longestPauseMs)
    }
  } finally {
    time.resume()
    held.delete(signal)
    leave(key, line, resolve)
  }
}

const nothing = () => {}

const notSent = (code: string) => `not sent, and tried for ${waitAtMostMs / 60_000} minutes: ${describeShortage(code)}`

function leave(key: string, { waiting }: Line, own: () => void): void {
  const at = waiting.indexOf(own)
  if (at < 0) return
  waiting.splice(at, 1)
  if (waiting.length === 0) lines.delete(key)
  else if (at === 0) waiting[0]?.()
}

/** Waits for a promise, for `ms` at most, and no longer than the signal allows. */
async function within(until: Promise<void>, ms: number, signal: AbortSignal, late: () => Error): Promise<void> {
  signal.throwIfAborted()
  const { promise: ended, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const timer = setTimeout(() => reject(late()), Math.max(0, ms))
  try {
    await Promise.race([until, ended])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}
