import { countdown, localTime, utcTime } from '../format/format-time.ts'
import { useClock } from './use-clock.ts'

/** The time until something is due, ticking, and when that is by the reader's clock; UTC on hover. */
export function Countdown({ at }: { at: string }) {
  const now = useClock()
  return (
    <time class="countdown" dateTime={at} title={utcTime(at)}>
      <span class="countdown-left">{countdown(at, now)}</span> <span class="quiet">{localTime(at, now)}</span>
    </time>
  )
}
