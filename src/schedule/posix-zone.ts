const dayMs = 86_400_000
const secondMs = 1_000

/** One of the two yearly clock changes. */
interface ChangeRule {
  /** Returns the day of the change in a year, as the instant of its midnight in UTC, in ms. */
  readonly day: (year: number) => number
  /** Local time after that midnight, in ms; it may be negative or longer than a day. */
  readonly timeMs: number
}

/** A parsed POSIX `TZ` string: one permanent offset, or a second one in summer. Offsets are in ms east of UTC. */
interface PosixZone {
  readonly standard: number
  readonly summer?: { readonly offset: number; readonly start: ChangeRule; readonly end: ChangeRule }
}

const name = '(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)'
const time = '[+-]?\\d{1,3}(?::\\d{2}){0,2}'
const rule = `(?:M\\d{1,2}\\.\\d\\.\\d|J?\\d{1,3})(?:/${time})?`
const form = new RegExp(`^${name}(${time})(?:${name}(${time})?,(${rule}),(${rule}))?$`)

/**
 * Parses a POSIX `TZ` string such as `PST8PDT,M3.2.0,M11.1.0`, with the extension of RFC 8536 section 3.3.1 (times from
 * -167 to 167 hours).
 * @throws RangeError if the text is not a `TZ` string
 */
export function parsePosixZone(text: string): PosixZone {
  const found = form.exec(text)
  if (!found) throw new RangeError(`"${text}" is not a POSIX time zone`)
  const [, offset = '', summerOffset, start, end] = found
  // POSIX offsets are positive west of Greenwich.
  const standard = 0 - timeOf(offset)
  if (start === undefined || end === undefined) return { standard }
  const summer = summerOffset === undefined ? standard + 3_600_000 : 0 - timeOf(summerOffset)
  return { standard, summer: { offset: summer, start: ruleOf(start), end: ruleOf(end) } }
}

/**
 * Returns the two clock changes of a year in ascending order, each with the offset that it starts, in ms. Empty for a zone
 * with one offset.
 */
export function changesOfYear({ standard, summer }: PosixZone, year: number): { at: number; offset: number }[] {
  if (!summer) return []
  const { offset, start, end } = summer
  return [
    { at: start.day(year) + start.timeMs - standard, offset },
    { at: end.day(year) + end.timeMs - offset, offset: standard },
  ].sort((one, other) => one.at - other.at)
}

function ruleOf(text: string): ChangeRule {
  const [day = '', at] = text.split('/')
  return { day: dayOf(day), timeMs: at === undefined ? 7_200_000 : timeOf(at) }
}

/** Parses the day of a rule. The result returns midnight UTC of that day in a given year, in ms. */
function dayOf(text: string): (year: number) => number {
  if (text.startsWith('M')) {
    const [month = 1, week = 1, weekday = 0] = text.slice(1).split('.').map(Number)
    return (year) => nthWeekday(year, month, week, weekday)
  }
  // J1 to J365 skip 29 February. Without J, days are numbered from 0 and include it.
  if (text.startsWith('J')) {
    const day = Number(text.slice(1))
    const date = new Date(Date.UTC(2001, 0, day))
    return (year) => Date.UTC(year, date.getUTCMonth(), date.getUTCDate())
  }
  return (year) => Date.UTC(year, 0, 1) + Number(text) * dayMs
}

/** Returns the day of the month's `week`th `weekday`; week 5 stands for the last one. */
function nthWeekday(year: number, month: number, week: number, weekday: number): number {
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay()
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate()
  let day = 1 + ((weekday - first + 7) % 7) + (week - 1) * 7
  while (day > days) day -= 7
  return Date.UTC(year, month - 1, day)
}

function timeOf(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, '').split(':').map(Number)
  const amount = ((hours * 60 + minutes) * 60 + seconds) * secondMs
  return text.startsWith('-') ? -amount : amount
}
