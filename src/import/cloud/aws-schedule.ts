import { tenYears } from '../../schedule/unit.ts'
import { isTimeZone, patternProblem } from '../check-schedule.ts'
import { changesClocks, timesOf } from './local-time.ts'

/** What a schedule expression of AWS comes to. */
export interface AwsSchedule {
  /** `cron` and `time_zone`, `frequency` and `unit`, or `scheduled_at`. Empty if there is a reason. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly note?: string
  readonly reason?: string
}

const refused = (reason: string): AwsSchedule => ({ fields: {}, reason })

/**
 * Reads `rate(…)`, `cron(…)` or `at(…)`.
 * @param now in ms
 */
export function readAwsSchedule(expression: string, zone: string, now: number): AwsSchedule {
  const [, kind, inner = ''] = /^\s*(rate|cron|at)\(([^()]*)\)\s*$/.exec(expression) ?? []
  if (!isTimeZone(zone)) return refused(`${JSON.stringify(zone)} is not a time zone that Duly knows.`)
  if (kind === 'rate') return readRate(inner.trim())
  if (kind === 'at') return readAt(inner.trim(), zone, now)
  if (kind === 'cron') return readCron(inner.trim().split(/\s+/), zone, now)
  return refused(`${JSON.stringify(expression)} is none of rate(…), cron(…) and at(…).`)
}

function readRate(text: string): AwsSchedule {
  const [, count = '', unit] = /^(\d{1,8})\s+(minute|hour|day)s?$/.exec(text) ?? []
  const frequency = Number(count)
  if (unit === undefined || frequency < 1)
    return refused(`rate(${text}) has no number of minutes, hours or days, such as rate(5 minutes).`)
  const known = unit as 'minute' | 'hour' | 'day'
  if (frequency > tenYears[known]) return refused(`rate(${text}) is longer than ten years, the longest interval.`)
  return {
    fields: { frequency, unit },
    note: 'An interval begins when the tasks file is applied; that of EventBridge began when it was created.',
  }
}

function readAt(text: string, zone: string, now: number): AwsSchedule {
  const local = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 19) !== text)
    return refused(`at(${text}) has no time such as at(2027-01-31T08:00:00).`)
  const [at, other] = timesOf(zone, local)
  if (at === undefined || other !== undefined)
    return refused(`The clocks of ${zone} are changed at ${text}: that time does not exist, or comes twice.`)
  if (at <= now) return refused(`at(${text}) has passed: a task would be called at once.`)
  return { fields: { scheduled_at: new Date(at).toISOString() } }
}

function readCron(parts: readonly string[], zone: string, now: number): AwsSchedule {
  const text = `cron(${parts.join(' ')})`
  const [minute = '', hour = '', day = '', month = '', weekday = '', year] = parts
  if (parts.length !== 6)
    return refused(
      `${text} has ${parts.length} fields: six are expected (minutes, hours, day of month, month, day of week, year).`,
    )
  if (year !== '*') return refused(`${text} names years (${year}): a task repeats until it is paused or deleted.`)
  if ((day === '?') === (weekday === '?'))
    return refused(`${text} must have ? in one of its day fields: EventBridge takes no other.`)
  const days = weekday === '?' ? '*' : readWeekdays(weekday)
  if (days === undefined)
    return refused(
      `${text} has ${JSON.stringify(weekday)} as day of the week: 1 (Sunday) to 7 or SUN to SAT is expected, as 6#3 the third Friday, as 6L the last one.`,
    )
  if (/^L$/i.test(weekday)) return refused(`${text} has L as day of the week: say which day is meant.`)
  const cron = [minute, hour, day === '?' ? '*' : day, month, days].join(' ').toUpperCase()
  const problem = patternProblem(cron, now)
  if (problem) return refused(`${text}, which is ${JSON.stringify(cron)} for Duly, ${problem}.`)
  const backwards = /(?:^|[ ,])(\d+-\d+)(?=[ ,/]|$)/g
  const wrapped = [...`${minute} ${hour} ${day}`.matchAll(backwards)].find(([, range = '']) => {
    const [from = 0, to = 0] = range.split('-').map(Number)
    return from > to
  })
  if (wrapped) return refused(`${text} has the range ${wrapped[1]}, which runs backwards: write it as a list.`)
  return { fields: { cron, time_zone: zone }, ...clockNote(minute, hour, zone, now) }
}

const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

/** Turns days of the week of AWS, where 1 is Sunday, into those of Duly, where 0 is; undefined if they are none. */
function readWeekdays(text: string): string | undefined {
  const items = text
    .toUpperCase()
    .split(',')
    .map((item) => {
      const [, name = '', rule = ''] = /^(\d|[A-Z]{3})(L|#[1-5])$/.exec(item) ?? []
      // 6#3 and 6L are Friday there, and 5#3 and 5L here.
      if (rule !== '') return weekdayOf(name) === undefined ? undefined : `${weekdayOf(name)}${rule}`
      if (item === 'L') return item
      const [, range, step = ''] = /^([^/]+)(\/\d+)?$/.exec(item) ?? []
      if (range === '*') return `*${step}`
      const ends = range?.split('-').map(weekdayOf) ?? []
      const [from, to = from] = ends
      if (from === undefined || to === undefined || ends.length > 2 || ends.includes(undefined) || from > to)
        return undefined
      return `${ends.join('-')}${step}`
    })
  return items.includes(undefined) ? undefined : items.join(',')
}

function weekdayOf(text: string): number | undefined {
  const at = weekdayNames.indexOf(text)
  if (at >= 0) return at
  return /^[1-7]$/.test(text) ? Number(text) - 1 : undefined
}

/** Says where EventBridge and Duly differ when clocks are changed, if that can meet the pattern. */
function clockNote(minute: string, hour: string, zone: string, now: number): { readonly note?: string } {
  const isAtNight = hour.includes('*') || hour.split(/[,-]/).some((text) => Number.parseInt(text, 10) <= 3)
  if (!isAtNight || !changesClocks(zone, now)) return {}
  const isRegular = `${minute}${hour}`.includes('*')
  return {
    note: isRegular
      ? `When the clocks of ${zone} are set back, EventBridge passes over the times that come again, and Duly does not.`
      : `When the clocks of ${zone} are set forward, EventBridge leaves out a time that does not exist; Duly calls right after the gap.`,
  }
}
