import { fromNow, localTime, utcTime } from '../format/format-time.ts'

/** A time in the reader's zone, with UTC as tooltip. */
export function Time({ at, relative = false }: { at: string; relative?: boolean }) {
  return (
    <time dateTime={at} title={relative ? `${localTime(at)} · ${utcTime(at)}` : utcTime(at)}>
      {relative ? fromNow(at) : localTime(at)}
    </time>
  )
}
