import { Cron } from 'croner'

/** Whether a pattern of five fields, or six with seconds in front, parses and comes due at all. */
export function isPassPattern(pattern: string): boolean {
  try {
    return new Cron(pattern, { timezone: 'UTC' }).nextRun(new Date(0)) !== null
  } catch {
    return false
  }
}

/** Seconds between the last two beats of a pattern before `now`; the coming two where it is too young to have had any. */
function gapSeconds(cron: Cron, now: Date): number {
  const [last, before] = cron.previousRuns(2, now)
  const [first, second] = last && before ? [before, last] : cron.nextRuns(2, now)
  return first && second ? (second.getTime() - first.getTime()) / 1000 : 0
}

/** The gap between the last two beats of a pattern in UTC, worked out again only when a beat has gone by. */
export class PassGap {
  readonly #cron: Cron
  #seconds = 0
  #validUntil = 0

  constructor(pattern: string) {
    this.#cron = new Cron(pattern, { timezone: 'UTC' })
  }

  /** @param now in ms; never earlier than in the call before */
  seconds(now: number): number {
    if (now >= this.#validUntil) {
      this.#seconds = gapSeconds(this.#cron, new Date(now))
      this.#validUntil = this.#cron.nextRun(new Date(now))?.getTime() ?? Number.POSITIVE_INFINITY
    }
    return this.#seconds
  }
}
