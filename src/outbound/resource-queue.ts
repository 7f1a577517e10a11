import type { CallTimer } from './call-timer.ts'
import { describeExhaustion, exhaustedResource, queueKey } from './exhaustion.ts'

/** The longest time that a call waits, in total, until this machine can send it, in ms. */
const maxWaitMs = 600_000
/** The pause before the head of a queue tries again, in ms: it grows by half from the first to the longest. */
const firstPauseMs = 50
const longestPauseMs = 250
/**
 * An attempt that has not run out of resources within this many ms has been sent; the next call in the queue then tries.
 */
const sentAfterMs = 5

/** A call that this machine could not send. Its message is the outcome's error. */
export class NotSent extends Error {}

/** Calls that lack the same resource, in order of arrival. */
interface Queue {
  /** The error code of the latest failed attempt. */
  code: string
  /** One callback for each call, called when that call becomes the first. */
  readonly callbacks: (() => void)[]
}

const queues = new Map<string, Queue>()

/** The signals of the calls that are waiting. */
const waiting = new Set<AbortSignal>()

/** Reports whether the call that this signal aborts is waiting to be sent. Nothing of it has left this machine. */
export const isWaitingForResources = (signal: AbortSignal): boolean => waiting.has(signal)

/** Reports whether any call is waiting for a local resource. */
export const anyWaiting = (): boolean => queues.size > 0

/**
 * Calls `attempt` and returns its result. If it fails because this machine lacks a local port, a descriptor or a buffer,
 * nothing was sent: the call then waits in a queue with others that lack the same, and `attempt` is called again.
 * @param target host and port
 * @throws NotSent after ten minutes of waiting; the reason of the signal; any other error of `attempt`
 */
export async function sendWhenResourcesAllow<T>(
  target: string,
  attempt: () => Promise<T>,
  signal: AbortSignal,
  timer: CallTimer,
): Promise<T> {
  // A call that arrives while others wait queues behind them.
  let key = [target, ''].find((one) => queues.has(one))
  let code: string | undefined
  for (;;)
    try {
      return await (key === undefined ? attempt() : attemptInQueue(key, code, attempt, signal, timer))
    } catch (error) {
      code = signal.aborted ? undefined : exhaustedResource(error)
      if (code === undefined) throw error
      key = queueKey(code, target)
    }
}

/** Waits to be the first of the queue, then repeats `attempt` until it is sent or fails for another reason. */
async function attemptInQueue<T>(
  key: string,
  code: string | undefined,
  attempt: () => Promise<T>,
  signal: AbortSignal,
  timer: CallTimer,
): Promise<T> {
  const queue: Queue = queues.get(key) ?? { code: code ?? '', callbacks: [] }
  queues.set(key, queue)
  const { promise: isFirst, resolve } = Promise.withResolvers<void>()
  queue.callbacks.push(resolve)
  let pauseMs = code === undefined ? 0 : firstPauseMs
  if (queue.callbacks.length > 1) pauseMs = 0
  else resolve()
  const wait = (until: Promise<void>) => {
    const remainingMs = maxWaitMs - timer.pausedMs
    return waitFor(until, remainingMs, signal, () => new NotSent(describeNotSent(queue.code)))
  }
  timer.pause()
  waiting.add(signal)
  try {
    await wait(isFirst)
    for (;;) {
      if (pauseMs > 0) await wait(Bun.sleep(pauseMs))
      timer.resume()
      waiting.delete(signal)
      const sending = attempt()
      const exhausted = await Promise.race([sending.then(nothing, exhaustedResource), Bun.sleep(sentAfterMs)])
      if (typeof exhausted !== 'string') {
        leave(key, queue, resolve)
        return await sending
      }
      timer.pause()
      waiting.add(signal)
      queue.code = exhausted
      pauseMs = Math.min(Math.max(firstPauseMs, pauseMs * 1.5), longestPauseMs)
    }
  } finally {
    timer.resume()
    waiting.delete(signal)
    leave(key, queue, resolve)
  }
}

const nothing = () => {}

const describeNotSent = (code: string) =>
  `not sent, and tried for ${maxWaitMs / 60_000} minutes: ${describeExhaustion(code)}`

/** Removes a call from its queue and calls the next one if this one was the first. */
function leave(key: string, { callbacks }: Queue, own: () => void): void {
  const index = callbacks.indexOf(own)
  if (index < 0) return
  callbacks.splice(index, 1)
  if (callbacks.length === 0) queues.delete(key)
  else if (index === 0) callbacks[0]?.()
}

/** Waits for a promise. @throws `timeout()` after `ms`, or the reason of the signal when it is aborted */
async function waitFor(until: Promise<void>, ms: number, signal: AbortSignal, timeout: () => Error): Promise<void> {
  signal.throwIfAborted()
  const { promise: ended, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const timer = setTimeout(() => reject(timeout()), Math.max(0, ms))
  try {
    await Promise.race([until, ended])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}
