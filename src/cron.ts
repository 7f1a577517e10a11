import { Cron } from 'croner'

/** Whether a pattern parses and comes due at all. */
export function isCron(pattern: string): boolean {
  try {
    return new Cron(pattern, { timezone: 'UTC' }).nextRun() !== null
  } catch {
    return false
  }
}

/** Seconds between the last two beats of a pattern before `now`; the coming two where it is too young to have had any. */
export function beatGapSeconds(pattern: string, now: Date): number {
  const cron = new Cron(pattern, { timezone: 'UTC' })
  const [last, before] = cron.previousRuns(2, now)
  const [first, second] = last && before ? [before, last] : cron.nextRuns(2, now)
  return first && second ? (second.getTime() - first.getTime()) / 1000 : 0
}
