import { nicknameFields } from '../../schedule/nicknames.ts'
import { unitMs } from '../../schedule/unit.ts'
import { isTimeZone, patternProblem, shortestGapSeconds } from '../check-schedule.ts'
import { type CronField, type FieldValues, readCronField } from './cron-field.ts'
import { readGoDuration } from './go-duration.ts'

/** What a schedule of a CronJob comes to. */
export interface FoundSchedule {
  /** `cron` and `time_zone`, or `frequency` and `unit`. Empty if there is a reason. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly notes: readonly string[]
  readonly reasons: readonly string[]
  /** The shortest time between two slots, in seconds. */
  readonly shortestGapSeconds: number
}

const refused = (reason: string): FoundSchedule => ({ fields: {}, notes: [], reasons: [reason], shortestGapSeconds: 0 })

/**
 * Reads the schedule of a CronJob as Kubernetes does, which uses robfig/cron.
 * @param timeZone its `timeZone`; undefined if it has none
 * @param clusterZone the zone of the cluster's controller; undefined if nobody has said it
 * @param now in ms
 */
export function readSchedule(
  schedule: string,
  timeZone: string | undefined,
  clusterZone: string | undefined,
  now: number,
): FoundSchedule {
  const [, prefix, rest] = /^\s*(?:CRON_)?TZ=(\S*)\s+(.*)$/s.exec(schedule) ?? [undefined, undefined, schedule]
  if (prefix !== undefined && timeZone !== undefined)
    return refused(
      `The schedule names a time zone (${prefix}), and timeZone names one too (${timeZone}): Kubernetes refuses both together.`,
    )
  const text = (rest as string).trim()
  if (/^@every\s/.test(text)) return readInterval(text.slice(6).trim())
  const named = timeZone ?? prefix
  const zone = named ?? clusterZone
  if (zone !== undefined && !isTimeZone(zone))
    return refused(
      `${JSON.stringify(zone)} is not a time zone that Duly knows: an IANA name such as Europe/Berlin is expected.`,
    )
  const pattern = text.startsWith('@') && text === text.toLowerCase() ? nicknameFields(text) : text
  if (pattern === undefined) return refused(`Kubernetes knows no schedule ${JSON.stringify(text)}.`)
  const cron = normalPattern(pattern)
  if ('problem' in cron) return refused(cron.problem)
  const problem = patternProblem(cron.text, now)
  if (problem) return refused(`The schedule ${JSON.stringify(schedule)} ${problem}.`)
  return {
    fields: { cron: cron.text, ...(zone === undefined ? {} : { time_zone: zone }) },
    notes:
      zone === undefined
        ? [
            'The CronJob has no timeZone: its times are those of the zone of the cluster’s controller, taken to be UTC. Import with --time-zone if it is another one.',
          ]
        : [],
    reasons: [],
    shortestGapSeconds: shortestGapSeconds(cron.text, now),
  }
}

function readInterval(text: string): FoundSchedule {
  const seconds = readGoDuration(text)
  if (seconds === undefined) return refused(`${JSON.stringify(`@every ${text}`)} has no duration such as 90m or 1h30m.`)
  if (seconds >= 5 && seconds < 60 && 60 % seconds === 0)
    return {
      fields: { cron: `*/${seconds} * * * * *` },
      notes: [`The job runs every ${text}: the task does so at fixed seconds of each minute, such as :00.`],
      reasons: [],
      shortestGapSeconds: seconds,
    }
  if (seconds === 0 || seconds % 60 !== 0)
    return refused(`The job runs every ${text}: intervals of Duly are whole minutes. Choose an interval.`)
  const minutes = seconds / 60
  const [frequency, unit] = minutes % 60 === 0 ? [minutes / 60, 'hour' as const] : [minutes, 'minute' as const]
  return {
    fields: { frequency, unit },
    notes: ['An interval begins when the tasks file is applied; that of the CronJob began when it was created.'],
    reasons: [],
    shortestGapSeconds: (frequency * unitMs[unit]) / 1000,
  }
}

/** Returns a pattern that has the same times in Duly as a pattern has in Kubernetes. */
function normalPattern(pattern: string): { readonly text: string } | { readonly problem: string } {
  const parts = pattern.split(/\s+/)
  if (parts.length !== 5)
    return {
      problem: `The schedule ${JSON.stringify(pattern)} has ${parts.length} fields: Kubernetes takes five, without seconds and years.`,
    }
  const fields: FieldValues[] = []
  const names: readonly CronField[] = ['minute', 'hour', 'day of month', 'month', 'weekday']
  for (const [at, name] of names.entries()) {
    const field = readCronField(name, parts[at] as string)
    if ('problem' in field) return field
    fields.push(field)
  }
  return { text: fields.map(({ text }) => text).join(' ') }
}
