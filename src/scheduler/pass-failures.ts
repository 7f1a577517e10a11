import type { RepeatedErrors } from '../background/repeated-errors.ts'
import { isDatabaseUnavailable, isTimeout } from '../database/fault.ts'
import { type Log, logDatabaseUnavailable } from '../log/log.ts'

/** Pause after a pass that failed for any reason but a timeout, in ms. */
export const failedMs = 1_000
/** Pause after a pass that hit a timeout, in ms. */
const timedOutMs = 100

/** Logs why passes fail, one line for each outage of the database, and determines when to try again. */
export class PassFailures {
  #saidUnavailable = false
  #mayBeOther = false

  constructor(
    readonly log: Log,
    readonly repeatedErrors: RepeatedErrors,
  ) {}

  /**
   * How long to wait after a pass that failed because the database is unavailable or a row is locked, in ms.
   * @throws any other error, for the loop to log
   */
  pauseAfter(error: unknown): number {
    if (isTimeout(error)) {
      const what = 'a pass hit the lock timeout or the statement timeout; the next pass follows'
      this.repeatedErrors.report(undefined, error, what)
      return timedOutMs
    }
    if (!isDatabaseUnavailable(error)) throw error
    this.#mayBeOther = true
    const what = 'the database cannot be reached; passes wait for it'
    this.#saidUnavailable ||= logDatabaseUnavailable(this.log, 'error', { err: error }, what)
    return failedMs
  }

  /** Whether the server that answers next may be another one than before. True once after each outage. */
  takeServerMayBeOther(): boolean {
    const mayBeOther = this.#mayBeOther
    this.#mayBeOther = false
    return mayBeOther
  }

  /** Notes that a pass has succeeded. */
  noteSuccess(): void {
    if (this.#saidUnavailable) this.log.info('the database is back; passes go on')
    this.#saidUnavailable = false
  }
}
