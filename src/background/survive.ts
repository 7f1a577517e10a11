import { isDatabaseUnavailable } from '../database/fault.ts'
import type { Log } from '../log/log.ts'

/** What goes wrong again and again is told once in this time, in ms. */
const quietMs = 1_000
const told = new WeakMap<Log, Map<string, number>>()

/**
 * Runs one turn of a loop in the background, so that nothing it throws ends the loop: every such loop goes through here. A
 * failure is logged, once a second at most; that the database is away is left to the passes to tell.
 * @param failure what is logged when it fails; static text
 * @param otherwise returned when it fails
 */
export async function survive<T>(
  log: Log,
  failure: string,
  turn: () => Promise<T> | T,
  otherwise: NoInfer<T>,
): Promise<T> {
  try {
    return await turn()
  } catch (error) {
    if (!isDatabaseUnavailable(error)) tellFailure(log, error, failure)
    return otherwise
  }
}

/** Logs a failure of background work, once a second at most. It does not throw. */
export function tellFailure(log: Log, error: unknown, failure: string): void {
  const lately = told.get(log) ?? new Map<string, number>()
  told.set(log, lately)
  const now = performance.now()
  if (now - (lately.get(failure) ?? Number.NEGATIVE_INFINITY) < quietMs) return
  lately.set(failure, now)
  try {
    log.error({ err: error }, failure)
  } catch {
    // A log never throws; were it to, the loop must go on all the same.
  }
}
