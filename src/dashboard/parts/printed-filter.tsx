import { timeInRoute } from '../client/route.ts'
import { serverNow } from '../client/server-clock.ts'
import { localTimeAndDay } from '../format/format-time.ts'
import { type Period, timesOf } from '../format/period.ts'

interface PrintedProps {
  /** What else the list is limited to, in words; '' for nothing. */
  readonly words: readonly string[]
  readonly value: Period
}

/** What a list is limited to, for paper only: the filters are not printed, and a span that moves with the clock stands still there. */
export function PrintedFilter({ words, value }: PrintedProps) {
  const { from, to } = timesOf(value, serverNow())
  const end = to || (from && timeInRoute(serverNow()))
  const times = [from && `from ${localTimeAndDay(from)}`, end && `until ${localTimeAndDay(end)}`]
  const told = [...words, ...times].filter(Boolean).join(' · ')
  return <p class="printed">{told && `Only: ${told}`}</p>
}
