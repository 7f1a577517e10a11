import { watchParents } from '../process/parent-watch.ts'

/**
 * One Ctrl-C reaches the service more than once when `bun run` or `npx` stand before it: the terminal signals the whole
 * group, and each of them passes the signal on. What follows within this, in ms, is the same wish.
 */
const sameWishMs = 300

/** What this process was asked for from outside. */
export interface Signals {
  /** The first SIGTERM, SIGINT or SIGHUP, or the end of the program that started this one: the end. */
  readonly first: Promise<void>
  /** The second one: a quick end. */
  readonly second: Promise<void>
  /** Aborted by the first. */
  readonly ending: AbortSignal
}

/** Listens for the signals that end the service, for the rest of its life. */
export function listenForSignals(): Signals {
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  const ending = new AbortController()
  let firstAt: number | undefined
  const end = () => {
    if (firstAt === undefined) {
      firstAt = performance.now()
      first.resolve()
      ending.abort()
    } else if (performance.now() - firstAt > sameWishMs) second.resolve()
  }
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, end)
  watchParents(end)
  return { first: first.promise, second: second.promise, ending: ending.signal }
}
