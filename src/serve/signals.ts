import { watchParents } from '../process/parent-watch.ts'

/**
 * Signals within this time after the first, in ms, count as the same one: with `bun run` or `npx` a Ctrl-C reaches the
 * service more than once, from the terminal and from each launcher.
 */
const sameSignalMs = 300

/** The requests to end the service. */
export interface Signals {
  /** Resolves on the first SIGTERM, SIGINT or SIGHUP, or when the program that started this process ends: shut down. */
  readonly first: Promise<void>
  /** Resolves on the second one: shut down without waiting for calls in flight. */
  readonly second: Promise<void>
  /** Aborted by the first one. */
  readonly ending: AbortSignal
}

/** Listens for the signals that end the service, until the process ends. */
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
    } else if (performance.now() - firstAt > sameSignalMs) second.resolve()
  }
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, end)
  watchParents(end)
  return { first: first.promise, second: second.promise, ending: ending.signal }
}
