/**
 * A second opinion on cron times, written without a look at the first: it walks minute by minute over what the clocks of
 * a zone show, as Intl formats them, and knows nothing of offsets, clock changes or how to skip ahead.
 */
export interface Item {
  readonly kind: 'all' | 'one' | 'range' | 'on'
  readonly from: number
  readonly to: number
  readonly step: number
}
/** Minute, hour, day of month, month, weekday. */
export type Fields = readonly (readonly Item[])[]

const lows = [0, 0, 1, 1, 0]

export function patternOf(fields: Fields): string {
  const item = ({ kind, from, to, step }: Item) => {
    const values = { all: '*', one: `${from}`, range: `${from}-${to}`, on: `${from}` }[kind]
    return kind === 'on' || (kind !== 'one' && step > 1) ? `${values}/${step}` : values
  }
  return fields.map((items) => items.map(item).join(',')).join(' ')
}

function isIn(items: readonly Item[], value: number, low: number): boolean {
  return items.some(({ kind, from, to, step }) => {
    if (kind === 'all') return (value - low) % step === 0
    if (kind === 'one') return value === from
    return value >= from && (kind === 'on' || value <= to) && (value - from) % step === 0
  })
}

/** A minute as clocks and calendars show it: as if it were one of UTC. */
export function isNamed(fields: Fields, shown: number): boolean {
  const date = new Date(shown)
  const fits = (field: number, value: number) => isIn(fields[field] ?? [], value, lows[field] ?? 0)
  if (!fits(0, date.getUTCMinutes()) || !fits(1, date.getUTCHours()) || !fits(3, date.getUTCMonth() + 1)) return false
  const day = fits(2, date.getUTCDate())
  const weekday = fits(4, date.getUTCDay()) || (date.getUTCDay() === 0 && isSeven(fields[4] ?? []))
  const isOpen = (items: readonly Item[] | undefined) => items?.[0]?.kind === 'all'
  return isOpen(fields[2]) || isOpen(fields[4]) ? day && weekday : day || weekday
}

/** Whether a weekday field names Sunday as 7. */
const isSeven = (items: readonly Item[]) =>
  items.some(({ kind, from, to, step }) =>
    kind === 'one' ? from === 7 : kind === 'range' && to === 7 && (7 - from) % step === 0,
  )

const clocks = new Map<string, Intl.DateTimeFormat>()

/** What the clocks of a zone show at an instant, to the minute, as if it were UTC. */
export function shownIn(zone: string, instant: number): number {
  let clock = clocks.get(zone)
  if (!clock) {
    const numeric = 'numeric'
    const parts = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric } as const
    clock = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...parts })
    clocks.set(zone, clock)
  }
  const [, month, day, year, hour, minute] = /(\d+)\/(\d+)\/(\d+), (\d+):(\d+)/.exec(clock.format(instant)) ?? []
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute))
}

const minute = 60_000
const lookBack = 26 * 60 * minute

/** Every time of a pattern later than `after` and not later than `until`. */
export function timesBetween(fields: Fields, zone: string, after: number, until: number): number[] {
  const runsEvenly = [...(fields[0] ?? []), ...(fields[1] ?? [])].some(({ kind }) => kind === 'all')
  const times: number[] = []
  const start = Math.floor((after - lookBack) / minute) * minute
  let furthest = shownIn(zone, start)
  for (let instant = start + minute; instant <= until; instant += minute) {
    const shown = shownIn(zone, instant)
    let runs = runsEvenly && isNamed(fields, shown)
    // The hands have passed these minutes for the first time, seen or jumped over.
    for (; furthest < shown; furthest += minute) if (!runsEvenly && isNamed(fields, furthest + minute)) runs = true
    if (runs && instant > after) times.push(instant)
  }
  return times
}

/** The clock changes of a zone in a year, found by halving between days. */
export function changesIn(zone: string, year: number): number[] {
  const offset = (instant: number) => shownIn(zone, instant) - instant
  const week = 7 * 24 * 60 * minute
  const changes: number[] = []
  for (let start = Date.UTC(year, 0, 1); start < Date.UTC(year + 1, 0, 1); start += week) {
    let [low, high] = [start, start + week]
    if (offset(low) === offset(high)) continue
    while (high - low > minute) {
      const middle = low + Math.floor((high - low) / 2 / minute) * minute
      if (offset(middle) === offset(low)) low = middle
      else high = middle
    }
    changes.push(high)
  }
  return changes
}
