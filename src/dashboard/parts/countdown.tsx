import { countdown, localTime, utcTime } from '../format/format-time.ts'
import { useClock } from './use-clock.ts'

/** The remaining time, updated each second, and the local time; UTC as tooltip. */
export function Countdown({ at }: { at: string }) {
  const now = useClock()
  return (
    <time class="countdown" dateTime={at} title={utcTime(at)}>
      <span class="countdown-left">{countdown(at, now)}</span> <span class="quiet">{localTime(at, now)}</span>
    </time>
  )
}
