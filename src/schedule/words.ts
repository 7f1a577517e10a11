import { recurrenceOf } from './kind.ts'
import { type Pattern, readPattern } from './pattern.ts'
import type { Schedule } from './upcoming.ts'

/**
 * Describes a schedule in words, for the command line and the dashboard: "every 6 hours", "at 02:30 on weekdays,
 * Europe/Berlin", "once, at 2026-11-24T12:00:00Z".
 * @throws PatternError for an invalid `cron`
 */
export function inWords(schedule: Schedule): string {
  const recurrence = recurrenceOf(schedule)
  switch (recurrence.kind) {
    case 'cron':
      return `${cronInWords(readPattern(recurrence.cron))}, ${recurrence.time_zone}`
    case 'interval':
      return every(recurrence.frequency, recurrence.unit)
    case 'once':
      return schedule.scheduled_at ? `once, at ${schedule.scheduled_at}` : 'once'
  }
}

function cronInWords(pattern: Pattern): string {
  const times = timesInWords(pattern)
  const days = daysInWords(pattern)
  const months = pattern.months.length < 12 ? ` in ${list(pattern.months.map((month) => monthNames[month - 1]))}` : ''
  if (days) return `${times} ${days}${months}`
  return `${times}${times.includes('every') ? '' : ' every day'}${months}`
}

function timesInWords({ text, minutes, hours }: Pattern): string {
  const [minuteText = '', hourText = ''] = text.split(' ')
  const minuteStep = evenStep(minuteText, 60)
  const hourStep = evenStep(hourText, 24)
  if (minuteStep && hourStep === 1) return every(minuteStep, 'minute')
  if (minutes.length === 1 && hourStep) {
    const past = minutes[0] ? ` at minute ${minutes[0]}` : ''
    return `${every(hourStep, 'hour')}${past}`
  }
  if (minutes.length * hours.length <= 4)
    return `at ${list(hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`)))}`
  const which = minuteStep ? every(minuteStep, 'minute') : `at ${numbers('minute', minutes)}`
  return hourStep === 1 ? `${which} of every hour` : `${which} in ${numbers('hour', hours)}`
}

function daysInWords({ days, weekdays, eitherDay }: Pattern): string {
  const ofMonth = days.length < 31 ? `on ${numbers('day', days)} of the month` : ''
  if (weekdays.length === 7) return ofMonth
  const names = list(weekdays.map((weekday) => `${weekdayNames[weekday]}s`))
  const plain = weekdays.join() === '1,2,3,4,5' ? 'weekdays' : names
  if (!ofMonth) return `on ${plain}`
  return eitherDay ? `${ofMonth} and on ${plain}` : `on ${plain} that fall ${ofMonth}`
}

/**
 * Returns the step of a field that is `*` (1) or `*` with a step (written `*` slash n), if the step divides `size`, so
 * that it continues evenly from one hour or day to the next. Otherwise undefined.
 */
function evenStep(text: string, size: number): number | undefined {
  const step = text === '*' ? 1 : Number(/^\*\/(\d+)$/.exec(text)?.[1])
  return size % step === 0 && step < size ? step : undefined
}

const every = (count: number, unit: string) => (count === 1 ? `every ${unit}` : `every ${count} ${unit}s`)
const two = (number: number) => String(number).padStart(2, '0')

/** Describes the values of a field: "minute 5", "hours 9 to 17", "days 1 and 15", "minutes 0 to 56 in steps of 7". */
function numbers(what: string, values: readonly number[]): string {
  const [first = 0, second = first] = values
  const step = second - first
  if (values.length > 2 && values.every((value, at) => value === first + at * step)) {
    const range = `${what}s ${first} to ${values.at(-1)}`
    if (step === 1) return range
    if (values.length > 4) return `${range} in steps of ${step}`
  }
  return `${what}${values.length > 1 ? 's' : ''} ${list(values)}`
}

function list(parts: readonly unknown[]): string {
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : String(parts[0])
}

const weekdayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const monthNames = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
]
