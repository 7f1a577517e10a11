import { isTimeZone, patternProblem } from '../check-schedule.ts'
import type { ImportedJob, ImportResult, Remark } from '../model.ts'
import { TaskKeys } from '../task-key.ts'
import type { Text } from '../text.ts'
import { usedReferences } from '../used-references.ts'
import { type LocatedObject, readObjects } from './located-documents.ts'

type Fields = Readonly<Record<string, unknown>>

/** Turns jobs of Cloud Scheduler, as `gcloud scheduler jobs list --format=json` or `yaml` prints them, into tasks. */
export function importCloudScheduler(text: string, options: { readonly now?: number } = {}): ImportResult {
  const keys = new TaskKeys()
  let objects: LocatedObject[]
  try {
    objects = readObjects(text)
  } catch (error) {
    const job = { source: 'Cloud Scheduler', line: 1, tasks: [], notes: [], isOther: false }
    return { jobs: [{ ...job, reasons: [{ text: (error as Error).message, line: 1 }] }], secrets: [], variables: [] }
  }
  const jobs = objects
    .flatMap(({ value, line }) =>
      Array.isArray(value.jobs) ? value.jobs.map((job) => ({ value: job, line })) : { value, line },
    )
    .filter(({ value }) => typeof value.schedule === 'string' || objectOf(value.httpTarget) !== undefined)
    .map((object) => jobOf(object, options.now ?? Date.now(), keys))
  return { jobs, ...usedReferences(jobs) }
}

function jobOf({ value, line }: LocatedObject, now: number, keys: TaskKeys): ImportedJob {
  const notes: Remark[] = []
  const reasons: Remark[] = []
  const note = (text: string) => notes.push({ text, line })
  const reason = (text: string) => reasons.push({ text, line })
  const name =
    String(value.name ?? '')
      .split('/')
      .at(-1) ?? ''
  const job = { source: `job ${name}`, line, reasons, notes, isOther: false }
  const target = objectOf(value.httpTarget)
  if (!target) {
    reason(
      value.pubsubTarget
        ? 'The job publishes to Pub/Sub. Let a push endpoint be called instead.'
        : 'The job has no HTTP target; tasks of App Engine have an address that only Google knows.',
    )
    return { ...job, tasks: [] }
  }
  const { oidcToken, oauthToken, uri, headers, body } = target
  const method = String(target.httpMethod ?? unspecified)
  if (oidcToken || oauthToken)
    reason(
      'Google signs the request with a token of a service account: use a named secret, or the signature of Duly (docs/signing.md).',
    )
  const payload = body === undefined ? null : textOf(body)
  if (payload === undefined) reason('The body is not text.')
  const schedule = scheduleOf(value, now)
  if (schedule.problem !== undefined) reason(schedule.problem)
  if (schedule.note !== undefined) note(schedule.note)
  note('The headers X-CloudScheduler… are not sent: see whether the target looks for them.')
  const header: Record<string, Text> = {}
  for (const [field, text] of Object.entries(objectOf(headers) ?? {})) header[field] = [String(text)]
  const has = (field: string) => Object.keys(header).some((one) => one.toLowerCase() === field)
  if (!has('user-agent')) header['User-Agent'] = ['Google-Cloud-Scheduler']
  if (payload && !has('content-type')) header['Content-Type'] = ['application/octet-stream']
  const seconds = secondsOf(value.attemptDeadline ?? '180s')
  if (seconds === undefined)
    reason(`attemptDeadline ${JSON.stringify(value.attemptDeadline)} is not a number of seconds such as 180s.`)
  return {
    ...job,
    tasks: [
      {
        key: keys.unique([name]),
        fields: {
          ...schedule.fields,
          timeout_seconds: Math.min(3600, Math.max(1, Math.ceil(seconds ?? 180))),
          ...retriesOf(objectOf(value.retryConfig) ?? {}, { note, reason }),
          ...(value.state === 'PAUSED' || value.state === 'DISABLED' ? { status: 'paused' } : {}),
        },
        request: {
          method: method === unspecified ? 'POST' : method,
          url: [String(uri ?? '')],
          header,
          payload: payload ? [payload] : null,
          fields: {},
        },
      },
    ],
  }
}

/** The method of a job that names none, which is POST. */
const unspecified = 'HTTP_METHOD_UNSPECIFIED'

interface FoundSchedule {
  readonly fields: Fields
  readonly problem?: string
  readonly note?: string
}

function scheduleOf({ schedule, timeZone = 'UTC' }: Fields, now: number): FoundSchedule {
  const text = String(schedule ?? '').trim()
  const [, count, unit] = /^every\s+(\d{1,5})\s+(minute|min|hour)s?$/i.exec(text) ?? []
  if (count !== undefined && Number(count) > 0)
    return {
      fields: { frequency: Number(count), unit: /^h/i.test(unit ?? '') ? 'hour' : 'minute' },
      note: 'An interval begins when the tasks file is applied.',
    }
  if (typeof timeZone !== 'string' || !isTimeZone(timeZone))
    return { fields: {}, problem: `${JSON.stringify(timeZone)} is not a time zone that Duly knows.` }
  const problem = patternProblem(text, now)
  if (problem !== undefined) return { fields: {}, problem: `The schedule ${JSON.stringify(text)} ${problem}.` }
  const [, , day = '*', , weekday = '*'] = text.split(/\s+/)
  if (/^\*\/|^\*,/.test(day) !== /^\*\/|^\*,/.test(weekday) && day !== '*' && weekday !== '*')
    return { fields: {}, problem: `${text} restricts both day fields, one of them by steps: say which days are meant.` }
  return { fields: { cron: text, time_zone: timeZone } }
}

interface Remarks {
  note(text: string): void
  reason(text: string): void
}

function retriesOf(config: Fields, { note, reason }: Remarks): Fields {
  const count = Number(config.retryCount ?? 0)
  if (!Number.isInteger(count) || count < 0) {
    reason(`retryCount ${JSON.stringify(config.retryCount)} is not a whole number.`)
    return {}
  }
  const duration = secondsOf(config.maxRetryDuration) ?? 0
  if (count === 0 && duration === 0) return {}
  if (count === 0) note('The job is repeated for a time, and not a number of times: the task repeats 10 times at most.')
  // Google repeats until both limits are reached, and a task until the first of them is.
  if (count > 0 && duration > 0)
    note(
      `The job is repeated until ${count} repetitions and ${duration} s are over, whichever comes later; the task is repeated ${Math.min(count, 10)} times.`,
    )
  for (const name of ['minBackoffDuration', 'maxBackoffDuration'])
    if (!Number.isInteger(secondsOf(config[name]) ?? 1))
      note(`${name} ${config[name]} is rounded: a task has whole seconds.`)
  const whole = (value: unknown, otherwise: number, most: number) =>
    Math.min(most, Math.max(1, Math.round(secondsOf(value) ?? otherwise)))
  const min = whole(config.minBackoffDuration, 5, 86_400)
  return {
    retries: count === 0 ? 10 : Math.min(count, 10),
    retry: {
      min_backoff_seconds: min,
      max_backoff_seconds: Math.max(min, whole(config.maxBackoffDuration, 3600, 86_400)),
      max_doublings: Math.min(16, Math.max(0, Number(config.maxDoublings ?? 5))),
      ...(count === 0 ? { max_duration_seconds: whole(config.maxRetryDuration, duration, 604_800) } : {}),
    },
  }
}

/** Returns the seconds of a duration such as `180s`; undefined if there is none. */
function secondsOf(value: unknown): number | undefined {
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(String(value ?? '')) ?? []
  return seconds === undefined ? undefined : Number(seconds)
}

/** Returns the text of base64; undefined if it is none, or no text. */
function textOf(value: unknown): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(String(value), 'base64'))
  } catch {
    return undefined
  }
}

const objectOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
