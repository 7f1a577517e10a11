import { isDatabaseUnavailable } from '../database/fault.ts'
import type { Log } from '../log/log.ts'

/** The same failure is logged once in this time, in ms. */
const quietMs = 1_000
/** When each failure was last logged, by performance.now(). */
const logged = new WeakMap<Log, Map<string, number>>()

/**
 * Runs one step of background work and returns its result, or `otherwise` when it throws. The failure is logged, once a
 * second at most. An unavailable database is not logged here, because the passes log it.
 * @param failure the log line for a failure, in static text
 */
export async function survive<T>(
  log: Log,
  failure: string,
  step: () => Promise<T> | T,
  otherwise: NoInfer<T>,
): Promise<T> {
  try {
    return await step()
  } catch (error) {
    if (!isDatabaseUnavailable(error)) logFailure(log, error, failure)
    return otherwise
  }
}

/** Logs a failure of background work, each text once a second at most. It never throws. */
export function logFailure(log: Log, error: unknown, failure: string): void {
  const times = logged.get(log) ?? new Map<string, number>()
  logged.set(log, times)
  const now = performance.now()
  if (now - (times.get(failure) ?? Number.NEGATIVE_INFINITY) < quietMs) return
  times.set(failure, now)
  try {
    log.error({ err: error }, failure)
  } catch {
    // The log never throws. If it did, background work would still have to go on.
  }
}
