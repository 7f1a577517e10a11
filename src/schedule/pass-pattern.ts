import { Cron } from 'croner'

/** Reports whether a pattern for SCHEDULER_CRON is valid: five fields, or six with seconds first, that name some time. */
export function isPassPattern(pattern: string): boolean {
  try {
    return new Cron(pattern, { timezone: 'UTC' }).nextRun(new Date(0)) !== null
  } catch {
    return false
  }
}

/** The interval between the last two times of a pattern in UTC, computed again only when its next time has come. */
export class PassGap {
  readonly #cron: Cron
  #seconds = 0
  #validUntil = 0

  constructor(pattern: string) {
    this.#cron = new Cron(pattern, { timezone: 'UTC' })
  }

  /** Returns the interval in seconds. @param now in ms; never earlier than in the previous call */
  seconds(now: number): number {
    if (now >= this.#validUntil) {
      this.#seconds = gapSeconds(this.#cron, new Date(now))
      this.#validUntil = this.#cron.nextRun(new Date(now))?.getTime() ?? Number.POSITIVE_INFINITY
    }
    return this.#seconds
  }
}

/** Returns the seconds between the last two times before `now`, or between the next two if there were fewer than two. */
function gapSeconds(cron: Cron, now: Date): number {
  const [last, before] = cron.previousRuns(2, now)
  const [first, second] = last && before ? [before, last] : cron.nextRuns(2, now)
  return first && second ? (second.getTime() - first.getTime()) / 1000 : 0
}
