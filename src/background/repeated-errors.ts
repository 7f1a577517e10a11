import type { Log } from '../log/log.ts'

/** The same error is logged once in this time, in ms. */
const logEveryMs = 600_000

/** Logs each error that recurs with every pass, such as a row that the database refuses, once in ten minutes. */
export class RepeatedErrors {
  /** When each error was last logged, by performance.now(). */
  readonly #logged = new Map<string, number>()

  constructor(readonly log: Log) {}

  /**
   * @param taskId the task that the error concerns, if it concerns one
   * @param what the log line
   */
  report(taskId: string | undefined, error: unknown, what: string): void {
    const key = `${taskId} ${what}`
    const now = performance.now()
    if (now - (this.#logged.get(key) ?? Number.NEGATIVE_INFINITY) < logEveryMs) return
    for (const [old, at] of this.#logged) if (now - at > logEveryMs) this.#logged.delete(old)
    this.#logged.set(key, now)
    this.log.error({ err: error, task_id: taskId }, what)
  }
}
