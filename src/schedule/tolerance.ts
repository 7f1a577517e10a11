import { PassGap } from './pass-pattern.ts'

/** Added to the interval between two passes, in seconds. */
const marginSeconds = 60

/**
 * By how much a task may start late and still keep its phase: the interval between the last two passes, for which a due
 * task may have to wait, plus one minute.
 */
export class Tolerance {
  readonly #gap: PassGap

  /** @param pattern SCHEDULER_CRON, the times of the passes */
  constructor(pattern: string) {
    this.#gap = new PassGap(pattern)
  }

  /** Returns the tolerance in seconds. @param now in ms; never earlier than in the previous call */
  seconds(now: number): number {
    return this.gapSeconds(now) + marginSeconds
  }

  /**
   * Returns how late a slot may be, in seconds: to keep its phase, and not to count as missed. A scheduler that starts
   * everything on time has missed a slot after a minute.
   * @param now as in `seconds`
   */
  limits(now: number, isOnTime: boolean): { readonly toleranceSeconds: number; readonly missedAfterSeconds: number } {
    const toleranceSeconds = this.seconds(now)
    return { toleranceSeconds, missedAfterSeconds: isOnTime ? marginSeconds : toleranceSeconds }
  }

  /** Returns after how long without a pass there is an outage, in seconds. @param now as in `seconds` */
  outageSeconds(now: number, isOnTime: boolean): number {
    return marginSeconds + (isOnTime ? 0 : 2 * this.gapSeconds(now))
  }

  /** Returns the interval between the last two passes, in seconds. @param now as in `seconds` */
  gapSeconds(now: number): number {
    return this.#gap.seconds(now)
  }
}
