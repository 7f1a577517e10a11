import type { DayRules } from './day-rules.ts'
import { recurrenceOf } from './kind.ts'
import type { LocalInterval } from './local-interval.ts'
import { type Pattern, readPatterns } from './pattern.ts'
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
      return `${readPatterns(recurrence.cron).map(cronInWords).join('; and ')}, ${recurrence.time_zone}`
    case 'interval':
      return every(recurrence.frequency, recurrence.unit)
    case 'once':
      return schedule.scheduled_at ? `once, at ${schedule.scheduled_at}` : 'once'
  }
}

function cronInWords(pattern: Pattern): string {
  if (pattern.interval) return intervalInWords(pattern.interval)
  const times = timesInWords(pattern)
  const days = daysInWords(pattern)
  const months = pattern.months.length < 12 ? ` in ${list(pattern.months.map((month) => monthNames[month - 1]))}` : ''
  if (days) return `${times} ${days}${months}`
  return `${times}${times.includes('every') ? '' : ' every day'}${months}`
}

function intervalInWords({ count, unit, from, minutes }: LocalInterval): string {
  const date = new Date(from)
  const weekday = unit === 'week' ? ` on ${weekdayNames[date.getUTCDay()]}` : ''
  const time = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
  const day = date.getUTCDate()
  const ofMonth = unit === 'month' ? ` on ${day > 28 ? `day ${day} or the last day` : `day ${day}`}` : ''
  return `${every(count, unit)}${weekday}${ofMonth} at ${time} from ${date.toISOString().slice(0, 10)}`
}

function timesInWords(pattern: Pattern): string {
  const { text, minutes, hours, seconds } = pattern
  if (seconds) return timesWithSeconds(text, pattern, seconds)
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

function timesWithSeconds(text: string, pattern: Pattern, seconds: readonly number[]): string {
  const { minutes, hours } = pattern
  const [secondText = '', ...rest] = text.split(' ')
  const step = evenStep(secondText, 60)
  const [minuteText, hourText] = rest
  if (seconds.length * minutes.length * hours.length <= 4)
    return `at ${list(
      hours.flatMap((hour) =>
        minutes.flatMap((minute) => seconds.map((second) => `${two(hour)}:${two(minute)}:${two(second)}`)),
      ),
    )}`
  const which = step ? every(step, 'second') : `at ${numbers('second', seconds)}`
  if (minuteText === '*' && hourText === '*') return step ? which : `${which} of every minute`
  return `${which}, ${timesInWords({ ...pattern, text: rest.join(' '), seconds: undefined })}`
}

function daysInWords({ days, weekdays, eitherDay, rules }: Pattern): string {
  const ofMonth = days.length < 31 ? `on ${list(daysOfMonth(days, rules))} of the month` : ''
  if (weekdays.length === 7) return ofMonth
  const names = weekdays.map((weekday) => `${weekdayNames[weekday]}s`)
  const plain =
    weekdays.join() === '1,2,3,4,5' && nthWeekdays(rules).length === 0
      ? 'weekdays'
      : list([...names, ...nthWeekdays(rules)])
  if (!ofMonth) return `on ${plain}`
  return eitherDay ? `${ofMonth} and on ${plain}` : `on ${plain} that fall ${ofMonth}`
}

/** Names the days of a month: "days 1 and 15", "the last day". */
function daysOfMonth(days: readonly number[], rules: DayRules | undefined): string[] {
  const { beforeLast = [], nearest = [], lastWorkday = false } = rules ?? {}
  return [
    ...(days.length > 0 ? [numbers('day', days)] : []),
    ...nearest.map((day) => `the weekday nearest to day ${day}`),
    ...(lastWorkday ? ['the last weekday'] : []),
    ...beforeLast.map((before) =>
      before === 0 ? 'the last day' : `the day ${before === 1 ? '1 day' : `${before} days`} before the last`,
    ),
  ]
}

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth']

/** Names weekdays of a month: "the last Friday of the month", "the second Monday of the month". */
function nthWeekdays(rules: DayRules | undefined): string[] {
  return [
    ...(rules?.nthWeekdays ?? []).map(({ weekday, nth }) => `the ${ordinals[nth - 1]} ${weekdayNames[weekday]}`),
    ...(rules?.lastWeekdays ?? []).map((weekday) => `the last ${weekdayNames[weekday]}`),
  ].map((name) => `${name} of the month`)
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
