const dayMs = 86_400_000
const secondMs = 1_000

/** One of the two yearly changes: a day of the year, and the local time on it in ms (may be negative or beyond a day). */
interface ChangeRule {
  readonly day: (year: number) => number
  readonly timeMs: number
}

/** What a POSIX `TZ` string says: one offset for ever, or two that take turns each year. Offsets in ms east of UTC. */
export interface PosixZone {
  readonly standard: number
  readonly summer?: { readonly offset: number; readonly start: ChangeRule; readonly end: ChangeRule }
}

const name = '(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)'
const time = '[+-]?\\d{1,3}(?::\\d{2}){0,2}'
const rule = `(?:M\\d{1,2}\\.\\d\\.\\d|J?\\d{1,3})(?:/${time})?`
const form = new RegExp(`^${name}(${time})(?:${name}(${time})?,(${rule}),(${rule}))?$`)

/**
 * Reads a POSIX `TZ` string with the extension of RFC 8536 (times of -167 to 167 hours), such as `PST8PDT,M3.2.0,M11.1.0`.
 * @throws RangeError for any other text
 */
export function parsePosixZone(text: string): PosixZone {
  const found = form.exec(text)
  if (!found) throw new RangeError(`"${text}" is not a POSIX time zone`)
  const [, offset = '', summerOffset, start, end] = found
  // POSIX counts west of Greenwich.
  const standard = 0 - timeOf(offset)
  if (start === undefined || end === undefined) return { standard }
  const summer = summerOffset === undefined ? standard + 3_600_000 : 0 - timeOf(summerOffset)
  return { standard, summer: { offset: summer, start: ruleOf(start), end: ruleOf(end) } }
}

/** The two changes of a year in ascending order, each with the offset from it on; none for a zone with one offset. */
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

/** The first instant of the day in UTC, for a year. */
function dayOf(text: string): (year: number) => number {
  if (text.startsWith('M')) {
    const [month = 1, week = 1, weekday = 0] = text.slice(1).split('.').map(Number)
    return (year) => nthWeekday(year, month, week, weekday)
  }
  // J1 to J365 never count 29 February; without the J days count from 0 and do.
  if (text.startsWith('J')) {
    const day = Number(text.slice(1))
    const date = new Date(Date.UTC(2001, 0, day))
    return (year) => Date.UTC(year, date.getUTCMonth(), date.getUTCDate())
  }
  return (year) => Date.UTC(year, 0, 1) + Number(text) * dayMs
}

/** Week 5 is the last one of the month that has this weekday. */
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
