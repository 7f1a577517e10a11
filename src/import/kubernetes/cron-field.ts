/** The fields of a schedule. */
export type CronField = 'minute' | 'hour' | 'day of month' | 'month' | 'weekday'

/** A field of a schedule, as Duly is to read it. */
export interface FieldValues {
  readonly text: string
}

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

const bounds: Readonly<Record<CronField, Bounds>> = {
  minute: { min: 0, max: 59 },
  hour: { min: 0, max: 23 },
  'day of month': { min: 1, max: 31 },
  month: {
    min: 1,
    max: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  weekday: { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
}

/**
 * Reads a field as robfig/cron does, and writes it so that Duly reads the same values. The two differ in `?`, in steps that are
 * larger than the field, and in `*` with a step as the day: for robfig/cron it restricts the day (so that either of two
 * restricted day fields is enough), for Duly, as for Vixie cron, it does not.
 */
export function readCronField(field: CronField, text: string): FieldValues | { readonly problem: string } {
  const isDay = field === 'day of month' || field === 'weekday'
  const items: string[] = []
  let isAny = false
  for (const item of text.split(',').filter((item) => item !== '')) {
    const read = readItem(field, item)
    if (read === undefined) {
      const hint = field === 'weekday' && /7/.test(item) ? ' (Sunday is 0)' : ''
      return { problem: `Kubernetes refuses ${JSON.stringify(item)} as ${field} of a schedule${hint}.` }
    }
    isAny ||= read.isAny
    items.push(isDay ? read.restricted : read.text)
  }
  if (items.length === 0) return { problem: `The schedule has an empty ${field}.` }
  if (isAny && isDay) return { text: '*' }
  return { text: items.join(',') }
}

interface Item {
  readonly text: string
  /** The item without `*`. */
  readonly restricted: string
  /** Whether it leaves the field unrestricted. */
  readonly isAny: boolean
}

function readItem(field: CronField, item: string): Item | undefined {
  const { min, max, names } = bounds[field]
  const parts = item.toLowerCase().split('/')
  const [range = '', stepText] = parts
  if (parts.length > 2) return undefined
  const numberOf = (text: string) => {
    const named = names?.indexOf(text) ?? -1
    const value = named >= 0 ? named + min : /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    return value >= min && value <= max ? value : undefined
  }
  const step = stepText === undefined ? 1 : /^\d{1,9}$/.test(stepText) ? Number(stepText) : 0
  if (step < 1) return undefined
  const isStar = range === '*' || range === '?'
  const ends = range.split('-')
  if (ends.length > 2) return undefined
  const from = isStar ? min : numberOf(ends[0] as string)
  const to = isStar ? max : ends.length === 2 ? numberOf(ends[1] as string) : stepText === undefined ? from : max
  if (from === undefined || to === undefined || from > to) return undefined
  // A step beyond the end of the field leaves its first value alone, which Duly wants to have written so.
  const isBeyond = stepText !== undefined && step > to - from
  const restricted = isBeyond || from === to ? String(from) : step === 1 ? `${from}-${to}` : `${from}-${to}/${step}`
  if (isStar) return { text: step === 1 ? '*' : isBeyond ? String(from) : `*/${step}`, restricted, isAny: step === 1 }
  return {
    text: isBeyond ? restricted : item.toUpperCase(),
    restricted: isBeyond ? restricted : item.toUpperCase(),
    isAny: false,
  }
}
