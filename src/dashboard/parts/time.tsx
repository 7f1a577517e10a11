import { localTime } from '../format/format-time.ts'
import { fullTime } from '../format/time-of-day.ts'

/** A time in the zone that is shown; the tooltip names the zone, and has UTC as well. */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={fullTime(at)}>
      {localTime(at)}
    </time>
  )
}
