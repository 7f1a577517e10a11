import type { Outage } from '../client/overview.ts'
import { counted } from '../format/labels.ts'
import { plainTime } from '../format/time-of-day.ts'

/** The most outages that are told one by one beside the plot. */
const toldAtMost = 3

/** `Duly did not run from 02:07 to 02:09.` */
export function outageLabel({ began_at, ended_at }: Outage): string {
  return ended_at === null
    ? `Duly has not run since ${plainTime(began_at)}.`
    : `Duly did not run from ${plainTime(began_at)} to ${plainTime(ended_at)}.`
}

/** What is said of all outages of the last day; '' for none. */
export const outagesLabel = (outages: readonly Outage[]): string =>
  outages.length > toldAtMost
    ? `Duly did not run ${counted(outages.length, 'time')}.`
    : outages.map(outageLabel).join(' ')

/** The outages that overlap a time, in ms. */
export const outagesIn = (outages: readonly Outage[], from: number, to: number): readonly Outage[] =>
  outages.filter(
    ({ began_at, ended_at }) => Date.parse(began_at) < to && (ended_at === null || Date.parse(ended_at) > from),
  )
