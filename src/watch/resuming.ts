import { RepeatedErrors } from '../background/repeated-errors.ts'
import type { Sql } from '../database/sql.ts'
import type { Log } from '../log/log.ts'
import { nextStart } from '../schedule/next-start.ts'
import { resumeDue } from '../tasks/resume-due.ts'
import { type CalendarUses, readCalendarUses } from '../transitions/calendar-use.ts'
import { type DuePause, listDuePauses, type PauseEnd, resumeBatch } from '../transitions/resume.ts'

/** How long a turn goes on while pauses are over, in ms. */
const turnMs = 2_000
/** How long a pattern that this replica cannot read is left out, in ms. */
const unreadableMs = 30_000

/** What resuming works with. */
export interface ResumingParts {
  readonly sql: Sql
  readonly log: Log
  /** Whether the turn is to end early. */
  readonly stopped: () => boolean
}

/** Sets paused tasks active again when the time comes until which they were paused. Any number of replicas may do it at once. */
export class Resuming {
  /** Patterns that this replica cannot read, and when they are tried again, by performance.now(). Another replica may. */
  readonly #unreadable = new Map<string, number>()
  readonly #repeatedErrors: RepeatedErrors

  constructor(readonly parts: ResumingParts) {
    this.#repeatedErrors = new RepeatedErrors(parts.log)
  }

  /** One turn: ends the pauses that are over. */
  async turn(): Promise<void> {
    const { sql, stopped } = this.parts
    const until = performance.now() + turnMs
    while (!stopped() && performance.now() < until) {
      const now = performance.now()
      for (const [key, at] of this.#unreadable) if (at <= now) this.#unreadable.delete(key)
      const due = await listDuePauses(sql, [...this.#unreadable.keys()])
      const uses = await readCalendarUses(sql, due)
      const ends = due.flatMap((pause) => this.#endOf(pause, uses))
      const count = ends.length === 0 ? 0 : await resumeDue(sql, ends)
      // A full batch in which nothing was left to do is another replica's: it is looked at again in the next turn.
      if (due.length < resumeBatch || count === 0) return
    }
  }

  /** Returns the end of a pause, or nothing if the pattern of the task cannot be read. */
  #endOf(pause: DuePause, uses: CalendarUses): PauseEnd[] {
    const { service_id, id, version, cron, time_zone, spread_offset, calendar_use, last_at } = pause
    // Its calendar has changed since it was listed: the next turn finds the task as it is now.
    if (!uses.has(calendar_use)) return []
    try {
      const use = uses.get(calendar_use)
      const next =
        cron === null ? undefined : nextStart(cron, time_zone ?? 'UTC', spread_offset, Date.parse(last_at), use)
      return [
        {
          service_id,
          id,
          version,
          calendar_use,
          cron_next_at: next === undefined ? null : new Date(next).toISOString(),
        },
      ]
    } catch (error) {
      this.#unreadable.set(`${time_zone} ${cron}`, performance.now() + unreadableMs)
      this.#repeatedErrors.report(
        undefined,
        error,
        `no next time for "${cron}" in ${time_zone}; tasks with it stay paused`,
      )
      return []
    }
  }
}
