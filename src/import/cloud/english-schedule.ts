import { patternFields } from '../../schedule/pattern-field.ts'

const ordinals: Readonly<Record<string, number>> = {
  ...{ '1st': 1, first: 1, '2nd': 2, second: 2, '3rd': 3, third: 3 },
  ...{ '4th': 4, fourth: 4, '5th': 5, fifth: 5 },
}
const weekdays = patternFields.weekday.names ?? []
const months = patternFields.month.names ?? []

/**
 * Reads a schedule in the words of App Engine, such as `every monday of march 09:00` or `1st,third tue of month 17:30`, which
 * Cloud Scheduler takes, too.
 * @returns a cron pattern with the same times; undefined for other texts, among them `every 5 minutes`
 */
export function readEnglishSchedule(text: string): string | undefined {
  const [, which = '', days, ofMonths, hour, minute] =
    /^(every|[a-z0-9,]+)(?: ([a-z,]+?))?(?: of ([a-z,]+))? (\d{1,2}):(\d\d)$/.exec(
      text.trim().toLowerCase().replace(/\s+/g, ' ').replace(/ ?, ?/g, ','),
    ) ?? []
  if (hour === undefined) return undefined
  const inMonths = ofMonths === undefined || ofMonths === 'month' ? '*' : listOf(ofMonths, months, 1)
  const dates = days === undefined && ofMonths !== undefined && /^\d{1,2}(,\d{1,2})*$/.test(which) ? which : '*'
  const inWeek = dates === '*' ? weekdaysOf(which, days) : '*'
  if (inMonths === undefined || inWeek === undefined) return undefined
  return `${Number(minute)} ${Number(hour)} ${dates} ${inMonths} ${inWeek}`
}

/** Returns the weekday field; undefined if the words name no days. */
function weekdaysOf(which: string, days: string | undefined): string | undefined {
  if (days === undefined) return undefined
  if (which === 'every') return days === 'day' ? '*' : listOf(days, weekdays, 0)
  const names = listOf(days, weekdays, 0)?.split(',')
  const numbers = which.split(',').map((ordinal) => (Object.hasOwn(ordinals, ordinal) ? ordinals[ordinal] : undefined))
  if (names === undefined || numbers.includes(undefined)) return undefined
  return names.flatMap((name) => numbers.map((number) => `${name}#${number}`)).join(',')
}

/** Returns the short names of a list of names, which may be short or in full; undefined if one is unknown. */
function listOf(text: string, names: readonly string[], first: number): string | undefined {
  const found = text
    .toUpperCase()
    .split(',')
    .map((name) => names.findIndex((full) => full === name || full.slice(0, 3) === name))
  if (found.includes(-1)) return undefined
  return found.map((at) => (first === 0 ? names[at]?.slice(0, 3) : at + first)).join(',')
}
