import { countdown, localTime } from '../format/format-time.ts'
import { fullTime } from '../format/time-of-day.ts'
import { useClock } from './use-clock.ts'

/** The remaining time, updated each second, and the time; its zone and UTC as tooltip. */
export function Countdown({ at }: { at: string }) {
  const now = useClock()
  return (
    <time class="countdown" dateTime={at} title={fullTime(at)}>
      <span class="countdown-left">{countdown(at, now)}</span> <span class="quiet">{localTime(at, now)}</span>
    </time>
  )
}
