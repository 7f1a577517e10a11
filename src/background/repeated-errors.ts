import type { Log } from '../log/log.ts'

/** What is refused again and again is told once in this time, in ms. */
const tellEveryMs = 600_000

/** Tells of rows that the database refuses, and which come back with every pass. */
export class RepeatedErrors {
  readonly #told = new Map<string, number>()

  constructor(readonly log: Log) {}

  tell(taskId: string | undefined, error: unknown, what: string): void {
    const key = `${taskId} ${what}`
    const now = performance.now()
    if (now - (this.#told.get(key) ?? Number.NEGATIVE_INFINITY) < tellEveryMs) return
    for (const [old, at] of this.#told) if (now - at > tellEveryMs) this.#told.delete(old)
    this.#told.set(key, now)
    this.log.error({ err: error, task_id: taskId }, what)
  }
}
