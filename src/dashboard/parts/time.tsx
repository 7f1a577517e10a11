import { fromNow, localTime } from '../format/format-time.ts'
import { fullTime } from '../format/time-of-day.ts'

/** A time in the zone that is shown; the tooltip names the zone, and has UTC as well. */
export function Time({ at, relative = false }: { at: string; relative?: boolean }) {
  return (
    <time dateTime={at} title={fullTime(at)}>
      {relative ? fromNow(at) : localTime(at)}
    </time>
  )
}
