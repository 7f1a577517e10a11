const dayMs = 86_400_000

/** Returns by how much a time zone is ahead of UTC, in ms. @param at in ms */
function offsetAt(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  }).formatToParts(at)
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value)
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return local - Math.floor(at / 1000) * 1000
}

/**
 * Returns the times at which the clocks of a zone show a local time: one; none if a change of the clocks leaves it out; two if
 * it comes twice. All in ms, local times as if they were UTC.
 */
export function timesOf(zone: string, local: number): number[] {
  const offsets = new Set([offsetAt(zone, local - dayMs), offsetAt(zone, local + dayMs)])
  return [...offsets].map((offset) => local - offset).filter((at) => offsetAt(zone, at) === local - at)
}

/** Whether the clocks of a zone are changed within the year after `now`, as far as its offsets every 30 days tell. */
export function changesClocks(zone: string, now: number): boolean {
  const offsets = Array.from({ length: 13 }, (_, month) => offsetAt(zone, now + month * 30 * dayMs))
  return new Set(offsets).size > 1
}
